// SPDX-License-Identifier: GPL-3.0-or-later
// The panel as it is used: keys, menus, drops and questions, on a real host.
#include "filesstage.h"

#include <widgets/files/filespanel.h>
#include <widgets/files/filesview.h>
#include <widgets/files/pathbar.h>
#include <widgets/panels/noticelist.h>

#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDropEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QSignalSpy>
#include <QToolButton>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

/// A runtime that runs kernels elsewhere and says how the way there stands: its files are those of this
/// machine, or there are none.
class StandIn : public runtime::Runtime {
public:
    explicit StandIn(std::shared_ptr<runtime::Runtime> real) : m_real(std::move(real)) {}
    [[nodiscard]] QString displayName() const override { return u"stand-in"_s; }
    [[nodiscard]] QFuture<Result<runtime::KernelSpecs>> kernelSpecs() override { return {}; }
    [[nodiscard]] QFuture<Result<std::vector<runtime::KernelInfo>>> kernels() override { return {}; }
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
    [[nodiscard]] runtime::Files* files() override { return m_real ? m_real->files() : nullptr; }
    [[nodiscard]] runtime::ConnectionState connectionState() const override { return m_state; }
    void reconnect() override { ++reconnects; }
    void setState(const runtime::ConnectionState& state)
    {
        m_state = state;
        Q_EMIT connectionChanged(state);
    }
    int reconnects = 0;

private:
    std::shared_ptr<runtime::Runtime> m_real;
    runtime::ConnectionState m_state;
};

} // namespace

class TestFilesPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<FilesStage>(); }
    void cleanupTestCase() { m_stage.reset(); }
    void init();
    void cleanup();

    void state_noRuntime_offersToConnect();
    void state_noFiles_saysSo();
    void state_connection_isSaid();
    void state_hidden_asksNothing();
    void state_emptyFolder_saysSo();
    void state_missingFolder_canBeTriedAgain();
    void start_missingFolder_isTheHomeFolder();
    void name_long_isElided();
    void runtime_again_comesBackWithItsFolder();
    void path_typed_goesThere();
    void path_buttons_goThere();
    void keys_tree_moveAndOpen();
    void open_notebook_isSignalled();
    void enter_folder_becomesTheRoot();
    void path_copiedAndInserted();
    void name_typed_isSearched();
    void filter_typed_andCleared();
    void header_clicked_sorts();
    void rename_inPlace_isDone();
    void rename_toOther_isRefused();
    void rename_badName_isRefused();
    void rename_duringRefresh_keepsWhatIsTyped();
    void newFolder_isMadeAndNamed();
    void newFolder_inSelectedFolder_numbered();
    void remove_several_asksWithNames();
    void remove_cancelled_keeps();
    void remove_link_leavesItsTarget();
    void remove_withoutTrash_asksAgain();
    void remove_otherRuntimeMeanwhile_isOfTheFirst();
    void drop_files_areUploadedIntoFolder();
    void drop_folder_isUploadedWhole();
    void drop_onFile_goesBesideIt();
    void drop_overReplaced_asks();
    void drag_insideToFolder_moves();
    void drag_intoItself_isRefused();
    void move_overOther_asks_data();
    void move_overOther_asks();
    void move_overOwnParent_isRefused();
    void download_asksWhereAndRemembers();
    void menu_selection_offersWhatFits();
    void narrow_columns_areHidden();
    void accessibility_everythingHasAName();

private:
    void show(FilesPanel::Where where = FilesPanel::Where::ThisMachine);
    [[nodiscard]] bool settle();
    bool select(const QString& name) { return m_panel->view().select(m_stage->path(name)); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(&m_panel->view(), key, modifiers);
    }
    [[nodiscard]] QStringList rows() const { return rowsOf(m_panel->model()); }
    [[nodiscard]] QString message() const;
    [[nodiscard]] QString notice() const { return m_panel->findChild<NoticeList*>()->sentence(u"files"_s); }
    [[nodiscard]] QPushButton* stateButton() const;
    [[nodiscard]] QLineEdit* editor() const { return m_panel->view().viewport()->findChild<QLineEdit*>(); }
    [[nodiscard]] QPoint placeOf(const QString& name) const;
    /// Whether a drop there would be taken; the folder it would go to.
    QString dragOver(QMimeData& data, QPoint place, QObject* source = nullptr);
    void drop(QMimeData& data, QPoint place);
    [[nodiscard]] bool isQuiet() const { return !m_queue->isBusy(); }

    std::unique_ptr<FilesStage> m_stage;
    Appearance m_appearance;
    std::unique_ptr<TransferQueue> m_queue;
    std::unique_ptr<FilesPanel> m_panel;
};

