// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/noticelist.h>
#include <widgets/panels/outlinepanel.h>

#include <core/notebook/reader.h>

#include <QElapsedTimer>
#include <QLabel>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using notebook::CellContent;
using notebook::CellKey;
using notebook::CellType;
using notebook::Notebook;

class TestPanels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void headings_inMarkdown_areFound_data();
    void headings_inMarkdown_areFound();
    void outline_cells_areATree();
    void outline_typing_changesOneRow();
    void outline_moveDeleteUndo_isFollowed();
    void outline_collapsed_hidesWhatIsBelow();
    void outline_activeCell_marksItsHeading();
    void outline_click_reveals();
    void outline_otherNotebook_forgetsTheOld();
    void outline_tenThousandCells_staysCheap();
    void notice_way_isTakenAndGoes();
    void notice_sameTopic_isReplaced();
    void notice_detail_isShownOnDemand();

private:
    CellKey add(const QString& markdown, CellType type = CellType::Markdown)
    {
        CellContent content;
        content.type = type;
        content.source = markdown;
        return m_notebook->insertCells(m_notebook->cellCount(), {content}).front();
    }
    [[nodiscard]] QStringList titles(OutlineModel& model) const;

    std::unique_ptr<Notebook> m_notebook;
    Appearance m_appearance;
};

void TestPanels::init()
{
    m_notebook = std::make_unique<Notebook>(notebook::newNotebook());
}

/// "  Title" for a row of depth 1.
QStringList TestPanels::titles(OutlineModel& model) const
{
    if (!QTest::qWaitFor([&] { return model.isComplete(); })) return {u"not complete"_s};
    QCoreApplication::processEvents();
    QStringList titles;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex index = model.index(row, 0);
        titles += QString(index.data(OutlineModel::DepthRole).toInt() * 2, u' ') + index.data().toString();
    }
    return titles;
}

void TestPanels::headings_inMarkdown_areFound_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("found");
    QTest::newRow("hash") << u"# One\ntext\n### Three ###\n"_s << QStringList{u"1 One"_s, u"3 Three"_s};
    QTest::newRow("underlined") << u"One\n===\n\nTwo\n---\n"_s << QStringList{u"1 One"_s, u"2 Two"_s};
    QTest::newRow("rule is no heading") << u"\n---\n- item\n---\n"_s << QStringList{};
    QTest::newRow("table is no heading") << u"|a|\n|---|\n"_s << QStringList{};
    QTest::newRow("fenced") << u"```python\n# comment\n```\n~~~~\n# no\n~~~\n~~~~\n# Yes"_s
                            << QStringList{u"1 Yes"_s};
    QTest::newRow("indented code") << u"    # comment"_s << QStringList{};
    QTest::newRow("no blank") << u"#tag\n####### seven"_s << QStringList{};
    QTest::newRow("marks") << u"## A **bold** `x` and [link](http://a) <a name='b'></a>*it*"_s
                           << QStringList{u"2 A bold x and link it"_s};
    QTest::newRow("sharp") << u"# C#"_s << QStringList{u"1 C#"_s};
    QTest::newRow("empty") << u"# \n"_s << QStringList{};
    QTest::newRow("windows lines") << u"# One\r\n## Two\r\n"_s << QStringList{u"1 One"_s, u"2 Two"_s};
}

void TestPanels::headings_inMarkdown_areFound()
{
    QFETCH(const QString, text);
    QFETCH(const QStringList, found);
    QStringList got;
    for (const Heading& heading : headingsIn(text))
        got += QString::number(heading.level) + u' ' + heading.title;
    QCOMPARE(got, found);
}

void TestPanels::outline_cells_areATree()
{
    add(u"# A\n## A.1"_s);
    add(u"# not a heading"_s, CellType::Code);
    add(u"### A.1.1"_s);
    add(u"## A.2"_s);
    add(u"# B\n### B.1"_s);
    OutlineModel model;
    model.setNotebook(m_notebook.get());
    QCOMPARE(titles(model),
             QStringList({u"A"_s, u"  A.1"_s, u"    A.1.1"_s, u"  A.2"_s, u"B"_s, u"  B.1"_s}));
}

