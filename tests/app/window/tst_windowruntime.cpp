// SPDX-License-Identifier: GPL-3.0-or-later
// Where a notebook runs and on what, chosen in the window: this machine with GPUs that a fake NVML plays, and
// a real sshd.
#include <tests/app/window/windowstage.h>

#include <app/window/runtimeactions.h>
#include <tests/support/fakenvml.h>
#include <tests/support/jupyterserver.h>
#include <tests/support/sshdfixture.h>
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/addhostdialog.h>
#include <widgets/dialogs/addserverdialog.h>
#include <widgets/dialogs/authenticationdialog.h>
#include <widgets/dialogs/credentialsdialog.h>
#include <widgets/dialogs/kernellist.h>
#include <widgets/dialogs/runtimedialog.h>
#include <widgets/dialogs/sessionsdialog.h>
#include <widgets/files/filespanel.h>
#include <widgets/resources/resourcemeters.h>
#include <widgets/resources/resourcespanel.h>

#include <QComboBox>
#include <QListView>
#include <QToolButton>
#include <QTreeView>

#include <csignal>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace cahier::window;
using namespace Qt::StringLiterals;
using nlohmann::json;
using widgets::RuntimeDialog;

namespace {

constexpr int patienceMs = 60000;

} // namespace

class TestWindowRuntime : public WindowTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init() { begin(); }
    void cleanup() { end(); }

    void wish_gpu_isProposedAndUsed();
    void wish_nothingHere_saysSo();
    void change_accelerator_restartsAndIsRemembered();
    void change_slice_isOfferedInPlaceOfItsGpu();
    void disconnect_kernel_runsOnAndComesBack();
    void ssh_notebook_runsThereAndSurvivesCuts();
    void ssh_laterWindow_offersTheKernel();
    void machine_added_asksForItsKeyAndRuns();
    void server_added_runsThere();
    void server_wrongToken_isAskedForAndGoesOn();
    void panels_filesAndResources_followTheNotebook();
    void sessions_kernels_areListedAndShutDown();

private:
    QString writeNotebook(const QString& name, const QStringList& cells, const json& metadata) const;
    void perform(const char* command) { m_program->window.commands().perform(QString::fromLatin1(command)); }
    RuntimeDialog* openDialog();
    /// Runs the cell and gives what it printed.
    QString run(int cell);
    void takeWay(const char* topic, const QString& way);
    bool isShown(const char* topic)
    {
        return m_program->tab()->notices().isShown(QString::fromLatin1(topic));
    }
    static void select(RuntimeDialog& dialog, const QString& accelerator);
    static QPushButton* acceptButton(const RuntimeDialog& dialog);
    void startFar();
    void chooseFar();
    void chooseServer(RuntimeDialog& dialog);
    /// The dialog of this kind that is open.
    template <typename T> T* dialog()
    {
        T* found = nullptr;
        (void)QTest::qWaitFor(
            [&] {
                for (QWidget* const widget : QApplication::topLevelWidgets()) {
                    if (widget->isVisible() && qobject_cast<T*>(widget)) found = static_cast<T*>(widget);
                }
                return found != nullptr;
            },
            patienceMs);
        return found;
    }

    std::unique_ptr<FakeNvmlWorld> m_world;
    std::unique_ptr<SshdFixture> m_far;
};

void TestWindowRuntime::initTestCase()
{
    m_stage = std::make_unique<WindowStage>();
    m_world = std::make_unique<FakeNvmlWorld>(m_stage->path(u"nvml.json"_s));
    m_world->json = twoGpus();
    m_world->play();
}

void TestWindowRuntime::cleanupTestCase()
{
    m_stage.reset();
    m_far.reset();
}

QString TestWindowRuntime::writeNotebook(const QString& name, const QStringList& cells,
                                         const json& metadata) const
{
    const QString path = m_stage->write(name, cells);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    json notebook = json::parse(file.readAll().toStdString());
    file.close();
    notebook["metadata"].update(metadata);
    if (file.open(QIODevice::WriteOnly)) file.write(QByteArray::fromStdString(notebook.dump(1)));
    return path;
}