void TestFilesPanel::init()
{
    m_stage->begin();
    m_queue = std::make_unique<TransferQueue>();
    m_panel = std::make_unique<FilesPanel>(m_appearance, *m_queue);
    m_panel->resize(420, 600);
}

void TestFilesPanel::cleanup()
{
    m_panel.reset();
    m_queue.reset();
}

bool TestFilesPanel::settle()
{
    return QTest::qWaitFor([this] {
        return m_panel->model().state() != FilesModel::State::Listing && !m_panel->model().isBusy();
    });
}

void TestFilesPanel::show(FilesPanel::Where where)
{
    m_panel->setRuntime(m_stage->runtime, u"This computer"_s, m_stage->path(), where);
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    QVERIFY(settle());
    m_panel->view().setFocus();
}

QPushButton* TestFilesPanel::stateButton() const
{
    for (QPushButton* const button : m_panel->findChildren<QPushButton*>())
        if (button->isVisible()) return button;
    return nullptr;
}

QString TestFilesPanel::message() const
{
    QStringList texts;
    for (const QLabel* const label : m_panel->findChildren<QLabel*>())
        if (label->isVisible() && label->wordWrap() &&
            !qobject_cast<NoticeList*>(label->parentWidget()->parentWidget()))
            texts += label->text();
    return texts.join(u'|');
}

QPoint TestFilesPanel::placeOf(const QString& name) const
{
    FilesView& view = m_panel->view();
    const int row = m_panel->model().rowOf(m_stage->path(name));
    return row < 0 ? QPoint(-1, -1) : view.visualRect(m_panel->model().index(row, 0)).center();
}

