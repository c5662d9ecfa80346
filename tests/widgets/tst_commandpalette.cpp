// SPDX-License-Identifier: GPL-3.0-or-later
// The palette, by the keyboard.
#include <widgets/commands/commandpalette.h>

#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QTemporaryDir>
#include <QTest>
#include <QVBoxLayout>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestCommandPalette : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void open_byKey_hasFocus();
    void enter_bestMatch_isPerformed();
    void enter_used_isFirstNextTime();
    void enter_unavailable_staysAndSaysWhy();
    void escape_open_givesFocusBack();
    void arrows_atTheEnds_goRound();
    void typing_category_finds();
    void typing_nothingFits_saysSo();

private:
    void type(const QString& text) { QTest::keyClicks(m_field, text); }
    [[nodiscard]] QString current() const
    {
        return m_list->currentIndex().data(PaletteModel::IdRole).toString();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<Appearance> m_appearance;
    std::unique_ptr<CommandList> m_commands;
    std::unique_ptr<QWidget> m_window;
    QPlainTextEdit* m_editor = nullptr;
    CommandPalette* m_palette = nullptr;
    QLineEdit* m_field = nullptr;
    QListView* m_list = nullptr;
    QStringList m_done;
};

void TestCommandPalette::init()
{
    static int number = 0;
    m_settings = std::make_unique<Settings>(m_folder.filePath(u"settings%1.ini"_s.arg(++number)));
    m_appearance = std::make_unique<Appearance>();
    m_commands = std::make_unique<CommandList>(*m_settings);
    m_window = std::make_unique<QWidget>();
    m_window->resize(900, 600);
    m_editor = new QPlainTextEdit(m_window.get());
    m_editor->resize(900, 600);
    m_palette = new CommandPalette(*m_commands, *m_settings, *m_appearance, *m_window);
    m_field = m_palette->findChild<QLineEdit*>();
    m_list = m_palette->findChild<QListView*>();
    m_done.clear();
    for (const QString& id : m_commands->ids())
        m_commands->bind(id, [this, id] { m_done += id; });
    m_commands->bind(u"view.palette"_s, [this] { m_palette->open(); });
    m_window->addAction(m_commands->action(u"view.palette"_s));
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_editor->setFocus();
    QTest::keyClick(m_editor, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(m_palette->isVisible());
}

void TestCommandPalette::cleanup()
{
    m_window.reset();
    m_commands.reset();
}

void TestCommandPalette::open_byKey_hasFocus()
{
    QVERIFY(m_field->hasFocus());
    QCOMPARE(m_palette->geometry().center().x(), m_window->rect().center().x());
    QVERIFY(m_window->rect().contains(m_palette->geometry()));
    QCOMPARE(m_list->model()->rowCount(), int(m_commands->ids().size()) - 1); // not itself
}

void TestCommandPalette::enter_bestMatch_isPerformed()
{
    type(u"rstall"_s);
    QCOMPARE(current(), u"kernel.restartAndRunAll"_s);
    m_field->selectAll();
    type(u"run all"_s);
    QCOMPARE(current(), u"cells.runAll"_s);
    QTest::keyClick(m_field, Qt::Key_Return);
    QCOMPARE(m_done, QStringList{u"cells.runAll"_s});
    QVERIFY(!m_palette->isVisible());
    QVERIFY(m_editor->hasFocus());
}

void TestCommandPalette::enter_used_isFirstNextTime()
{
    type(u"duplicate"_s);
    QTest::keyClick(m_field, Qt::Key_Return);
    m_palette->open();
    QCOMPARE(current(), u"cell.duplicate"_s);
    QVERIFY(m_field->text().isEmpty());
}

void TestCommandPalette::enter_unavailable_staysAndSaysWhy()
{
    m_commands->bind(
        u"cell.duplicate"_s, [] {}, [] { return false; }, [] { return u"No notebook is open."_s; });
    m_palette->open();
    type(u"duplicate"_s);
    QCOMPARE(current(), u"cell.duplicate"_s);
    QVERIFY(!m_list->currentIndex().data(PaletteModel::AvailableRole).toBool());
    QTest::keyClick(m_field, Qt::Key_Return);
    QVERIFY(m_palette->isVisible());
    QCOMPARE(m_palette->findChild<QLabel*>()->text(), u"No notebook is open."_s);
}

void TestCommandPalette::escape_open_givesFocusBack()
{
    QTest::keyClick(m_field, Qt::Key_Escape);
    QVERIFY(!m_palette->isVisible());
    QVERIFY(m_editor->hasFocus());
    QVERIFY(m_done.isEmpty());
}

void TestCommandPalette::arrows_atTheEnds_goRound()
{
    const int last = m_list->model()->rowCount() - 1;
    QTest::keyClick(m_field, Qt::Key_Up);
    QCOMPARE(m_list->currentIndex().row(), last);
    QTest::keyClick(m_field, Qt::Key_Down);
    QCOMPARE(m_list->currentIndex().row(), 0);
    QTest::keyClick(m_field, Qt::Key_PageDown);
    QVERIFY(m_list->currentIndex().row() > 1);
}

void TestCommandPalette::typing_category_finds()
{
    type(u"runtime interrupt"_s);
    QCOMPARE(current(), u"kernel.interrupt"_s);
}

void TestCommandPalette::typing_nothingFits_saysSo()
{
    type(u"xyzzy"_s);
    QVERIFY(!m_list->isVisible());
    QVERIFY(m_palette->findChild<QLabel*>()->text().contains(u"xyzzy"_s));
    QTest::keyClick(m_field, Qt::Key_Return);
    QVERIFY(m_done.isEmpty());
}

QTEST_MAIN(TestCommandPalette)
#include "tst_commandpalette.moc"
