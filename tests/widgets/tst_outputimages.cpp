// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures: their size, animation, window, and saving.
#include <widgets/outputs/imageoutput.h>
#include <widgets/outputs/imagewindow.h>
#include <widgets/outputs/textoutput.h>

#include "outputtesting.h"

#include <QBuffer>
#include <QFileDialog>
#include <QImage>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMovie>
#include <QPointer>
#include <QScrollArea>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using nlohmann::json;
using notebook::Output;

namespace {

constexpr int width = 700;

std::string pngBase64(QSize size, QColor colour)
{
    QImage image(size, QImage::Format_ARGB32);
    image.fill(colour);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes.toBase64().toStdString();
}

/// One pixel, red and then blue for as long, over and over; or red alone.
QByteArray gif(bool isAnimated)
{
    const QByteArray start = QByteArray::fromHex("474946383961 01000100 800000 ff0000 0000ff"
                                                 "21ff0b4e45545343415045322e300301000000");
    const QByteArray red = QByteArray::fromHex("21f9040008000000 2c000000000100010000 0202440100");
    const QByteArray blue = QByteArray::fromHex("21f9040008000000 2c000000000100010000 02024c0100");
    return start + red + (isAnimated ? blue : QByteArray()) + ';';
}

Output gifOutput(bool isAnimated)
{
    return outputOf({{"output_type", "display_data"},
                     {"data", {{"image/gif", gif(isAnimated).toBase64().toStdString()}}},
                     {"metadata", {{"image/gif", {{"width", 40}, {"height", 40}}}}}});
}

/// The window of this kind that was opened last.
template <typename Window> Window* opened()
{
    Window* last = nullptr;
    for (QWidget* widget : QApplication::topLevelWidgets())
        if (auto* window = qobject_cast<Window*>(widget); window && window->isVisible()) last = window;
    return last;
}

} // namespace

class TestOutputImages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs); }
    void init();
    void cleanup();
    void image_size_isKnownFromTheHeader();
    void image_metadata_halvesARetinaPicture();
    void image_hostile_isRefused_data();
    void image_hostile_isRefused();
    void image_store_staysBounded();
    void gif_visible_playsAndHidden_stops();
    void gif_otherOutput_leavesNoMovie();
    void gif_ofOneFrame_needsNoMovie();
    void window_doubleClicked_showsItWhole();
    void window_ofText_showsAllOfIt();
    void save_image_writesItsBytes();
    void save_text_writesItWithoutEscapes();
    void save_impossible_isSaid();

private:
    void show(const std::vector<Output>& outputs);
    [[nodiscard]] ImageOutput* image() const { return qobject_cast<ImageOutput*>(m_area->widgetOf(0)); }
    /// Triggers the entry of the output's menu.
    void choose(const QString& entry);
    [[nodiscard]] QColor pixel() const { return image()->grab().toImage().pixelColor(24, 24); }

    std::unique_ptr<OutputStage> m_stage;
    std::unique_ptr<OutputArea> m_area;
};

void TestOutputImages::init()
{
    m_stage = std::make_unique<OutputStage>();
    m_area = std::make_unique<OutputArea>(m_stage->services);
    m_area->resize(width, 10);
    m_area->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_area.get()));
    connect(m_area.get(), &OutputArea::heightChanged, m_area.get(),
            [this] { m_area->resize(width, m_area->heightForWidth(width)); });
}

void TestOutputImages::cleanup()
{
    m_area.reset();
    m_stage.reset();
}

void TestOutputImages::show(const std::vector<Output>& outputs)
{
    m_area->setOutputs(outputs);
    m_area->resize(width, m_area->heightForWidth(width));
}

void TestOutputImages::choose(const QString& entry)
{
    QMenu menu;
    m_area->widgetOf(0)->addActions(menu, {10, 10});
    for (QAction* action : menu.actions())
        if (action->text() == entry) return action->trigger();
    QFAIL(qPrintable(entry));
}

void TestOutputImages::image_size_isKnownFromTheHeader()
{
    show({display({{"image/png", pngBase64({640, 480}, Qt::red)}})});
    auto* image = qobject_cast<ImageOutput*>(m_area->widgetOf(0));
    QVERIFY(image);
    QVERIFY(!image->isReady());
    QCOMPARE(m_area->heightForWidth(width), 480 + 8);
    QCOMPARE(m_area->heightForWidth(320 + 8), 240 + 8);
    QCOMPARE(image->accessibleName(), u"Output, image 640 by 480"_s);
    QTRY_VERIFY(image->isReady());
    QCOMPARE(image->grab().toImage().pixelColor(100, 100), QColor(Qt::red));
}

