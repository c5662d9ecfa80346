// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a runtime's machine: this one's through a local host, and a far one's across a real sshd.
#include <tests/support/sshstage.h>

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>
#include <QTestEventLoop>

#include <csignal>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;

class TestFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();

    void list_folder_givesEntries();
    void list_missing_isNotFound();
    void path_relative_isRefused();
    void makeFolder_twice_isRefused();
    void rename_overOther_isRefused();
    void remove_file_isInTheTrash();
    void remove_forGood_isGone();
    void remove_homeFolder_isRefused();

    void copy_sizes_areWhole_data();
    void copy_sizes_areWhole();
    void upload_overOther_asksFirst();
    void download_overOther_asksFirst();
    void upload_folder_bringsEverything();
    void download_folder_bringsEverything();
    void download_largeFolder_bringsEverything();
    void upload_cancelled_goesOnLater();
    void download_cancelled_goesOnLater();
    void download_changedSource_isError();
    void transfer_duringKernel_delaysNothing();

    void ssh_cutUploadAndDownload_areWhole();

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder->filePath(name); }
    void write(const QString& name, const QByteArray& bytes) const;
    [[nodiscard]] QByteArray read(const QString& name) const;
    [[nodiscard]] QStringList names(const QString& folder) const;
    [[nodiscard]] static Result<void> wait(FileTransfer& transfer);
    [[nodiscard]] static QByteArray noise(qsizetype size);

    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_runtime;
    Files* m_files = nullptr;
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestFiles::initTestCase()
{
    m_stage = std::make_unique<LocalStage>();
    qunsetenv("XDG_DATA_HOME");
    m_runtime = m_stage->makeRuntime();
    m_files = m_runtime->files();
    QVERIFY(m_files);
}

void TestFiles::cleanupTestCase()
{
    m_runtime.reset();
    m_stage.reset();
}

void TestFiles::init()
{
    m_folder = std::make_unique<QTemporaryDir>(m_stage->folder(u"files-XXXXXX"_s));
}

void TestFiles::write(const QString& name, const QByteArray& bytes) const
{
    QDir().mkpath(QFileInfo(path(name)).path());
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

QByteArray TestFiles::read(const QString& name) const
{
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(not there)");
}

QStringList TestFiles::names(const QString& folder) const
{
    return QDir(path(folder)).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
}

Result<void> TestFiles::wait(FileTransfer& transfer)
{
    std::optional<Result<void>> result;
    QTestEventLoop loop; // does not pause between looks: thousands of steps would take minutes
    connect(&transfer, &FileTransfer::succeeded, &loop, [&] {
        result = Result<void>();
        loop.exitLoop();
    });
    connect(&transfer, &FileTransfer::failed, &loop, [&](const Error& error) {
        result = std::unexpected(error);
        loop.exitLoop();
    });
    loop.enterLoop(60);
    if (!result) return failure(ErrorCode::Timeout, u"the transfer did not finish"_s);
    return *result;
}

QByteArray TestFiles::noise(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    QRandomGenerator generator(static_cast<quint32>(size) + 1);
    for (char& byte : bytes)
        byte = static_cast<char>(generator.generate());
    return bytes;
}

void TestFiles::list_folder_givesEntries()
{
    write(u"b.txt"_s, "four");
    write(u".hidden"_s, "");
    write(u"a/inner"_s, "x");
    QVERIFY(QFile::link(path(u"a"_s), path(u"link"_s)));
    QVERIFY(QFile::link(path(u"nowhere"_s), path(u"broken"_s)));
    const auto listing = LocalStage::wait(m_files->list(m_folder->path()));
    QVERIFY(listing);
    QCOMPARE(listing->folder, m_folder->path());
    QStringList found;
    for (const FileEntry& entry : listing->entries)
        found << entry.name;
    QCOMPARE(found, (QStringList{u".hidden"_s, u"a"_s, u"b.txt"_s, u"broken"_s, u"link"_s}));
    QCOMPARE(listing->entries[1].kind, FileEntry::Kind::Folder);
    QCOMPARE(listing->entries[2].kind, FileEntry::Kind::File);
    QCOMPARE(listing->entries[2].size, 4);
    QVERIFY(std::abs(listing->entries[2].modified - QDateTime::currentMSecsSinceEpoch()) < 60000);
    QCOMPARE(listing->entries[3].kind, FileEntry::Kind::Other);
    QVERIFY(listing->entries[4].isLink && listing->entries[4].kind == FileEntry::Kind::Folder);
    const auto home = LocalStage::wait(m_files->list({}));
    QVERIFY(home);
    QCOMPARE(home->folder, QDir::cleanPath(m_stage->folder({})));
}

void TestFiles::list_missing_isNotFound()
{
    const auto listing = LocalStage::wait(m_files->list(path(u"nowhere"_s)));
    QVERIFY(!listing);
    QCOMPARE(listing.error().code, ErrorCode::NotFound);
}

void TestFiles::path_relative_isRefused()
{
    for (const QString& bad : {u"relative/path"_s, u"~other/x"_s, u"../x"_s})
        QVERIFY2(!LocalStage::wait(m_files->stat(bad)), qPrintable(bad));
}

void TestFiles::makeFolder_twice_isRefused()
{
    QVERIFY(LocalStage::wait(m_files->makeFolder(path(u"new"_s))));
    QVERIFY(QFileInfo(path(u"new"_s)).isDir());
    const auto again = LocalStage::wait(m_files->makeFolder(path(u"new"_s)));
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::IllegalState);
}

