// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/aboutdialog.h>
#include <widgets/dialogs/kernellist.h>
#include <widgets/dialogs/keyboarddialog.h>
#include <widgets/dialogs/settingsdialog.h>

#include <QAccessible>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPromise>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

/// Answers when the test wants.
class ListedRuntime : public runtime::Runtime {
public:
    runtime::KernelSpecs specs;
    std::vector<runtime::KernelInfo> running;
    std::optional<Error> error;

    [[nodiscard]] QString displayName() const override { return u"Test machine"_s; }
    [[nodiscard]] QFuture<Result<runtime::KernelSpecs>> kernelSpecs() override
    {
        return QtFuture::makeReadyValueFuture(error ? Result<runtime::KernelSpecs>(std::unexpected(*error))
                                                    : Result<runtime::KernelSpecs>(specs));
    }
    [[nodiscard]] QFuture<Result<std::vector<runtime::KernelInfo>>> kernels() override
    {
        return QtFuture::makeReadyValueFuture(Result<std::vector<runtime::KernelInfo>>(running));
    }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>>
    start(const runtime::StartOptions&) override
    {
        return {};
    }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>> attach(const QString&,
                                                                                     quint64) override
    {
        return {};
    }
    [[nodiscard]] QFuture<Result<void>> forget(const QString&) override { return {}; }
};

QComboBox* comboWith(const QWidget& dialog, const QString& entry)
{
    for (QComboBox* const box : dialog.findChildren<QComboBox*>()) {
        if (box->findText(entry) >= 0) return box;
    }
    return nullptr;
}

void activate(QComboBox& box, const QString& entry)
{
    box.setFocus();
    box.setCurrentIndex(box.findText(entry));
    Q_EMIT box.activated(box.currentIndex());
}

/// Everything that takes the focus has a name for screen readers.
void checkNames(const QWidget& dialog)
{
    for (const QWidget* const widget : dialog.findChildren<QWidget*>()) {
        const bool isOurs =
            !widget->objectName().startsWith("qt_"_L1) &&
            (qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QListView*>(widget) ||
             qobject_cast<const QTreeView*>(widget));
        if (!isOurs || widget->isHidden() || widget->parentWidget()->inherits("QHeaderView") ||
            widget->parentWidget()->inherits("QComboBoxPrivateContainer") ||
            widget->parentWidget()->inherits("QTreeView"))
            continue;
        const QAccessibleInterface* const face =
            QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
        QVERIFY(face);
        QVERIFY2(!face->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
}

} // namespace

class TestDialogs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void settings_controls_changeAtOnce();
    void settings_changedElsewhere_areShown();
    void kernels_specsAndKernels_areOffered();
    void kernels_enter_activates();
    void kernels_problem_hasCopyableCommand();
    void kernels_error_isShown();
    void command_inSentence_isFound();
    void keyboard_search_narrows();
    void keyboard_newKey_isSetUnlessTaken();
    void about_copy_hasVersions();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<Appearance> m_appearance;
    ListedRuntime m_runtime;
};

void TestDialogs::init()
{
    static int number = 0;
    m_settings = std::make_unique<Settings>(m_folder.filePath(u"settings%1.ini"_s.arg(++number)));
    m_appearance = std::make_unique<Appearance>();
    m_runtime.error.reset();
    m_runtime.specs = {};
    m_runtime.specs.specs = {
        {u"python3"_s,
         u"Python 3"_s,
         u"python"_s,
         {u"/usr/bin/python3"_s},
         u"/usr/share/jupyter/kernels/python3"_s},
        {u"ir"_s, u"R"_s, u"R"_s, {u"/usr/bin/R"_s}, u"/usr/share/jupyter/kernels/ir"_s}};
    m_runtime.specs.searched = {u"/usr/share/jupyter/kernels"_s};
    m_runtime.running = {
        {u"k1"_s, u"python3"_s, u"/home/ada/report.ipynb"_s, runtime::KernelState::Ready, true, 4711, 9, 1},
        {u"k2"_s, u"python3"_s, u"/home/ada/old.ipynb"_s, runtime::KernelState::Dead, false, 0, 9, 1}};
}

void TestDialogs::settings_controls_changeAtOnce()
{
    m_settings->applyTo(*m_appearance);
    SettingsDialog dialog(*m_settings, *m_appearance);
    dialog.show();
    checkNames(dialog);
    activate(*comboWith(dialog, u"Dark"_s), u"Dark"_s);
    QCOMPARE(m_settings->scheme(), ColourScheme::Dark);
    QVERIFY(m_appearance->theme().dark);
    activate(*comboWith(dialog, u"Off"_s), u"Every 5 minute(s)"_s);
    QCOMPARE(m_settings->autosave(), std::chrono::minutes(5));
    for (QCheckBox* const box : dialog.findChildren<QCheckBox*>())
        QTest::keyClick(box, Qt::Key_Space);
    QVERIFY(m_settings->lineNumbers());
    QVERIFY(!m_settings->closeBrackets());
    QVERIFY(!m_settings->wrapOutputs());
    QVERIFY(!m_appearance->wrapsOutputs());
    QVERIFY(!m_settings->askBeforeClosing());
}

void TestDialogs::settings_changedElsewhere_areShown()
{
    SettingsDialog dialog(*m_settings, *m_appearance);
    m_settings->setKeymap(Keymap::Colab);
    m_settings->setLineNumbers(true);
    QVERIFY(comboWith(dialog, u"Colab: Ctrl+M, then a letter"_s)->currentText().startsWith("Colab"_L1));
    QVERIFY(dialog.findChildren<QCheckBox*>().front()->isChecked());
}

