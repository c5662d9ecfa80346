// SPDX-License-Identifier: GPL-3.0-or-later
// Marks of a search on the page: in sources, rendered text and outputs.
#include <tests/widgets/notebookstage.h>

#include <widgets/markdown/markdownview.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/findbar.h>
#include <widgets/notebook/findcontroller.h>
#include <widgets/outputs/outputarea.h>
#include <widgets/outputs/textoutput.h>

#include <QLineEdit>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>

#include <algorithm>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

struct SearchStage : NotebookStage {
    using NotebookStage::NotebookStage;

    void find(const QString& text)
    {
        page.perform(u"edit.find"_s);
        QToolButton* everywhere = button(u"In outputs, too"_s);
        if (!everywhere->isChecked()) everywhere->click();
        field()->clear();
        QTRY_VERIFY(field()->hasFocus());
        type(text);
        QTRY_COMPARE(page.finder().matches().size(), size_t(count(text)));
    }
    void next() { QTest::keyClick(field(), Qt::Key_Return); }
    [[nodiscard]] QLineEdit* field() { return page.findChild<FindBar*>()->findChildren<QLineEdit*>().at(0); }
    [[nodiscard]] QToolButton* button(const QString& name)
    {
        const auto buttons = page.findChild<FindBar*>()->findChildren<QToolButton*>();
        return *std::ranges::find(buttons, name, &QToolButton::accessibleName);
    }
    /// Of the finder, once it is done.
    [[nodiscard]] qsizetype count(const QString& text)
    {
        const auto expression = searchExpression({.text = text}).value();
        std::vector<notebook::Cell> cells;
        for (int i = 0; i < notebook().cellCount(); ++i)
            cells.push_back(notebook().cellAt(i));
        return qsizetype(findMatches(cells, expression, true).size());
    }
    [[nodiscard]] int marks(int index) { return pixels(index, appearance.theme().match); }
    [[nodiscard]] int currentMarks(int index) { return pixels(index, appearance.theme().currentMatch); }
    /// As many of a cell are of this colour.
    [[nodiscard]] int pixels(int index, const QColor& colour)
    {
        CellWidget* shown = widget(index);
        if (!shown) return 0;
        const QImage image = shown->grab().toImage().convertToFormat(QImage::Format_RGB32);
        int count = 0;
        for (int y = 0; y < image.height(); ++y) {
            const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
            count += int(std::count(line, line + image.width(), colour.rgb()));
        }
        return count;
    }
    [[nodiscard]] bool hasBoth(int index) { return marks(index) > 20 && currentMarks(index) > 20; }
    [[nodiscard]] bool hasNone(int index) { return marks(index) == 0 && currentMarks(index) == 0; }
    [[nodiscard]] MarkdownView* rendered(int index) { return widget(index)->findChild<MarkdownView*>(); }
    void display(int index, const nlohmann::json& bundle)
    {
        notebook().appendOutput(
            key(index),
            {{"output_type", "display_data"}, {"metadata", nlohmann::json::object()}, {"data", bundle}});
    }
};

QString lines(int count, const QHash<int, QString>& special)
{
    QString text;
    for (int i = 0; i < count; ++i)
        text += special.value(i, u"line %1"_s.arg(i)) + u'\n';
    return text;
}

QStringList shownMarks(const MarkdownView& view)
{
    QStringList texts;
    for (const TextRange& range : view.matches().ranges)
        texts += view.toPlainText().sliced(range.start, range.length);
    return texts;
}

const auto dataFrame =
    "<div><style scoped>.dataframe {}</style><table border=\"1\" class=\"dataframe\"><thead><tr><th></th>"
    "<th>city</th><th>rain</th></tr></thead><tbody><tr><th>0</th><td>Lyon</td><td>831</td></tr><tr><th>1</th>"
    "<td>Lyonnais</td><td>12</td></tr></tbody></table></div>";

} // namespace

