// SPDX-License-Identifier: GPL-3.0-or-later
// A notebook's kernel as the window handles it, with a real host and a real ipykernel.
#include <app/runtimes/savedruntimes.h>
#include <app/window/kernelcontroller.h>
#include <core/notebook/reader.h>
#include <core/runtime/notebooktarget.h>
#include <tests/support/localstage.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <csignal>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace cahier::window;
using namespace Qt::StringLiterals;
using notebook::CellKey;
using notebook::Notebook;
using widgets::Notice;

namespace {

constexpr int patienceMs = 30000;

/// One opened notebook.
struct Opened {
    Opened(RuntimeList& runtimes, KernelMemory& memory, const QString& path)
        : controller({runtimes, notebook, session, memory}, path)
    {
        QObject::connect(&controller, &KernelController::noticeRaised, &controller,
                         [this](const Notice& notice) { notices[notice.topic] = notice; });
        QObject::connect(&controller, &KernelController::noticeWithdrawn, &controller,
                         [this](const QString& topic) { notices.remove(topic); });
    }
    CellKey add(const char* source, const QString& id = {})
    {
        notebook::CellContent cell;
        cell.source = QString::fromUtf8(source);
        cell.id = id;
        return notebook.insertCells(notebook.cellCount(), {cell}).front();
    }
    [[nodiscard]] QString text(CellKey cell) const
    {
        QString text;
        for (const notebook::Output& output : notebook.find(cell)->outputs())
            text += output.streamText();
        return text;
    }
    [[nodiscard]] bool isIdle() const { return session.state() == SessionState::Idle && !session.hasWork(); }
    [[nodiscard]] QStringList ways(const QString& topic) const
    {
        QStringList titles;
        for (const Notice::Way& way : notices.value(topic).ways)
            titles += way.title;
        return titles;
    }
    void take(const QString& topic, const QString& title)
    {
        const Notice notice = notices.take(topic);
        for (const Notice::Way& way : notice.ways) {
            if (way.title == title) return way.take();
        }
        QFAIL(qPrintable(u"no way "_s + title));
    }

    Notebook notebook{notebook::newNotebook({u"python3"_s, u"Python 3"_s, u"python"_s})};
    NotebookTarget target{notebook};
    Session session{target};
    QHash<QString, Notice> notices;
    KernelController controller;
};

} // namespace

class TestWindowKernel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void cleanup();

    void run_noKernel_startsOneInTheNotebooksFolder();
    void run_whileStarting_keepsTheOrder();
    void run_unknownKernel_usesTheLanguagesAndSaysSo();
    void run_missingProgram_saysSoAndOffersAnother();
    void interrupt_obedient_raisesNoNotice();
    void interrupt_ignored_offersRestart();
    void death_running_saysWhyAndStartsNothing();
    void restart_runAll_runsInAFreshKernel();
    void shutdown_idle_isForgotten();
    void leave_busy_isFoundAgainWithItsOutput();
    void leave_afterSave_bringsOnlyNews();
    void leave_deathMeanwhile_isTold();
    void find_nothingRuns_doesNothing();
    void change_spec_endsTheOldOne();
    void memory_entries_surviveAndGo();
    void memory_choices_survive();

private:
    void startWindow();
    [[nodiscard]] std::unique_ptr<Opened> open(const QString& name);
    [[nodiscard]] std::vector<KernelInfo> alive();

    std::unique_ptr<LocalStage> m_stage;
    std::shared_ptr<runtimes::LocalRuntime> m_runtime;
    std::unique_ptr<SavedRuntimes> m_runtimes;
    std::unique_ptr<KernelMemory> m_memory;
};

void TestWindowKernel::initTestCase()
{
    m_stage = std::make_unique<LocalStage>();
    QDir().mkpath(m_stage->folder(u"work"_s));
}

void TestWindowKernel::cleanupTestCase()
{
    m_stage.reset();
}

void TestWindowKernel::init()
{
    static int number = 0;
    startWindow();
    m_memory = std::make_unique<KernelMemory>(m_stage->folder(u"memory%1.ini"_s.arg(++number)));
}

void TestWindowKernel::cleanup()
{
    for (const KernelInfo& kernel : alive()) {
        const auto connection = LocalStage::wait(m_runtime->attach(kernel.id, kernel.lastSeq));
        if (connection) QVERIFY(LocalStage::wait((*connection)->shutdown()));
    }
    m_runtimes.reset();
    m_runtime.reset();
}

/// Everything that one run of the program has.
void TestWindowKernel::startWindow()
{
    m_runtimes.reset();
    m_runtime = m_stage->makeRuntime();
    m_runtimes = std::make_unique<SavedRuntimes>(m_runtime, m_stage->folder(u"runtimes.ini"_s));
}

