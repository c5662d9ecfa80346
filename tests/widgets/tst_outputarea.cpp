// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/imageoutput.h>
#include <widgets/outputs/noteoutput.h>
#include <widgets/outputs/textoutput.h>

#include "outputtesting.h"

#include <QAccessible>
#include <QBuffer>
#include <QClipboard>
#include <QImage>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using nlohmann::json;
using notebook::Output;

namespace {

constexpr int width = 700;

std::string numbered(int lines)
{
    std::string text;
    for (int i = 0; i < lines; ++i)
        text += "line " + std::to_string(i) + "\n";
    return text;
}

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

/// A short line and one of 303 columns.
std::string wideText()
{
    return u"short\n%1END\n"_s.arg(QString(300, u'a')).toStdString();
}

json error(const std::string& name, const std::string& value, const json& traceback)
{
    return {{"output_type", "error"}, {"ename", name}, {"evalue", value}, {"traceback", traceback}};
}

} // namespace

class TestOutputArea : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void setOutputs_otherContents_leaveNothingOfTheOld();
    void setOutputs_sameKinds_reuseWidgets();
    void setOutputs_longText_isBoundedAndCanBeShownWhole();
    void expanded_otherOutputsBetween_isRemembered();
    void updateOutputs_streamGrows_isFollowedAtItsEnd();
    void updateOutputs_readerScrolledUp_staysThere();
    void updateOutputs_outputsGone_areRemoved();
    void wheel_withoutRest_isTheNotebooks();
    void keys_selectAndCopy();
    void error_traceback_leadsToItsLine();
    void choice_scriptOnly_saysSoCalmly();
    void choice_registeredLater_isTaken();
    void manyOutputs_first_areShown();
    void menu_everyOutput_hasOne();
    void names_everyOutput_hasOne();
    void matches_current_comesIntoSight();
    void wrapping_off_scrollsSideways();
    void wrapping_off_matchComesIntoSight();

private:
    void show(const std::vector<Output>& outputs);
    [[nodiscard]] TextOutput* textAt(int index) const;

    std::unique_ptr<OutputStage> m_stage;
    std::unique_ptr<OutputArea> m_area;
};

void TestOutputArea::init()
{
    m_stage = std::make_unique<OutputStage>();
    m_area = std::make_unique<OutputArea>(m_stage->services);
    m_area->resize(width, 10);
    m_area->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_area.get()));
    connect(m_area.get(), &OutputArea::heightChanged, m_area.get(),
            [this] { m_area->resize(width, m_area->heightForWidth(width)); });
}

void TestOutputArea::cleanup()
{
    m_area.reset();
    m_stage.reset();
}

void TestOutputArea::show(const std::vector<Output>& outputs)
{
    m_area->setOutputs(outputs);
    m_area->resize(width, m_area->heightForWidth(width));
}

TextOutput* TestOutputArea::textAt(int index) const
{
    return qobject_cast<TextOutput*>(m_area->widgetOf(index));
}

void TestOutputArea::setOutputs_otherContents_leaveNothingOfTheOld()
{
    show({savedStream("a\nb\n"), outputOf(error("E", "x", {"t"}))});
    QVERIFY(m_area->heightForWidth(width) > 0);
    show({});
    QCOMPARE(m_area->heightForWidth(width), 0);
    for (const QObject* child : m_area->children()) {
        if (const auto* widget = qobject_cast<const QWidget*>(child)) QVERIFY(widget->isHidden());
    }
    show({savedStream("c")});
    QCOMPARE(textAt(0)->terminal().text()->buffer().lineCount(), 1);
    QCOMPARE(m_area->heightForWidth(width), textAt(0)->terminal().heightOfRows(1));
}

void TestOutputArea::setOutputs_sameKinds_reuseWidgets()
{
    show({savedStream("a"), savedStream("b")});
    const QSet<OutputWidget*> before{m_area->widgetOf(0), m_area->widgetOf(1)};
    show({savedStream("c"), savedStream("d")});
    QCOMPARE((QSet<OutputWidget*>{m_area->widgetOf(0), m_area->widgetOf(1)}), before);
}

