// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog of environments: over this machine's real Pythons, and over answers that machines rarely give.
#include <tests/support/localstage.h>
#include <tests/support/pythonwheel.h>
#include <tests/widgets/environmentsstage.h>
#include <widgets/dialogs/environmentdetails.h>
#include <widgets/dialogs/environmentsdialog.h>
#include <widgets/dialogs/environmentwork.h>

#include <QCheckBox>
#include <QRadioButton>
#include <QSignalSpy>
#include <QToolButton>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using runtime::FrameworkState;

class TestEnvironmentsDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void list_real_chosenOneIsGiven();
    void list_current_isMarked();
    void list_search_narrows();
    void list_unanswered_saysThatItLooks();
    void list_error_isShown();
    void list_noPython_saysHowToGetOne();
    void list_noIpykernel_offersTheCommand();
    void list_managed_explains();
    void list_withoutSpec_isMadeAKernel();
    void gpu_asked_isShown();
    void form_input_isChecked();
    void form_withoutVenvModule_isNotOffered();
    void create_real_isUsed();
    void create_stopped_leavesNothing();
    void create_failing_saysWhy();
    void controls_everywhere_haveNames();
    void terminalText_plain_data();
    void terminalText_plain();
    void framework_sentence_data();
    void framework_sentence();

private:
    [[nodiscard]] std::unique_ptr<EnvironmentsDialog> open(const EnvironmentsDialog::Notebook& notebook);

    QString m_maker;
    Appearance m_appearance;
    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_runtime;
};

void TestEnvironmentsDialog::initTestCase()
{
    qRegisterMetaType<runtime::KernelSpec>();
    m_maker = findVenvMaker();
    m_stage = std::make_unique<LocalStage>();
    m_runtime = m_stage->makeRuntime();
}

void TestEnvironmentsDialog::cleanupTestCase()
{
    m_runtime.reset();
    m_stage.reset();
}

/// Over the real runtime, once it has answered.
std::unique_ptr<EnvironmentsDialog> TestEnvironmentsDialog::open(const EnvironmentsDialog::Notebook& notebook)
{
    m_runtime->setWorkingFolder(notebook.folder);
    auto dialog = std::make_unique<EnvironmentsDialog>(*m_runtime, notebook, m_appearance);
    dialog->show();
    if (!LocalStage::waitUntil([&] { return !dialog->isLooking(); })) return nullptr;
    return dialog;
}