class TestNotebookSearch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void replaceAll_duringSearch_replacesWhatItFinds();
    void replaceAll_queryChangedMeanwhile_doesNothing();
    void markdown_rendered_isMarkedAndStaysRendered();
    void markdown_unlikeItsSource_marksTheRightOne();
    void markdown_foundInAnAddress_hasNoCurrent();
    void markdown_formula_isMarkedWhole();
    void stream_bounded_isScrolledInside();
    void stream_grows_isMarkedAgain();
    void outputs_everyKind_isMarked_data();
    void outputs_everyKind_isMarked();
    void outputs_beyondTheLimit_areShown();
    void traceback_rule_doesNotShiftMarks();
    void pool_reusedWidgets_haveTheirOwnMarks();
    void folded_current_isUnfolded();
};

void TestNotebookSearch::replaceAll_duringSearch_replacesWhatItFinds()
{
    SearchStage stage({u"cat"_s, u"dog"_s, u"cats"_s});
    QVERIFY(stage.page.perform(u"edit.replace"_s));
    auto* bar = stage.page.findChild<FindBar*>();
    bar->findChildren<QLineEdit*>().at(1)->setText(u"bird"_s);
    stage.field()->setText(u"cat"_s);
    QVERIFY(stage.page.finder().matches().empty()); // a worker looks
    Q_EMIT bar->replaceAllRequested();
    QTRY_COMPARE(stage.sources(), (QStringList{u"bird"_s, u"dog"_s, u"birds"_s}));
}

void TestNotebookSearch::replaceAll_queryChangedMeanwhile_doesNothing()
{
    SearchStage stage({u"cat"_s, u"dog"_s, u"cats"_s});
    QVERIFY(stage.page.perform(u"edit.replace"_s));
    auto* bar = stage.page.findChild<FindBar*>();
    bar->findChildren<QLineEdit*>().at(1)->setText(u"bird"_s);
    stage.field()->setText(u"cat"_s);
    Q_EMIT bar->replaceAllRequested();
    stage.field()->setText(u"dog"_s);
    QTRY_COMPARE(stage.page.finder().matches().size(), size_t(1));
    QCOMPARE(stage.sources(), (QStringList{u"cat"_s, u"dog"_s, u"cats"_s}));
}

void TestNotebookSearch::markdown_rendered_isMarkedAndStaysRendered()
{
    SearchStage stage({u"x = 1"_s, u"# The **cat** and the cat\n\nNo dog."_s, u"cat = 2"_s});
    stage.find(u"cat"_s);
    QCOMPARE(shownMarks(*stage.rendered(1)), (QStringList{u"cat"_s, u"cat"_s}));
    QCOMPARE(stage.rendered(1)->matches().current, 0);
    QVERIFY(stage.hasBoth(1));
    stage.next();
    QCOMPARE(stage.rendered(1)->matches().current, 1);
    QCOMPARE(stage.page.selection().activeIndex(), 1);
    QVERIFY(!stage.widget(1)->isEditing());
    QVERIFY(stage.field()->hasFocus());
    QCOMPARE(stage.field()->text(), u"cat"_s);
    stage.press(Qt::Key_Escape);
    QVERIFY(stage.hasNone(1));
    QVERIFY(stage.rendered(1)->matches().ranges.empty());
}

void TestNotebookSearch::markdown_unlikeItsSource_marksTheRightOne()
{
    SearchStage stage(
        {u"# Title\n\n[one](http://mark.example) first mark here, ![mark](x.png) then *mark* there"_s});
    stage.find(u"mark"_s);
    QTRY_VERIFY(stage.rendered(0)->isReady());
    QCOMPARE(stage.page.finder().matches().size(), size_t(4));
    QCOMPARE(stage.rendered(0)->matches().ranges.size(), size_t(2));
    stage.next();
    const auto behind = [&] {
        const RenderedMatches& matches = stage.rendered(0)->matches();
        return matches.current < 0 ? QString()
                                   : stage.rendered(0)->toPlainText().sliced(
                                         matches.ranges[size_t(matches.current)].end(), 5);
    };
    QCOMPARE(behind(), u" here"_s);
    stage.next();
    stage.next();
    QCOMPARE(behind(), u" ther"_s);
}

