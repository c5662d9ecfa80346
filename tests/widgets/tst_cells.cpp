// SPDX-License-Identifier: GPL-3.0-or-later
// What stands behind the view of a notebook: heights, selection, actions, folding and search.
#include <core/notebook/reader.h>
#include <core/notebook/writer.h>
#include <widgets/notebook/cellactions.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/cellheights.h>
#include <widgets/notebook/cellselection.h>
#include <widgets/notebook/notebooksearch.h>

#include <nlohmann/json.hpp>

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include <numeric>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using notebook::CellContent;
using notebook::CellKey;
using notebook::CellType;
using notebook::Notebook;

namespace {

/// "# a" and other text that begins with # is Markdown, the rest code.
std::unique_ptr<Notebook> notebookOf(const QStringList& sources)
{
    auto notebook = std::make_unique<Notebook>(notebook::newNotebook());
    std::vector<CellContent> cells;
    for (const QString& source : sources)
        cells.push_back(
            {.type = source.startsWith(u'#') ? CellType::Markdown : CellType::Code, .source = source});
    notebook->insertCells(0, std::move(cells));
    return notebook;
}

QStringList sources(const Notebook& notebook)
{
    QStringList sources;
    for (int index = 0; index < notebook.cellCount(); ++index)
        sources += notebook.cellAt(index).source();
    return sources;
}

std::vector<notebook::Cell> cells(const Notebook& notebook)
{
    std::vector<notebook::Cell> cells;
    for (int index = 0; index < notebook.cellCount(); ++index)
        cells.push_back(notebook.cellAt(index));
    return cells;
}

} // namespace

class TestCells : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void heights_randomChanges_agreeWithSums();
    void selection_removal_activatesTheSuccessor_data();
    void selection_removal_activatesTheSuccessor();
    void selection_extend_keepsTheAnchor();
    void actions_insertMoveDuplicateRemove_andUndo();
    void actions_removeAll_leavesAnEmptyCell();
    void actions_moveTo_aGapOfTheSelection_doesNothing();
    void actions_heading_replacesMarks();
    void actions_copyAndPaste_keepOutputsAndPlainText();
    void folding_flags_areJupyterLabs();
    void folding_heading_hidesItsSection();
    void search_expressions_find_data();
    void search_expressions_find();
    void search_badExpression_saysWhere();
    void search_outputs_withoutEscapes();
    void replaceAll_groups_oneUndoStep();
};

void TestCells::heights_randomChanges_agreeWithSums()
{
    QRandomGenerator random(7);
    std::vector<int> plain(777);
    for (int& height : plain)
        height = random.bounded(4) == 0 ? 0 : random.bounded(200);
    CellHeights heights;
    heights.assign(plain);
    for (int round = 0; round < 2000; ++round) {
        const int index = random.bounded(int(plain.size()));
        plain[size_t(index)] = random.bounded(300);
        heights.set(index, plain[size_t(index)]);
        const int at = random.bounded(int(plain.size()) + 1);
        QCOMPARE(heights.top(at), std::accumulate(plain.begin(), plain.begin() + at, qint64(0)));
        const qint64 y = random.bounded(int(heights.total()));
        const int found = heights.indexAt(y);
        QVERIFY(heights.top(found) <= y);
        QVERIFY(heights.top(found + 1) > y);
    }
    QCOMPARE(heights.indexAt(-5), heights.indexAt(0));
    QCOMPARE(heights.indexAt(heights.total() + 9), heights.count() - 1);
    heights.assign({});
    QCOMPARE(heights.indexAt(0), -1);
}

void TestCells::selection_removal_activatesTheSuccessor_data()
{
    QTest::addColumn<QList<int>>("removed");
    QTest::addColumn<QString>("active");
    QTest::newRow("itself") << QList<int>{2} << u"d"_s;
    QTest::newRow("one before") << QList<int>{0} << u"c"_s;
    QTest::newRow("itself and the next") << QList<int>{2, 3} << u"e"_s;
    QTest::newRow("to the end") << QList<int>{2, 3, 4} << u"b"_s;
    QTest::newRow("before and itself") << QList<int>{1, 2} << u"d"_s;
}