void TestEnvironmentsDialog::list_real_chosenOneIsGiven()
{
    const QString folder = m_stage->folder(u"chosen"_s);
    makeVenv(folder + u"/.venv"_s);
    const auto dialog = open({folder, {}});
    QVERIFY(dialog);
    QSignalSpy chosen(dialog.get(), &EnvironmentsDialog::environmentChosen);
    QVERIFY(selectRow(*dialog, u"chosen"_s));
    QVERIFY(visibleText(*dialog).contains(folder + u"/.venv/bin/python"_s));
    QTRY_VERIFY(visibleText(*dialog).contains(u"ipykernel"_s)); // rows appear once they have their places
    listOf(*dialog).setFocus();
    QTest::keyClick(&listOf(*dialog), Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    const auto spec = chosen[0][0].value<runtime::KernelSpec>();
    QCOMPARE(spec.name, u"python-venv-chosen"_s);
    QCOMPARE(spec.argv.value(0), folder + u"/.venv/bin/python"_s);
    QVERIFY(!dialog->isVisible());
}

void TestEnvironmentsDialog::list_current_isMarked()
{
    const QString folder = m_stage->folder(u"current"_s);
    makeVenv(folder + u"/.venv"_s);
    const auto dialog = open({folder, u"python-venv-current"_s});
    QVERIFY(dialog);
    QCOMPARE(listOf(*dialog).currentIndex().data().toString(), u"current"_s);
}

void TestEnvironmentsDialog::list_search_narrows()
{
    SaidRuntime runtime;
    runtime.environmentsSaid = runtime::Environments{
        {environmentAt(u"/e/first"_s, {{u"torch"_s, u"2.9"_s}}), environmentAt(u"/e/second"_s)}, {}, {}};
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    QLineEdit* const search = named<QLineEdit>(dialog, u"Search environments"_s);
    QVERIFY(search);
    search->setText(u"TORCH first"_s);
    QCOMPARE(listOf(dialog).model()->rowCount(), 1);
    QVERIFY(visibleText(dialog).contains(u"/e/first/bin/python"_s));
    search->setText(u"nothing like it"_s);
    QVERIFY(!listOf(dialog).isVisible());
    QVERIFY(visibleText(dialog).contains(u"nothing like it"_s));
    QVERIFY(!button(dialog, u"Use for this notebook"_s)->isEnabled());
    search->clear();
    QCOMPARE(listOf(dialog).model()->rowCount(), 2);
}

void TestEnvironmentsDialog::list_unanswered_saysThatItLooks()
{
    SaidRuntime runtime;
    runtime.unanswered.start();
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QVERIFY(dialog.isLooking());
    QVERIFY(visibleText(dialog).contains(u"Looking for Pythons"_s));
    QVERIFY(!button(dialog, u"&New environment…"_s)->isEnabled());
    runtime.unanswered.addResult(runtime::Environments{{environmentAt(u"/e/late"_s)}, {}, {}});
    runtime.unanswered.finish();
    QTRY_VERIFY(visibleText(dialog).contains(u"/e/late"_s));
    QVERIFY(button(dialog, u"&New environment…"_s)->isEnabled());
}

void TestEnvironmentsDialog::list_error_isShown()
{
    SaidRuntime runtime;
    runtime.environmentsSaid = failure(ErrorCode::Disconnected, u"The far machine is away."_s);
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QTRY_VERIFY(visibleText(dialog).contains(u"The far machine is away."_s));
    runtime.environmentsSaid = runtime::Environments{{environmentAt(u"/e/back"_s)}, {}, {}};
    named<QToolButton>(dialog, u"Look again"_s)->click();
    QTRY_VERIFY(visibleText(dialog).contains(u"/e/back"_s));
}

void TestEnvironmentsDialog::list_noPython_saysHowToGetOne()
{
    SaidRuntime runtime;
    runtime.environmentsSaid = runtime::Environments();
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    QVERIFY2(visibleText(dialog).contains(u"sudo apt install"_s), qPrintable(visibleText(dialog)));
    QVERIFY(!button(dialog, u"&New environment…"_s)->isEnabled());
}

void TestEnvironmentsDialog::list_noIpykernel_offersTheCommand()
{
    SaidRuntime runtime;
    runtime.environmentsSaid =
        runtime::Environments{{environmentAt(u"/e/plain"_s, {{u"pip"_s, u"25"_s}})}, {}, {}};
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    QVERIFY(!button(dialog, u"Use for this notebook"_s)->isEnabled());
    QVERIFY(button(dialog, u"Install ipykernel…"_s));
    button(dialog, u"Install ipykernel…"_s)->click();
    const auto* const commands = named<QPlainTextEdit>(dialog, u"Commands and what they print"_s);
    QVERIFY(commands && commands->isVisible());
    QCOMPARE(commands->toPlainText(), u"/e/plain/bin/python -m pip install ipykernel"_s);
    QVERIFY(runtime.runs.isEmpty()); // nothing before it is confirmed
    button(dialog, u"Run"_s)->click();
    QCOMPARE(runtime.runs, QStringList{u"/e/plain/bin/python -m pip install ipykernel"_s});
    QVERIFY(visibleText(dialog).contains(u"runs no programs"_s));
}

void TestEnvironmentsDialog::list_managed_explains()
{
    SaidRuntime runtime;
    Environment managed = environmentAt(u"/usr"_s, {{u"pip"_s, u"25"_s}});
    managed.managed = true;
    runtime.environmentsSaid = runtime::Environments{{managed}, {}, {}};
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    QVERIFY(visibleText(dialog).contains(u"The system manages the packages"_s));
    QVERIFY(!button(dialog, u"Install ipykernel…"_s));
    QVERIFY(button(dialog, u"&New environment…"_s)->isEnabled());
}

void TestEnvironmentsDialog::list_withoutSpec_isMadeAKernel()
{
    const QString prefix = m_stage->folder(u"srv/unlisted"_s);
    makeVenv(prefix);
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", QFile::encodeName(prefix) + "/bin:" + path);
    const auto back = qScopeGuard([&] { qputenv("PATH", path); });
    const auto dialog = open({});
    QVERIFY(dialog);
    QVERIFY(selectRow(*dialog, u"unlisted"_s));
    QVERIFY(!button(*dialog, u"Use for this notebook"_s)->isEnabled());
    QVERIFY(button(*dialog, u"Make it a kernel…"_s));
    button(*dialog, u"Make it a kernel…"_s)->click();
    button(*dialog, u"Run"_s)->click();
    QTRY_VERIFY_WITH_TIMEOUT(button(*dialog, u"Use for this notebook"_s), 30000);
    QSignalSpy chosen(dialog.get(), &EnvironmentsDialog::environmentChosen);
    button(*dialog, u"Use for this notebook"_s)->click();
    QTRY_COMPARE_WITH_TIMEOUT(chosen.size(), 1, 30000);
    QCOMPARE(chosen[0][0].value<runtime::KernelSpec>().name, u"python-unlisted"_s);
}

void TestEnvironmentsDialog::gpu_asked_isShown()
{
    const QString folder = m_stage->folder(u"gpu"_s);
    makeVenv(folder + u"/.venv"_s);
    const QDir lib(folder + u"/.venv/lib"_s);
    const QString packages = lib.filePath(lib.entryList({u"python3*"_s}).value(0)) + u"/site-packages/"_s;
    // Torch itself is too large for a test: a module of its name answers in its place.
    write(packages + u"torch-2.9.0.dist-info/METADATA"_s,
          "Metadata-Version: 2.1\nName: torch\nVersion: 2.9.0\n");
    write(packages + u"torch.py"_s, "__version__ = '2.9.0'\n"
                                    "class cuda:\n"
                                    "    is_available = staticmethod(lambda: True)\n"
                                    "    device_count = staticmethod(lambda: 1)\n"
                                    "    get_device_name = staticmethod(lambda i: 'A Device')\n"
                                    "class version:\n    cuda = '13.0'\n");
    const auto dialog = open({folder, u"python-venv-gpu"_s});
    QVERIFY(dialog);
    QVERIFY(button(*dialog, u"Check GPU"_s));
    button(*dialog, u"Check GPU"_s)->click();
    QVERIFY(button(*dialog, u"Stop"_s));
    QTRY_VERIFY_WITH_TIMEOUT(visibleText(*dialog).contains(u"torch 2.9.0 sees A Device"_s), 30000);
    QTRY_VERIFY_WITH_TIMEOUT(button(*dialog, u"Check GPU"_s), 30000);
}

void TestEnvironmentsDialog::form_input_isChecked()
{
    SaidRuntime runtime;
    runtime.environmentsSaid =
        runtime::Environments{{environmentAt(u"/home/me/.virtualenvs/there"_s)}, {}, u"/home/me"_s};
    EnvironmentsDialog dialog(runtime, {u"/work"_s, {}}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    button(dialog, u"&New environment…"_s)->click();
    QPushButton* const create = button(dialog, u"Create"_s);
    const auto* const commands = named<QPlainTextEdit>(dialog, u"What will be run"_s);
    QVERIFY(create && create->isEnabled());
    QVERIFY(commands->toPlainText().contains(u"-m venv /work/.venv"_s));
    QLineEdit* const name = named<QLineEdit>(dialog, u"Name of the environment"_s);
    QTest::keyClicks(name, u"new"_s);
    QVERIFY(create->isEnabled());
    QVERIFY(commands->toPlainText().contains(u"-m venv /home/me/.virtualenvs/new"_s));
    name->clear();
    QTest::keyClicks(name, u"a/b"_s);
    QVERIFY(!create->isEnabled());
    QVERIFY(visibleText(dialog).contains(u"A name has letters"_s));
    name->clear();
    QTest::keyClicks(name, u"there"_s);
    QVERIFY(!create->isEnabled());
    QVERIFY(visibleText(dialog).contains(u"/home/me/.virtualenvs/there already"_s));
    QVERIFY(commands->toPlainText().isEmpty());
    dialog.reject(); // Escape goes back first
    QVERIFY(dialog.isVisible());
    QVERIFY(listOf(dialog).isVisible());
}

void TestEnvironmentsDialog::form_withoutVenvModule_isNotOffered()
{
    SaidRuntime runtime;
    Environment bare = environmentAt(u"/usr"_s);
    bare.kind = Environment::Kind::System;
    bare.name.clear();
    bare.canMake = false;
    runtime.environmentsSaid = runtime::Environments{{bare}, {}, u"/home/me"_s};
    EnvironmentsDialog dialog(runtime, {}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    QPushButton* const make = button(dialog, u"&New environment…"_s);
    QVERIFY(!make->isEnabled());
    QVERIFY(make->toolTip().contains(u"python3-venv"_s));
    runtime.environmentsSaid->uv = u"/home/me/.local/bin/uv"_s; // which needs no module
    dialog.refresh();
    QTRY_VERIFY(!dialog.isLooking());
    QVERIFY(make->isEnabled());
}

void TestEnvironmentsDialog::create_real_isUsed()
{
    if (m_maker.isEmpty()) QSKIP("no Python here has venv and ensurepip (Debian's package python3-venv)");
    const QString wheels = m_stage->folder(u"wheels"_s);
    QVERIFY(writeWheel(wheels, u"ipykernel"_s, u"99.1"_s) && writeWheel(wheels, u"tiny"_s, u"1.2"_s));
    qputenv("PIP_NO_INDEX", "1");
    qputenv("PIP_FIND_LINKS", QFile::encodeName(wheels));
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", QFile::encodeName(QFileInfo(m_maker).path()) + ":" + path);
    const auto back = qScopeGuard([&] {
        qputenv("PATH", path);
        qunsetenv("PIP_NO_INDEX");
        qunsetenv("PIP_FIND_LINKS");
    });
    const auto dialog = open({});
    QVERIFY(dialog);
    button(*dialog, u"&New environment…"_s)->click();
    QTest::keyClicks(named<QLineEdit>(*dialog, u"Name of the environment"_s), u"made"_s);
    for (QLineEdit* const line : dialog->findChildren<QLineEdit*>())
        if (line->placeholderText().contains(u"pip"_s)) QTest::keyClicks(line, u"tiny"_s);
    button(*dialog, u"Create"_s)->click();
    QVERIFY(button(*dialog, u"Stop"_s));
    QTRY_VERIFY_WITH_TIMEOUT(button(*dialog, u"Use for this notebook"_s), 60000);
    const auto* const output = named<QPlainTextEdit>(*dialog, u"Commands and what they print"_s);
    QVERIFY2(output->toPlainText().contains(u"Successfully installed"_s), qPrintable(output->toPlainText()));
    QVERIFY(output->toPlainText().contains(u"$ "_s));
    QSignalSpy chosen(dialog.get(), &EnvironmentsDialog::environmentChosen);
    button(*dialog, u"Use for this notebook"_s)->click();
    QTRY_COMPARE_WITH_TIMEOUT(chosen.size(), 1, 30000);
    QCOMPARE(chosen[0][0].value<runtime::KernelSpec>().name, u"python-venv-made"_s);
}

void TestEnvironmentsDialog::create_stopped_leavesNothing()
{
    const QString python = m_stage->folder(u"slow/bin/python3"_s), folder = m_stage->folder(u"stopped"_s);
    write(python, "#!/bin/sh\necho half made\nexec sleep 300\n");
    QFile::setPermissions(python, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    Environment slow = environmentAt(m_stage->folder(u"slow"_s));
    slow.interpreter = python;
    slow.kind = Environment::Kind::System;
    /// The real runtime, with one Python of our own.
    class Mixed : public SaidRuntime {
    public:
        explicit Mixed(runtime::Runtime& real) : m_real(real) {}
        [[nodiscard]] std::unique_ptr<runtime::Process> run(const runtime::Command& command) override
        {
            return m_real.run(command);
        }

    private:
        runtime::Runtime& m_real;
    } runtime(*m_runtime);
    runtime.environmentsSaid = runtime::Environments{{slow}, {}, m_stage->folder({})};
    QVERIFY(QDir().mkpath(folder));
    EnvironmentsDialog dialog(runtime, {folder, {}}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    button(dialog, u"&New environment…"_s)->click();
    button(dialog, u"Create"_s)->click();
    const auto* const output = named<QPlainTextEdit>(dialog, u"Commands and what they print"_s);
    QTRY_VERIFY_WITH_TIMEOUT(output->toPlainText().contains(u"half made\n"_s), 30000);
    QVERIFY(QFile::exists(folder + u"/.venv"_s));
    dialog.reject(); // by Escape or the window's cross: not by accident
    QVERIFY(dialog.isVisible());
    QVERIFY(visibleText(dialog).contains(u"Stop it first"_s));
    button(dialog, u"Stop"_s)->click();
    QTRY_VERIFY_WITH_TIMEOUT(button(dialog, u"Back"_s), 30000);
    QVERIFY2(visibleText(dialog).contains(u"Nothing was left behind"_s), qPrintable(visibleText(dialog)));
    QVERIFY(!QFile::exists(folder + u"/.venv"_s));
    button(dialog, u"Back"_s)->click();
    dialog.reject();
    QVERIFY(!dialog.isVisible());
}

void TestEnvironmentsDialog::create_failing_saysWhy()
{
    SaidRuntime runtime;
    runtime.environmentsSaid = runtime::Environments{{environmentAt(u"/e/base"_s)}, {}, u"/home/me"_s};
    EnvironmentsDialog dialog(runtime, {u"/work"_s, {}}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    button(dialog, u"&New environment…"_s)->click();
    button(dialog, u"Create"_s)->click();
    QVERIFY(visibleText(dialog).contains(u"runs no programs"_s));
    QVERIFY(!button(dialog, u"Use for this notebook"_s));
    QVERIFY(button(dialog, u"Back"_s));
}

void TestEnvironmentsDialog::controls_everywhere_haveNames()
{
    SaidRuntime runtime;
    runtime.environmentsSaid = runtime::Environments{
        {environmentAt(u"/e/plain"_s, {{u"pip"_s, u"25"_s}})}, u"/bin/uv"_s, u"/home/me"_s};
    EnvironmentsDialog dialog(runtime, {u"/work"_s, {}}, m_appearance);
    dialog.show();
    QTRY_VERIFY(!dialog.isLooking());
    checkVisibleNames(dialog);
    button(dialog, u"&New environment…"_s)->click();
    checkVisibleNames(dialog);
    button(dialog, u"Back"_s)->click();
    button(dialog, u"Install ipykernel…"_s)->click();
    checkVisibleNames(dialog);
}

void TestEnvironmentsDialog::terminalText_plain_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("plain");
    QTest::newRow("plain") << u"a\nb\n"_s << u"a\nb\n"_s;
    QTest::newRow("colours") << u"\x1b[31mred\x1b[0m \x1b[1;32mx"_s << u"red x"_s;
    QTest::newRow("progress") << u"1%\r50%\r100%\ndone"_s << u"100%\ndone"_s;
    QTest::newRow("line ends of Windows") << u"a\r\nb\r\n"_s << u"a\nb\n"_s;
    QTest::newRow("cursor") << u"\x1b[?25lx\x1b[2K"_s << u"x"_s;
}

void TestEnvironmentsDialog::terminalText_plain()
{
    QFETCH(const QString, text);
    QFETCH(const QString, plain);
    QCOMPARE(plainTerminalText(text), plain);
}

void TestEnvironmentsDialog::framework_sentence_data()
{
    QTest::addColumn<FrameworkState>("state");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("sees")
        << FrameworkState{u"torch"_s, u"2.9"_s, {u"NVIDIA H100"_s, u"NVIDIA H100"_s}, true, {}}
        << u"torch 2.9 sees NVIDIA H100, NVIDIA H100"_s;
    QTest::newRow("CPU") << FrameworkState{u"torch"_s, u"2.9"_s, {}, false, {}}
                         << u"torch 2.9 is a build for the CPU alone"_s;
    QTest::newRow("none") << FrameworkState{u"jax"_s, u"0.8"_s, {}, true, {}} << u"jax 0.8 sees no GPU"_s;
    QTest::newRow("broken") << FrameworkState{u"jax"_s, {}, {}, false, u"ImportError: x"_s}
                            << u"jax cannot be imported: ImportError: x"_s;
}

void TestEnvironmentsDialog::framework_sentence()
{
    QFETCH(const FrameworkState, state);
    QFETCH(const QString, sentence);
    QCOMPARE(frameworkSentence(state), sentence);
}

QTEST_MAIN(TestEnvironmentsDialog)
#include "tst_environmentsdialog.moc"