void TestPanels::outline_typing_changesOneRow()
{
    add(u"# A"_s);
    const CellKey cell = add(u"# B"_s);
    add(u"# C"_s);
    OutlineModel model;
    model.setNotebook(m_notebook.get());
    QCOMPARE(titles(model).size(), 3);
    QSignalSpy changed(&model, &OutlineModel::dataChanged);
    QSignalSpy inserted(&model, &OutlineModel::rowsInserted);
    m_notebook->replaceText(cell, 3, 0, u"eta"_s);
    QCOMPARE(titles(model), QStringList({u"A"_s, u"Beta"_s, u"C"_s}));
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex().row(), 1);
    QCOMPARE(changed[0][1].toModelIndex().row(), 1);
    QCOMPARE(inserted.size(), 0);
    m_notebook->setCellType(cell, CellType::Code);
    QCOMPARE(titles(model), QStringList({u"A"_s, u"C"_s}));
}

void TestPanels::outline_moveDeleteUndo_isFollowed()
{
    const CellKey first = add(u"# A"_s);
    const CellKey second = add(u"# B"_s);
    OutlineModel model;
    model.setNotebook(m_notebook.get());
    QCOMPARE(titles(model), QStringList({u"A"_s, u"B"_s}));
    m_notebook->moveCells(std::vector{second}, 0);
    QTRY_COMPARE(titles(model), QStringList({u"B"_s, u"A"_s}));
    m_notebook->removeCells(std::vector{first});
    QTRY_COMPARE(titles(model), QStringList({u"B"_s}));
    m_notebook->undo();
    QTRY_COMPARE(titles(model), QStringList({u"B"_s, u"A"_s}));
}

void TestPanels::outline_collapsed_hidesWhatIsBelow()
{
    add(u"# A"_s);
    add(u"## A.1"_s);
    add(u"# B"_s);
    OutlineModel model;
    model.setNotebook(m_notebook.get());
    QCOMPARE(titles(model).size(), 3);
    model.setCollapsed(0, true);
    QCOMPARE(titles(model), QStringList({u"A"_s, u"B"_s}));
    QVERIFY(model.index(0, 0).data(OutlineModel::HasChildrenRole).toBool());
    model.setCollapsed(0, false);
    QCOMPARE(titles(model).size(), 3);
    model.setCollapsed(2, true); // nothing is below
    QCOMPARE(titles(model).size(), 3);
}

void TestPanels::outline_activeCell_marksItsHeading()
{
    const CellKey above = add(u"x = 1"_s, CellType::Code);
    add(u"# A"_s);
    const CellKey under = add(u"y = 2"_s, CellType::Code);
    const CellKey last = add(u"# B\n## B.1"_s);
    OutlinePanel panel(m_appearance);
    panel.setNotebook(m_notebook.get());
    QVERIFY(titles(panel.model()).size() == 3);
    const auto* const list = panel.findChild<QListView*>();
    panel.setActiveCell(under);
    QCOMPARE(list->currentIndex().row(), 0);
    panel.setActiveCell(last);
    QCOMPARE(list->currentIndex().row(), 1);
    panel.setActiveCell(above);
    QCOMPARE(list->currentIndex().row(), -1);
}

void TestPanels::outline_click_reveals()
{
    add(u"# A"_s);
    const CellKey cell = add(u"# B"_s);
    OutlinePanel panel(m_appearance);
    panel.resize(200, 300);
    panel.setNotebook(m_notebook.get());
    panel.show();
    QVERIFY(titles(panel.model()).size() == 2);
    QSignalSpy activated(&panel, &OutlinePanel::cellActivated);
    auto* const list = panel.findChild<QListView*>();
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                      list->visualRect(list->model()->index(1, 0)).center());
    QCOMPARE(activated.size(), 1);
    QCOMPARE(activated[0][0].value<CellKey>(), cell);
    QTest::keyClick(list, Qt::Key_Up);
    QTest::keyClick(list, Qt::Key_Return);
    QCOMPARE(activated.size(), 2);
}