std::unique_ptr<Opened> TestWindowKernel::open(const QString& name)
{
    return std::make_unique<Opened>(*m_runtimes, *m_memory, m_stage->folder(u"work/"_s + name));
}

std::vector<KernelInfo> TestWindowKernel::alive()
{
    auto kernels = LocalStage::wait(m_runtime->kernels());
    if (!kernels) return {};
    std::erase_if(*kernels, [](const KernelInfo& kernel) { return kernel.state == KernelState::Dead; });
    return *kernels;
}

void TestWindowKernel::run_noKernel_startsOneInTheNotebooksFolder()
{
    const auto opened = open(u"a.ipynb"_s);
    const CellKey cell = opened->add("import os; print(os.getcwd())");
    QVERIFY(!opened->controller.hasKernel());
    opened->controller.run({cell});
    QVERIFY(opened->controller.isPreparing());
    QVERIFY(opened->controller.isBusy());
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell).trimmed(), m_stage->folder(u"work"_s), patienceMs);
    QTRY_VERIFY(opened->isIdle());
    QVERIFY(opened->controller.hasKernel());
    QVERIFY(!opened->controller.isBusy());
    QCOMPARE(opened->controller.specName(), u"python3"_s);
    QVERIFY(opened->controller.kernelTitle().startsWith(u"Python 3"_s));
    QVERIFY(opened->notices.isEmpty());
    QCOMPARE(alive().front().label, m_stage->folder(u"work/a.ipynb"_s));
}

void TestWindowKernel::run_whileStarting_keepsTheOrder()
{
    const auto opened = open(u"a.ipynb"_s);
    const CellKey first = opened->add("x = 1");
    const CellKey second = opened->add("x += 1; print(x)");
    opened->controller.run({first});
    opened->controller.run({second});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(second), u"2\n"_s, patienceMs);
    QCOMPARE(alive().size(), 1u);
}

void TestWindowKernel::run_unknownKernel_usesTheLanguagesAndSaysSo()
{
    const auto opened = open(u"a.ipynb"_s);
    opened->notebook.setMetadata({{"kernelspec", {{"name", "conda-old"}, {"language", "python"}}}});
    const CellKey cell = opened->add("print('here')");
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"here\n"_s, patienceMs);
    QVERIFY(opened->notices.value(u"problem"_s).sentence.contains(u"conda-old"_s));
    QVERIFY(opened->ways(u"problem"_s).contains(u"Choose another kernel…"_s));
}

void TestWindowKernel::run_missingProgram_saysSoAndOffersAnother()
{
    const auto opened = open(u"a.ipynb"_s);
    opened->notebook.setMetadata({{"kernelspec", {{"name", "missing"}, {"language", "python"}}}});
    const CellKey cell = opened->add("1");
    QSignalSpy wanted(&opened->controller, &KernelController::choiceRequested);
    opened->controller.run({cell});
    QTRY_VERIFY_WITH_TIMEOUT(opened->notices.contains(u"kernel"_s), patienceMs);
    const Notice notice = opened->notices.value(u"kernel"_s);
    QVERIFY2(notice.sentence.contains(u"/no/such/python"_s), qPrintable(notice.sentence));
    QCOMPARE(notice.kind, Notice::Kind::Error);
    opened->take(u"kernel"_s, u"Choose another kernel…"_s);
    QCOMPARE(wanted.size(), 1);
    QVERIFY(!opened->controller.isBusy());
}

void TestWindowKernel::interrupt_obedient_raisesNoNotice()
{
    const auto opened = open(u"a.ipynb"_s);
    opened->controller.setInterruptPatience(std::chrono::milliseconds(4000));
    const CellKey cell = opened->add("import time; print('on', flush=True); time.sleep(600)");
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"on\n"_s, patienceMs);
    opened->controller.interrupt();
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
    QCOMPARE(opened->session.cellRun(cell).errorName, u"KeyboardInterrupt"_s);
    QVERIFY(opened->notices.isEmpty());
}

void TestWindowKernel::interrupt_ignored_offersRestart()
{
    const auto opened = open(u"a.ipynb"_s);
    opened->controller.setInterruptPatience(std::chrono::milliseconds(300));
    const CellKey cell = opened->add("import signal, time\n"
                                     "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
                                     "print('deaf', flush=True)\ntime.sleep(600)");
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"deaf\n"_s, patienceMs);
    opened->controller.interrupt();
    QTRY_VERIFY_WITH_TIMEOUT(opened->notices.contains(u"interrupt"_s), patienceMs);
    QCOMPARE(opened->ways(u"interrupt"_s), QStringList({u"Restart"_s, u"Interrupt again"_s, u"Wait"_s}));
    opened->take(u"interrupt"_s, u"Wait"_s);
    QTRY_VERIFY_WITH_TIMEOUT(opened->notices.contains(u"interrupt"_s), patienceMs);
    opened->take(u"interrupt"_s, u"Restart"_s);
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
    QVERIFY(!opened->notices.contains(u"interrupt"_s));
    QCOMPARE(opened->session.cellRun(cell).outcome, RunOutcome::Killed);
}

