// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a real host as rows.
#include "filesstage.h"

#include <tests/bench/window/paintwatch.h>
#include <widgets/files/filenames.h>
#include <widgets/files/filesview.h>

#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSignalSpy>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestFilesModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<FilesStage>(); }
    void cleanupTestCase();
    void init();
    void cleanup();

    void root_folder_isListedInOrder();
    void root_home_isResolved();
    void root_missing_isAnErrorAndCanBeTriedAgain();
    void expand_folder_listsItOnce();
    void expand_unreadable_saysWhyInARow();
    void expand_emptyFolder_saysSo();
    void order_changed_sortsAgain();
    void hidden_shown_areListed();
    void filter_text_keepsFoldersWithMatches();
    void refresh_changes_areRuns();
    void refresh_manyChanges_keepSelection();
    void refresh_folderGone_takesItsRows();
    void name_deceptive_isShownEscaped();
    void name_noUtf8_isSeenAndLeftAlone();
    void links_kinds_areMarked();
    void drag_local_carriesUrls();
    void list_overtaken_isDropped();
    void list_hundredThousand_neverStallsTheWindow();

private:
    void show(const QString& folder = {});
    [[nodiscard]] bool settle() const;
    [[nodiscard]] int row(const QString& name) const { return m_model->rowOf(m_stage->path(name)); }

    std::unique_ptr<FilesStage> m_stage;
    std::unique_ptr<FilesModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

void TestFilesModel::cleanupTestCase()
{
    m_stage.reset();
}

void TestFilesModel::init()
{
    m_stage->begin();
    m_model = std::make_unique<FilesModel>();
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get());
    m_model->setRuntime(m_stage->runtime, true);
}

void TestFilesModel::cleanup()
{
    m_tester.reset();
    m_model.reset();
}

bool TestFilesModel::settle() const
{
    return QTest::qWaitFor(
        [this] { return m_model->state() != FilesModel::State::Listing && !m_model->isBusy(); });
}

void TestFilesModel::show(const QString& folder)
{
    m_model->setRoot(m_stage->path(folder));
    QVERIFY(settle());
}

void TestFilesModel::root_folder_isListedInOrder()
{
    for (const QString& name : {u"b10"_s, u"b9"_s, u"Alpha"_s, u"zebra/x"_s, u".hidden"_s})
        m_stage->write(name, "12345");
    QCOMPARE(m_model->state(), FilesModel::State::None);
    m_model->setRoot(m_stage->path());
    QCOMPARE(m_model->state(), FilesModel::State::Listing);
    QVERIFY(settle());
    QCOMPARE(m_model->state(), FilesModel::State::Listed);
    QCOMPARE(rowsOf(*m_model), (QStringList{u"zebra"_s, u"Alpha"_s, u"b9"_s, u"b10"_s}));
    QCOMPARE(m_model->index(1, FilesModel::SizeColumn).data().toString(), QLocale().formattedDataSize(5));
    QVERIFY(!m_model->index(1, FilesModel::ModifiedColumn).data().toString().isEmpty());
    QCOMPARE(m_model->index(0, FilesModel::SizeColumn).data().toString(), QString());
    QCOMPARE(m_model->index(0, 0).data(Qt::AccessibleTextRole).toString(), u"zebra, folder, level 1"_s);
    QCOMPARE(m_model->pathOf(1), m_stage->path(u"Alpha"_s));
}

void TestFilesModel::root_home_isResolved()
{
    m_model->setRoot({});
    QVERIFY(settle());
    QCOMPARE(m_model->root(), QDir::cleanPath(m_stage->local().folder({})));
}

void TestFilesModel::root_missing_isAnErrorAndCanBeTriedAgain()
{
    show(u"later"_s);
    QCOMPARE(m_model->state(), FilesModel::State::Failed);
    QCOMPARE(m_model->error()->code, ErrorCode::NotFound);
    QCOMPARE(m_model->rowCount(), 0);
    m_stage->write(u"later/x"_s);
    m_model->refresh();
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), QStringList{u"x"_s});
}