void TestFiles::rename_overOther_isRefused()
{
    write(u"one"_s, "1");
    write(u"two"_s, "2");
    const auto refused = LocalStage::wait(m_files->rename(path(u"one"_s), path(u"two"_s)));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::IllegalState);
    QCOMPARE(read(u"two"_s), QByteArray("2"));
    QVERIFY(LocalStage::wait(m_files->rename(path(u"one"_s), path(u"three"_s))));
    QCOMPARE(read(u"three"_s), QByteArray("1"));
}

void TestFiles::remove_file_isInTheTrash()
{
    write(u"a name.txt"_s, "precious");
    QVERIFY(LocalStage::wait(m_files->remove(path(u"a name.txt"_s), Removal::Trash)));
    QVERIFY(!QFile::exists(path(u"a name.txt"_s)));
    const QString trash = m_stage->folder(u".local/share/Trash"_s);
    QFile kept(trash + u"/files/a name.txt"_s);
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), QByteArray("precious"));
    QFile note(trash + u"/info/a name.txt.trashinfo"_s);
    QVERIFY(note.open(QIODevice::ReadOnly));
    const QByteArray text = note.readAll();
    QVERIFY2(text.startsWith("[Trash Info]\nPath=/"), text.constData());
    QVERIFY2(text.contains("/a%20name.txt\nDeletionDate="), text.constData());
    // A second one of that name goes beside it.
    write(u"a name.txt"_s, "another");
    QVERIFY(LocalStage::wait(m_files->remove(path(u"a name.txt"_s), Removal::Trash)));
    QVERIFY(QFile::exists(trash + u"/files/a name.txt.2"_s));
}

void TestFiles::remove_forGood_isGone()
{
    write(u"folder/deep/file"_s, "x");
    QVERIFY(LocalStage::wait(m_files->remove(path(u"folder"_s), Removal::ForGood)));
    QVERIFY(!QFile::exists(path(u"folder"_s)));
    const auto again = LocalStage::wait(m_files->remove(path(u"folder"_s), Removal::ForGood));
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::NotFound);
}

void TestFiles::remove_homeFolder_isRefused()
{
    const QString home = m_stage->folder({});
    for (const QString& bad : {u"~"_s, QString(), u"/"_s, u"/tmp"_s, home, home + u"/h/.."_s})
        for (const Removal removal : {Removal::Trash, Removal::ForGood}) {
            const auto removed = LocalStage::wait(m_files->remove(bad, removal));
            QVERIFY2(!removed, qPrintable(bad));
            QCOMPARE(removed.error().code, ErrorCode::PermissionDenied);
        }
    QVERIFY(QFileInfo(home).isDir());
}

void TestFiles::copy_sizes_areWhole_data()
{
    QTest::addColumn<bool>("uploads");
    QTest::addColumn<qint64>("size");
    for (const bool uploads : {true, false}) {
        const auto add = [uploads](const char* what, qint64 size) {
            QTest::addRow("%s %s", uploads ? "upload" : "download", what) << uploads << size;
        };
        add("empty", 0);
        add("one byte", 1);
        add("a chunk", 65536);
        add("a chunk and one", 65537);
        add("many chunks", 20'000'003);
    }
}