void TestOutputArea::setOutputs_longText_isBoundedAndCanBeShownWhole()
{
    show({savedStream(numbered(1000))});
    const TextOutput* text = textAt(0);
    const int bounded = m_area->heightForWidth(width);
    QVERIFY(bounded < text->terminal().heightOfRows(BoundedOutput::boundRows + 4));
    const auto buttons = text->findChildren<QToolButton*>();
    const auto all = std::ranges::find(buttons, u"Show all"_s, &QToolButton::text);
    QVERIFY(all != buttons.end());
    QTest::mouseClick(*all, Qt::LeftButton);
    QVERIFY(m_area->heightForWidth(width) > text->terminal().heightOfRows(1000));
    QCOMPARE(m_area->height(), m_area->heightForWidth(width));
    QTest::mouseClick(*all, Qt::LeftButton);
    QCOMPARE(m_area->heightForWidth(width), bounded);
}

void TestOutputArea::expanded_otherOutputsBetween_isRemembered()
{
    const Output longText = savedStream(numbered(100)), other = savedStream(numbered(100));
    show({longText});
    textAt(0)->setExpanded(true);
    show({other});
    QVERIFY(!textAt(0)->isExpanded());
    show({longText});
    QVERIFY(textAt(0)->isExpanded());
}

void TestOutputArea::updateOutputs_streamGrows_isFollowedAtItsEnd()
{
    notebook::StreamText stream = notebook::StreamText().appended(numbered(3));
    show({liveStream(stream)});
    const OutputWidget* widget = m_area->widgetOf(0);
    for (int i = 0; i < 100; ++i) {
        stream = stream.appended(numbered(10));
        m_area->updateOutputs({liveStream(stream)}, 0);
    }
    QCOMPARE(m_area->widgetOf(0), widget);
    QCOMPARE(textAt(0)->terminal().text()->buffer().lineCount(), 1003);
    QVERIFY(textAt(0)->terminal().scrollOffset() > 0);
    QVERIFY(textAt(0)->terminal().isAtEnd());
}

void TestOutputArea::updateOutputs_readerScrolledUp_staysThere()
{
    notebook::StreamText stream = notebook::StreamText().appended(numbered(200));
    show({liveStream(stream)});
    QVERIFY(textAt(0)->terminal().isAtEnd());
    textAt(0)->terminal().setScrollOffset(50);
    stream = stream.appended(numbered(100));
    m_area->updateOutputs({liveStream(stream)}, 0);
    QCOMPARE(textAt(0)->terminal().scrollOffset(), 50);
}

void TestOutputArea::updateOutputs_outputsGone_areRemoved()
{
    show({savedStream("a"), savedStream("b"), savedStream("c")});
    m_area->updateOutputs({savedStream("a")}, 1);
    QVERIFY(m_area->widgetOf(1) == nullptr);
    QCOMPARE(m_area->heightForWidth(width), textAt(0)->terminal().heightOfRows(1));
}

void TestOutputArea::wheel_withoutRest_isTheNotebooks()
{
    show({savedStream(numbered(1000))});
    TerminalText& terminal = textAt(0)->terminal();
    const auto turn = [&](int angle) {
        QWheelEvent event(QPointF(50, 50), terminal.mapToGlobal(QPointF(50, 50)), {}, QPoint(0, angle),
                          Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&terminal, &event);
        return event.isAccepted();
    };
    QEnterEvent enter(QPointF(50, 50), QPointF(50, 50), QPointF(50, 50));
    QApplication::sendEvent(&terminal, &enter);
    QVERIFY(!turn(-120));
    QCOMPARE(terminal.scrollOffset(), 0);
    terminal.setFocus();
    QVERIFY(turn(-120));
    QVERIFY(terminal.scrollOffset() > 0);
    terminal.setScrollOffset(0);
    QVERIFY(!turn(120)); // at its end: the notebook goes on
}