void TestPanels::outline_otherNotebook_forgetsTheOld()
{
    add(u"# A"_s);
    OutlineModel model;
    model.setNotebook(m_notebook.get());
    QCOMPARE(titles(model).size(), 1);
    Notebook other(notebook::newNotebook());
    model.setNotebook(&other);
    QCOMPARE(model.rowCount(), 0);
    m_notebook->setSource(m_notebook->cellAt(0).key(), u"# Z"_s);
    QVERIFY(titles(model).isEmpty());
    model.setNotebook(nullptr);
    m_notebook.reset();
    QCOMPARE(model.rowCount(), 0);
}

void TestPanels::outline_tenThousandCells_staysCheap()
{
    std::vector<CellContent> cells(10'000);
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        cells[cell].type = cell % 2 ? CellType::Code : CellType::Markdown;
        cells[cell].source = u"%1 Heading %2\n\ntext"_s.arg(cell % 10 ? u"##"_s : u"#"_s).arg(cell);
    }
    m_notebook->insertCells(0, std::move(cells));
    OutlineModel model;
    model.setNotebook(m_notebook.get());
    QVERIFY(QTest::qWaitFor([&] { return model.isComplete() && model.rowCount() == 5000; }));
    QSignalSpy completed(&model, &OutlineModel::completed);
    QElapsedTimer clock;
    clock.start();
    m_notebook->replaceText(m_notebook->cellAt(5000).key(), 2, 0, u"x"_s);
    QTRY_COMPARE(completed.size(), 1);
    qInfo("one change among 10,000 cells: %lld us", clock.nsecsElapsed() / 1000);
}

void TestPanels::notice_way_isTakenAndGoes()
{
    NoticeList bar(m_appearance);
    int taken = 0;
    bar.showNotice(
        {u"kernel"_s, Notice::Kind::Error, u"The kernel died."_s, {}, {{u"Restart"_s, [&] { ++taken; }}}});
    QVERIFY(bar.isVisibleTo(nullptr) || !bar.isHidden());
    QCOMPARE(bar.sentence(u"kernel"_s), u"The kernel died."_s);
    QTest::mouseClick(bar.findChild<QPushButton*>(), Qt::LeftButton);
    QCOMPARE(taken, 1);
    QVERIFY(bar.isHidden());
    QVERIFY(!bar.isShown(u"kernel"_s));
}

void TestPanels::notice_sameTopic_isReplaced()
{
    NoticeList bar(m_appearance);
    bar.showNotice({u"a"_s, Notice::Kind::Info, u"one"_s});
    bar.showNotice({u"b"_s, Notice::Kind::Warning, u"two"_s});
    bar.showNotice({u"a"_s, Notice::Kind::Info, u"three"_s});
    QCOMPARE(bar.sentence(u"a"_s), u"three"_s);
    bar.withdraw(u"a"_s);
    QVERIFY(!bar.isHidden());
    bar.withdraw(u"b"_s);
    QVERIFY(bar.isHidden());
}

void TestPanels::notice_detail_isShownOnDemand()
{
    NoticeList bar(m_appearance);
    bar.showNotice({u"a"_s, Notice::Kind::Error, u"one"_s, u"line 1\nline 2"_s});
    bar.show();
    auto* const text = bar.findChild<QPlainTextEdit*>();
    QVERIFY(text && !text->isVisible());
    for (QToolButton* const button : bar.findChildren<QToolButton*>()) {
        if (button->isCheckable()) QTest::mouseClick(button, Qt::LeftButton);
    }
    QVERIFY(text->isVisible());
    QCOMPARE(text->toPlainText(), u"line 1\nline 2"_s);
}

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