RuntimeDialog* TestWindowRuntime::openDialog()
{
    perform("runtime.change");
    auto* const dialog = m_program->window.findChild<RuntimeDialog*>();
    if (!dialog || !QTest::qWaitFor([&] { return !dialog->isLooking(); }, patienceMs)) return nullptr;
    return dialog;
}

QString TestWindowRuntime::run(int cell)
{
    const notebook::CellKey key = m_program->notebook().cellAt(cell).key();
    m_program->tab()->kernel()->run({key});
    const auto isDone = [&] {
        return m_program->isIdle() && m_program->tab()->session()->cellRun(key).phase == RunPhase::Done;
    };
    if (!QTest::qWaitFor(isDone, patienceMs)) return u"(not done)"_s;
    return m_program->text(cell);
}

void TestWindowRuntime::takeWay(const char* topic, const QString& way)
{
    QTRY_VERIFY_WITH_TIMEOUT(isShown(topic), patienceMs);
    for (QAbstractButton* const button : m_program->tab()->notices().findChildren<QAbstractButton*>()) {
        if (button->isVisible() && button->text() == way) return QTest::mouseClick(button, Qt::LeftButton);
    }
    QFAIL(qPrintable(u"no way: "_s + way));
}

void TestWindowRuntime::select(RuntimeDialog& dialog, const QString& accelerator)
{
    for (QComboBox* const box : dialog.findChildren<QComboBox*>()) {
        const int row = box->findText(accelerator, Qt::MatchContains);
        if (row >= 0) return box->setCurrentIndex(row);
    }
    QFAIL(qPrintable(u"no accelerator: "_s + accelerator));
}

QPushButton* TestWindowRuntime::acceptButton(const RuntimeDialog& dialog)
{
    for (QPushButton* const button : dialog.findChildren<QPushButton*>()) {
        if (button->isDefault()) return button;
    }
    return nullptr;
}

constexpr auto devices = "import os\nprint(os.environ.get('CUDA_VISIBLE_DEVICES'))";

void TestWindowRuntime::wish_gpu_isProposedAndUsed()
{
    const json wish = {{"accelerator", "GPU"}, {"colab", {{"gpuType", "H100"}}}};
    open(writeNotebook(u"gpu.ipynb"_s, {QString::fromLatin1(devices)}, wish));
    QCOMPARE(run(0), u"None\n"_s);
    takeWay(KernelController::wishTopic, u"Use it"_s);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QCOMPARE(run(0), u"GPU-11111111-2222\n"_s);
    // The file asks for what it asked for.
    QCOMPARE(m_program->notebook().metadata().at("accelerator"), "GPU");
    QCOMPARE(m_program->notebook().metadata().at("colab").at("gpuType"), "H100");
    QVERIFY(!isShown(KernelController::wishTopic));
}

void TestWindowRuntime::wish_nothingHere_saysSo()
{
    open(writeNotebook(u"tpu.ipynb"_s, {u"print(1)"_s}, {{"accelerator", "TPU"}}));
    QCOMPARE(run(0), u"1\n"_s);
    QTRY_VERIFY_WITH_TIMEOUT(isShown(KernelController::wishTopic), patienceMs);
    const QString sentence =
        m_program->tab()->notices().sentence(QString::fromLatin1(KernelController::wishTopic));
    QVERIFY2(sentence.contains(u"a TPU"_s) && sentence.contains(u"This machine"_s), qPrintable(sentence));
    takeWay(KernelController::wishTopic, u"Change runtime type…"_s);
    QTRY_VERIFY(m_program->window.findChild<RuntimeDialog*>());
}