QString TestFilesPanel::dragOver(QMimeData& data, QPoint place, QObject* source)
{
    // Qt tells the source of a drag only while one runs: a test has to reach for what the view would ask.
    Q_UNUSED(source)
    QWidget* const target = m_panel->view().viewport();
    QDragEnterEvent enter(place, Qt::CopyAction | Qt::MoveAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(target, &enter);
    QDragMoveEvent move(place, Qt::CopyAction | Qt::MoveAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(target, &move);
    return move.isAccepted() ? m_panel->view().dropFolder() : QString();
}

void TestFilesPanel::drop(QMimeData& data, QPoint place)
{
    QVERIFY(!dragOver(data, place).isEmpty());
    QDropEvent event(place, Qt::CopyAction | Qt::MoveAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(m_panel->view().viewport(), &event);
    QVERIFY(event.isAccepted());
    QVERIFY(m_panel->view().dropFolder().isEmpty());
}

void TestFilesPanel::state_noRuntime_offersToConnect()
{
    m_panel->show();
    QCOMPARE(message(), u"No runtime is connected."_s);
    const QSignalSpy wanted(m_panel.get(), &FilesPanel::connectRequested);
    QVERIFY(stateButton());
    QTest::mouseClick(stateButton(), Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
}

void TestFilesPanel::state_noFiles_saysSo()
{
    m_panel->setRuntime(std::make_shared<StandIn>(nullptr), u"Server"_s, {});
    m_panel->show();
    QCOMPARE(message(), u"This runtime gives no access to its files."_s);
    QVERIFY(!stateButton());
}

void TestFilesPanel::state_connection_isSaid()
{
    const auto runtime = std::make_shared<StandIn>(m_stage->runtime);
    runtime::ConnectionState state;
    state.phase = runtime::ConnectionState::Phase::Connecting;
    runtime->setState(state);
    m_panel->setRuntime(runtime, u"gpu box"_s, m_stage->path());
    m_panel->show();
    QCOMPARE(message(), u"Connecting to gpu box…"_s);
    state.phase = runtime::ConnectionState::Phase::Installing;
    state.done = 2'000'000;
    state.total = 8'000'000;
    runtime->setState(state);
    QVERIFY2(message().contains(QLocale().formattedDataSize(8'000'000, 1, QLocale::DataSizeSIFormat)),
             qPrintable(message()));
    state.phase = runtime::ConnectionState::Phase::Waiting;
    state.error = Error{ErrorCode::Disconnected, u"The network is unreachable."_s};
    runtime->setState(state);
    QVERIFY2(message().contains("The network is unreachable."_L1), qPrintable(message()));
    QTest::mouseClick(stateButton(), Qt::LeftButton);
    QCOMPARE(runtime->reconnects, 1);
    QVERIFY(settle());
    QCOMPARE(message(), QString());
}

void TestFilesPanel::state_hidden_asksNothing()
{
    m_panel->setRuntime(m_stage->runtime, u"This computer"_s, m_stage->path(),
                        FilesPanel::Where::ThisMachine);
    QCOMPARE(m_panel->model().state(), FilesModel::State::None);
    m_panel->show();
    QVERIFY(settle());
    QCOMPARE(m_panel->model().state(), FilesModel::State::Listed);
    m_panel->hide();
    m_stage->write(u"new"_s);
    m_panel->refresh();
    QVERIFY(!m_panel->model().isBusy());
    m_panel->show(); // looks again
    QTRY_COMPARE(rows(), QStringList{u"new"_s});
}

void TestFilesPanel::state_emptyFolder_saysSo()
{
    show();
    QCOMPARE(m_panel->view().accessibleDescription(), u"This folder is empty. Files can be dropped here."_s);
    m_stage->write(u".hidden"_s);
    m_panel->refresh();
    QTRY_COMPARE(m_panel->view().accessibleDescription(), u"There are hidden files only."_s);
    press(Qt::Key_H, Qt::ControlModifier);
    QTRY_COMPARE(rows(), QStringList{u".hidden"_s});
    QVERIFY(m_panel->action(u"showHidden"_s)->isChecked());
}

void TestFilesPanel::state_missingFolder_canBeTriedAgain()
{
    show();
    m_panel->goTo(m_stage->path(u"later"_s));
    QVERIFY(settle());
    QVERIFY2(message().contains(m_stage->path(u"later"_s)), qPrintable(message()));
    m_stage->write(u"later/x"_s);
    QTest::mouseClick(stateButton(), Qt::LeftButton);
    QTRY_COMPARE(rows(), QStringList{u"x"_s});
}

void TestFilesPanel::start_missingFolder_isTheHomeFolder()
{
    m_panel->setRuntime(m_stage->runtime, u"gpu box"_s, u"/not/on/that/machine"_s);
    m_panel->show();
    QTRY_COMPARE(m_panel->model().state(), FilesModel::State::Listed);
    QCOMPARE(m_panel->model().root(), QDir::cleanPath(m_stage->local().folder({})));
}

void TestFilesPanel::name_long_isElided()
{
    const QString name(200, u'x');
    m_panel->setRuntime(m_stage->runtime, name, m_stage->path());
    m_panel->show();
    QVERIFY(m_panel->minimumSizeHint().width() < 260);
    const QList<QLabel*> labels = m_panel->findChildren<QLabel*>();
    const auto place = std::ranges::find(labels, name, &QLabel::accessibleName);
    QVERIFY(place != labels.end());
    QVERIFY((*place)->text().endsWith(u'…') && (*place)->text().size() < 100);
}

void TestFilesPanel::runtime_again_comesBackWithItsFolder()
{
    m_stage->write(u"sub/x"_s);
    show();
    m_panel->goTo(m_stage->path(u"sub"_s));
    QVERIFY(settle());
    m_panel->setRuntime(nullptr, {}, {});
    QCOMPARE(message(), u"No runtime is connected."_s);
    QCOMPARE(m_panel->model().rowCount(), 0);
    m_panel->setRuntime(m_stage->runtime, u"This computer"_s, m_stage->path(),
                        FilesPanel::Where::ThisMachine);
    QVERIFY(settle());
    QCOMPARE(m_panel->model().root(), m_stage->path(u"sub"_s));
    // Another notebook on the same runtime leaves the user where they are.
    m_panel->setRuntime(m_stage->runtime, u"This computer"_s, u"/"_s, FilesPanel::Where::ThisMachine);
    QCOMPARE(m_panel->model().root(), m_stage->path(u"sub"_s));
}

void TestFilesPanel::path_typed_goesThere()
{
    m_stage->write(u"sub/deep/x"_s);
    show();
    auto* const field = m_panel->findChild<PathBar*>()->findChild<QLineEdit*>();
    QCOMPARE(field->text(), m_stage->path());
    press(Qt::Key_L, Qt::ControlModifier);
    QTRY_VERIFY(field->hasFocus());
    field->setText(m_stage->path(u"sub"_s));
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE(rows(), QStringList{u"deep"_s});
    field->setText(u"deep"_s); // from here on
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE(rows(), QStringList{u"x"_s});
    field->setText(u"nonsense"_s);
    QTest::keyClick(field, Qt::Key_Escape);
    QCOMPARE(field->text(), m_stage->path(u"sub/deep"_s));
}

void TestFilesPanel::path_buttons_goThere()
{
    m_stage->write(u"sub/x"_s);
    show();
    m_panel->goTo(m_stage->path(u"sub"_s));
    QVERIFY(settle());
    const auto click = [this](const QString& name) {
        for (QToolButton* const button : m_panel->findChildren<QToolButton*>())
            if (button->accessibleName() == name) return QTest::mouseClick(button, Qt::LeftButton);
        QFAIL(qPrintable(name));
    };
    click(u"Folder above (Alt+Up)"_s);
    QTRY_COMPARE(m_panel->model().root(), m_stage->path());
    QVERIFY(settle());
    click(u"Home folder (Alt+Home)"_s);
    QTRY_COMPARE(m_panel->model().root(), QDir::cleanPath(m_stage->local().folder({})));
    QVERIFY(settle());
    click(u"The notebook's folder"_s);
    QTRY_COMPARE(m_panel->model().root(), m_stage->path());
    QVERIFY(settle());
    select(u"sub"_s);
    press(Qt::Key_Up, Qt::AltModifier);
    QTRY_COMPARE(m_panel->model().root(), QFileInfo(m_stage->path()).path());
    QTRY_COMPARE(m_panel->view().selectedPaths(), QStringList{m_stage->path()}); // where they come from
}

void TestFilesPanel::keys_tree_moveAndOpen()
{
    m_stage->write(u"a/x"_s);
    m_stage->write(u"b"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_Right);
    QVERIFY(settle());
    QCOMPARE(rows(), (QStringList{u"a"_s, u"  x"_s, u"b"_s}));
    press(Qt::Key_Right);
    QCOMPARE(m_panel->view().selectedPaths(), QStringList{m_stage->path(u"a/x"_s)});
    press(Qt::Key_Left);
    QCOMPARE(m_panel->view().selectedPaths(), QStringList{m_stage->path(u"a"_s)});
    press(Qt::Key_Left);
    QCOMPARE(rows(), (QStringList{u"a"_s, u"b"_s}));
    press(Qt::Key_End);
    QCOMPARE(m_panel->view().selectedPaths(), QStringList{m_stage->path(u"b"_s)});
    press(Qt::Key_Home, Qt::ShiftModifier);
    QCOMPARE(m_panel->view().selectedPaths().size(), 2);
}

void TestFilesPanel::open_notebook_isSignalled()
{
    m_stage->write(u"n.ipynb"_s);
    m_stage->write(u"x.csv"_s);
    show();
    const QSignalSpy notebooks(m_panel.get(), &FilesPanel::notebookActivated);
    const QSignalSpy files(m_panel.get(), &FilesPanel::fileActivated);
    QVERIFY(select(u"n.ipynb"_s));
    press(Qt::Key_Return);
    QCOMPARE(notebooks.count(), 1);
    QCOMPARE(notebooks.front().front().toString(), m_stage->path(u"n.ipynb"_s));
    QTest::mouseDClick(m_panel->view().viewport(), Qt::LeftButton, {}, placeOf(u"x.csv"_s));
    QCOMPARE(files.count(), 1);
    QCOMPARE(files.front().front().toString(), m_stage->path(u"x.csv"_s));
    show(FilesPanel::Where::Elsewhere);
    QVERIFY(select(u"n.ipynb"_s));
    press(Qt::Key_Return);
    QCOMPARE(notebooks.count(), 1);
    QCOMPARE(files.count(), 2);
}

void TestFilesPanel::enter_folder_becomesTheRoot()
{
    m_stage->write(u"a/x"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(rows(), QStringList{u"x"_s});
    QCOMPARE(m_panel->model().root(), m_stage->path(u"a"_s));
}

void TestFilesPanel::path_copiedAndInserted()
{
    m_stage->write(u"a"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), m_stage->path(u"a"_s));
    const QSignalSpy inserted(m_panel.get(), &FilesPanel::insertPathRequested);
    m_panel->action(u"insertPath"_s)->trigger();
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(inserted.front().front().toString(), m_stage->path(u"a"_s));
}

void TestFilesPanel::name_typed_isSearched()
{
    for (const QString& name : {u"alpha"_s, u"beta"_s, u"gamma"_s})
        m_stage->write(name);
    show();
    FilesView& view = m_panel->view();
    const QModelIndex size = m_panel->model().index(0, FilesModel::SizeColumn);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.visualRect(size).center());
    QTest::keyClicks(&view, u"ga"_s);
    QCOMPARE(view.selectedPaths(), QStringList{m_stage->path(u"gamma"_s)});
}

void TestFilesPanel::filter_typed_andCleared()
{
    m_stage->write(u"train.csv"_s);
    m_stage->write(u"test.csv"_s);
    show();
    QLineEdit* filter = nullptr;
    for (QLineEdit* const field : m_panel->findChildren<QLineEdit*>())
        if (field->placeholderText() == "Filter"_L1) filter = field;
    QVERIFY(filter);
    QTest::keyClicks(filter, u"trai"_s);
    QTRY_COMPARE(rows(), QStringList{u"train.csv"_s});
    QTest::keyClicks(filter, u"zzz"_s);
    QTRY_COMPARE(m_panel->view().accessibleDescription(), u"No name matches the filter."_s);
    QTest::keyClick(filter, Qt::Key_Escape);
    QTRY_COMPARE(rows(), (QStringList{u"test.csv"_s, u"train.csv"_s}));
    QVERIFY(m_panel->view().hasFocus());
}

void TestFilesPanel::header_clicked_sorts()
{
    m_stage->write(u"a"_s, "123");
    m_stage->write(u"b"_s, "1");
    show();
    QHeaderView* const header = m_panel->view().horizontalHeader();
    const QPoint place(header->sectionViewportPosition(FilesModel::SizeColumn) + 10, header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, place);
    QTRY_COMPARE(rows(), (QStringList{u"b"_s, u"a"_s}));
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, place);
    QTRY_COMPARE(rows(), (QStringList{u"a"_s, u"b"_s}));
}

void TestFilesPanel::rename_inPlace_isDone()
{
    m_stage->write(u"old.txt"_s, "1");
    show();
    QVERIFY(select(u"old.txt"_s));
    press(Qt::Key_F2);
    QTRY_VERIFY(editor());
    QTRY_COMPARE(editor()->selectedText(), u"old"_s); // the kind stays
    QTest::keyClicks(editor(), u"new"_s);
    QTest::keyClick(editor(), Qt::Key_Return);
    QTRY_COMPARE(rows(), QStringList{u"new.txt"_s});
    QCOMPARE(m_stage->read(u"new.txt"_s), QByteArray("1"));
    QTRY_COMPARE(m_panel->view().selectedPaths(), QStringList{m_stage->path(u"new.txt"_s)});
    QVERIFY(m_panel->view().hasFocus());
}

void TestFilesPanel::rename_toOther_isRefused()
{
    m_stage->write(u"one"_s, "1");
    m_stage->write(u"two"_s, "2");
    show();
    QVERIFY(select(u"one"_s));
    press(Qt::Key_F2);
    QTRY_VERIFY(editor());
    editor()->setText(u"two"_s);
    QTest::keyClick(editor(), Qt::Key_Return);
    QTRY_COMPARE(notice(), u"“one” cannot be renamed: there is a “two” already."_s);
    QCOMPARE(m_stage->read(u"two"_s), QByteArray("2"));
    QCOMPARE(m_stage->read(u"one"_s), QByteArray("1"));
}

void TestFilesPanel::rename_badName_isRefused()
{
    m_stage->write(u"one"_s, "1");
    show();
    QVERIFY(select(u"one"_s));
    press(Qt::Key_F2);
    QTRY_VERIFY(editor());
    editor()->setText(u"../elsewhere"_s);
    QTest::keyClick(editor(), Qt::Key_Return);
    QTRY_COMPARE(notice(), u"A name cannot contain “/”."_s);
    QCOMPARE(m_stage->names(), QStringList{u"one"_s});
}

void TestFilesPanel::rename_duringRefresh_keepsWhatIsTyped()
{
    m_stage->write(u"m"_s);
    show();
    QVERIFY(select(u"m"_s));
    press(Qt::Key_F2);
    QTRY_VERIFY(editor());
    QTRY_COMPARE(editor()->selectedText(), u"m"_s);
    QTest::keyClicks(editor(), u"typed"_s);
    m_stage->write(u"a"_s);
    m_panel->refresh();
    QTRY_COMPARE(rows(), (QStringList{u"a"_s, u"m"_s}));
    QVERIFY(editor());
    QCOMPARE(editor()->text(), u"typed"_s);
    QTest::keyClick(editor(), Qt::Key_Return);
    QTRY_COMPARE(rows(), (QStringList{u"a"_s, u"typed"_s}));
}

void TestFilesPanel::newFolder_isMadeAndNamed()
{
    m_stage->write(u"z"_s);
    show();
    press(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(editor());
    QVERIFY(QFileInfo(m_stage->path(u"New folder"_s)).isDir());
    QTRY_COMPARE(editor()->selectedText(), u"New folder"_s);
    QTest::keyClicks(editor(), u"data"_s);
    QTest::keyClick(editor(), Qt::Key_Return);
    QTRY_COMPARE(rows(), (QStringList{u"data"_s, u"z"_s}));
    QVERIFY(QFileInfo(m_stage->path(u"data"_s)).isDir());
}

void TestFilesPanel::newFolder_inSelectedFolder_numbered()
{
    m_stage->makeFolder(u"a/New folder"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(editor());
    QTest::keyClick(editor(), Qt::Key_Escape);
    QTRY_COMPARE(rows(), (QStringList{u"a"_s, u"  New folder"_s, u"  New folder (1)"_s}));
}

void TestFilesPanel::remove_several_asksWithNames()
{
    for (const QString& name : {u"a"_s, u"b"_s, u"keep"_s, u"sub/x"_s})
        m_stage->write(name);
    show();
    press(Qt::Key_A, Qt::ControlModifier);
    QTest::mouseClick(m_panel->view().viewport(), Qt::LeftButton, Qt::ControlModifier, placeOf(u"keep"_s));
    QCOMPARE(m_panel->view().selectedPaths().size(), 3);
    press(Qt::Key_Delete);
    QMessageBox* const box = openQuestion();
    QVERIFY(box);
    QVERIFY2(box->text().contains(u'3'), qPrintable(box->text()));
    QCOMPARE(box->informativeText(), u"sub\na\nb"_s);
    QVERIFY(answer(u"Move to trash"_s));
    QTRY_COMPARE(rows(), QStringList{u"keep"_s});
    QCOMPARE(m_stage->names(), QStringList{u"keep"_s});
    QVERIFY(QFile::exists(m_stage->local().folder(u".local/share/Trash/files/sub/x"_s)));
}

void TestFilesPanel::remove_cancelled_keeps()
{
    m_stage->write(u"a"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_Delete);
    QVERIFY(answer(u"Cancel"_s));
    QCOMPARE(m_stage->names(), QStringList{u"a"_s});
}

void TestFilesPanel::remove_link_leavesItsTarget()
{
    m_stage->write(u"folder/precious"_s, "1");
    QVERIFY(QFile::link(m_stage->path(u"folder"_s), m_stage->path(u"link"_s)));
    show();
    for (const runtime::Removal removal : {runtime::Removal::Trash, runtime::Removal::ForGood}) {
        if (!QFileInfo(m_stage->path(u"link"_s)).isSymLink())
            QVERIFY(QFile::link(m_stage->path(u"folder"_s), m_stage->path(u"link"_s)));
        QVERIFY(LocalStage::wait(m_stage->runtime->files()->remove(m_stage->path(u"link"_s), removal)));
        QCOMPARE(m_stage->names(), QStringList{u"folder"_s});
        QCOMPARE(m_stage->read(u"folder/precious"_s), QByteArray("1"));
    }
}

/// A trash that cannot be written to stands for a file system without one.
void TestFilesPanel::remove_withoutTrash_asksAgain()
{
    const QString trash = m_stage->local().folder(u".local/share/Trash"_s);
    QDir(trash).removeRecursively();
    QDir().mkpath(QFileInfo(trash).path());
    QFile file(trash);
    QVERIFY(file.open(QIODevice::WriteOnly)); // a file is where it would be
    file.close();
    m_stage->write(u"probe"_s);
    if (LocalStage::wait(
            m_stage->runtime->files()->remove(m_stage->path(u"probe"_s), runtime::Removal::Trash))) {
        QVERIFY(file.remove());
        QSKIP("here the file system's own trash can be used");
    }
    QVERIFY(QFile::remove(m_stage->path(u"probe"_s)));
    m_stage->write(u"a"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_Delete);
    QVERIFY(answer(u"Move to trash"_s));
    QTRY_VERIFY(openQuestion());
    QCOMPARE(openQuestion()->text(), u"Delete “a” for good?"_s);
    QVERIFY(answer(u"Delete for good"_s));
    QTRY_COMPARE(rows(), QStringList{});
    QVERIFY(file.remove());
}

void TestFilesPanel::remove_otherRuntimeMeanwhile_isOfTheFirst()
{
    m_stage->write(u"a"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_Delete);
    QVERIFY(openQuestion());
    m_panel->setRuntime(std::make_shared<StandIn>(nullptr), u"another"_s, {});
    QVERIFY(answer(u"Move to trash"_s));
    QTRY_COMPARE(m_stage->names(), QStringList{});
}

void TestFilesPanel::drop_files_areUploadedIntoFolder()
{
    m_stage->write(u"from/one"_s, FilesStage::noise(100'000));
    m_stage->write(u"from/two"_s, "2");
    m_stage->makeFolder(u"to/folder"_s);
    m_stage->write(u"to/z"_s);
    show();
    m_panel->goTo(m_stage->path(u"to"_s));
    QVERIFY(settle());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(m_stage->path(u"from/one"_s)),
                  QUrl::fromLocalFile(m_stage->path(u"from/two"_s))});
    QCOMPARE(dragOver(data, placeOf(u"to/folder"_s)), m_stage->path(u"to/folder"_s));
    QCOMPARE(dragOver(data, QPoint(10, 400)), m_stage->path(u"to"_s));
    drop(data, placeOf(u"to/folder"_s));
    QTRY_VERIFY(isQuiet());
    QCOMPARE(m_stage->names(u"to/folder"_s), (QStringList{u"one"_s, u"two"_s}));
    QVERIFY(m_stage->read(u"to/folder/one"_s) == FilesStage::noise(100'000));
    QMimeData text;
    text.setText(u"no file"_s);
    QVERIFY(dragOver(text, QPoint(10, 400)).isEmpty());
}

void TestFilesPanel::drop_folder_isUploadedWhole()
{
    m_stage->write(u"from/project/deep/x"_s, "1");
    m_stage->write(u"from/project/.hidden"_s, "2");
    m_stage->makeFolder(u"to"_s);
    show();
    m_panel->goTo(m_stage->path(u"to"_s));
    QVERIFY(settle());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(m_stage->path(u"from/project"_s) + u'/')});
    drop(data, QPoint(10, 300));
    QTRY_COMPARE(rows(), QStringList{u"project"_s});
    QTRY_VERIFY(isQuiet());
    QCOMPARE(m_stage->read(u"to/project/deep/x"_s), QByteArray("1"));
    QCOMPARE(m_stage->read(u"to/project/.hidden"_s), QByteArray("2"));
    // Into itself.
    QMimeData itself;
    itself.setUrls({QUrl::fromLocalFile(m_stage->path(u"to/project"_s))});
    drop(itself, placeOf(u"to/project"_s));
    QTRY_COMPARE(m_queue->items().back()->phase, TransferQueue::Phase::Failed);
    QCOMPARE(m_queue->items().back()->error->message,
             u"The folder “project” cannot be copied into itself."_s);
    QCOMPARE(m_stage->names(u"to/project"_s), (QStringList{u".hidden"_s, u"deep"_s}));
}

void TestFilesPanel::drop_onFile_goesBesideIt()
{
    m_stage->write(u"folder/file"_s);
    show();
    m_panel->model().setExpanded(0, true);
    QVERIFY(settle());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(u"/etc/hostname"_s)});
    QCOMPARE(dragOver(data, placeOf(u"folder/file"_s)), m_stage->path(u"folder"_s));
}

void TestFilesPanel::drop_overReplaced_asks()
{
    for (const QString& name : {u"a.txt"_s, u"b.txt"_s, u"c.txt"_s}) {
        m_stage->write(u"from/"_s + name, "new");
        m_stage->write(u"to/"_s + name, "old");
    }
    show();
    m_panel->goTo(m_stage->path(u"to"_s));
    QVERIFY(settle());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(m_stage->path(u"from/a.txt"_s)),
                  QUrl::fromLocalFile(m_stage->path(u"from/b.txt"_s)),
                  QUrl::fromLocalFile(m_stage->path(u"from/c.txt"_s))});
    drop(data, QPoint(10, 300));
    QVERIFY(openQuestion());
    QCOMPARE(openQuestion()->text(), u"There is a file “a.txt” already."_s);
    QVERIFY(answer(u"Replace"_s));
    QTRY_VERIFY(isQuestionOpen() && openQuestion()->text().contains("b.txt"_L1));
    QVERIFY(openQuestion()->checkBox());
    openQuestion()->checkBox()->setChecked(true);
    QVERIFY(answer(u"Keep both"_s));
    QTRY_VERIFY(isQuiet());
    QVERIFY(!isQuestionOpen());
    QCOMPARE(m_stage->names(u"to"_s),
             (QStringList{u"a.txt"_s, u"b (1).txt"_s, u"b.txt"_s, u"c (1).txt"_s, u"c.txt"_s}));
    QCOMPARE(m_stage->read(u"to/a.txt"_s), QByteArray("new"));
    QCOMPARE(m_stage->read(u"to/b.txt"_s), QByteArray("old"));
    QCOMPARE(m_stage->read(u"to/b (1).txt"_s), QByteArray("new"));
    QTRY_COMPARE(m_panel->model().rowCount(), 5);
}