void TestFiles::copy_sizes_areWhole()
{
    QFETCH(const bool, uploads);
    QFETCH(const qint64, size);
    const QByteArray bytes = noise(size);
    write(u"from"_s, bytes);
    QDir(m_folder->path()).mkdir(u"to"_s);
    const QString from = path(u"from"_s), to = path(u"to/file"_s);
    const auto transfer =
        uploads ? m_files->upload(from, to, Replace::No) : m_files->download(from, to, Replace::No);
    const Result<void> result = wait(*transfer);
    QVERIFY2(result, qPrintable(result ? QString() : result.error().text()));
    QVERIFY(read(u"to/file"_s) == bytes);
    QCOMPARE(transfer->done(), size);
    QCOMPARE(transfer->total(), size);
    QCOMPARE(names(u"to"_s), QStringList{u"file"_s});
}

void TestFiles::upload_overOther_asksFirst()
{
    write(u"new"_s, "new");
    write(u"old"_s, "old");
    QFile::setPermissions(path(u"old"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const Result<void> refused = wait(*m_files->upload(path(u"new"_s), path(u"old"_s), Replace::No));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::IllegalState);
    QCOMPARE(read(u"old"_s), QByteArray("old"));
    QVERIFY(wait(*m_files->upload(path(u"new"_s), path(u"old"_s), Replace::Yes)));
    QCOMPARE(read(u"old"_s), QByteArray("new"));
    QVERIFY(QFileInfo(path(u"old"_s)).isExecutable());
    QCOMPARE(names({}), (QStringList{u"new"_s, u"old"_s}));
}

void TestFiles::download_overOther_asksFirst()
{
    write(u"new"_s, "new");
    write(u"old"_s, "old");
    const Result<void> refused = wait(*m_files->download(path(u"new"_s), path(u"old"_s), Replace::No));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::IllegalState);
    QCOMPARE(read(u"old"_s), QByteArray("old"));
    QVERIFY(wait(*m_files->download(path(u"new"_s), path(u"old"_s), Replace::Yes)));
    QCOMPARE(read(u"old"_s), QByteArray("new"));
}

void TestFiles::upload_folder_bringsEverything()
{
    write(u"here/a"_s, "1");
    write(u"here/deep/er/b"_s, noise(100000));
    write(u"here/.hidden"_s, "");
    QDir(path(u"here"_s)).mkdir(u"empty"_s);
    QVERIFY(QFile::link(path(u"here"_s), path(u"here/round"_s)));
    QVERIFY(wait(*m_files->upload(path(u"here"_s), path(u"there"_s), Replace::No)));
    QCOMPARE(names(u"there"_s), (QStringList{u".hidden"_s, u"a"_s, u"deep"_s, u"empty"_s}));
    QCOMPARE(read(u"there/deep/er/b"_s), noise(100000));
}

void TestFiles::download_folder_bringsEverything()
{
    write(u"there/a"_s, "1");
    write(u"there/deep/er/b"_s, noise(100000));
    write(u"there/.hidden"_s, "");
    QDir(path(u"there"_s)).mkdir(u"empty"_s);
    QVERIFY(QFile::link(path(u"there"_s), path(u"there/round"_s)));
    QVERIFY(wait(*m_files->download(path(u"there"_s), path(u"here"_s), Replace::No)));
    QCOMPARE(names(u"here"_s), (QStringList{u".hidden"_s, u"a"_s, u"deep"_s, u"empty"_s}));
    QCOMPARE(read(u"here/deep/er/b"_s), noise(100000));
}

/// More than one answer lists; folders for the most part, for which no disk has to be waited for.
void TestFiles::download_largeFolder_bringsEverything()
{
    constexpr int count = 4500;
    for (int number = 0; number < count; ++number)
        QVERIFY(QDir().mkpath(path(u"there/%1"_s.arg(number))));
    write(u"there/the last one"_s, "the last one");
    QVERIFY(wait(*m_files->download(path(u"there"_s), path(u"here"_s), Replace::No)));
    const QStringList found = names(u"here"_s);
    QCOMPARE(found.size(), count + 1);
    QCOMPARE(found, names(u"there"_s));
    QCOMPARE(read(u"here/the last one"_s), QByteArray("the last one"));
}

void TestFiles::upload_cancelled_goesOnLater()
{
    const QByteArray bytes = noise(30'000'000);
    write(u"here"_s, bytes);
    {
        const auto transfer = m_files->upload(path(u"here"_s), path(u"there"_s), Replace::No);
        connect(transfer.get(), &FileTransfer::progressed, this, [&](qint64 done, qint64) {
            if (done > 5'000'000) transfer->cancel();
        });
        const Result<void> result = wait(*transfer);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
    }
    QVERIFY(!QFile::exists(path(u"there"_s)));
    qint64 first = -1;
    const auto transfer = m_files->upload(path(u"here"_s), path(u"there"_s), Replace::No);
    connect(transfer.get(), &FileTransfer::progressed, this, [&](qint64 done, qint64) {
        if (first < 0 && done > 0) first = done;
    });
    QVERIFY(wait(*transfer));
    QVERIFY2(first > 4'000'000, qPrintable(QString::number(first)));
    QVERIFY(read(u"there"_s) == bytes);
}

