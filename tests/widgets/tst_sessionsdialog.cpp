// SPDX-License-Identifier: GPL-3.0-or-later
// The sessions of real hosts: kernels that another program (a second client) has started and uses.
#include <widgets/dialogs/sessionsdialog.h>

#include <tests/support/localstage.h>
#include <tests/support/openedruntimes.h>

#include <QAccessible>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include <csignal>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestSessionsDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void noRuntime_isSaid();
    void noKernel_isSaid();
    void kernels_ofAnotherProgram_areListed();
    void busy_interrupted_getsIdle();
    void idle_shutDown_isNotAskedAbout();
    void busy_shutDown_isAskedAbout();
    void severalIdle_shutDownAll_spareTheBusyOne();
    void restart_asked_losesTheState();
    void dead_forgotten_goes();
    void own_orders_areLeftToTheWindow();
    void enter_selected_asksToAttach();
    void refresh_selection_stays();
    void runtimeWithoutHost_showsTheSentence();
    void runtime_removed_goes();
    void hidden_asksNothing();
    void everything_hasANameForScreenReaders();

private:
    [[nodiscard]] QTreeView& view() const { return *m_dialog->findChild<QTreeView*>(); }
    [[nodiscard]] QPushButton* button(const QString& text) const;
    [[nodiscard]] QMessageBox* question() const { return m_dialog->findChild<QMessageBox*>(); }
    void answer(const QString& text);
    /// The row of the notebook's kernel; waits for it.
    [[nodiscard]] QModelIndex row(const QString& notebook) const;
    [[nodiscard]] QString cell(const QString& notebook, SessionsModel::Column column) const;
    void select(const QStringList& notebooks);
    /// A kernel of another program, which computes when it is told to.
    void startKernel(const QString& label, LocalSession& session);

    Appearance m_appearance;
    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_other; ///< the other program's
    std::unique_ptr<OpenedRuntimes> m_runtimes;
    std::unique_ptr<SessionsDialog> m_dialog;
};

void TestSessionsDialog::init()
{
    m_stage = std::make_unique<LocalStage>();
    m_other = m_stage->makeRuntime();
    m_runtimes = std::make_unique<OpenedRuntimes>();
    m_runtimes->add(u"local"_s, m_stage->makeRuntime());
    m_dialog = std::make_unique<SessionsDialog>(*m_runtimes, m_appearance);
}

void TestSessionsDialog::cleanup()
{
    m_dialog.reset();
    m_runtimes.reset();
    m_other.reset();
    m_stage.reset();
}

QPushButton* TestSessionsDialog::button(const QString& text) const
{
    for (QPushButton* const each : m_dialog->findChildren<QPushButton*>()) {
        if (each->text().remove(u'&') == text && each->window() == m_dialog.get()) return each;
    }
    return nullptr;
}

void TestSessionsDialog::answer(const QString& text)
{
    QVERIFY(question());
    for (QAbstractButton* const each : question()->buttons()) {
        if (each->text().remove(u'&') == text) return QTest::mouseClick(each, Qt::LeftButton);
    }
    QFAIL("no such answer");
}

QModelIndex TestSessionsDialog::row(const QString& notebook) const
{
    QModelIndex found;
    const SessionsModel& model = m_dialog->model();
    (void)LocalStage::waitUntil([&] {
        for (int group = 0; group < model.rowCount(); ++group) {
            const QModelIndex parent = model.index(group, 0);
            for (int each = 0; each < model.rowCount(parent); ++each) {
                const QModelIndex index = model.index(each, 0, parent);
                if (index.data().toString() == notebook) found = index;
            }
        }
        return found.isValid();
    });
    return found;
}

QString TestSessionsDialog::cell(const QString& notebook, SessionsModel::Column column) const
{
    return row(notebook).siblingAtColumn(column).data().toString();
}

void TestSessionsDialog::select(const QStringList& notebooks)
{
    QVERIFY(row(notebooks.front()).isValid()); // the first one is selected when they come
    QTRY_VERIFY(view().isExpanded(m_dialog->model().index(0, 0)));
    view().clearSelection();
    for (const QString& notebook : notebooks)
        view().selectionModel()->select(row(notebook),
                                        QItemSelectionModel::Select | QItemSelectionModel::Rows);
}

void TestSessionsDialog::startKernel(const QString& label, LocalSession& session)
{
    QVERIFY(session.start(*m_other, {.spec = u"python3"_s, .label = label}));
}