void TestFilesPanel::drag_insideToFolder_moves()
{
    m_stage->write(u"a"_s, "1");
    m_stage->makeFolder(u"folder"_s);
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"a"_s)}, m_stage->path(u"folder"_s));
    QTRY_COMPARE(rows(), QStringList{u"folder"_s});
    QCOMPARE(m_stage->read(u"folder/a"_s), QByteArray("1"));
}

void TestFilesPanel::drag_intoItself_isRefused()
{
    m_stage->write(u"a/x"_s);
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"a"_s)}, m_stage->path(u"a"_s));
    QTRY_VERIFY(!notice().isEmpty());
    QCOMPARE(m_stage->names(u"a"_s), QStringList{u"x"_s});
}

void TestFilesPanel::move_overOther_asks_data()
{
    QTest::addColumn<QString>("choice");
    QTest::addColumn<QStringList>("there");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("stays");
    using L = QStringList;
    QTest::newRow("replace") << u"Replace"_s << L{u"a"_s} << QByteArray("new") << false;
    QTest::newRow("keep both") << u"Keep both"_s << L{u"a"_s, u"a (1)"_s} << QByteArray("old") << false;
    QTest::newRow("skip") << u"Skip"_s << L{u"a"_s} << QByteArray("old") << true;
}

void TestFilesPanel::move_overOther_asks()
{
    QFETCH(const QString, choice);
    QFETCH(const QStringList, there);
    QFETCH(const QByteArray, content);
    QFETCH(const bool, stays);
    m_stage->write(u"a"_s, "new");
    m_stage->write(u"folder/a"_s, "old");
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"a"_s)}, m_stage->path(u"folder"_s));
    QVERIFY(answer(choice));
    QTRY_COMPARE(m_stage->names(u"folder"_s), there);
    QTRY_COMPARE(m_stage->read(u"folder/a"_s), content);
    QTRY_COMPARE(QFile::exists(m_stage->path(u"a"_s)), stays);
}