void TestOutputImages::image_metadata_halvesARetinaPicture()
{
    json output = {{"output_type", "display_data"},
                   {"data", {{"image/png", pngBase64({640, 480}, Qt::red)}}},
                   {"metadata", {{"image/png", {{"width", 320}, {"height", 240}}}}}};
    show({outputOf(output)});
    QCOMPARE(m_area->heightForWidth(width), 240 + 8);
}

void TestOutputImages::image_hostile_isRefused_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("not base64") << u"image/png"_s << QByteArray("hello, this is no picture");
    QTest::newRow("empty") << u"image/png"_s << QByteArray();
    QByteArray huge = QByteArray::fromBase64(QByteArray::fromStdString(pngBase64({4, 4}, Qt::red)));
    huge.replace(16, 8, QByteArray("\x00\x01\x86\xa0\x00\x01\x86\xa0", 8));
    QTest::newRow("claims 100000 by 100000") << u"image/png"_s << huge.toBase64();
    QByteArray bomb =
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='10' "
        "height='10'><g id='a0'><rect width='1' height='1'/></g>";
    for (int i = 1; i < 40; ++i) {
        bomb += "<g id='a" + QByteArray::number(i) + "'>";
        for (int k = 0; k < 10; ++k)
            bomb += "<use xlink:href='#a" + QByteArray::number(i - 1) + "'/>";
        bomb += "</g>";
    }
    QTest::newRow("SVG bomb") << u"image/svg+xml"_s << bomb + "</svg>";
    QTest::newRow("SVG that uses itself")
        << u"image/svg+xml"_s
        << QByteArray("<svg xmlns='http://www.w3.org/2000/svg'><g id='a'><use href='#a'/></g></svg>");
    QTest::newRow("no SVG") << u"image/svg+xml"_s << QByteArray("<html/>");
}

void TestOutputImages::image_hostile_isRefused()
{
    QFETCH(const QString, type);
    QFETCH(const QByteArray, value);
    show({display({{type.toStdString(), value.toStdString()}})});
    auto* image = qobject_cast<ImageOutput*>(m_area->widgetOf(0));
    QTRY_VERIFY(image->isReady());
    QVERIFY(!image->problem().isEmpty());
    QVERIFY(m_area->heightForWidth(width) < 60);
}

void TestOutputImages::image_store_staysBounded()
{
    for (int i = 0; i < 60; ++i) {
        show({display({{"image/png", pngBase64({640, 480 + i}, Qt::blue)}})});
        auto* image = qobject_cast<ImageOutput*>(m_area->widgetOf(0));
        QTRY_VERIFY(image->isReady());
    }
    QVERIFY(m_stage->images.keptBytes() > 10 << 20);
    QVERIFY(m_stage->images.keptBytes() <= 20 << 20);
}

void TestOutputImages::gif_visible_playsAndHidden_stops()
{
    show({gifOutput(true)});
    for (const Qt::GlobalColor colour : {Qt::blue, Qt::red, Qt::blue})
        QTRY_COMPARE(pixel(), QColor(colour));
    m_area->hide();
    QVERIFY(!image()->findChild<QMovie*>());
    QVERIFY(!image()->findChild<QBuffer*>());
    m_area->show();
    QTRY_VERIFY(image()->findChild<QMovie*>());
    QTRY_COMPARE(pixel(), QColor(Qt::blue));
    QTRY_COMPARE(pixel(), QColor(Qt::red));
}

void TestOutputImages::gif_otherOutput_leavesNoMovie()
{
    show({gifOutput(true)});
    QTRY_VERIFY(image()->findChild<QMovie*>());
    show({display({{"image/png", pngBase64({40, 40}, Qt::green)}})});
    QVERIFY(!image()->findChild<QMovie*>());
    QTRY_COMPARE(pixel(), QColor(Qt::green));
}

void TestOutputImages::gif_ofOneFrame_needsNoMovie()
{
    show({gifOutput(false)});
    QTRY_COMPARE(pixel(), QColor(Qt::red));
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    QVERIFY(!image()->findChild<QMovie*>());
}