void TestCells::selection_removal_activatesTheSuccessor()
{
    QFETCH(const QList<int>, removed);
    QFETCH(const QString, active);
    const auto notebook = notebookOf({u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s});
    CellSelection selection(*notebook);
    selection.select(2);
    std::vector<CellKey> keys;
    for (const int index : removed)
        keys.push_back(notebook->cellAt(index).key());
    notebook->removeCells(keys);
    QCOMPARE(notebook->cellAt(selection.activeIndex()).source(), active);
    QCOMPARE(selection.size(), 1);
}

void TestCells::selection_extend_keepsTheAnchor()
{
    const auto notebook = notebookOf({u"a"_s, u"b"_s, u"c"_s, u"d"_s});
    CellSelection selection(*notebook);
    QSignalSpy changed(&selection, &CellSelection::changed);
    selection.select(1);
    selection.extendTo(3);
    QCOMPARE(selection.firstIndex(), 1);
    QCOMPARE(selection.lastIndex(), 3);
    QCOMPARE(selection.activeIndex(), 3);
    selection.extendTo(0);
    QCOMPARE(selection.lastIndex(), 1);
    QVERIFY(selection.contains(0));
    QVERIFY(!selection.contains(2));
    QCOMPARE(changed.count(), 3);
    selection.select(0);
    selection.select(0);
    QCOMPARE(changed.count(), 4);
}

void TestCells::actions_insertMoveDuplicateRemove_andUndo()
{
    const auto notebook = notebookOf({u"a"_s, u"b"_s, u"c"_s});
    CellSelection selection(*notebook);
    CellActions actions(*notebook, selection);
    selection.select(1);
    actions.insertBelow();
    QCOMPARE(sources(*notebook), (QStringList{u"a"_s, u"b"_s, QString(), u"c"_s}));
    QCOMPARE(selection.activeIndex(), 2);
    actions.removeSelected();
    QCOMPARE(selection.activeIndex(), 2);
    selection.select(0);
    selection.extendTo(1);
    actions.moveSelected(1);
    QCOMPARE(sources(*notebook), (QStringList{u"c"_s, u"a"_s, u"b"_s}));
    QVERIFY(!actions.canMove(1));
    actions.duplicateSelected();
    QCOMPARE(sources(*notebook), (QStringList{u"c"_s, u"a"_s, u"b"_s, u"a"_s, u"b"_s}));
    QCOMPARE(selection.firstIndex(), 3);
    actions.moveSelectedTo(0);
    QCOMPARE(sources(*notebook), (QStringList{u"a"_s, u"b"_s, u"c"_s, u"a"_s, u"b"_s}));
    for (int step = 0; step < 5; ++step)
        notebook->undo();
    QCOMPARE(sources(*notebook), (QStringList{u"a"_s, u"b"_s, u"c"_s}));
}

void TestCells::actions_removeAll_leavesAnEmptyCell()
{
    const auto notebook = notebookOf({u"a"_s, u"b"_s});
    CellSelection selection(*notebook);
    CellActions actions(*notebook, selection);
    selection.selectAll();
    actions.removeSelected();
    QCOMPARE(sources(*notebook), QStringList{QString()});
    QCOMPARE(selection.activeIndex(), 0);
    notebook->undo();
    QCOMPARE(sources(*notebook), (QStringList{u"a"_s, u"b"_s}));
}

void TestCells::actions_moveTo_aGapOfTheSelection_doesNothing()
{
    const auto notebook = notebookOf({u"a"_s, u"b"_s, u"c"_s, u"d"_s});
    CellSelection selection(*notebook);
    CellActions actions(*notebook, selection);
    selection.select(1);
    selection.extendTo(2);
    for (const int gap : {1, 2, 3})
        actions.moveSelectedTo(gap);
    QCOMPARE(sources(*notebook), (QStringList{u"a"_s, u"b"_s, u"c"_s, u"d"_s}));
    actions.moveSelectedTo(4);
    QCOMPARE(sources(*notebook), (QStringList{u"a"_s, u"d"_s, u"b"_s, u"c"_s}));
}