void TestFilesPanel::move_overOwnParent_isRefused()
{
    m_stage->write(u"x/x/precious"_s, "1");
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"x/x"_s)}, m_stage->path());
    QVERIFY(answer(u"Replace"_s));
    QTRY_COMPARE(notice(), u"“x” cannot replace the folder that it lies in."_s);
    QCOMPARE(m_stage->read(u"x/x/precious"_s), QByteArray("1"));
}

void TestFilesPanel::download_asksWhereAndRemembers()
{
    m_stage->write(u"from/a"_s, "1");
    m_stage->makeFolder(u"to"_s);
    show();
    m_panel->goTo(m_stage->path(u"from"_s));
    QVERIFY(settle());
    QVERIFY(select(u"from/a"_s));
    m_panel->setDownloadFolder(m_stage->path());
    m_panel->action(u"download"_s)->trigger();
    QFileDialog* dialog = nullptr;
    QTRY_VERIFY((dialog = m_panel->findChild<QFileDialog*>()) && dialog->isVisible());
    const QSignalSpy changed(m_panel.get(), &FilesPanel::downloadFolderChanged);
    Q_EMIT dialog->fileSelected(m_stage->path(u"to"_s));
    dialog->close();
    QTRY_COMPARE(m_stage->read(u"to/a"_s), QByteArray("1"));
    QCOMPARE(m_panel->downloadFolder(), m_stage->path(u"to"_s));
    QCOMPARE(changed.count(), 1);
}

