// SPDX-License-Identifier: GPL-3.0-or-later
// The table of commands, their keys in both keymaps, and how they fire.
#include <widgets/commands/fuzzymatch.h>
#include <widgets/commands/pagekeys.h>
#include <widgets/theme/icons.h>

#include <QApplication>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QVBoxLayout>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestCommands : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void table_everyCommand_isComplete();
    void keys_inOneKeymap_areUnambiguous_data();
    void keys_inOneKeymap_areUnambiguous();
    void menus_everyEntry_isInTheList();
    void bind_unavailable_isDisabled();
    void keys_override_replacesTheDefault();
    void keys_keymap_changesAtOnce();
    void settings_values_areRemembered();
    void settings_nonsense_countsAsAbsent();
    void fuzzy_letters_areFound_data();
    void fuzzy_letters_areFound();
    void fuzzy_wordStarts_winOverScatteredLetters();
    void page_letter_actsInCommandModeOnly();
    void page_letterInField_isTyped();
    void page_sequence_actsAfterItsLastKey();
    void page_numberPadEnter_isEnter();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
};

/// A window with one page, whose mode is a flag, and which counts what is performed.
struct Stage {
    explicit Stage(const Settings& settings) : commands(settings)
    {
        auto* const layout = new QVBoxLayout(&window);
        layout->addWidget(&page);
        auto* const inside = new QVBoxLayout(&page);
        inside->addWidget(&field);
        inside->addWidget(&editor);
        inside->addWidget(&cells);
        cells.setFocusPolicy(Qt::StrongFocus);
        keys = new PageKeys(commands, page, [this] { return editing; });
        for (const QString& id : commands.ids())
            commands.bind(id, [this, id] { done += id; });
        window.show();
        window.activateWindow();
    }
    QStringList press(QWidget& widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        widget.setFocus();
        done.clear();
        QTest::keyClick(&widget, key, modifiers);
        return done;
    }
    CommandList commands;
    QWidget window, page;
    QLineEdit field;
    QPlainTextEdit editor;
    QWidget cells;
    PageKeys* keys = nullptr;
    bool editing = false;
    QStringList done;
};

void TestCommands::init()
{
    static int number = 0;
    m_settings = std::make_unique<Settings>(m_folder.filePath(u"settings%1.ini"_s.arg(++number)));
}

void TestCommands::table_everyCommand_isComplete()
{
    QSet<QString> ids;
    for (const CommandRow& row : commandTable()) {
        const QString id = QString::fromLatin1(row.id);
        QVERIFY2(!ids.contains(id), row.id);
        ids.insert(id);
        QVERIFY2(!titleOf(row).isEmpty(), row.id);
        QVERIFY2(!categoryOf(id).isEmpty(), row.id);
        if (row.icon) QVERIFY2(!icon(QString::fromLatin1(row.icon)).isNull(), row.icon);
        for (const Keymap keymap : {Keymap::Jupyter, Keymap::Colab}) {
            for (const CommandKey& key : defaultKeys(row, keymap)) {
                QVERIFY2(!key.key.isEmpty(), row.id);
                for (int one = 0; one < key.key.count(); ++one)
                    QVERIFY2(key.key[uint(one)].key() != Qt::Key_unknown, row.id);
                // A key that types something must not count where something is typed.
                const bool leaves = key.key == QKeySequence(Qt::Key_Escape);
                if (placeFor(row, key.key) == KeyPlace::CommandMode && !leaves)
                    QCOMPARE(key.place, KeyPlace::CommandMode);
            }
        }
    }
}

void TestCommands::keys_inOneKeymap_areUnambiguous_data()
{
    QTest::addColumn<int>("keymap");
    QTest::newRow("jupyter") << int(Keymap::Jupyter);
    QTest::newRow("colab") << int(Keymap::Colab);
}