void TestCells::actions_heading_replacesMarks()
{
    const auto notebook = notebookOf({u"title\nrest"_s, u"### old"_s, u"#hash"_s});
    CellSelection selection(*notebook);
    CellActions actions(*notebook, selection);
    selection.selectAll();
    actions.setHeading(2);
    QCOMPARE(sources(*notebook), (QStringList{u"## title\nrest"_s, u"## old"_s, u"## #hash"_s}));
    QCOMPARE(notebook->cellAt(0).type(), CellType::Markdown);
    notebook->undo();
    QCOMPARE(sources(*notebook), (QStringList{u"title\nrest"_s, u"### old"_s, u"#hash"_s}));
    QCOMPARE(notebook->cellAt(0).type(), CellType::Code);
}

void TestCells::actions_copyAndPaste_keepOutputsAndPlainText()
{
    const auto notebook = notebookOf({u"a"_s, u"# b"_s});
    notebook->appendStream(notebook->cellAt(0).key(), u"stdout"_s, u"printed\n"_s);
    CellSelection selection(*notebook);
    CellActions actions(*notebook, selection);
    selection.selectAll();
    const auto data = actions.copySelected();
    QCOMPARE(data->text(), u"a\n\n# b"_s);
    const auto other = notebookOf({u"z"_s});
    CellSelection otherSelection(*other);
    CellActions otherActions(*other, otherSelection);
    QVERIFY(otherActions.paste(*data, true).has_value());
    QCOMPARE(sources(*other), (QStringList{u"a"_s, u"# b"_s, u"z"_s}));
    QCOMPARE(other->cellAt(0).outputs().front().streamText(), u"printed\n"_s);
    QCOMPARE(other->cellAt(1).type(), CellType::Markdown);
    QCOMPARE(otherSelection.size(), 2);

    QMimeData plain;
    plain.setText(u"x = 1"_s);
    QVERIFY(otherActions.paste(plain, false).has_value());
    QCOMPARE(sources(*other), (QStringList{u"a"_s, u"# b"_s, u"x = 1"_s, u"z"_s}));

    QMimeData broken;
    broken.setData(QString::fromLatin1("application/vnd.jupyter.cells+json"), "{");
    QCOMPARE(otherActions.paste(broken, false).error().code, ErrorCode::InvalidFormat);
}

void TestCells::folding_flags_areJupyterLabs()
{
    const auto notebook = notebookOf({u"a"_s});
    const CellKey key = notebook->cellAt(0).key();
    setFolded(*notebook, key, Fold::Source, true);
    setFolded(*notebook, key, Fold::Outputs, true);
    QCOMPARE(notebook->cellAt(0).metadata(),
             nlohmann::json::parse(R"({"jupyter":{"outputs_hidden":true,"source_hidden":true}})"));
    setFolded(*notebook, key, Fold::Source, false);
    setFolded(*notebook, key, Fold::Outputs, false);
    QCOMPARE(notebook->cellAt(0).metadata(), nlohmann::json::object());
    notebook->setCellMetadata(key, {{"collapsed", true}});
    QVERIFY(isFolded(notebook->cellAt(0), Fold::Outputs));
    QVERIFY(!isFolded(notebook->cellAt(0), Fold::Source));
}

void TestCells::folding_heading_hidesItsSection()
{
    const auto notebook =
        notebookOf({u"# A"_s, u"1"_s, u"## B"_s, u"2"_s, u"# C"_s, u"3"_s, u"#no heading"_s});
    QVERIFY(hiddenCells(*notebook).empty());
    setFolded(*notebook, notebook->cellAt(2).key(), Fold::Heading, true);
    QCOMPARE(hiddenCells(*notebook), (std::vector{false, false, false, true, false, false, false}));
    setFolded(*notebook, notebook->cellAt(0).key(), Fold::Heading, true);
    QCOMPARE(hiddenCells(*notebook), (std::vector{false, true, true, true, false, false, false}));
    setFolded(*notebook, notebook->cellAt(4).key(), Fold::Heading, true);
    QCOMPARE(hiddenCells(*notebook), (std::vector{false, true, true, true, false, true, true}));
    QCOMPARE(headingLevel(notebook->cellAt(6)), 0);
    QCOMPARE(sectionLength(*notebook, 2), 1);
}