void TestFilesModel::expand_folder_listsItOnce()
{
    m_stage->write(u"a/inner/deep"_s);
    m_stage->write(u"b"_s);
    show();
    m_model->setExpanded(row(u"a"_s), true);
    QCOMPARE(m_model->noteAt(1), FilesModel::Note::Listing);
    QVERIFY(settle());
    m_model->setExpanded(row(u"a/inner"_s), true);
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), (QStringList{u"a"_s, u"  inner"_s, u"    deep"_s, u"b"_s}));
    QCOMPARE(m_model->parentRow(2), 1);
    QCOMPARE(m_model->parentRow(1), 0);
    QCOMPARE(m_model->parentRow(3), -1);
    QCOMPARE(m_model->folderAt(2), m_stage->path(u"a/inner"_s));
    QCOMPARE(m_model->index(0, 0).data(Qt::AccessibleTextRole).toString(), u"a, open folder, level 1"_s);
    m_model->setExpanded(0, false);
    QCOMPARE(rowsOf(*m_model), (QStringList{u"a"_s, u"b"_s}));
    m_model->setExpanded(0, true); // what was open in it is open again, at once
    QCOMPARE(rowsOf(*m_model), (QStringList{u"a"_s, u"  inner"_s, u"    deep"_s, u"b"_s}));
    QVERIFY(settle());
}

void TestFilesModel::expand_unreadable_saysWhyInARow()
{
    m_stage->makeFolder(u"closed"_s);
    show();
    QVERIFY(QDir(m_stage->path()).rmdir(u"closed"_s)); // permissions do not stop root
    m_model->setExpanded(0, true);
    QVERIFY(settle());
    QCOMPARE(m_model->rowCount(), 2);
    QCOMPARE(m_model->noteAt(1), FilesModel::Note::Failed);
    const QString sentence = m_model->index(1, 0).data().toString();
    QVERIFY2(sentence.contains(m_stage->path(u"closed"_s)), qPrintable(sentence));
    m_stage->write(u"closed/x"_s);
    m_model->setExpanded(1, true); // asks again
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), (QStringList{u"closed"_s, u"  x"_s}));
}

void TestFilesModel::expand_emptyFolder_saysSo()
{
    m_stage->makeFolder(u"empty"_s);
    show();
    m_model->setExpanded(0, true);
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), (QStringList{u"empty"_s, u"  (Empty)"_s}));
    QVERIFY(!m_model->flags(m_model->index(1, 0)).testFlag(Qt::ItemIsEditable));
}

void TestFilesModel::order_changed_sortsAgain()
{
    m_stage->write(u"a"_s, "123");
    m_stage->write(u"b"_s, "1");
    m_stage->write(u"c"_s, "12");
    show();
    FileOrder order;
    order.by = FileSort::Size;
    m_model->setOrder(order);
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), (QStringList{u"b"_s, u"c"_s, u"a"_s}));
}

void TestFilesModel::hidden_shown_areListed()
{
    m_stage->write(u".x"_s);
    show();
    QCOMPARE(m_model->rowCount(), 0);
    FileOrder order;
    order.showsHidden = true;
    m_model->setOrder(order);
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), QStringList{u".x"_s});
}

void TestFilesModel::filter_text_keepsFoldersWithMatches()
{
    m_stage->write(u"one/match.txt"_s);
    m_stage->write(u"one/other"_s);
    m_stage->write(u"two/other"_s);
    m_stage->write(u"matching/other"_s);
    show();
    for (const QString& folder : {u"one"_s, u"two"_s}) {
        m_model->setExpanded(row(folder), true);
        QVERIFY(settle());
    }
    FileOrder order;
    order.filter = u"match"_s;
    m_model->setOrder(order);
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), (QStringList{u"matching"_s, u"one"_s, u"  match.txt"_s}));
    m_model->setOrder({});
    QVERIFY(settle());
    QCOMPARE(m_model->rowCount(), 6);
}

void TestFilesModel::refresh_changes_areRuns()
{
    for (const QString& name : {u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"folder/in"_s})
        m_stage->write(name);
    show();
    m_model->setExpanded(row(u"folder"_s), true);
    QVERIFY(settle());
    const QPersistentModelIndex kept = m_model->index(row(u"c"_s), 0);
    QVERIFY(QFile::remove(m_stage->path(u"b"_s)));
    m_stage->write(u"bb"_s);
    m_stage->write(u"e"_s);
    m_stage->write(u"folder/new"_s);
    const QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    const QSignalSpy inserts(m_model.get(), &QAbstractItemModel::rowsInserted);
    m_model->refresh();
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model),
             (QStringList{u"folder"_s, u"  in"_s, u"  new"_s, u"a"_s, u"bb"_s, u"c"_s, u"d"_s, u"e"_s}));
    QVERIFY(kept.isValid());
    QCOMPARE(m_model->pathOf(kept.row()), m_stage->path(u"c"_s));
    QCOMPARE(resets.count(), 0);
    QCOMPARE(inserts.count(), 3);
}