void TestDialogs::kernels_specsAndKernels_areOffered()
{
    KernelList kernels({.spec = u"ir"_s}, *m_appearance);
    kernels.show();
    kernels.showRuntime(&m_runtime);
    QTRY_VERIFY(!kernels.isLooking());
    checkNames(kernels);
    const QAbstractItemModel& model = *kernels.view()->model();
    QStringList titles;
    for (int row = 0; row < model.rowCount(); ++row)
        titles += model.index(row, 0).data().toString();
    // What is dead cannot be joined.
    QCOMPARE(titles, QStringList({u"Start a new kernel"_s, u"Python 3"_s, u"R"_s, u"Join a running kernel"_s,
                                  u"report.ipynb"_s}));
    QCOMPARE(kernels.selectedSpec()->name, u"ir"_s);
    QVERIFY(kernels.selectedKernel().isEmpty());
    QTest::keyClick(kernels.view(), Qt::Key_End);
    QVERIFY(!kernels.selectedSpec());
    QCOMPARE(kernels.selectedKernel(), u"k1"_s);
}

void TestDialogs::kernels_enter_activates()
{
    KernelList kernels({}, *m_appearance);
    QSignalSpy activated(&kernels, &KernelList::activated);
    kernels.show();
    kernels.showRuntime(&m_runtime);
    QTRY_VERIFY(!kernels.isLooking());
    QTest::keyClick(kernels.view(), Qt::Key_Down);
    QTest::keyClick(kernels.view(), Qt::Key_Return);
    QCOMPARE(activated.size(), 1);
    QCOMPARE(kernels.selectedSpec()->name, u"ir"_s);
}

void TestDialogs::kernels_problem_hasCopyableCommand()
{
    m_runtime.specs.specs.clear();
    m_runtime.running.clear();
    m_runtime.specs.problems = {
        u"/opt/venv/bin/python3 has no ipykernel. Install it with: /opt/venv/bin/python3 -m pip install ipykernel"_s};
    KernelList kernels({}, *m_appearance);
    kernels.show();
    kernels.showRuntime(&m_runtime);
    QTRY_VERIFY(!kernels.isLooking());
    QToolButton* copy = nullptr;
    for (QToolButton* const button : kernels.findChildren<QToolButton*>()) {
        if (button->toolTip() == u"Copy the command"_s) copy = button;
    }
    QVERIFY(copy);
    QTest::mouseClick(copy, Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"/opt/venv/bin/python3 -m pip install ipykernel"_s);
    QVERIFY(!kernels.view()->isVisible());
}

void TestDialogs::kernels_error_isShown()
{
    m_runtime.error = Error{ErrorCode::NotFound, u"The program cahier-host was not found."_s, {}, Retry::No};
    KernelList kernels({}, *m_appearance);
    kernels.showRuntime(&m_runtime);
    QTRY_VERIFY(!kernels.isLooking());
    const auto labels = kernels.findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
        return label->text() == u"The program cahier-host was not found."_s;
    }));
}

void TestDialogs::command_inSentence_isFound()
{
    QCOMPARE(commandIn(u"X has no ipykernel. Install it with: sudo apt install y"_s),
             u"sudo apt install y"_s);
    QCOMPARE(commandIn(u"The file kernel.json is no JSON."_s), QString());
}

void TestDialogs::keyboard_search_narrows()
{
    CommandList commands(*m_settings);
    KeyboardDialog dialog(commands, *m_settings, *m_appearance);
    dialog.show();
    checkNames(dialog);
    const auto* const view = dialog.findChild<QTreeView*>();
    QCOMPARE(view->model()->rowCount(), int(commands.ids().size()));
    QTest::keyClicks(dialog.findChild<QLineEdit*>(), u"D, D"_s);
    QCOMPARE(view->model()->rowCount(), 1);
    QCOMPARE(view->model()->index(0, 0).data().toString(), u"Delete cells"_s);
}

void TestDialogs::keyboard_newKey_isSetUnlessTaken()
{
    CommandList commands(*m_settings);
    KeyboardDialog dialog(commands, *m_settings, *m_appearance);
    dialog.show();
    auto* const search = dialog.findChild<QLineEdit*>();
    search->setText(u"Duplicate"_s);
    auto* const view = dialog.findChild<QTreeView*>();
    view->setCurrentIndex(view->model()->index(0, 0));
    auto* const edit = dialog.findChild<QKeySequenceEdit*>();
    QPushButton* set = nullptr;
    edit->setKeySequence(QKeySequence(Qt::CTRL | Qt::Key_S));
    for (QPushButton* const button : dialog.findChildren<QPushButton*>()) {
        if (button->text() == u"Set"_s) set = button;
    }
    QVERIFY(set);
    QVERIFY(!set->isEnabled()); // Ctrl+S saves
    edit->setKeySequence(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D));
    QVERIFY(set->isEnabled());
    QTest::mouseClick(set, Qt::LeftButton);
    QCOMPARE(commands.keyText(u"cell.duplicate"_s), u"Ctrl+Shift+D"_s);
}

void TestDialogs::about_copy_hasVersions()
{
    std::vector<AboutPart> parts = widgetParts();
    AboutDialog dialog(u"1.2.3"_s, parts, *m_appearance);
    dialog.show();
    checkNames(dialog);
    for (QPushButton* const button : dialog.findChildren<QPushButton*>()) {
        if (button->text() == u"Copy"_s) QTest::mouseClick(button, Qt::LeftButton);
    }
    const QString text = QGuiApplication::clipboard()->text();
    QVERIFY(text.startsWith("Cahier 1.2.3"_L1));
    QVERIFY(text.contains("Qt "_L1 + QString::fromLatin1(qVersion())));
    for (const AboutPart& part : parts)
        QVERIFY2(!part.version.isEmpty(), qPrintable(part.name));
}

QTEST_MAIN(TestDialogs)
#include "tst_dialogs.moc"
