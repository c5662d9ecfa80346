// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/markdownview.h>

#include <QBuffer>
#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestMarkdownView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void setMarkdown_shortText_isReadyAtOnce();
    void setMarkdown_longText_isReadyLater();
    void setMarkdown_again_dropsWhatWasInWork();
    void setMarkdown_formula_growsOnceItIsReady();
    void setMarkdown_knownFormula_isThereAtOnce();
    void setMarkdown_picture_keepsItsHeightWhileItComes();
    void wideCode_wraps_data();
    void wideCode_wraps();
    void wideFormula_isDrawnWhole_data();
    void wideFormula_isDrawnWhole();
    void clearMarkdown_leavesNothing();
    void blankText_showsTheHint();
    void appearance_changed_isFollowed();
    void keys_notItsOwn_goToTheParent();
    void wheel_goesToTheParent();
    void doubleClick_requestsEditing();
    void links_byMouseAndKeyboard_areAnnounced();
    void copy_selection_givesTexOfFormulas();
    void anchorTop_ofHeading_isFound();

private:
    Appearance m_appearance;
    MathRenderer m_mathematics;
    MarkdownServices m_services{m_appearance, m_mathematics, {}};
};

namespace {

constexpr int patience = 60'000;

/// Sees what a view does not take for itself.
class Parent : public QWidget {
public:
    int keys = 0, wheels = 0;

protected:
    void keyPressEvent(QKeyEvent*) override { ++keys; }
    void wheelEvent(QWheelEvent*) override { ++wheels; }
};

QByteArray png(int width, int height)
{
    QByteArray data;
    QBuffer buffer(&data);
    buffer.open(QIODevice::WriteOnly);
    QImage image(width, height, QImage::Format_RGB32);
    image.fill(Qt::red);
    image.save(&buffer, "PNG");
    return data;
}

} // namespace

void TestMarkdownView::setMarkdown_shortText_isReadyAtOnce()
{
    MarkdownView view(m_services);
    QSignalSpy ready(&view, &MarkdownView::ready);
    view.setMarkdown({.source = u"# Title\n\ntext"_s});
    QCOMPARE(ready.count(), 1);
    QVERIFY(view.isReady());
    QVERIFY(view.heightForWidth(400) > 40);
    QVERIFY(view.heightForWidth(400) < 200);
}

void TestMarkdownView::setMarkdown_longText_isReadyLater()
{
    MarkdownView view(m_services);
    view.resize(400, 100);
    QSignalSpy ready(&view, &MarkdownView::ready);
    QSignalSpy height(&view, &MarkdownView::heightChanged);
    view.setMarkdown({.source = u"word *word* `word`\n\n"_s.repeated(2000)});
    QCOMPARE(ready.count(), 0);
    QVERIFY(!view.isReady());
    QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, patience);
    QCOMPARE(height.count(), 1);
    QVERIFY(view.heightForWidth(400) > 10'000);
    QVERIFY(view.toPlainText().contains(u"word word word"_s));
}

void TestMarkdownView::setMarkdown_again_dropsWhatWasInWork()
{
    MarkdownView view(m_services);
    QSignalSpy ready(&view, &MarkdownView::ready);
    view.setMarkdown({.source = u"old text\n\n"_s.repeated(5000)});
    view.setMarkdown({.source = u"new text\n\n"_s.repeated(2000)});
    QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, patience);
    QVERIFY(view.toPlainText().startsWith(u"new"_s));
    view.setMarkdown({.source = u"old text\n\n"_s.repeated(5000)});
    view.setMarkdown({.source = u"short"_s});
    m_services.pool->waitForDone();
    QCoreApplication::processEvents();
    QCOMPARE(view.toPlainText(), u"short"_s);
    {
        MarkdownView gone(m_services);
        gone.setMarkdown({.source = u"old text\n\n"_s.repeated(5000)});
    }
    m_services.pool->waitForDone();
    QCoreApplication::processEvents();
}

void TestMarkdownView::setMarkdown_formula_growsOnceItIsReady()
{
    MarkdownView view(m_services);
    view.resize(400, 100);
    view.show();
    QSignalSpy height(&view, &MarkdownView::heightChanged);
    view.setMarkdown(
        {.source = u"$$\\frac{\\frac{\\frac{a}{b}}{c}}{\\frac{\\frac{a}{b}}{c}}$$ text $\\bad$"_s});
    const int before = view.heightForWidth(400);
    QTRY_COMPARE_WITH_TIMEOUT(height.count(), 1, patience);
    QVERIFY(view.heightForWidth(400) > before);
    QCOMPARE(view.height(), 100); // it asks, and never resizes itself
}