void TestFilesModel::refresh_manyChanges_keepSelection()
{
    for (int number = 0; number < 5000; ++number)
        m_stage->write(u"%1"_s.arg(number));
    Appearance appearance;
    FilesView view(*m_model, appearance);
    view.resize(400, 300);
    view.show();
    show();
    QCOMPARE(m_model->rowCount(), 5000);
    QVERIFY(view.select(m_stage->path(u"4321"_s)));
    for (int number = 0; number < 5000; number += 2)
        QVERIFY(QFile::remove(m_stage->path(u"%1"_s.arg(number))));
    m_model->refresh();
    QVERIFY(settle());
    QCOMPARE(m_model->rowCount(), 2500);
    QCOMPARE(view.selectedPaths(), QStringList{m_stage->path(u"4321"_s)});
    QCOMPARE(m_model->pathOf(view.currentIndex().row()), m_stage->path(u"4321"_s));
}

void TestFilesModel::refresh_folderGone_takesItsRows()
{
    m_stage->write(u"folder/deep/x"_s);
    m_stage->write(u"z"_s);
    show();
    m_model->setExpanded(0, true);
    QVERIFY(settle());
    m_model->setExpanded(1, true);
    QVERIFY(settle());
    QCOMPARE(m_model->rowCount(), 4);
    QVERIFY(QDir(m_stage->path(u"folder"_s)).removeRecursively());
    m_model->refresh();
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), QStringList{u"z"_s});
}

void TestFilesModel::name_deceptive_isShownEscaped()
{
    m_stage->write(u"one\ntwo"_s);
    m_stage->write(u"x\u202egpj.exe"_s);
    m_stage->write(u"<b>bold"_s);
    show();
    QCOMPARE(rowsOf(*m_model), (QStringList{u"<b>bold"_s, u"one\\ntwo"_s, u"x\\u202egpj.exe"_s}));
    const QString tip = m_model->index(0, 0).data(Qt::ToolTipRole).toString();
    QVERIFY2(tip.contains("&lt;b&gt;"_L1) && !tip.contains("<b>"_L1), qPrintable(tip));
}