void TestSessionsDialog::noRuntime_isSaid()
{
    m_runtimes->remove(u"local"_s);
    m_dialog->show();
    const auto labels = m_dialog->findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
        return label->isVisible() && label->text() == u"No kernel runs, and no runtime is connected."_s;
    }));
    QVERIFY(!view().isVisible());
}

void TestSessionsDialog::noKernel_isSaid()
{
    m_dialog->show();
    QVERIFY(view().isVisible()); // it says that it looks
    QTRY_VERIFY(!view().isVisible());
    const auto labels = m_dialog->findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
        return label->isVisible() && label->text() == u"No kernel runs."_s;
    }));
    QVERIFY(!button(u"Shut down all idle"_s)->isEnabled());
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    QTRY_VERIFY(view().isVisible()); // without being asked again
}

void TestSessionsDialog::kernels_ofAnotherProgram_areListed()
{
    LocalSession report, train;
    startKernel(u"/data/report.ipynb"_s, report);
    startKernel(u"/data/deep/train.ipynb"_s, train);
    train.begin("import time\nwhile True: time.sleep(0.1)");
    m_dialog->show();
    QTRY_COMPARE(cell(u"train.ipynb"_s, SessionsModel::StateColumn), u"busy"_s);
    QCOMPARE(cell(u"report.ipynb"_s, SessionsModel::StateColumn), u"idle"_s);
    QCOMPARE(row(u"train.ipynb"_s).data(SessionsModel::DetailRole).toString(), u"/data/deep"_s);
    QCOMPARE(row(u"train.ipynb"_s).data(Qt::ToolTipRole).toString(), u"/data/deep/train.ipynb"_s);
    QCOMPARE(cell(u"report.ipynb"_s, SessionsModel::SpecColumn), u"python3"_s);
    QCOMPARE(cell(u"train.ipynb"_s, SessionsModel::ActivityColumn), u"now"_s);
    const QString active = cell(u"report.ipynb"_s, SessionsModel::ActivityColumn);
    QVERIFY2(active == u"just now"_s || active.endsWith("ago"_L1), qPrintable(active));
    QTRY_VERIFY(cell(u"report.ipynb"_s, SessionsModel::MemoryColumn).endsWith("MiB"_L1));
    const QModelIndex group = m_dialog->model().index(0, 0);
    QCOMPARE(group.data(SessionsModel::DetailRole).toString(), u"2 kernel(s)"_s);
    QVERIFY(view().isExpanded(group));
}

void TestSessionsDialog::busy_interrupted_getsIdle()
{
    LocalSession session;
    startKernel(u"/data/train.ipynb"_s, session);
    const CellKey running = session.begin("import time\nwhile True: time.sleep(0.1)");
    m_dialog->show();
    QTRY_COMPARE(cell(u"train.ipynb"_s, SessionsModel::StateColumn), u"busy"_s);
    select({u"train.ipynb"_s});
    QTest::mouseClick(button(u"Interrupt"_s), Qt::LeftButton);
    QTRY_COMPARE(cell(u"train.ipynb"_s, SessionsModel::StateColumn), u"idle"_s);
    QTRY_COMPARE(session.outcome(running), runtime::RunOutcome::Error);
    QTRY_VERIFY(!button(u"Interrupt"_s)->isEnabled());
}

void TestSessionsDialog::idle_shutDown_isNotAskedAbout()
{
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    m_dialog->show();
    QTRY_COMPARE(cell(u"report.ipynb"_s, SessionsModel::StateColumn), u"idle"_s);
    select({u"report.ipynb"_s});
    QTest::keyClick(&view(), Qt::Key_Delete);
    QVERIFY(!question());
    QTRY_COMPARE(session.session.state(), runtime::SessionState::Dead);
}

void TestSessionsDialog::busy_shutDown_isAskedAbout()
{
    LocalSession session;
    startKernel(u"/data/train.ipynb"_s, session);
    session.begin("import time\nwhile True: time.sleep(0.1)");
    m_dialog->show();
    QTRY_COMPARE(cell(u"train.ipynb"_s, SessionsModel::StateColumn), u"busy"_s);
    select({u"train.ipynb"_s});
    QTest::mouseClick(button(u"Shut down"_s), Qt::LeftButton);
    answer(u"Cancel"_s);
    QTRY_VERIFY(!question());
    QCOMPARE(session.session.state(), runtime::SessionState::Busy);
    QTest::mouseClick(button(u"Shut down"_s), Qt::LeftButton);
    answer(u"Shut down"_s);
    QTRY_COMPARE(session.session.state(), runtime::SessionState::Dead);
}