void TestWindowKernel::death_running_saysWhyAndStartsNothing()
{
    const auto opened = open(u"a.ipynb"_s);
    const CellKey cell = opened->add("import os, sys; sys.stderr.flush(); os.kill(os.getpid(), 9)");
    const CellKey after = opened->add("print('again')");
    opened->controller.run({cell, after});
    QTRY_VERIFY_WITH_TIMEOUT(opened->notices.contains(u"kernel"_s), patienceMs);
    QVERIFY(opened->notices.value(u"kernel"_s).sentence.contains(u"signal 9"_s));
    QCOMPARE(opened->session.state(), SessionState::Dead);
    QCOMPARE(opened->session.cellRun(after).outcome, RunOutcome::Cancelled);
    QVERIFY(alive().empty());
    // Running asks again instead of restarting.
    opened->controller.run({after});
    QVERIFY(opened->ways(u"kernel"_s).contains(u"Restart and run"_s));
    QVERIFY(alive().empty());
    opened->take(u"kernel"_s, u"Restart and run"_s);
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(after), u"again\n"_s, patienceMs);
    QVERIFY(!opened->notices.contains(u"kernel"_s));
}

void TestWindowKernel::restart_runAll_runsInAFreshKernel()
{
    const auto opened = open(u"a.ipynb"_s);
    const CellKey cell = opened->add("print('kept' in globals()); kept = 1");
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"False\n"_s, patienceMs);
    QTRY_VERIFY(opened->isIdle());
    QSignalSpy finished(&opened->session, &Session::queueFinished);
    opened->controller.restart(true);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patienceMs);
    QCOMPARE(opened->text(cell), u"False\n"_s);
    QCOMPARE(opened->notebook.find(cell)->executionCount(), 1);
}

void TestWindowKernel::shutdown_idle_isForgotten()
{
    const auto opened = open(u"a.ipynb"_s);
    opened->controller.run({opened->add("1")});
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
    QVERIFY(m_memory->find(m_stage->folder(u"work/a.ipynb"_s)));
    opened->controller.shutdown();
    QTRY_COMPARE_WITH_TIMEOUT(opened->session.state(), SessionState::NoKernel, patienceMs);
    QVERIFY(!m_memory->find(m_stage->folder(u"work/a.ipynb"_s)));
    QVERIFY(opened->notices.isEmpty());
}

void TestWindowKernel::leave_busy_isFoundAgainWithItsOutput()
{
    const QString gate = m_stage->folder(u"gate"_s);
    const QByteArray code = "import os, time\nprint('before', flush=True)\n"
                            "while not os.path.exists('" +
                            gate.toUtf8() + "'): time.sleep(0.05)\nprint('meanwhile', flush=True)";
    auto opened = open(u"a.ipynb"_s);
    CellKey cell = opened->add(code.constData(), u"long-cell"_s);
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"before\n"_s, patienceMs);
    opened->controller.noteSaveBegan();
    opened->controller.noteSaved();
    opened->controller.leaveRunning();
    opened.reset();
    startWindow(); // another one
    QFile(gate).open(QIODevice::WriteOnly);

    opened = open(u"a.ipynb"_s);
    cell = opened->add(code.constData(), u"long-cell"_s);
    opened->notebook.appendStream(cell, u"stdout"_s, u"before\n"_s); // as the file has it
    QSignalSpy told(&opened->controller, &KernelController::told);
    opened->controller.findRunning(true);
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"before\nmeanwhile\n"_s, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
    QCOMPARE(told.size(), 1);
    const CellKey next = opened->add("print(os.path.basename(os.getcwd()))");
    opened->controller.run({next});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(next), u"work\n"_s, patienceMs); // it has its variables
}

void TestWindowKernel::leave_afterSave_bringsOnlyNews()
{
    auto opened = open(u"a.ipynb"_s);
    CellKey cell = opened->add("print('old')", u"old-cell"_s);
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->text(cell), u"old\n"_s, patienceMs);
    QTRY_VERIFY(opened->isIdle());
    opened->controller.noteSaveBegan();
    opened->controller.noteSaved();
    opened->controller.leaveRunning();
    opened.reset();

    opened = open(u"a.ipynb"_s);
    cell = opened->add("print('old')", u"old-cell"_s);
    opened->controller.findRunning(true);
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
    QCOMPARE(opened->text(cell), QString()); // what the user has cleared stays cleared
    QVERIFY(!opened->notebook.find(cell)->executionCount());
}