void TestFilesModel::name_noUtf8_isSeenAndLeftAlone()
{
    const QByteArray folder = QFile::encodeName(m_stage->path());
    constexpr std::array bad{"/bad\xff", "/bad\xfe"};
    for (const char* const name : bad) {
        const int fd = open((folder + name).constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        QVERIFY(fd >= 0);
        close(fd);
    }
    QCOMPARE(mkdir((folder + "/dir\xff").constData(), 0700), 0);
    show();
    QCOMPARE(rowsOf(*m_model), (QStringList{u"dir\ufffd"_s, u"bad\ufffd"_s, u"bad\ufffd"_s}));
    for (int row = 0; row < 3; ++row) {
        const QModelIndex index = m_model->index(row, 0);
        QVERIFY(!index.flags().testFlag(Qt::ItemIsEditable));
        QVERIFY(!index.flags().testFlag(Qt::ItemIsDragEnabled));
        m_model->setExpanded(row, true);
    }
    QVERIFY(settle());
    QCOMPARE(m_model->rowCount(), 3);
    QCOMPARE(m_model->folderAt(0), m_stage->path());
    m_model->refresh();
    QVERIFY(settle());
    QCOMPARE(m_model->rowCount(), 3);
    // QTemporaryDir does not find them, either.
    for (const char* const name : bad)
        QCOMPARE(unlink((folder + name).constData()), 0);
    QCOMPARE(rmdir((folder + "/dir\xff").constData()), 0);
}

void TestFilesModel::links_kinds_areMarked()
{
    m_stage->makeFolder(u"folder"_s);
    QVERIFY(QFile::link(m_stage->path(u"folder"_s), m_stage->path(u"to folder"_s)));
    QVERIFY(QFile::link(m_stage->path(u"nowhere"_s), m_stage->path(u"broken"_s)));
    show();
    const QModelIndex toFolder = m_model->index(row(u"to folder"_s), 0);
    QVERIFY(toFolder.data(FilesModel::LinkRole).toBool() && toFolder.data(FilesModel::FolderRole).toBool());
    QCOMPARE(toFolder.data(Qt::AccessibleTextRole).toString(), u"to folder, folder, link, level 1"_s);
    const QModelIndex broken = m_model->index(row(u"broken"_s), 0);
    QVERIFY(broken.data(FilesModel::LinkRole).toBool() && !broken.data(FilesModel::FolderRole).toBool());
    QVERIFY(broken.data(Qt::ToolTipRole).toString().contains("leads nowhere"_L1));
}

void TestFilesModel::drag_local_carriesUrls()
{
    m_stage->write(u"a b"_s);
    show();
    const auto data = [this] {
        return std::unique_ptr<QMimeData>(m_model->mimeData({m_model->index(0, 0)}));
    };
    QCOMPARE(data()->urls(), QList<QUrl>{QUrl::fromLocalFile(m_stage->path(u"a b"_s))});
    QCOMPARE(data()->text(), m_stage->path(u"a b"_s));
    m_model->setRuntime(m_stage->runtime, false);
    show();
    QVERIFY(!data()->hasUrls());
    QCOMPARE(data()->text(), m_stage->path(u"a b"_s));
}

void TestFilesModel::list_overtaken_isDropped()
{
    m_stage->write(u"one/a"_s);
    m_stage->write(u"two/b"_s);
    m_model->setRoot(m_stage->path(u"one"_s));
    m_model->setRoot(m_stage->path(u"two"_s));
    m_model->refresh();
    m_model->refresh();
    QVERIFY(settle());
    QCOMPARE(rowsOf(*m_model), QStringList{u"b"_s});
}

/// What the window's thread is held up at most is reported, not judged.
void TestFilesModel::list_hundredThousand_neverStallsTheWindow()
{
    constexpr int count = 100'000;
    m_stage->makeFolder(u"many"_s);
    const QByteArray folder = QFile::encodeName(m_stage->path(u"many"_s));
    for (int number = 0; number < count; ++number) {
        // In an order that differs from that of their bytes.
        const QByteArray name = folder + "/Sample_" + QByteArray::number((number * 7919LL) % count) + ".png";
        const int fd = open(name.constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        QVERIFY(fd >= 0);
        close(fd);
    }
    m_tester.reset(); // looks at every row for each change
    Appearance appearance;
    FilesView view(*m_model, appearance);
    view.resize(500, 600);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const auto measure = [&](const char* what, const std::function<void()>& act) {
        QElapsedTimer clock;
        clock.start();
        bench::StallWatch stalls;
        act();
        double first = 0;
        QVERIFY(bench::waitUntil([&] {
            if (first == 0 && m_model->entryAt(0)) first = double(clock.nsecsElapsed()) / 1e6;
            return m_model->state() == FilesModel::State::Listed && !m_model->isBusy();
        }));
        qInfo("%s: first rows after %.0f ms, all after %lld ms; longest stall %.1f ms (%.1f ms of its own)",
              what, first, clock.elapsed(), stalls.longest(), stalls.longestOwn());
    };
    measure("list", [&] { m_model->setRoot(m_stage->path(u"many"_s)); });
    QCOMPARE(m_model->rowCount(), count);
    QCOMPARE(m_model->index(0, 0).data().toString(), u"Sample_0.png"_s);
    QCOMPARE(m_model->index(12345, 0).data().toString(), u"Sample_12345.png"_s);
    QVERIFY(view.select(m_stage->path(u"many/Sample_54321.png"_s)));
    m_stage->write(u"many/Sample_77777b.png"_s);
    measure("refresh", [&] { m_model->refresh(); });
    QCOMPARE(m_model->rowCount(), count + 1);
    QCOMPARE(view.selectedPaths(), QStringList{m_stage->path(u"many/Sample_54321.png"_s)});
    FileOrder order;
    order.descending = true;
    measure("sort", [&] { m_model->setOrder(order); });
    QCOMPARE(m_model->index(0, 0).data().toString(), u"Sample_99999.png"_s);
    QCOMPARE(view.selectedPaths(), QStringList{m_stage->path(u"many/Sample_54321.png"_s)});
    order.filter = u"_999"_s;
    measure("filter", [&] { m_model->setOrder(order); });
    QCOMPARE(m_model->rowCount(), 111);
    m_model->setOrder({});
    measure("close", [&] { m_model->setRoot(m_stage->path()); });
    QCOMPARE(rowsOf(*m_model), QStringList{u"many"_s});
    measure("expand", [&] { m_model->setExpanded(0, true); });
}

QTEST_MAIN(TestFilesModel)
#include "tst_filesmodel.moc"