void TestOutputImages::window_doubleClicked_showsItWhole()
{
    show({display({{"image/png", pngBase64({1600, 400}, Qt::red)}})});
    QTRY_VERIFY(image()->isReady());
    QTest::mouseDClick(image(), Qt::LeftButton, {}, {50, 50});
    const QPointer<ImageWindow> window = opened<ImageWindow>();
    QVERIFY(window);
    QCOMPARE(window->windowTitle(), image()->accessibleName());
    QWidget* canvas = window->findChild<QScrollArea*>()->widget();
    QTRY_VERIFY(canvas->width() > window->width() - 40); // decoded, and all of it fits
    QVERIFY(canvas->width() <= window->width());
    QCOMPARE(canvas->height(), canvas->width() / 4);
    QTest::keyClick(window, Qt::Key_0);
    QCOMPARE(canvas->size(), QSize(1600, 400));
    QCOMPARE(canvas->grab().toImage().pixelColor(1500, 300), QColor(Qt::red));
    QTest::keyClick(window, Qt::Key_Plus);
    QCOMPARE(canvas->width(), 2000);
    QWheelEvent wheel({10, 10}, window->mapToGlobal(QPointF(10, 10)), {}, {0, -480}, Qt::NoButton,
                      Qt::ControlModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(window, &wheel);
    QCOMPARE(canvas->width(), 1000);
    QTest::keyClick(window, Qt::Key_F);
    window->resize(500, 500);
    QTRY_VERIFY(canvas->width() <= 500); // it goes on fitting
    QTest::keyClick(window, Qt::Key_Escape);
    QTRY_VERIFY(!window);
}

void TestOutputImages::window_ofText_showsAllOfIt()
{
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "line " + std::to_string(i) + "\n";
    show({savedStream(text)});
    choose(u"Open in Window"_s);
    const QPointer<QDialog> window = opened<QDialog>();
    QVERIFY(window);
    auto* terminal = window->findChild<TerminalText*>();
    QCOMPARE(terminal->text()->buffer().lineCount(), 300);
    QVERIFY(terminal->height() > 500);
    m_area->setOutputs({}); // the window keeps what it shows
    QCOMPARE(terminal->text()->buffer().line(299).text, u"line 299"_s);
    window->close();
    QTRY_VERIFY(!window);
}

void TestOutputImages::save_image_writesItsBytes()
{
    const std::string png = pngBase64({30, 20}, Qt::red);
    show({display({{"image/png", png}})});
    choose(u"Save Image As…"_s);
    const QPointer<QFileDialog> dialog = m_area->findChild<QFileDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    QCOMPARE(dialog->acceptMode(), QFileDialog::AcceptSave);
    auto* name = dialog->findChild<QLineEdit*>(u"fileNameEdit"_s);
    QCOMPARE(name->text(), u"output.png"_s);
    const QTemporaryDir folder;
    name->setText(folder.filePath(u"picture"_s));
    QTest::keyClick(name, Qt::Key_Return);
    QFile file(folder.filePath(u"picture.png"_s));
    QTRY_VERIFY(file.exists());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().toBase64().toStdString(), png);
    QTRY_VERIFY(!dialog);
}

void TestOutputImages::save_text_writesItWithoutEscapes()
{
    show({savedStream("\x1b[31mred\x1b[0m and é\n")});
    choose(u"Save As…"_s);
    auto* dialog = m_area->findChild<QFileDialog*>();
    QVERIFY(dialog);
    const QTemporaryDir folder;
    auto* name = dialog->findChild<QLineEdit*>(u"fileNameEdit"_s);
    QCOMPARE(name->text(), u"output.txt"_s);
    name->setText(folder.filePath(u"a.log"_s));
    QTest::keyClick(name, Qt::Key_Return);
    QFile file(folder.filePath(u"a.log"_s));
    QTRY_VERIFY(file.exists());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), u"red and é\n"_s);
}

void TestOutputImages::save_impossible_isSaid()
{
    show({savedStream("text\n")});
    choose(u"Save As…"_s);
    auto* dialog = m_area->findChild<QFileDialog*>();
    QVERIFY(dialog);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"gone/a.txt"_s); // its folder was removed meanwhile
    Q_EMIT dialog->fileSelected(path);
    dialog->close();
    QTRY_VERIFY(m_area->findChild<QMessageBox*>());
    auto* box = m_area->findChild<QMessageBox*>();
    QCOMPARE(box->text(), u"%1 could not be written."_s.arg(QDir::toNativeSeparators(path)));
    QVERIFY(!box->informativeText().isEmpty());
    box->close();
}

QTEST_MAIN(TestOutputImages)
#include "tst_outputimages.moc"