void TestSessionsDialog::severalIdle_shutDownAll_spareTheBusyOne()
{
    LocalSession one, two, busy;
    startKernel(u"/data/one.ipynb"_s, one);
    startKernel(u"/data/two.ipynb"_s, two);
    startKernel(u"/data/busy.ipynb"_s, busy);
    busy.begin("import time\nwhile True: time.sleep(0.1)");
    m_dialog->show();
    QTRY_COMPARE(cell(u"busy.ipynb"_s, SessionsModel::StateColumn), u"busy"_s);
    QTest::mouseClick(button(u"Shut down all idle"_s), Qt::LeftButton);
    QVERIFY(question());
    QCOMPARE(question()->text(), u"Shut down 2 idle kernel(s)?"_s);
    answer(u"Shut down"_s);
    QTRY_COMPARE(one.session.state(), runtime::SessionState::Dead);
    QTRY_COMPARE(two.session.state(), runtime::SessionState::Dead);
    QCOMPARE(busy.session.state(), runtime::SessionState::Busy);
}

void TestSessionsDialog::restart_asked_losesTheState()
{
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    QCOMPARE(session.run("x = 1\nprint(x)"), u"1\n"_s);
    m_dialog->show();
    QTRY_COMPARE(cell(u"report.ipynb"_s, SessionsModel::StateColumn), u"idle"_s);
    select({u"report.ipynb"_s});
    QSignalSpy changes(&session.session, &runtime::Session::stateChanged);
    QTest::mouseClick(button(u"Restart"_s), Qt::LeftButton);
    answer(u"Restart"_s);
    QTRY_VERIFY(changes.size() >= 2);
    QTRY_COMPARE(session.session.state(), runtime::SessionState::Idle);
    QVERIFY(session.run("print(x)").startsWith("NameError"_L1));
}

void TestSessionsDialog::dead_forgotten_goes()
{
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    m_dialog->show();
    const auto kernel = m_dialog->model().kernelAt(row(u"report.ipynb"_s));
    QVERIFY(kernel && kernel->info.pid > 0);
    ::kill(static_cast<pid_t>(kernel->info.pid), SIGKILL);
    QTRY_COMPARE(cell(u"report.ipynb"_s, SessionsModel::StateColumn), u"dead"_s);
    select({u"report.ipynb"_s});
    QTRY_VERIFY(button(u"Forget"_s));
    QVERIFY(!button(u"Go to notebook"_s)->isEnabled());
    QTest::mouseClick(button(u"Forget"_s), Qt::LeftButton);
    QTRY_VERIFY(m_dialog->model().kernels().empty());
    QTRY_VERIFY(!view().isVisible());
}

void TestSessionsDialog::own_orders_areLeftToTheWindow()
{
    // Attached through the very runtime that the dialog shows.
    LocalSession own;
    const std::shared_ptr<runtime::Runtime> runtime = m_runtimes->opened(u"local"_s);
    QVERIFY(own.start(*runtime, {.spec = u"python3"_s, .label = u"/data/mine.ipynb"_s}));
    m_dialog->show();
    const QString id = m_dialog->model().kernelAt(row(u"mine.ipynb"_s))->info.id;
    select({u"mine.ipynb"_s});
    m_dialog->setOwnKernels({id});
    QVERIFY(row(u"mine.ipynb"_s).data(SessionsModel::OwnRole).toBool());
    QCOMPARE(row(u"mine.ipynb"_s).data(SessionsModel::DetailRole).toString(), u"this window · /data"_s);
    QStringList ordered;
    connect(m_dialog.get(), &SessionsDialog::orderRequested, this,
            [&](const QString& runtimeId, const QString& kernelId, KernelOrder order) {
                if (order == KernelOrder::Shutdown) ordered += {runtimeId, kernelId};
            });
    QTRY_COMPARE(cell(u"mine.ipynb"_s, SessionsModel::StateColumn), u"idle"_s);
    QTest::mouseClick(button(u"Shut down"_s), Qt::LeftButton);
    QCOMPARE(ordered, (QStringList{u"local"_s, id}));
    QCOMPARE(own.session.state(), runtime::SessionState::Idle);
    // Where nobody says that it is one's own, it is refused and said.
    m_dialog->setOwnKernels({});
    QTest::mouseClick(button(u"Shut down"_s), Qt::LeftButton);
    QTRY_VERIFY(std::ranges::any_of(m_dialog->findChildren<QLabel*>(), [](const QLabel* label) {
        return label->isVisible() && label->text().startsWith(u"“mine.ipynb”: "_s);
    }));
    QCOMPARE(own.session.state(), runtime::SessionState::Idle);
}