void TestCommands::keys_inOneKeymap_areUnambiguous()
{
    QFETCH(const int, keymap);
    struct Taken {
        const CommandRow* row;
        CommandKey key;
    };
    std::vector<Taken> all;
    for (const CommandRow& row : commandTable()) {
        for (const CommandKey& key : defaultKeys(row, Keymap(keymap)))
            all.push_back({&row, key});
    }
    for (const Taken& one : all) {
        for (const Taken& other : all) {
            if (&one == &other || !overlap(one.key.place, other.key.place)) continue;
            // matches() also tells a sequence that begins another one, which would then never act.
            QVERIFY2(one.key.key.matches(other.key.key) == QKeySequence::NoMatch,
                     qPrintable(u"%1 and %2: %3"_s.arg(QLatin1StringView(one.row->id),
                                                       QLatin1StringView(other.row->id),
                                                       other.key.key.toString())));
        }
    }
}

void TestCommands::menus_everyEntry_isInTheList()
{
    CommandList commands(*m_settings);
    QSet<QString> seen;
    const auto check = [&](const char* id) {
        const QString name = QString::fromLatin1(id);
        QVERIFY2(commands.action(name), id);
        QVERIFY2(!seen.contains(name), id);
        seen.insert(name);
    };
    for (const CommandMenu& menu : commandMenus()) {
        QVERIFY(menuTitle(menu.title).contains(u'&'));
        for (const CommandMenu::Entry& entry : menu.entries) {
            if (entry.command) check(entry.command);
            for (const char* const id : entry.commands)
                check(id);
        }
    }
    QCOMPARE(seen.size(), commands.ids().size());
    QMenuBar bar;
    commands.fillMenuBar(bar);
    QCOMPARE(bar.actions().size(), qsizetype(commandMenus().size()));
    QVERIFY(commands.menu(u"file.openRecent"_s));
}

void TestCommands::bind_unavailable_isDisabled()
{
    CommandList commands(*m_settings);
    bool available = false;
    int done = 0;
    QVERIFY(!commands.action(u"file.save"_s)->isEnabled());
    commands.bind(
        u"file.save"_s, [&] { ++done; }, [&] { return available; }, [] { return u"Nothing to save."_s; });
    QVERIFY(!commands.perform(u"file.save"_s));
    QCOMPARE(commands.whyNot(u"file.save"_s), u"Nothing to save."_s);
    QSignalSpy performed(&commands, &CommandList::performed);
    available = true;
    commands.refresh();
    QVERIFY(commands.action(u"file.save"_s)->isEnabled());
    QVERIFY(commands.perform(u"file.save"_s));
    commands.action(u"file.save"_s)->trigger();
    QCOMPARE(done, 2);
    QCOMPARE(performed.size(), 2);
    QVERIFY(!commands.perform(u"no.such"_s));
    QVERIFY(commands.action(u"file.save"_s)->toolTip().contains(u"(Ctrl+S)"_s));
}

void TestCommands::keys_override_replacesTheDefault()
{
    CommandList commands(*m_settings);
    QSignalSpy changed(&commands, &CommandList::keysChanged);
    const QString id = u"cell.duplicate"_s;
    m_settings->setKeyOverride(Keymap::Jupyter, id, QList{QKeySequence(Qt::Key_Y, Qt::Key_Y)});
    QCOMPARE(changed.size(), 1);
    const std::vector<CommandKey> letters{{KeyPlace::CommandMode, QKeySequence(Qt::Key_Y, Qt::Key_Y)}};
    QCOMPARE(commands.keys(id), letters);
    m_settings->setKeyOverride(Keymap::Jupyter, id, QList{QKeySequence(Qt::CTRL | Qt::Key_D)});
    const std::vector<CommandKey> chord{{KeyPlace::Page, QKeySequence(Qt::CTRL | Qt::Key_D)}};
    QCOMPARE(commands.keys(id), chord);
    m_settings->setKeyOverride(Keymap::Jupyter, u"file.save"_s, QList<QKeySequence>{});
    QVERIFY(commands.keys(u"file.save"_s).empty());
    m_settings->setKeyOverride(Keymap::Jupyter, u"file.save"_s, std::nullopt);
    QCOMPARE(commands.keyText(u"file.save"_s), u"Ctrl+S"_s);
}