void TestNotebookSearch::markdown_foundInAnAddress_hasNoCurrent()
{
    SearchStage stage(
        {u"# Title\n\n[the text](http://mark.example/path) and far away stands another mark"_s});
    stage.find(u"mark"_s);
    QCOMPARE(shownMarks(*stage.rendered(0)), QStringList{u"mark"_s});
    QCOMPARE(stage.rendered(0)->matches().current, -1);
    stage.next();
    QCOMPARE(stage.rendered(0)->matches().current, 0);
}

void TestNotebookSearch::markdown_formula_isMarkedWhole()
{
    SearchStage stage({u"# Formula\n\nThe angle $\\alpha + 1$ is an alpha."_s});
    stage.find(u"alpha"_s);
    QCOMPARE(stage.rendered(0)->matches().ranges.size(), size_t(2));
    QCOMPARE(stage.rendered(0)->matches().ranges[0].length, 1);
    QVERIFY(stage.hasBoth(0));
}

void TestNotebookSearch::stream_bounded_isScrolledInside()
{
    SearchStage stage({u"print()"_s, u"# end"_s});
    stage.notebook().appendStream(stage.key(0), u"stdout"_s,
                                  lines(1000, {{3, u"a needle"_s}, {900, u"a \x1b[31mneed\x1b[0mle"_s}}));
    stage.find(u"needle"_s);
    QTRY_VERIFY(stage.currentMarks(0) > 20);
    stage.next();
    QCOMPARE(stage.marks(0), 0); // the first one was scrolled out of sight
    QVERIFY(stage.currentMarks(0) > 20);
    auto* terminal = stage.widget(0)->findChild<TerminalText*>();
    QVERIFY(terminal->scrollOffset() > 5000);
    const QRect place = stage.widget(0)->revealMatch();
    QVERIFY(stage.view().viewport()->rect().contains(place.translated(stage.widget(0)->pos())));
    QVERIFY(terminal->rect().contains(terminal->mapFrom(stage.widget(0), place.center())));
    stage.press(Qt::Key_Escape);
    QVERIFY(stage.hasNone(0));
}

void TestNotebookSearch::stream_grows_isMarkedAgain()
{
    SearchStage stage({u"print()"_s});
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, u"a needle\n"_s);
    stage.find(u"needle"_s);
    QTRY_VERIFY(stage.currentMarks(0) > 20);
    QCOMPARE(stage.marks(0), 0);
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, u"another needle\n"_s);
    QTRY_VERIFY(stage.hasBoth(0));
    stage.notebook().clearOutputs(std::vector{stage.key(0)});
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, u"nothing\n"_s);
    QTRY_VERIFY(stage.hasNone(0));
}

void TestNotebookSearch::outputs_everyKind_isMarked_data()
{
    QTest::addColumn<QString>("mimeType");
    QTest::addColumn<QString>("data");
    QTest::newRow("plain text") << u"text/plain"_s << u"Lyon\nLyonnais"_s;
    QTest::newRow("table") << u"text/html"_s << QString::fromLatin1(dataFrame);
    QTest::newRow("HTML") << u"text/html"_s << u"<h3>Lyon</h3><script>Lyon</script><p>the <b>Lyon</b>nais"_s;
    QTest::newRow("Markdown") << u"text/markdown"_s << u"**Lyon**\n\nand Lyonnais"_s;
}

