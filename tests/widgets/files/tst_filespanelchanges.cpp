// SPDX-License-Identifier: GPL-3.0-or-later
// What the panel does to files: renaming, removing, drops and copies, with their questions.
#include "filespanelstage.h"

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestFilesPanelChanges : public FilesPanelTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<FilesStage>(); }
    void cleanupTestCase() { m_stage.reset(); }
    void init() { begin(); }
    void cleanup() { end(); }

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
};

void TestFilesPanelChanges::rename_inPlace_isDone()
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

void TestFilesPanelChanges::rename_toOther_isRefused()
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

void TestFilesPanelChanges::rename_badName_isRefused()
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

void TestFilesPanelChanges::rename_duringRefresh_keepsWhatIsTyped()
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

void TestFilesPanelChanges::newFolder_isMadeAndNamed()
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

void TestFilesPanelChanges::newFolder_inSelectedFolder_numbered()
{
    m_stage->makeFolder(u"a/New folder"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(editor());
    QTest::keyClick(editor(), Qt::Key_Escape);
    QTRY_COMPARE(rows(), (QStringList{u"a"_s, u"  New folder"_s, u"  New folder (1)"_s}));
}

void TestFilesPanelChanges::remove_several_asksWithNames()
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

void TestFilesPanelChanges::remove_cancelled_keeps()
{
    m_stage->write(u"a"_s);
    show();
    QVERIFY(select(u"a"_s));
    press(Qt::Key_Delete);
    QVERIFY(answer(u"Cancel"_s));
    QCOMPARE(m_stage->names(), QStringList{u"a"_s});
}

void TestFilesPanelChanges::remove_link_leavesItsTarget()
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
void TestFilesPanelChanges::remove_withoutTrash_asksAgain()
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

void TestFilesPanelChanges::remove_otherRuntimeMeanwhile_isOfTheFirst()
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

void TestFilesPanelChanges::drop_files_areUploadedIntoFolder()
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

void TestFilesPanelChanges::drop_folder_isUploadedWhole()
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

void TestFilesPanelChanges::drop_onFile_goesBesideIt()
{
    m_stage->write(u"folder/file"_s);
    show();
    m_panel->model().setExpanded(0, true);
    QVERIFY(settle());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(u"/etc/hostname"_s)});
    QCOMPARE(dragOver(data, placeOf(u"folder/file"_s)), m_stage->path(u"folder"_s));
}

void TestFilesPanelChanges::drop_overReplaced_asks()
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

void TestFilesPanelChanges::drag_insideToFolder_moves()
{
    m_stage->write(u"a"_s, "1");
    m_stage->makeFolder(u"folder"_s);
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"a"_s)}, m_stage->path(u"folder"_s));
    QTRY_COMPARE(rows(), QStringList{u"folder"_s});
    QCOMPARE(m_stage->read(u"folder/a"_s), QByteArray("1"));
}

void TestFilesPanelChanges::drag_intoItself_isRefused()
{
    m_stage->write(u"a/x"_s);
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"a"_s)}, m_stage->path(u"a"_s));
    QTRY_VERIFY(!notice().isEmpty());
    QCOMPARE(m_stage->names(u"a"_s), QStringList{u"x"_s});
}

void TestFilesPanelChanges::move_overOther_asks_data()
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

void TestFilesPanelChanges::move_overOther_asks()
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

void TestFilesPanelChanges::move_overOwnParent_isRefused()
{
    m_stage->write(u"x/x/precious"_s, "1");
    show();
    Q_EMIT m_panel->view().pathsDropped({m_stage->path(u"x/x"_s)}, m_stage->path());
    QVERIFY(answer(u"Replace"_s));
    QTRY_COMPARE(notice(), u"“x” cannot replace the folder that it lies in."_s);
    QCOMPARE(m_stage->read(u"x/x/precious"_s), QByteArray("1"));
}

void TestFilesPanelChanges::download_asksWhereAndRemembers()
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

QTEST_MAIN(TestFilesPanelChanges)
#include "tst_filespanelchanges.moc"