void TestFiles::download_cancelled_goesOnLater()
{
    const QByteArray bytes = noise(30'000'000);
    write(u"there"_s, bytes);
    {
        const auto transfer = m_files->download(path(u"there"_s), path(u"here"_s), Replace::No);
        connect(transfer.get(), &FileTransfer::progressed, this, [&](qint64 done, qint64) {
            if (done > 5'000'000) transfer->cancel();
        });
        QVERIFY(!wait(*transfer));
    }
    QVERIFY(!QFile::exists(path(u"here"_s)));
    qint64 first = -1;
    const auto transfer = m_files->download(path(u"there"_s), path(u"here"_s), Replace::No);
    connect(transfer.get(), &FileTransfer::progressed, this, [&](qint64 done, qint64) {
        if (first < 0 && done > 0) first = done;
    });
    QVERIFY(wait(*transfer));
    QVERIFY2(first > 4'000'000, qPrintable(QString::number(first)));
    QVERIFY(read(u"here"_s) == bytes);
}

void TestFiles::download_changedSource_isError()
{
    write(u"there"_s, noise(30'000'000));
    const auto transfer = m_files->download(path(u"there"_s), path(u"here"_s), Replace::No);
    bool changed = false;
    connect(transfer.get(), &FileTransfer::progressed, this, [&](qint64 done, qint64) {
        if (changed || done < 1'000'000) return;
        changed = true;
        write(u"there"_s, noise(1000));
    });
    const Result<void> result = wait(*transfer);
    QVERIFY(changed);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::ChangedOnDisk);
    QVERIFY(!QFile::exists(path(u"here"_s)));
}

void TestFiles::transfer_duringKernel_delaysNothing()
{
    LocalSession session;
    QVERIFY(session.start(*m_runtime));
    write(u"here"_s, noise(60'000'000));
    bool over = false;
    const auto transfer = m_files->upload(path(u"here"_s), path(u"there"_s), Replace::No);
    connect(transfer.get(), &FileTransfer::succeeded, this, [&] { over = true; });
    QVERIFY(LocalStage::waitUntil([&] { return transfer->done() > 0; }));
    QCOMPARE(session.run("print('during')"), u"during\n"_s);
    QVERIFY2(!over, "the copy was through before the cell: nothing was tried");
    QVERIFY(LocalStage::waitUntil([&] { return over; }));
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestFiles::ssh_cutUploadAndDownload_areWhole()
{
    SshdFixture far;
    const QString problem = far.start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    far.trust();
    SshClient client(far);
    QVERIFY(client.specs());
    const QByteArray bytes = noise(60'000'000);
    write(u"here"_s, bytes);
    int cuts = 0;
    const auto cutAt = [&](FileTransfer& transfer, std::vector<qint64> places) {
        connect(&transfer, &FileTransfer::progressed, this, [&cuts, places](qint64 done, qint64) mutable {
            if (places.empty() || done < places.front()) return;
            places.erase(places.begin());
            for (const qint64 pid : sshChildren())
                ::kill(static_cast<pid_t>(pid), SIGKILL);
            ++cuts;
        });
    };
    const auto up = client.runtime->files()->upload(path(u"here"_s), u"~/there"_s, Replace::No);
    cutAt(*up, {1, 20'000'000, 40'000'000, 60'000'000});
    const Result<void> sent = wait(*up);
    QVERIFY2(sent, qPrintable(sent ? QString() : sent.error().text()));
    QCOMPARE(cuts, 4);
    QFile there(far.far(u"there"_s));
    QVERIFY(there.open(QIODevice::ReadOnly));
    QVERIFY(there.readAll() == bytes);
    const auto down = client.runtime->files()->download(u"~/there"_s, path(u"back"_s), Replace::No);
    cutAt(*down, {1, 20'000'000, 40'000'000});
    const Result<void> got = wait(*down);
    QVERIFY2(got, qPrintable(got ? QString() : got.error().text()));
    QCOMPARE(cuts, 7);
    QVERIFY(read(u"back"_s) == bytes);
}

QTEST_GUILESS_MAIN(TestFiles)
#include "tst_files.moc"
