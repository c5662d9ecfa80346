// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/dialogruntimelist.h>
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/runtimesdialog.h>

#include <QListView>
#include <QMessageBox>
#include <QSignalSpy>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using runtime::ConnectionState;
using runtime::RuntimeEntry;
using Phase = ConnectionState::Phase;

namespace {

const QString host = u"ssh:ada@gpu.example.org"_s;
const QString server = u"https://lab.example.org:8888/"_s;

} // namespace

class TestRuntimesDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_runtimes.reset(); }
    void localAlone_explainsRemoteOnes();
    void entries_areShown();
    void state_isFollowed_data();
    void state_isFollowed();
    void error_isShown();
    void local_cannotBeChanged();
    void buttons_askTheOwner();
    void remove_isAskedFirst();
    void removeByKey_isAskedFirst();
    void listChange_keepsTheChoice();
    void dropped_isNotConnected();
    void escape_closes();
    void controls_haveNames();

private:
    RuntimesDialog& openRuntimes()
    {
        m_runtimes = std::make_unique<RuntimesDialog>(m_list, m_appearance);
        m_view = m_runtimes->findChild<QListView*>();
        m_runtimes->open();
        m_runtimes->activateWindow();
        if (!QTest::qWaitForWindowActive(m_runtimes.get())) qWarning("the dialog does not become active");
        return *m_runtimes;
    }
    void addRemotes()
    {
        m_list.add({host, RuntimeEntry::Kind::Ssh, u"The big one"_s});
        m_list.add({server, RuntimeEntry::Kind::JupyterServer, u"The lab's"_s});
    }
    void clickRow(int row) const
    {
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {},
                          m_view->visualRect(m_view->model()->index(row, 0)).center());
    }
    [[nodiscard]] QString stateOf(int row) const
    {
        return m_view->model()->index(row, 0).data(RuntimeRows::StateRole).toString();
    }
    [[nodiscard]] bool isEnabled(const QString& button) const
    {
        return buttonOf(*m_runtimes, button)->isEnabled();
    }

    Appearance m_appearance;
    DialogRuntimeList m_list;
    std::unique_ptr<RuntimesDialog> m_runtimes;
    QListView* m_view = nullptr;
};

void TestRuntimesDialog::init()
{
    m_list.remove(host);
    m_list.remove(server);
}

void TestRuntimesDialog::localAlone_explainsRemoteOnes()
{
    const RuntimesDialog& dialog = openRuntimes();
    QVERIFY(textsOf(dialog).contains(u"Another machine runs your notebooks"_s));
    QCOMPARE(dialog.current(), u"local"_s);
    addRemotes();
    QVERIFY(!textsOf(dialog).contains(u"Another machine runs your notebooks"_s));
}

void TestRuntimesDialog::entries_areShown()
{
    addRemotes();
    openRuntimes();
    const QAbstractItemModel& model = *m_view->model();
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.index(1, 0).data().toString(), u"The big one"_s);
    QCOMPARE(model.index(1, 0).data(RuntimeRows::AddressRole).toString(), u"ssh: ada@gpu.example.org"_s);
    QCOMPARE(model.index(2, 0).data(RuntimeRows::AddressRole).toString(),
             u"Jupyter Server: https://lab.example.org:8888/"_s);
    QVERIFY(model.index(2, 0).data(Qt::AccessibleTextRole).toString().contains(u"Not connected"_s));
    QVERIFY(!m_list.opened(host)); // showing opens nothing
}

void TestRuntimesDialog::state_isFollowed_data()
{
    QTest::addColumn<ConnectionState>("state");
    QTest::addColumn<QString>("words");
    QTest::addColumn<bool>("canConnect");
    QTest::addColumn<bool>("canDisconnect");
    const Error error{ErrorCode::Timeout, u"It took too long."_s, {}, Retry::Later};
    QTest::newRow("idle") << ConnectionState{} << u"Not connected"_s << true << false;
    QTest::newRow("given up") << ConnectionState{.error = error} << u"Failed"_s << true << false;
    QTest::newRow("connecting") << ConnectionState{.phase = Phase::Connecting} << u"Connecting…"_s << false
                                << true;
    QTest::newRow("installing") << ConnectionState{.phase = Phase::Installing, .done = 30, .total = 120}
                                << u"Preparing, 25 %"_s << false << true;
    QTest::newRow("installing, size unknown")
        << ConnectionState{.phase = Phase::Installing} << u"Preparing…"_s << false << true;
    QTest::newRow("connected") << ConnectionState{.phase = Phase::Connected} << u"Connected"_s << false
                               << true;
    QTest::newRow("waiting") << ConnectionState{.phase = Phase::Waiting, .error = error}
                             << u"Waiting to connect again"_s << true << true;
}

void TestRuntimesDialog::state_isFollowed()
{
    QFETCH(const ConnectionState, state);
    addRemotes();
    openRuntimes();
    clickRow(1);
    const std::shared_ptr<StandingRuntime> opened = m_list.connectTo(host);
    opened->setState(state);
    QTEST(stateOf(1), "words");
    QTEST(isEnabled(u"Connect"_s), "canConnect");
    QTEST(isEnabled(u"Disconnect"_s), "canDisconnect");
}

void TestRuntimesDialog::error_isShown()
{
    addRemotes();
    const RuntimesDialog& dialog = openRuntimes();
    m_list.connectTo(host)->setState(
        {.error = Error{ErrorCode::Disconnected, u"<b>gpu</b> does not answer."_s, u"timed out"_s}});
    QVERIFY(!textsOf(dialog).contains(u"does not answer"_s)); // another one is chosen
    clickRow(1);
    QVERIFY(textsOf(dialog).contains(u"<b>gpu</b> does not answer."_s));
    QVERIFY(textsOf(dialog).contains(u"timed out"_s));
    m_list.connectTo(host)->setState({.phase = Phase::Connected});
    QVERIFY(!textsOf(dialog).contains(u"does not answer"_s));
}