void TestWindowRuntime::change_accelerator_restartsAndIsRemembered()
{
    const QString path =
        writeNotebook(u"cpu.ipynb"_s, {QString::fromLatin1(devices), u"x = 1"_s}, {{"accelerator", "GPU"}});
    open(path);
    QCOMPARE(run(0), u"None\n"_s);
    const QString kernel = m_program->tab()->session()->kernelId();
    RuntimeDialog* dialog = openDialog();
    QVERIFY(dialog);
    QVERIFY(!acceptButton(*dialog)->isEnabled()); // the notebook has this already
    select(*dialog, u"CPU only"_s);
    QCOMPARE(acceptButton(*dialog)->text(), u"Restart"_s);
    QTest::mouseClick(acceptButton(*dialog), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QCOMPARE(m_program->tab()->session()->kernelId(), kernel);
    QCOMPARE(run(0), u"-1\n"_s);
    QVERIFY(!m_program->notebook().metadata().contains("accelerator"));
    m_program->tab()->kernel()->shutdown();
    QTRY_COMPARE_WITH_TIMEOUT(m_program->tab()->session()->state(), SessionState::NoKernel, patienceMs);
    restart();
    open(path);
    QCOMPARE(run(0), u"-1\n"_s);
}

void TestWindowRuntime::change_slice_isOfferedInPlaceOfItsGpu()
{
    open(m_stage->write(u"mig.ipynb"_s, {QString::fromLatin1(devices)}));
    RuntimeDialog* const dialog = openDialog();
    QVERIFY(dialog);
    const QComboBox* accelerators = nullptr;
    for (const QComboBox* const box : dialog->findChildren<QComboBox*>()) {
        if (box->findText(u"A100"_s, Qt::MatchContains) >= 0) accelerators = box;
    }
    QVERIFY(accelerators);
    const int divided = accelerators->findText(u"A100"_s, Qt::MatchContains);
    QVERIFY(!(accelerators->model()->index(divided, 0).flags() & Qt::ItemIsEnabled));
    const int gpu = accelerators->findText(u"H100"_s, Qt::MatchContains);
    QVERIFY2(accelerators->itemText(gpu).contains(u"free"_s), qPrintable(accelerators->itemText(gpu)));
    select(*dialog, u"2g.10gb"_s);
    QTest::mouseClick(acceptButton(*dialog), Qt::LeftButton);
    QCOMPARE(run(0), u"MIG-22222222-bbbb\n"_s);
    QCOMPARE(m_program->notebook().metadata().at("accelerator"), "GPU");
}

void TestWindowRuntime::disconnect_kernel_runsOnAndComesBack()
{
    open(m_stage->write(u"stay.ipynb"_s, {u"x = 41"_s, u"print(x + 1)"_s}));
    QCOMPARE(run(0), QString());
    const QString kernel = m_program->tab()->session()->kernelId();
    perform("runtime.disconnect");
    QCOMPARE(m_program->tab()->session()->state(), SessionState::NoKernel);
    QVERIFY(!m_program->window.commands().isAvailable(u"runtime.disconnect"_s));
    perform("runtime.connect");
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QCOMPARE(m_program->tab()->session()->kernelId(), kernel);
    QCOMPARE(run(1), u"42\n"_s);
    // A cell that is run brings it back as well.
    perform("runtime.disconnect");
    QCOMPARE(run(1), u"42\n"_s);
    QCOMPARE(m_program->tab()->session()->kernelId(), kernel);
}

void TestWindowRuntime::startFar()
{
    m_far = std::make_unique<SshdFixture>();
    const QString problem = m_far->start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_far->trust();
    m_ssh = m_far->options();
    restart();
    m_program->runtimes.save({u"ssh:far"_s, RuntimeEntry::Kind::Ssh, u"The far one"_s, m_far->far()});
}

/// Through the dialog.
void TestWindowRuntime::chooseFar()
{
    perform("runtime.change");
    auto* const dialog = m_program->window.findChild<RuntimeDialog*>();
    QVERIFY(dialog);
    dialog->selectRuntime(u"ssh:far"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!dialog->isLooking(), patienceMs);
    auto* const kernels = dialog->findChild<widgets::KernelList*>();
    QVERIFY(kernels->selectedSpec());
    QCOMPARE(kernels->selectedSpec()->name, u"python3"_s);
    QTest::mouseClick(acceptButton(*dialog), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
}

void TestWindowRuntime::ssh_notebook_runsThereAndSurvivesCuts()
{
    startFar();
    const QString loop = u"import os, time\nprint(os.getcwd())\nwhile not os.path.exists('go'): "
                         u"time.sleep(0.02)\nprint('went')"_s;
    open(m_stage->write(u"far.ipynb"_s, {loop}));
    chooseFar();
    QVERIFY(m_program->window.kernelStatus().findChild<QToolButton*>()->text().contains(u"The far one"_s));
    m_program->tab()->kernel()->run({m_program->notebook().cellAt(0).key()});
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(0), m_far->far() + u'\n', patienceMs);
    m_far->stop();
    QTRY_VERIFY_WITH_TIMEOUT(m_program->window.kernelStatus().text().startsWith(u"Reconnecting"_s),
                             patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(isShown(KernelController::placeTopic), patienceMs);
    QFile go(m_far->far(u"go"_s));
    QVERIFY(go.open(QIODevice::WriteOnly));
    const QString problem = m_far->start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    takeWay(KernelController::placeTopic, u"Connect now"_s);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->text(0).endsWith(u"\nwent\n"_s), patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QVERIFY(!isShown(KernelController::placeTopic));
    m_program->tab()->kernel()->shutdown();
    QTRY_COMPARE_WITH_TIMEOUT(m_program->tab()->session()->state(), SessionState::NoKernel, patienceMs);
}

void TestWindowRuntime::ssh_laterWindow_offersTheKernel()
{
    startFar();
    const QString path = m_stage->write(u"left.ipynb"_s, {u"x = 6"_s, u"print(x * 7)"_s});
    open(path);
    chooseFar();
    QCOMPARE(run(0), QString());
    m_program->tab()->save();
    QTRY_VERIFY(!m_program->tab()->file().isModified());
    restart();
    open(path);
    takeWay(KernelController::kernelTopic, u"Connect"_s);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    QCOMPARE(run(1), u"42\n"_s);
    m_program->tab()->kernel()->shutdown();
    QTRY_COMPARE_WITH_TIMEOUT(m_program->tab()->session()->state(), SessionState::NoKernel, patienceMs);
}

void TestWindowRuntime::machine_added_asksForItsKeyAndRuns()
{
    m_far = std::make_unique<SshdFixture>();
    const QString problem = m_far->start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_ssh = m_far->options();
    restart();
    open(m_stage->write(u"new.ipynb"_s, {u"print(6 * 7)"_s}));
    perform("runtime.change");
    auto* const choice = dialog<RuntimeDialog>();
    QVERIFY(choice);
    m_program->window.runtimes().addMachine();
    auto* const adding = dialog<widgets::AddHostDialog>();
    QVERIFY(adding);
    named<QLineEdit>(*adding, u"Machine"_s)->setText(u"far"_s);
    named<QLineEdit>(*adding, u"Name"_s)->setText(u"The new one"_s);
    test::press(*adding, u"Add"_s);
    QCOMPARE(choice->selectedRuntime(), u"ssh:far"_s);
    auto* const question = dialog<widgets::AuthenticationDialog>();
    QVERIFY(question);
    QCOMPARE(question->question().fingerprint, m_far->fingerprint());
    test::press(*question, u"Connect"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!choice->isLooking(), patienceMs);
    QTest::mouseClick(acceptButton(*choice), Qt::LeftButton);
    QCOMPARE(run(0), u"42\n"_s);
    m_program->tab()->kernel()->shutdown();
    QTRY_COMPARE_WITH_TIMEOUT(m_program->tab()->session()->state(), SessionState::NoKernel, patienceMs);
}

void TestWindowRuntime::chooseServer(RuntimeDialog& choice)
{
    QTRY_VERIFY_WITH_TIMEOUT(!choice.isLooking() && acceptButton(choice)->isEnabled(), patienceMs);
    QTest::mouseClick(acceptButton(choice), Qt::LeftButton);
    QCOMPARE(run(0), u"42\n"_s);
    m_program->tab()->kernel()->shutdown();
    QTRY_COMPARE_WITH_TIMEOUT(m_program->tab()->session()->state(), SessionState::NoKernel, patienceMs);
}

void TestWindowRuntime::server_added_runsThere()
{
    JupyterServer server;
    QVERIFY(server.start());
    open(m_stage->write(u"served.ipynb"_s, {u"print(6 * 7)"_s}));
    perform("runtime.change");
    auto* const choice = dialog<RuntimeDialog>();
    QVERIFY(choice);
    m_program->window.runtimes().addServer();
    auto* const adding = dialog<widgets::AddServerDialog>();
    QVERIFY(adding);
    const ServerAddress address = server.address();
    named<QLineEdit>(*adding, u"Address"_s)->setText(address.id() + u"?token="_s + server.token());
    test::press(*adding, u"Add"_s);
    QCOMPARE(choice->selectedRuntime(), address.id());
    chooseServer(*choice);
}

void TestWindowRuntime::server_wrongToken_isAskedForAndGoesOn()
{
    JupyterServer server;
    QVERIFY(server.start());
    const QString id = server.address().id();
    m_program->runtimes.save({id, RuntimeEntry::Kind::JupyterServer, u"The server"_s, {}});
    m_program->runtimes.setToken(id, u"wrong"_s);
    open(m_stage->write(u"asked.ipynb"_s, {u"print(6 * 7)"_s}));
    perform("runtime.change");
    auto* const choice = dialog<RuntimeDialog>();
    QVERIFY(choice);
    choice->selectRuntime(id);
    auto* const login = dialog<widgets::CredentialsDialog>();
    QVERIFY(login);
    named<QLineEdit>(*login, u"Token"_s)->setText(server.token());
    test::press(*login, u"Log in"_s);
    chooseServer(*choice);
}

void TestWindowRuntime::panels_filesAndResources_followTheNotebook()
{
    open(m_stage->write(u"panels.ipynb"_s, {u"print(1)"_s}));
    auto* const meters = m_program->window.findChild<widgets::ResourceMeters*>();
    QVERIFY(meters && meters->isEmpty());
    QCOMPARE(run(0), u"1\n"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!meters->isEmpty(), patienceMs);
    perform("view.files");
    const auto* const files = m_program->window.findChild<widgets::FilesPanel*>();
    QVERIFY(files && files->isVisible());
    const auto isListed = [&] {
        const QAbstractItemModel& model = const_cast<widgets::FilesPanel*>(files)->model();
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.index(row, 0).data().toString() == "panels.ipynb"_L1) return true;
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isListed(), patienceMs);
    QTest::mouseClick(meters, Qt::LeftButton);
    const auto* const resources = m_program->window.findChild<widgets::ResourcesPanel*>();
    QVERIFY(resources && resources->isVisible() && !files->isVisible());
    QTest::mouseClick(meters, Qt::LeftButton);
    QVERIFY(!resources->isVisible());
}

void TestWindowRuntime::sessions_kernels_areListedAndShutDown()
{
    open(m_stage->write(u"listed.ipynb"_s, {u"print(1)"_s}));
    QCOMPARE(run(0), u"1\n"_s);
    const QString kernel = m_program->tab()->session()->kernelId();
    perform("runtime.sessions");
    auto* const sessions = dialog<widgets::SessionsDialog>();
    QVERIFY(sessions);
    QTRY_COMPARE_WITH_TIMEOUT(sessions->model().kernels().size(), 1U, patienceMs);
    QCOMPARE(sessions->model().kernels()[0].info.id, kernel);
    auto* const view = sessions->findChild<QTreeView*>();
    view->setCurrentIndex(view->model()->index(0, 0, view->model()->index(0, 0)));
    test::press(*sessions, u"Shut down"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->tab()->session()->state(), SessionState::NoKernel, patienceMs);
}

QTEST_MAIN(TestWindowRuntime)
#include "tst_windowruntime.moc"
