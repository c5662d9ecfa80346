// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window by its keys, with a real host and a real ipykernel.
#include <tests/app/window/windowstage.h>

#include <app/window/welcomepage.h>
#include <widgets/panels/outlinepanel.h>

#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QSignalSpy>
#include <QTabBar>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace cahier::window;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 30000;

} // namespace

class TestWindowMain : public WindowTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<WindowStage>(); }
    void cleanupTestCase() { m_stage.reset(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void start_noNotebooks_showsWelcome();
    void open_file_showsCellsOutlineAndTitle();
    void open_same_isNotOpenedTwice();
    void open_missing_saysSo();
    void new_typedAndRun_showsTheOutput();
    void save_byKey_writesAndTakesTheDotAway();
    void kernel_interruptByKeys_stopsTheCell();
    void revert_afterARun_keepsTheKernelAndTheFile();
    void close_modified_asks();
    void close_busy_keepsRunningAndComesBack();
    void close_busy_canBeStopped();
    void quit_tabs_comeBack();
    void zoom_byKey_isRemembered();
    void palette_byKeys_performs();
};

void TestWindowMain::start_noNotebooks_showsWelcome()
{
    const auto* const welcome = m_program->window.findChild<WelcomePage*>();
    QVERIFY(welcome && welcome->isVisible());
    QVERIFY(!m_program->window.commands().isAvailable(u"file.save"_s));
    QVERIFY(!m_program->window.commands().isAvailable(u"cell.run"_s));
    QCOMPARE(m_program->window.windowTitle(), u"Cahier"_s);
}

void TestWindowMain::open_file_showsCellsOutlineAndTitle()
{
    open(m_stage->write(u"a.ipynb"_s, {u"# Title\n## Part"_s, u"x = 1"_s, u"# End"_s}));
    QVERIFY(m_program->window.windowTitle().startsWith(u"a.ipynb"_s));
    QCOMPARE(m_program->window.tabs().tabText(0), u"a.ipynb"_s);
    QTRY_COMPARE(m_program->window.outline()->model().rowCount(), 3);
    QCOMPARE(m_program->settings.recentFiles(), QStringList{m_stage->path(u"a.ipynb"_s)});
    QCOMPARE(m_program->window.kernelStatus().text(), u"No kernel"_s);
    auto* const list = m_program->window.outline()->findChild<QListView*>();
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                      list->visualRect(list->model()->index(2, 0)).center());
    QCOMPARE(m_program->page()->activeCell(), m_program->notebook().cellAt(2).key());
}

void TestWindowMain::open_same_isNotOpenedTwice()
{
    const QString path = m_stage->write(u"a.ipynb"_s, {u"1"_s});
    const QString other = m_stage->write(u"b.ipynb"_s, {u"2"_s});
    m_program->window.open({path, other, path});
    QCOMPARE(m_program->window.tabs().count(), 2);
    QCOMPARE(m_program->window.tabs().currentIndex(), 0);
}

void TestWindowMain::open_missing_saysSo()
{
    m_program->window.open({m_stage->path(u"none.ipynb"_s)});
    QPushButton* locate = nullptr;
    QTRY_VERIFY([&] {
        for (QPushButton* const button : m_program->window.tabs().findChildren<QPushButton*>()) {
            if (button->isVisible() && button->text() == u"Locate…"_s) locate = button;
        }
        return locate != nullptr;
    }());
    QVERIFY(!m_program->page());
    press(Qt::Key_W, Qt::ControlModifier);
    QTRY_COMPARE(m_program->window.tabs().count(), 0);
}

void TestWindowMain::new_typedAndRun_showsTheOutput()
{
    press(Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(m_program->page());
    QVERIFY(!m_program->tab()->file().isModified());
    press(Qt::Key_Return); // into the cell
    QTRY_VERIFY(m_program->tab()->isEditing());
    QTest::keyClicks(QApplication::focusWidget(), u"print(6*7)"_s);
    QCOMPARE(m_program->notebook().cellAt(0).source(), u"print(6*7)"_s);
    press(Qt::Key_Return, Qt::ShiftModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), u"42\n"_s, patienceMs);
    QCOMPARE(m_program->notebook().cellCount(), 2);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->window.kernelStatus().text(), u"Idle"_s, patienceMs);
    QVERIFY(m_program->window.isWindowModified());
    m_program->tab()->file().document()->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowMain::save_byKey_writesAndTakesTheDotAway()
{
    const QString path = m_stage->write(u"a.ipynb"_s, {u"x = 1"_s});
    open(path);
    m_program->notebook().setSource(m_program->notebook().cellAt(0).key(), u"x = 2"_s);
    QVERIFY(!m_program->window.tabs().tabIcon(0).isNull());
    press(Qt::Key_S, Qt::ControlModifier);
    QTRY_VERIFY(!m_program->tab()->file().isModified());
    QVERIFY(m_program->window.tabs().tabIcon(0).isNull());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().contains("x = 2"));
}