void TestMarkdownView::setMarkdown_knownFormula_isThereAtOnce()
{
    const QString source = u"text $\\sqrt{\\frac{1}{7}}$ text"_s;
    MarkdownView first(m_services), second(m_services);
    first.setMarkdown({.source = source});
    const auto done = [&] { return m_mathematics.find(formulaKeys(findMath(source), {})[0]) != nullptr; };
    QTRY_VERIFY_WITH_TIMEOUT(done(), patience);
    QCoreApplication::processEvents();
    QSignalSpy height(&second, &MarkdownView::heightChanged);
    second.setMarkdown({.source = source});
    QCOMPARE(second.heightForWidth(300), first.heightForWidth(300));
    QCoreApplication::processEvents();
    QCOMPARE(height.count(), 0);
}

void TestMarkdownView::setMarkdown_picture_keepsItsHeightWhileItComes()
{
    MarkdownView view(m_services);
    view.resize(400, 100);
    view.show();
    QSignalSpy ready(&view, &MarkdownView::ready);
    const auto red = [&] { return view.grab().toImage().pixelColor(20, 20) == QColor(Qt::red); };
    view.setMarkdown({.source = u"![](attachment:x.png)"_s,
                      .attachments = notebook::RawJson(R"({"x.png": {"image/png": ")" +
                                                       png(200, 90).toBase64() + R"("}})")});
    QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, patience);
    const int height = view.heightForWidth(400);
    QVERIFY(height >= 90 && height < 130);
    QSignalSpy changed(&view, &MarkdownView::heightChanged);
    QTRY_VERIFY_WITH_TIMEOUT(red(), patience);
    QCOMPARE(changed.count(), 0);
    QVERIFY(view.heightForWidth(100) < 75); // it fits the width
}

void TestMarkdownView::wideCode_wraps_data()
{
    QTest::addColumn<QString>("source");
    const QString words = u"value = some_function(argument, other) + "_s.repeated(8), letters(400, u'a');
    for (const auto& [name, line] : {std::pair{"words", words}, {"one word", letters}}) {
        QTest::addRow("fenced, %s", name) << u"```\n%1\n```"_s.arg(line);
        QTest::addRow("in a list, %s", name) << u"- item\n\n      %1"_s.arg(line);
        QTest::addRow("HTML, %s", name) << u"<pre>%1</pre>"_s.arg(line);
        // Long enough for a worker to lay it out.
        QTest::addRow("long, %s", name) << u"```\n%1\n```\n\n"_s.arg(line) + u"text "_s.repeated(2000);
    }
}

void TestMarkdownView::wideCode_wraps()
{
    QFETCH(const QString, source);
    MarkdownView view(m_services);
    view.resize(400, 100);
    view.show();
    view.setMarkdown({.source = source});
    QTRY_VERIFY(view.isReady());
    (void)view.heightForWidth(400);
    int lines = 0;
    for (QTextBlock block = view.document()->begin(); block.isValid(); block = block.next()) {
        const QTextLayout& layout = *block.layout();
        for (int i = 0; i < layout.lineCount(); ++i, ++lines)
            QVERIFY(layout.position().x() + layout.lineAt(i).x() + layout.lineAt(i).naturalTextWidth() <=
                    400);
    }
    QVERIFY(lines > 5);
}

void TestMarkdownView::wideFormula_isDrawnWhole_data()
{
    QTest::addColumn<QString>("source");
    const QString sum = u"x_{0}"_s + u" + x_{0}"_s.repeated(30) + u"\\Bigg\\vert"_s;
    QTest::newRow("display") << u"$$"_s + sum + u"$$"_s;
    QTest::newRow("with a number") << u"$$"_s + sum + u"\\tag{1}$$"_s;
    QTest::newRow("in a line") << u"$"_s + sum + u"$"_s;
}