void TestCommands::keys_keymap_changesAtOnce()
{
    CommandList commands(*m_settings);
    QCOMPARE(commands.keyText(u"cell.delete"_s), u"D, D"_s);
    m_settings->setKeymap(Keymap::Colab);
    QCOMPARE(commands.keyText(u"cell.delete"_s), u"Ctrl+M, D"_s);
}

void TestCommands::settings_values_areRemembered()
{
    const QString file = m_folder.filePath(u"remembered.ini"_s);
    {
        Settings settings(file);
        QSignalSpy changed(&settings, &Settings::changed);
        settings.setScheme(ColourScheme::Dark);
        settings.setZoom(1.25);
        settings.setLineNumbers(true);
        settings.setAutosave(std::chrono::minutes(5));
        settings.setKeymap(Keymap::Colab);
        settings.setKeyOverride(Keymap::Colab, u"cell.run"_s, QList{QKeySequence(Qt::Key_D, Qt::Key_D)});
        settings.setOpenTabs({u"/a b.ipynb"_s, u"/c.ipynb"_s}, 1);
        QCOMPARE(changed.size(), 5);
        settings.setZoom(1.25);
        QCOMPARE(changed.size(), 5);
    }
    Settings settings(file);
    QCOMPARE(settings.scheme(), ColourScheme::Dark);
    QCOMPARE(settings.zoom(), 1.25);
    QVERIFY(settings.lineNumbers());
    QCOMPARE(settings.autosave(), std::chrono::minutes(5));
    QCOMPARE(settings.keymap(), Keymap::Colab);
    QCOMPARE(settings.keyOverrides(Keymap::Colab).value(u"cell.run"_s),
             QList{QKeySequence(Qt::Key_D, Qt::Key_D)});
    QVERIFY(settings.keyOverrides(Keymap::Jupyter).isEmpty());
    QCOMPARE(settings.openTabs(), QStringList({u"/a b.ipynb"_s, u"/c.ipynb"_s}));
    QCOMPARE(settings.currentTab(), 1);
    QSignalSpy changed(&settings, &Settings::changed);
    settings.setLineNumbers(true); // what was read back is the same
    settings.setZoom(1.25);
    QCOMPARE(changed.size(), 0);
}

void TestCommands::settings_nonsense_countsAsAbsent()
{
    const QString file = m_folder.filePath(u"nonsense.ini"_s);
    QFile text(file);
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write("[appearance]\nscheme=purple\nzoom=nan\ncodeSize=-3\n[saving]\nautosaveMinutes=-9\n"
               "[keyboard]\nkeymap=emacs\njupyter\\cell.run=Nonsense+Key\n");
    text.close();
    Settings settings(file);
    QCOMPARE(settings.scheme(), ColourScheme::System);
    QCOMPARE(settings.zoom(), 1.0);
    QCOMPARE(settings.codeSize(), 0.0);
    QCOMPARE(settings.autosave(), std::chrono::minutes(0));
    QCOMPARE(settings.keymap(), Keymap::Jupyter);
    QVERIFY(settings.keyOverrides(Keymap::Jupyter).value(u"cell.run"_s).isEmpty());
}

void TestCommands::fuzzy_letters_areFound_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("marked"); ///< "-" where it does not fit
    QTest::newRow("empty") << u""_s << u"Run"_s << u""_s;
    QTest::newRow("start") << u"ru"_s << u"Run all"_s << u"Ru"_s;
    QTest::newRow("initials") << u"ra"_s << u"Run all"_s << u"Ra"_s;
    QTest::newRow("blanks count for nothing") << u"r all"_s << u"Run all"_s << u"Rall"_s;
    QTest::newRow("word start before inner letter") << u"cell"_s << u"Cancel the cell"_s << u"cell"_s;
    QTest::newRow("not in order") << u"nur"_s << u"Run"_s << u"-"_s;
    QTest::newRow("too long") << u"runs"_s << u"Run"_s << u"-"_s;
}