void TestRuntimesDialog::local_cannotBeChanged()
{
    addRemotes();
    openRuntimes();
    clickRow(0);
    for (const QString& name : {u"Connect"_s, u"Disconnect"_s, u"Edit…"_s, u"Remove…"_s}) {
        QVERIFY2(!isEnabled(name), qPrintable(name));
        QCOMPARE(buttonOf(*m_runtimes, name)->toolTip(), u"This machine is always there."_s);
    }
    QTest::keyClick(m_view, Qt::Key_Delete);
    QVERIFY(!m_runtimes->findChild<QMessageBox*>());
    QTest::keyClick(m_view, Qt::Key_Down);
    QVERIFY(isEnabled(u"Remove…"_s));
    QCOMPARE(buttonOf(*m_runtimes, u"Remove…"_s)->toolTip(), QString());
}

void TestRuntimesDialog::buttons_askTheOwner()
{
    addRemotes();
    RuntimesDialog& dialog = openRuntimes();
    QSignalSpy hosts(&dialog, &RuntimesDialog::addHostRequested);
    QSignalSpy servers(&dialog, &RuntimesDialog::addServerRequested);
    QSignalSpy edits(&dialog, &RuntimesDialog::editRequested);
    QSignalSpy connects(&dialog, &RuntimesDialog::connectRequested);
    QSignalSpy disconnects(&dialog, &RuntimesDialog::disconnectRequested);
    press(dialog, u"Add machine…"_s);
    press(dialog, u"Add server…"_s);
    QCOMPARE(hosts.size() + servers.size(), 2);
    clickRow(1);
    press(dialog, u"Edit…"_s);
    press(dialog, u"Connect"_s);
    m_list.connectTo(host)->setState({.phase = Phase::Connected});
    press(dialog, u"Disconnect"_s);
    clickRow(2);
    QTest::keyClick(m_view, Qt::Key_Return);
    QCOMPARE(edits.size(), 2);
    QCOMPARE(edits[0][0].toString(), host);
    QCOMPARE(edits[1][0].toString(), server);
    QCOMPARE(connects.size(), 1);
    QCOMPARE(connects[0][0].toString(), host);
    QCOMPARE(disconnects.size(), 1);
    QCOMPARE(disconnects[0][0].toString(), host);
}

void TestRuntimesDialog::remove_isAskedFirst()
{
    addRemotes();
    RuntimesDialog& dialog = openRuntimes();
    QSignalSpy removed(&dialog, &RuntimesDialog::removeRequested);
    clickRow(2);
    press(dialog, u"Remove…"_s);
    auto* box = dialog.findChild<QMessageBox*>();
    QVERIFY(box && box->isVisible());
    QVERIFY(box->text().contains("The lab's"_L1));
    QTest::keyClick(box, Qt::Key_Return); // the safe answer
    QTRY_VERIFY(!dialog.findChild<QMessageBox*>());
    QCOMPARE(removed.size(), 0);
    press(dialog, u"Remove…"_s);
    press(*dialog.findChild<QMessageBox*>(), u"Remove"_s);
    QCOMPARE(removed.size(), 1);
    QCOMPARE(removed[0][0].toString(), server);
}

void TestRuntimesDialog::removeByKey_isAskedFirst()
{
    addRemotes();
    RuntimesDialog& dialog = openRuntimes();
    QSignalSpy removed(&dialog, &RuntimesDialog::removeRequested);
    clickRow(1);
    QTest::keyClick(m_view, Qt::Key_Delete);
    auto* const box = dialog.findChild<QMessageBox*>();
    QVERIFY(box);
    QTest::keyClick(box, Qt::Key_Escape);
    QVERIFY(!box->isVisible());
    QVERIFY(dialog.isVisible());
    QCOMPARE(removed.size(), 0);
}

void TestRuntimesDialog::listChange_keepsTheChoice()
{
    addRemotes();
    const RuntimesDialog& dialog = openRuntimes();
    clickRow(2);
    m_list.remove(host);
    QCOMPARE(dialog.current(), server);
    QCOMPARE(m_view->currentIndex().row(), 1);
    m_list.remove(server);
    QCOMPARE(dialog.current(), u"local"_s);
}

void TestRuntimesDialog::dropped_isNotConnected()
{
    addRemotes();
    openRuntimes();
    const std::shared_ptr<StandingRuntime> old = m_list.connectTo(host);
    old->setState({.phase = Phase::Connected});
    QCOMPARE(stateOf(1), u"Connected"_s);
    m_list.drop(host);
    QCOMPARE(stateOf(1), u"Not connected"_s);
    QSignalSpy changed(m_view->model(), &QAbstractItemModel::dataChanged);
    old->setState({.phase = Phase::Waiting}); // nobody's any more
    QCOMPARE(changed.size(), 0);
}

void TestRuntimesDialog::escape_closes()
{
    const RuntimesDialog& dialog = openRuntimes();
    QVERIFY(m_view->hasFocus());
    QTest::keyClick(m_view, Qt::Key_Escape);
    QVERIFY(dialog.isHidden());
}

void TestRuntimesDialog::controls_haveNames()
{
    addRemotes();
    const RuntimesDialog& dialog = openRuntimes();
    m_list.connectTo(host)->setState({.error = Error{ErrorCode::Disconnected, u"Gone."_s}});
    clickRow(1);
    checkNames(dialog);
}

QTEST_MAIN(TestRuntimesDialog)
#include "tst_runtimesdialog.moc"