void TestOutputArea::keys_selectAndCopy()
{
    show({savedStream("one \x1b[31mtwo\x1b[0m\nthree\n")});
    TerminalText& terminal = textAt(0)->terminal();
    terminal.setFocus();
    QTest::keyClick(&terminal, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(&terminal, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), u"one two\nthree"_s);
    QTest::mouseClick(&terminal, Qt::LeftButton, {}, QPoint(5, 8));
    QVERIFY(!terminal.hasSelection());
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(&terminal, Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(&terminal, Qt::Key_Down, Qt::ShiftModifier);
    terminal.copy();
    QCOMPARE(QApplication::clipboard()->text(), u"one two\nthr"_s);
    QTest::mouseDClick(&terminal, Qt::LeftButton, {}, QPoint(60, 8));
    terminal.copy();
    QCOMPARE(QApplication::clipboard()->text(), u"two"_s);
}

void TestOutputArea::error_traceback_leadsToItsLine()
{
    show({outputOf(
        error("ZeroDivisionError", "division by zero",
              {"\x1b[31m-----------------\x1b[39m", "Cell In[3], line 2\n      1 x = 0\n----> 2 1/x",
               "ZeroDivisionError: division by zero"}))});
    QSignalSpy activated(m_area.get(), &OutputArea::sourceLineActivated);
    TerminalText& terminal = textAt(0)->terminal();
    QCOMPARE(terminal.text()->buffer().line(0).text, u"Cell In[3], line 2"_s);
    QTest::mouseMove(&terminal, QPoint(30, 10));
    QTest::mouseClick(&terminal, Qt::LeftButton, {}, QPoint(30, 10));
    QCOMPARE(activated.count(), 1);
    QCOMPARE(activated.front().at(0).toInt(), 3);
    QCOMPARE(activated.front().at(1).toInt(), 2);
    QCOMPARE(textAt(0)->accessibleName(), u"Error output: ZeroDivisionError: division by zero"_s);
}

void TestOutputArea::choice_scriptOnly_saysSoCalmly()
{
    show({display({{"application/javascript", "alert(1)"}})});
    QVERIFY(qobject_cast<NoteOutput*>(m_area->widgetOf(0)));
    QVERIFY(m_area->widgetOf(0)->accessibleName().contains(u"application/javascript"));
    show({display(
        {{"application/vnd.jupyter.widget-view+json", {{"model_id", "x"}}}, {"text/plain", "IntSlider()"}})});
    QVERIFY(textAt(0));
    QVERIFY(m_area->heightForWidth(width) > textAt(0)->terminal().heightOfRows(1));
    show({display(json::object())});
    QCOMPARE(m_area->heightForWidth(width), 0);
}

void TestOutputArea::choice_registeredLater_isTaken()
{
    class Own : public NoteOutput {
    public:
        Own(OutputServices& services, QWidget* parent) : NoteOutput(services, Purpose::File, parent) {}
    };
    m_stage->registry.add(u"text/latex"_s, [](OutputServices& services, QWidget* parent) -> OutputWidget* {
        return new Own(services, parent);
    });
    show({display({{"text/plain", "x"}, {"text/latex", "$x$"}})});
    QVERIFY(dynamic_cast<Own*>(m_area->widgetOf(0)));
}

void TestOutputArea::manyOutputs_first_areShown()
{
    const std::vector<Output> outputs(250, savedStream("x\n"));
    show(outputs);
    QVERIFY(m_area->widgetOf(99));
    QVERIFY(!m_area->widgetOf(100));
    auto* more = m_area->findChild<QToolButton*>(QString(), Qt::FindDirectChildrenOnly);
    QCOMPARE(more->text(), u"Show 150 more outputs"_s);
    QTest::mouseClick(more, Qt::LeftButton);
    QVERIFY(m_area->widgetOf(199));
    m_area->updateOutputs(outputs, 250);
    QVERIFY(m_area->widgetOf(199));
}

void TestOutputArea::menu_everyOutput_hasOne()
{
    show({savedStream("a"),
          display({{"image/png", pngBase64({20, 20}, Qt::red)}, {"text/plain", "<Figure>"}})});
    QSignalSpy requested(m_area.get(), &OutputArea::contextMenuRequested);
    for (int i = 0; i < 2; ++i) {
        const QPoint at = m_area->outputRect(i).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, m_area->mapToGlobal(at));
        QApplication::sendEvent(m_area.get(), &event);
        QCOMPARE(requested.count(), i + 1);
        auto* menu = qvariant_cast<QMenu*>(requested.last().front());
        QVERIFY(menu->actions().size() >= 3);
        menu->close();
    }
}