void TestNotebookSearch::outputs_everyKind_isMarked()
{
    QFETCH(const QString, mimeType);
    QFETCH(const QString, data);
    SearchStage stage({u"show()"_s});
    stage.display(0, {{mimeType.toStdString(), data.toStdString()}, {"text/plain", "Lyon Lyonnais"}});
    if (mimeType == "text/plain"_L1) stage.display(0, {{"text/plain", data.toStdString()}});
    stage.find(u"lyon"_s);
    QTRY_VERIFY(stage.hasBoth(0));
    const QImage first = stage.widget(0)->grab().toImage();
    stage.next();
    QVERIFY(stage.hasBoth(0));
    QVERIFY(stage.widget(0)->grab().toImage() != first);
    stage.press(Qt::Key_Escape);
    QVERIFY(stage.hasNone(0));
}

void TestNotebookSearch::outputs_beyondTheLimit_areShown()
{
    SearchStage stage({u"show()"_s});
    for (int i = 0; i < 2 * OutputArea::mostOutputs + 30; ++i)
        stage.display(0, {{"text/plain", i == 2 * OutputArea::mostOutputs + 10 ? "needle" : "hay"}});
    stage.find(u"needle"_s);
    QTRY_VERIFY(stage.currentMarks(0) > 20);
    const QRect place = stage.widget(0)->revealMatch().translated(stage.widget(0)->pos());
    QVERIFY(stage.view().viewport()->rect().contains(place.center()));
}

void TestNotebookSearch::traceback_rule_doesNotShiftMarks()
{
    SearchStage stage({u"1/0"_s});
    stage.notebook().appendOutput(stage.key(0), {{"output_type", "error"},
                                                 {"ename", "ZeroDivisionError"},
                                                 {"evalue", "division by zero"},
                                                 {"traceback",
                                                  {"\x1b[31m----------------------------------------\x1b[39m",
                                                   "Cell In[3], line 2\n      1 x = 0\n----> 2 1/x",
                                                   "\x1b[31mZeroDivisionError\x1b[39m: division by zero"}}});
    stage.find(u"line 2"_s);
    QCOMPARE(stage.page.finder().matches().front().line, 0);
    QTRY_VERIFY(stage.currentMarks(0) > 20);
    auto* terminal = stage.widget(0)->findChild<TerminalText*>();
    QVERIFY(terminal->revealMatch().top() < 10);
}

void TestNotebookSearch::pool_reusedWidgets_haveTheirOwnMarks()
{
    QStringList sources;
    for (int i = 0; i < 300; ++i)
        sources += i % 3 == 1 ? u"# Text %1"_s.arg(i) : u"cell %1"_s.arg(i);
    SearchStage stage(sources);
    for (int i = 0; i < 300; i += 3)
        stage.display(i, {{"text/plain", i % 6 == 0 ? "needle" : "hay"}});
    stage.notebook().setSource(stage.key(1), u"# needle"_s);
    stage.find(u"needle"_s);
    QScrollBar* bar = stage.view().verticalScrollBar();
    for (const int value : {bar->maximum(), 0, bar->maximum() / 3, bar->maximum() / 2, 0}) {
        bar->setValue(value);
        for (int i = 0; i < 300; ++i) {
            if (!stage.widget(i)) continue;
            const bool found = i % 6 == 0 || i == 1;
            QVERIFY2((stage.marks(i) + stage.currentMarks(i) > 20) == found, qPrintable(QString::number(i)));
        }
    }
}

void TestNotebookSearch::folded_current_isUnfolded()
{
    SearchStage stage({u"a"_s, u"b"_s, u"needle"_s});
    stage.display(1, {{"text/plain", "needle"}});
    setFolded(stage.notebook(), stage.key(1), Fold::Outputs, true);
    setFolded(stage.notebook(), stage.key(2), Fold::Source, true);
    stage.find(u"needle"_s);
    QTRY_VERIFY(stage.currentMarks(1) > 20);
    stage.next();
    QVERIFY(stage.widget(2)->editor());
    QVERIFY(stage.field()->hasFocus());
}

QTEST_MAIN(TestNotebookSearch)
#include "tst_notebooksearch.moc"