void TestMarkdownView::wideFormula_isDrawnWhole()
{
    QFETCH(const QString, source);
    MarkdownView view(m_services);
    view.resize(400, 60);
    view.show();
    view.setMarkdown({.source = source});
    const auto done = [&] { return m_mathematics.find(formulaKeys(findMath(source), {})[0]) != nullptr; };
    QTRY_VERIFY_WITH_TIMEOUT(done(), patience);
    constexpr int higherThanLetters = 10; // pixels; the bar at its end is 16, scaled
    const auto showsTheEnd = [&] {
        view.resize(400, view.heightForWidth(400));
        const QImage image = view.grab().toImage();
        const QRgb page = image.pixel(0, image.height() - 1);
        for (int x = image.width() / 2; x < image.width(); ++x) {
            int ink = 0;
            for (int y = 0; y < image.height(); ++y)
                ink += image.pixel(x, y) != page ? 1 : 0;
            if (ink > higherThanLetters) return true;
        }
        return false;
    };
    QTRY_VERIFY(showsTheEnd());
    QVERIFY(view.document()->size().width() <= 400);
}

void TestMarkdownView::clearMarkdown_leavesNothing()
{
    MarkdownView view(m_services);
    view.setMarkdown({.source = u"text $never$ [a](b)"_s, .folder = u"/somewhere"_s});
    view.selectAll();
    view.clearMarkdown();
    QCOMPARE(view.toPlainText(), QString());
    QVERIFY(!view.textCursor().hasSelection());
    QVERIFY(view.markdown().folder.isEmpty());
}

void TestMarkdownView::blankText_showsTheHint()
{
    MarkdownView view(m_services);
    view.resize(400, 30);
    view.setMarkdown({.source = u"  \n"_s});
    const QImage hinted = view.grab().toImage();
    view.setHint({});
    QVERIFY(view.grab().toImage() != hinted);
    QVERIFY(view.heightForWidth(400) > 10);
}

void TestMarkdownView::appearance_changed_isFollowed()
{
    MarkdownView view(m_services);
    view.setMarkdown({.source = u"text"_s});
    const int before = view.heightForWidth(400);
    m_appearance.setZoom(2);
    QVERIFY(view.heightForWidth(400) > before * 1.7);
    m_appearance.setZoom(1);
    QCOMPARE(view.heightForWidth(400), before);
}

void TestMarkdownView::keys_notItsOwn_goToTheParent()
{
    Parent parent;
    MarkdownView view(m_services, &parent);
    view.setMarkdown({.source = u"text"_s});
    QTest::keyClick(&view, Qt::Key_J);
    QTest::keyClick(&view, Qt::Key_Down);
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(parent.keys, 3);
    QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
    QVERIFY(!view.textCursor().hasSelection());
}

void TestMarkdownView::wheel_goesToTheParent()
{
    Parent parent;
    parent.resize(300, 50);
    MarkdownView view(m_services, &parent);
    view.resize(300, 50);
    view.setMarkdown({.source = u"text\n\n"_s.repeated(50)});
    parent.show();
    QWheelEvent wheel({10, 10}, view.mapToGlobal(QPointF(10, 10)), {}, {0, -120}, Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(view.viewport(), &wheel);
    QVERIFY(!wheel.isAccepted() || parent.wheels == 1);
    QCOMPARE(view.verticalScrollBar()->value(), 0);
}

void TestMarkdownView::doubleClick_requestsEditing()
{
    MarkdownView view(m_services);
    view.resize(300, 50);
    view.setMarkdown({.source = u"text"_s});
    QSignalSpy edit(&view, &MarkdownView::editRequested);
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, {10, 10});
    QCOMPARE(edit.count(), 1);
}

void TestMarkdownView::links_byMouseAndKeyboard_areAnnounced()
{
    MarkdownView view(m_services);
    view.resize(300, 50);
    view.setMarkdown({.source = u"[link link](#There)"_s});
    view.show();
    QSignalSpy link(&view, &MarkdownView::linkActivated);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {20, 10});
    QCOMPARE(link.count(), 1);
    QCOMPARE(link[0][0].toUrl().fragment(), u"There"_s);
    QVERIFY(view.toPlainText().contains(u"link"_s)); // it did not go there by itself
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Tab);
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(link.count(), 2);
}

void TestMarkdownView::copy_selection_givesTexOfFormulas()
{
    MarkdownView view(m_services);
    view.setMarkdown({.source = u"a *b* $x_1$"_s});
    view.selectAll();
    view.copy();
    QCOMPARE(QGuiApplication::clipboard()->text(), u"a b $x_1$"_s);
}

void TestMarkdownView::anchorTop_ofHeading_isFound()
{
    MarkdownView view(m_services);
    view.setMarkdown({.source = u"text\n\n## A Heading\n"_s});
    QVERIFY(view.anchorTop(u"A-Heading"_s).value_or(0) > 10);
    QVERIFY(!view.anchorTop(u"none"_s));
}

QTEST_MAIN(TestMarkdownView)
#include "tst_markdownview.moc"