void TestWindowKernel::leave_deathMeanwhile_isTold()
{
    auto opened = open(u"a.ipynb"_s);
    const QByteArray code = "import os, time; time.sleep(0.3); print('last words', flush=True); "
                            "time.sleep(0.2); os._exit(3)";
    CellKey cell = opened->add(code.constData(), u"dying-cell"_s);
    opened->controller.run({cell});
    QTRY_COMPARE_WITH_TIMEOUT(opened->session.cellRun(cell).phase, RunPhase::Running, patienceMs);
    opened->controller.noteSaveBegan();
    opened->controller.noteSaved();
    opened->controller.leaveRunning();
    opened.reset();
    QTRY_VERIFY_WITH_TIMEOUT(alive().empty(), patienceMs);

    opened = open(u"a.ipynb"_s);
    cell = opened->add(code.constData(), u"dying-cell"_s);
    opened->controller.findRunning(true);
    QTRY_COMPARE_WITH_TIMEOUT(opened->session.state(), SessionState::Dead, patienceMs);
    QTRY_VERIFY(opened->text(cell).contains(u"last words"_s));
    QVERIFY(opened->notices.contains(u"kernel"_s));
}

void TestWindowKernel::find_nothingRuns_doesNothing()
{
    const auto opened = open(u"never.ipynb"_s);
    m_memory->remember(m_stage->folder(u"work/never.ipynb"_s), {u"gone"_s, 7});
    QSignalSpy changed(&opened->controller, &KernelController::changed);
    opened->controller.findRunning(true);
    QTRY_VERIFY_WITH_TIMEOUT(!m_memory->find(m_stage->folder(u"work/never.ipynb"_s)), patienceMs);
    QCOMPARE(opened->session.state(), SessionState::NoKernel);
    QVERIFY(opened->notices.isEmpty());
}

void TestWindowKernel::change_spec_endsTheOldOne()
{
    const auto opened = open(u"a.ipynb"_s);
    opened->controller.run({opened->add("1")});
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
    const QString before = opened->session.kernelId();
    runtime::KernelSpec spec;
    spec.name = u"scripted"_s;
    spec.displayName = u"Scripted"_s;
    spec.language = u"python"_s;
    opened->controller.changeTo({.runtime = u"local"_s, .spec = spec});
    QTRY_VERIFY_WITH_TIMEOUT(!opened->session.kernelId().isEmpty(), patienceMs);
    QVERIFY(opened->session.kernelId() != before);
    QCOMPARE(opened->notebook.kernelName(), u"scripted"_s);
    QCOMPARE(opened->controller.kernelTitle(), u"Scripted"_s);
    QTRY_COMPARE_WITH_TIMEOUT(alive().size(), 1u, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(opened->isIdle(), patienceMs);
}

void TestWindowKernel::memory_entries_surviveAndGo()
{
    const QString file = m_stage->folder(u"other.ini"_s);
    const QString path = u"/home/ada/a b/ü%.ipynb"_s;
    {
        KernelMemory memory(file);
        memory.remember(path, {u"k1"_s, 42});
    }
    KernelMemory memory(file);
    QCOMPARE(memory.find(path), (KernelMemory::Entry{u"k1"_s, 42}));
    memory.remember(path, {u"k2"_s, 43, u"ssh:ada@box:22"_s});
    QCOMPARE(memory.find(path), (KernelMemory::Entry{u"k2"_s, 43, u"ssh:ada@box:22"_s}));
    memory.forget(path);
    QVERIFY(!memory.find(path));
}

void TestWindowKernel::memory_choices_survive()
{
    const QString file = m_stage->folder(u"choices.ini"_s);
    const QString path = u"/home/ada/a b/ü%.ipynb"_s;
    runtime::RuntimeChoice choice{u"ssh:box"_s, {.name = u"torch"_s}, {}, {}};
    {
        KernelMemory memory(file);
        QVERIFY(!memory.findChoice(path));
        memory.rememberChoice(path, choice);
    }
    for (const auto kind : {runtime::AcceleratorKind::None, runtime::AcceleratorKind::Gpu,
                            runtime::AcceleratorKind::MigSlice, runtime::AcceleratorKind::Tpu}) {
        KernelMemory memory(file);
        const auto found = memory.findChoice(path);
        QVERIFY(found);
        QCOMPARE(found->runtime, choice.runtime);
        QCOMPARE(found->spec.name, choice.spec.name);
        QVERIFY(found->accelerator == choice.accelerator);
        choice.accelerator = {kind, {u"GPU-1"_s, u"GPU-2"_s}};
        memory.rememberChoice(path, choice);
    }
}

QTEST_GUILESS_MAIN(TestWindowKernel)
#include "tst_windowkernel.moc"