void TestWindowMain::kernel_interruptByKeys_stopsTheCell()
{
    open(m_stage->write(u"a.ipynb"_s, {u"import time; print('on', flush=True); time.sleep(600)"_s}));
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), u"on\n"_s, patienceMs);
    QCOMPARE(m_program->window.kernelStatus().text(), u"Busy"_s);
    press(Qt::Key_I);
    press(Qt::Key_I);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QCOMPARE(m_program->tab()->session()->cellRun(m_program->notebook().cellAt(0).key()).errorName,
             u"KeyboardInterrupt"_s);
    m_program->tab()->file().document()->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowMain::revert_afterARun_keepsTheKernelAndTheFile()
{
    open(m_stage->write(u"a.ipynb"_s, {u"x = 7; print('ran')"_s, u"print(x)"_s}));
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), u"ran\n"_s, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    const QString kernel = m_program->tab()->session()->kernelId();
    QSignalSpy opened(m_program->tab(), &NotebookTab::opened);
    QVERIFY(m_program->window.commands().perform(u"file.revert"_s));
    QVERIFY(answer(u"Drop the changes"_s));
    QTRY_COMPARE(opened.count(), 1);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QCOMPARE(m_program->tab()->session()->kernelId(), kernel);
    QCOMPARE(m_program->text(0), QString());
    m_program->tab()->kernel()->run({m_program->notebook().cellAt(1).key()});
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(1), u"7\n"_s, patienceMs); // its variables are there
    m_program->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowMain::close_modified_asks()
{
    open(m_stage->write(u"a.ipynb"_s, {u"x = 1"_s}));
    m_program->notebook().setSource(m_program->notebook().cellAt(0).key(), u"x = 2"_s);
    press(Qt::Key_W, Qt::ControlModifier);
    QVERIFY(answer(u"Cancel"_s));
    QTRY_VERIFY(!QApplication::activeModalWidget());
    QCOMPARE(m_program->window.tabs().count(), 1);
    press(Qt::Key_W, Qt::ControlModifier);
    QVERIFY(answer(u"Do not save"_s));
    QTRY_COMPARE(m_program->window.tabs().count(), 0);
    m_program->window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&m_program->window));
    press(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(m_program->page());
    QCOMPARE(m_program->notebook().cellAt(0).source(), u"x = 1"_s);
}

void TestWindowMain::close_busy_keepsRunningAndComesBack()
{
    const QString gate = m_stage->path(u"gate"_s);
    const QString path =
        m_stage->write(u"busy.ipynb"_s,
                       {u"import os, time\nprint('before', flush=True)\n"
                        "while not os.path.exists('%1'): time.sleep(0.05)\nprint('meanwhile')"_s.arg(gate)});
    open(path);
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), u"before\n"_s, patienceMs);
    m_program->window.QWidget::close();
    QVERIFY(answer(u"Keep them running"_s));
    QVERIFY(answer(u"Save"_s));
    QTRY_VERIFY(!m_program->window.isVisible());
    m_program.reset();
    QFile saved(path);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QVERIFY(saved.readAll().contains("\"before\\n\""));
    QFile(gate).open(QIODevice::WriteOnly);

    restart();
    open(path);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), u"before\nmeanwhile\n"_s, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    m_program->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowMain::close_busy_canBeStopped()
{
    open(m_stage->write(u"stop.ipynb"_s, {u"import time; print('on', flush=True); time.sleep(600)"_s}));
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), u"on\n"_s, patienceMs);
    press(Qt::Key_W, Qt::ControlModifier);
    QVERIFY(answer(u"Stop it"_s));
    QVERIFY(answer(u"Do not save"_s));
    QTRY_COMPARE(m_program->window.tabs().count(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(WindowStage::alive(*m_program->runtime).empty(), patienceMs);
}

void TestWindowMain::quit_tabs_comeBack()
{
    const QString first = m_stage->write(u"a.ipynb"_s, {u"1"_s});
    const QString second = m_stage->write(u"b.ipynb"_s, {u"2"_s});
    m_program->window.open({first, second});
    m_program->window.tabs().setCurrentIndex(0);
    QTRY_VERIFY(m_program->page());
    m_program->window.QWidget::close();
    QTRY_VERIFY(!m_program->window.isVisible());
    restart();
    m_program->window.restoreTabs();
    QCOMPARE(m_program->window.tabs().count(), 2);
    QCOMPARE(m_program->tab()->file().path(), first);
    QTRY_VERIFY(m_program->page());
}

void TestWindowMain::zoom_byKey_isRemembered()
{
    open(m_stage->write(u"a.ipynb"_s, {u"1"_s}));
    press(Qt::Key_Equal, Qt::ControlModifier);
    QVERIFY(m_program->appearance.theme().zoom > 1.05);
    press(Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(m_program->appearance.theme().zoom, 1.0);
}

void TestWindowMain::palette_byKeys_performs()
{
    open(m_stage->write(u"a.ipynb"_s, {u"1"_s}));
    press(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    QTest::keyClicks(QApplication::focusWidget(), u"dark colours"_s);
    press(Qt::Key_Return);
    QVERIFY(m_program->appearance.theme().dark);
    press(Qt::Key_B); // the focus is back in the notebook
    QTRY_COMPARE(m_program->notebook().cellCount(), 2);
    m_program->notebook().setSaved(m_program->notebook().snapshot());
}

QTEST_MAIN(TestWindowMain)
#include "tst_windowmain.moc"