void TestCommands::fuzzy_letters_areFound()
{
    QFETCH(const QString, pattern);
    QFETCH(const QString, text);
    QFETCH(const QString, marked);
    const auto match = fuzzyMatch(pattern, text);
    QCOMPARE(match.has_value(), marked != u"-"_s);
    if (!match) return;
    QString found;
    for (const qsizetype place : match->places)
        found += text[place];
    QCOMPARE(found, marked);
}

void TestCommands::fuzzy_wordStarts_winOverScatteredLetters()
{
    const auto score = [](const QString& text) { return fuzzyMatch(u"rc", text)->score; };
    QVERIFY(score(u"Run the cells"_s) > score(u"Search"_s));
    QVERIFY(fuzzyMatch(u"int", u"Interrupt")->score > fuzzyMatch(u"int", u"Print")->score);
}

void TestCommands::page_letter_actsInCommandModeOnly()
{
    Stage stage(*m_settings);
    QVERIFY(QTest::qWaitForWindowActive(&stage.window));
    QCOMPARE(stage.press(stage.cells, Qt::Key_A), QStringList{u"cell.insertAbove"_s});
    QCOMPARE(stage.press(stage.cells, Qt::Key_Return), QStringList{u"view.editMode"_s});
    QCOMPARE(stage.press(stage.cells, Qt::Key_Return, Qt::ShiftModifier),
             QStringList{u"cell.runAndAdvance"_s});
    stage.editing = true;
    stage.keys->refresh();
    QCOMPARE(stage.press(stage.editor, Qt::Key_A), QStringList());
    QCOMPARE(stage.editor.toPlainText(), u"a"_s);
    QCOMPARE(stage.press(stage.editor, Qt::Key_Return, Qt::ShiftModifier),
             QStringList{u"cell.runAndAdvance"_s});
    QCOMPARE(stage.press(stage.editor, Qt::Key_Escape), QStringList{u"view.commandMode"_s});
}

void TestCommands::page_letterInField_isTyped()
{
    Stage stage(*m_settings);
    QVERIFY(QTest::qWaitForWindowActive(&stage.window));
    for (const bool editing : {false, true}) {
        stage.editing = editing;
        stage.keys->refresh();
        QCOMPARE(stage.press(stage.field, Qt::Key_B), QStringList());
        QCOMPARE(stage.press(stage.field, Qt::Key_Return), QStringList());
        QCOMPARE(stage.press(stage.field, Qt::Key_Escape), QStringList());
        QCOMPARE(stage.press(stage.field, Qt::Key_F, Qt::ControlModifier), QStringList{u"edit.find"_s});
    }
    QCOMPARE(stage.field.text(), u"bb"_s);
}

void TestCommands::page_sequence_actsAfterItsLastKey()
{
    Stage stage(*m_settings);
    QVERIFY(QTest::qWaitForWindowActive(&stage.window));
    QCOMPARE(stage.press(stage.cells, Qt::Key_D), QStringList());
    QCOMPARE(stage.press(stage.cells, Qt::Key_D), QStringList{u"cell.delete"_s});
    m_settings->setKeymap(Keymap::Colab);
    QCOMPARE(stage.press(stage.cells, Qt::Key_D), QStringList());
    QCOMPARE(stage.press(stage.cells, Qt::Key_D), QStringList());
    QCOMPARE(stage.press(stage.cells, Qt::Key_M, Qt::ControlModifier), QStringList());
    QCOMPARE(stage.press(stage.cells, Qt::Key_D), QStringList{u"cell.delete"_s});
}

void TestCommands::page_numberPadEnter_isEnter()
{
    Stage stage(*m_settings);
    QVERIFY(QTest::qWaitForWindowActive(&stage.window));
    QCOMPARE(stage.press(stage.cells, Qt::Key_Enter, Qt::ControlModifier), QStringList{u"cell.run"_s});
}

QTEST_MAIN(TestCommands)
#include "tst_commands.moc"