void TestSessionsDialog::enter_selected_asksToAttach()
{
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    m_dialog->show();
    QSignalSpy asked(m_dialog.get(), &SessionsDialog::attachRequested);
    const auto kernel = m_dialog->model().kernelAt(row(u"report.ipynb"_s));
    select({u"report.ipynb"_s});
    QTest::keyClick(&view(), Qt::Key_Return);
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked.front(), (QVariantList{u"local"_s, kernel->info.id, u"/data/report.ipynb"_s}));
}

void TestSessionsDialog::refresh_selection_stays()
{
    LocalSession one, two;
    startKernel(u"/data/one.ipynb"_s, one);
    startKernel(u"/data/two.ipynb"_s, two);
    m_dialog->show();
    select({u"two.ipynb"_s});
    const QPersistentModelIndex chosen = row(u"two.ipynb"_s);
    QSignalSpy refreshed(&m_dialog->model(), &SessionsModel::refreshed);
    LocalSession three;
    startKernel(u"/data/three.ipynb"_s, three);
    QVERIFY(row(u"three.ipynb"_s).isValid());
    QVERIFY(!refreshed.isEmpty());
    QCOMPARE(view().selectionModel()->selectedRows(), QModelIndexList{chosen});
}

void TestSessionsDialog::runtimeWithoutHost_showsTheSentence()
{
    m_runtimes->add(u"ssh:far"_s, std::make_shared<runtimes::LocalRuntime>(u"/no/such/cahier-host"_s));
    // Both have the same folder: the other one's host must not be there to be joined.
    m_runtimes->remove(u"local"_s);
    m_dialog->show();
    const SessionsModel& model = m_dialog->model();
    QTRY_VERIFY(model.index(0, 0).data(SessionsModel::ProblemRole).toBool());
    QVERIFY(model.index(0, 0).data(SessionsModel::DetailRole).toString().contains("cahier-host"_L1));
    QVERIFY(view().isVisible());
}

void TestSessionsDialog::runtime_removed_goes()
{
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    m_dialog->show();
    select({u"report.ipynb"_s});
    m_runtimes->remove(u"local"_s);
    QCOMPARE(m_dialog->model().rowCount(), 0);
    QVERIFY(!button(u"Shut down"_s)->isEnabled());
}

void TestSessionsDialog::hidden_asksNothing()
{
    m_dialog->show();
    QTRY_COMPARE(m_runtimes->opened(u"local"_s)->connectionState().phase,
                 runtime::ConnectionState::Phase::Connected);
    m_dialog->hide();
    QSignalSpy refreshed(&m_dialog->model(), &SessionsModel::refreshed);
    m_dialog->model().refresh();
    QCOMPARE(refreshed.size(), 0);
    m_dialog->show();
    QVERIFY(!refreshed.isEmpty());
}

void TestSessionsDialog::everything_hasANameForScreenReaders()
{
    LocalSession session;
    startKernel(u"/data/report.ipynb"_s, session);
    m_dialog->show();
    QTRY_COMPARE(cell(u"report.ipynb"_s, SessionsModel::StateColumn), u"idle"_s);
    QCOMPARE(row(u"report.ipynb"_s).data(Qt::AccessibleTextRole).toString(), u"report.ipynb, /data, idle"_s);
    QCOMPARE(row(u"report.ipynb"_s)
                 .siblingAtColumn(SessionsModel::SpecColumn)
                 .data(Qt::AccessibleTextRole)
                 .toString(),
             u"Kernel: python3"_s);
    for (QPushButton* const each : m_dialog->findChildren<QPushButton*>())
        QVERIFY(!QAccessible::queryAccessibleInterface(each)->text(QAccessible::Name).isEmpty());
    QVERIFY(!QAccessible::queryAccessibleInterface(&view())->text(QAccessible::Name).isEmpty());
}

QTEST_MAIN(TestSessionsDialog)
#include "tst_sessionsdialog.moc"