void TestCells::search_expressions_find_data()
{
    QTest::addColumn<SearchQuery>("query");
    QTest::addColumn<QList<int>>("starts"); // in "Cat cat.at scatter\ncat"
    QTest::newRow("plain") << SearchQuery{.text = u"cat"_s} << QList<int>{0, 4, 12, 19};
    QTest::newRow("case") << SearchQuery{.text = u"cat"_s, .matchCase = true} << QList<int>{4, 12, 19};
    QTest::newRow("words") << SearchQuery{.text = u"cat"_s, .wholeWords = true} << QList<int>{0, 4, 19};
    QTest::newRow("a dot is a dot") << SearchQuery{.text = u".at"_s} << QList<int>{7};
    QTest::newRow("expression") << SearchQuery{.text = u"^cat"_s, .regularExpression = true}
                                << QList<int>{0, 19};
    QTest::newRow("empty matches") << SearchQuery{.text = u"x*"_s, .regularExpression = true} << QList<int>{};
}

void TestCells::search_expressions_find()
{
    QFETCH(const SearchQuery, query);
    QFETCH(const QList<int>, starts);
    const auto notebook = notebookOf({u"Cat cat.at scatter\ncat"_s});
    QList<int> found;
    for (const SearchMatch& match : findMatches(cells(*notebook), searchExpression(query).value(), false))
        found += int(match.start);
    QCOMPARE(found, starts);
}

void TestCells::search_badExpression_saysWhere()
{
    const auto expression = searchExpression({.text = u"a(b"_s, .regularExpression = true});
    QCOMPARE(expression.error().code, ErrorCode::InvalidFormat);
    QVERIFY(expression.error().message.contains(u'4'));
}

void TestCells::search_outputs_withoutEscapes()
{
    const auto notebook = notebookOf({u"a"_s});
    const CellKey key = notebook->cellAt(0).key();
    notebook->appendStream(key, u"stdout"_s, u"\x1b[31mneed\x1b[0mle\n"_s);
    notebook->appendOutput(key, {{"output_type", "error"},
                                 {"ename", "E"},
                                 {"evalue", ""},
                                 {"traceback", {"line \x1b[1mneedle\x1b[0m"}}});
    notebook->appendOutput(key, {{"output_type", "display_data"},
                                 {"metadata", nlohmann::json::object()},
                                 {"data", {{"text/plain", {"x\n", "needle"}}}}});
    const auto expression = searchExpression({.text = u"needle"_s}).value();
    QCOMPARE(findMatches(cells(*notebook), expression, false).size(), size_t(0));
    const auto matches = findMatches(cells(*notebook), expression, true);
    QCOMPARE(matches, (std::vector<SearchMatch>{
                          {key, 0, 0, 6, 0, {}}, {key, 1, 5, 6, 0, {}}, {key, 2, 0, 6, 1, u"text/plain"_s}}));
}

void TestCells::replaceAll_groups_oneUndoStep()
{
    const auto notebook = notebookOf({u"ab12 cd34"_s, u"ef56"_s});
    const SearchQuery query{.text = u"([a-z]+)([0-9]+)"_s, .regularExpression = true};
    const auto expression = searchExpression(query).value();
    const auto matches = findMatches(cells(*notebook), expression, false);
    QCOMPARE(replaceAll(*notebook, matches, expression, u"\\2-\\1\\n"_s, true), 3);
    QCOMPARE(sources(*notebook), (QStringList{u"12-ab\n 34-cd\n"_s, u"56-ef\n"_s}));
    notebook->undo();
    QCOMPARE(sources(*notebook), (QStringList{u"ab12 cd34"_s, u"ef56"_s}));
    // What is not there any more is left alone.
    notebook->setSource(notebook->cellAt(1).key(), u"other"_s);
    QCOMPARE(replaceAll(*notebook, matches, expression, u"x"_s, false), 2);
    QCOMPARE(sources(*notebook), (QStringList{u"x x"_s, u"other"_s}));
}

QTEST_MAIN(TestCells)
#include "tst_cells.moc"