void TestFilesPanel::menu_selection_offersWhatFits()
{
    m_stage->write(u"a"_s);
    m_stage->makeFolder(u"folder"_s);
    show();
    const auto titles = [this] {
        QStringList names;
        Q_EMIT m_panel->view().menuRequested(m_panel->mapToGlobal(QPoint(50, 50)));
        auto* const menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (!menu) return names;
        for (const QAction* const action : menu->actions())
            if (!action->isSeparator()) names += action->objectName();
        menu->close();
        return names;
    };
    m_panel->view().clearSelection();
    QCOMPARE(titles(), (QStringList{u"uploadFiles"_s, u"uploadFolder"_s, u"newFolder"_s, u"showHidden"_s,
                                    u"refresh"_s}));
    QVERIFY(select(u"a"_s));
    QVERIFY(titles().contains("rename"_L1) && !titles().contains("enter"_L1));
    QVERIFY(select(u"folder"_s));
    QVERIFY(titles().contains("enter"_L1));
}

void TestFilesPanel::narrow_columns_areHidden()
{
    m_stage->write(u"a"_s);
    show();
    const auto isHidden = [this](int column) { return m_panel->view().isColumnHidden(column); };
    m_panel->resize(700, 500);
    QTRY_VERIFY(!isHidden(FilesModel::SizeColumn) && !isHidden(FilesModel::ModifiedColumn));
    m_panel->resize(m_panel->minimumSizeHint().width() + 10, 500);
    QTRY_VERIFY(isHidden(FilesModel::ModifiedColumn));
    QVERIFY(m_panel->minimumSizeHint().width() < 260);
}

void TestFilesPanel::accessibility_everythingHasAName()
{
    m_stage->write(u"a"_s);
    show();
    for (QWidget* const widget : m_panel->findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus) continue;
        QAccessibleInterface* const one = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(one);
        QVERIFY2(!one->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
    QAccessibleInterface* const table = QAccessible::queryAccessibleInterface(&m_panel->view());
    QVERIFY(table->tableInterface());
    QCOMPARE(table->tableInterface()->cellAt(0, 0)->text(QAccessible::Name), u"a, level 1"_s);
}

QTEST_MAIN(TestFilesPanel)
#include "tst_filespanel.moc"
