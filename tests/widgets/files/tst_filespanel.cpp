// SPDX-License-Identifier: GPL-3.0-or-later
// The panel as it is looked at and moved about in: keys, states, menus.
#include "filespanelstage.h"

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestFilesPanel : public FilesPanelTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<FilesStage>(); }
    void cleanupTestCase() { m_stage.reset(); }
    void init() { begin(); }
    void cleanup() { end(); }

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
    void menu_selection_offersWhatFits();
    void narrow_columns_areHidden();
    void accessibility_everythingHasAName();
};

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