void TestOutputArea::names_everyOutput_hasOne()
{
    show({savedStream("a"), savedStream("b", "stderr"), display({{"text/plain", "x"}}),
          display({{"application/pdf", "JVBERi0="}})});
    for (int i = 0; i < 4; ++i)
        QVERIFY(!m_area->widgetOf(i)->accessibleName().isEmpty());
    QVERIFY(m_area->widgetOf(3)->accessibleName().contains(u"application/pdf"));
}

void TestOutputArea::matches_current_comesIntoSight()
{
    show({savedStream(numbered(1000))});
    m_area->setMatches({{0, {{}, QRegularExpression(u"line"_s), {{500, 0, 4}, {700, 0, 4}}, 1}}});
    QCOMPARE(textAt(0)->terminal().scrollOffset(), 0);
    QVERIFY(textAt(0)->geometry().contains(m_area->revealMatch()));
    QVERIFY(textAt(0)->terminal().scrollOffset() > 5000);
    m_area->setMatches({});
    QVERIFY(m_area->revealMatch().isEmpty());
}

void TestOutputArea::wrapping_off_scrollsSideways()
{
    show({savedStream(wideText())});
    TerminalText& terminal = textAt(0)->terminal();
    const int wrapped = m_area->heightForWidth(m_area->width());
    QVERIFY(wrapped >= terminal.heightOfRows(3));
    QSignalSpy height(m_area.get(), &OutputArea::heightChanged);
    m_stage->appearance.setWrapsOutputs(false);
    QVERIFY(height.count() > 0);
    QVERIFY(m_area->heightForWidth(m_area->width()) < terminal.heightOfRows(3));
    m_area->resize(m_area->width(), m_area->heightForWidth(m_area->width()));
    const auto bars = terminal.findChildren<QScrollBar*>();
    const auto across = std::ranges::find(bars, Qt::Horizontal, &QScrollBar::orientation);
    QVERIFY(across != bars.end() && (*across)->isVisible());
    const QImage before = terminal.grab().toImage();
    (*across)->setValue((*across)->maximum());
    QVERIFY(terminal.grab().toImage() != before);
    // What is clicked is what is seen there.
    const int right = terminal.width() - 30;
    QTest::mouseDClick(&terminal, Qt::LeftButton, {}, {right, terminal.heightOfRows(1) + 4});
    terminal.copy();
    QTRY_VERIFY(QGuiApplication::clipboard()->text().endsWith("aEND"_L1));
    terminal.setFocus();
    QTest::keyClick(&terminal, Qt::Key_Left);
    QCOMPARE(terminal.firstColumn(), (*across)->maximum() - 2);
    m_stage->appearance.setWrapsOutputs(true);
    QCOMPARE(m_area->heightForWidth(m_area->width()), wrapped);
    QCOMPARE(terminal.firstColumn(), 0);
    QVERIFY(!(*across)->isVisible());
}

void TestOutputArea::wrapping_off_matchComesIntoSight()
{
    m_stage->appearance.setWrapsOutputs(false);
    show({savedStream(wideText())});
    m_area->setMatches({{0, {{}, QRegularExpression(u"END"_s), {{1, 300, 3}}, 0}}});
    QVERIFY(!m_area->revealMatch().isEmpty());
    const TerminalText& terminal = textAt(0)->terminal();
    QVERIFY(terminal.firstColumn() > 100 && terminal.firstColumn() <= 300);
}

QTEST_MAIN(TestOutputArea)
#include "tst_outputarea.moc"
