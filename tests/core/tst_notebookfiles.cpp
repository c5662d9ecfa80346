// SPDX-License-Identifier: GPL-3.0-or-later
// Mapped images and atomic saves, on real files.
#include "notebooktesting.h"

#include <core/notebook/savefile.h>

#include <QProcess>
#include <QTemporaryDir>

#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;

namespace {

Result<FileIdentity> save(const QString& path, std::string_view text, const SaveOptions& options = {})
{
    return saveFile(path, std::span(&text, 1), options);
}

QStringList filesIn(const QString& folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}

} // namespace

/// What some file systems do with it: nothing, successfully.
static bool copyRangeCopiesNothing = false;
extern "C" ssize_t copy_file_range(int from, off64_t* in, int to, off64_t* out, size_t size,
                                   unsigned int flags)
{
    return copyRangeCopiesNothing ? 0 : ssize_t(syscall(SYS_copy_file_range, from, in, to, out, size, flags));
}

class TestNotebookFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void largeFile_truncatedWhileMapped_isDamagedNotACrash()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        writeBytes(path, largeNotebook());
        const auto image = FileImage::open(path);
        QVERIFY(image && (*image)->isAttached());
        auto data = readNotebook(*image);
        QVERIFY(data);
        Notebook notebook(std::move(*data));
        QCOMPARE(truncate(QFile::encodeName(path).constData(), 1000), 0);
        QVERIFY((*image)->bytes().back() == '\0'); // reads as zeroes
        QVERIFY((*image)->isDamaged());
        QVERIFY(notebook.cellAt(1).source().isEmpty()); // lost, and no crash
        notebook.setSource(notebook.cellAt(0).key(), QStringLiteral("edit"));
        const auto saved = saveFile(path, writeNotebook(notebook.snapshot()), {});
        QVERIFY(!saved);
        QCOMPARE(int(saved.error().code), int(ErrorCode::ChangedOnDisk));
        QCOMPARE(QFileInfo(path).size(), 1000);
        const QString other = folder.filePath(QStringLiteral("other.ipynb"));
        const auto elsewhere = saveFile(other, writeNotebook(notebook.snapshot()), {});
        QVERIFY(!elsewhere);
        QVERIFY2(elsewhere.error().message.contains(QStringLiteral("wrote over “%1”").arg(path)),
                 qPrintable(elsewhere.error().message));
        QCOMPARE(filesIn(folder.path()), QStringList(QStringLiteral("n.ipynb")));
    }

    void largeFile_writtenOverInPlace_isDamaged()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        const QByteArray bytes = largeNotebook();
        writeBytes(path, bytes);
        const auto image = FileImage::open(path);
        QVERIFY(image);
        QVERIFY(!(*image)->isDamaged());
        writeBytes(path, bytes.chopped(1) + ' ');
        QVERIFY((*image)->isDamaged());
        const auto detached = (*image)->detach();
        QVERIFY(!detached);
        QCOMPARE(int(detached.error().code), int(ErrorCode::ChangedOnDisk));
    }

    void largeFile_detached_isSafeFromOthers()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        const QByteArray bytes = largeNotebook();
        writeBytes(path, bytes);
        const auto image = FileImage::open(path);
        QVERIFY(image);
        const char* const address = (*image)->bytes().data();
        QVERIFY((*image)->detach());
        QVERIFY(!(*image)->isAttached());
        QCOMPARE((*image)->bytes().data(), address);
        QCOMPARE(truncate(QFile::encodeName(path).constData(), 0), 0);
        QVERIFY((*image)->bytes() == std::string_view(bytes.constData(), size_t(bytes.size())));
        QVERIFY(!(*image)->isDamaged());
        const Notebook notebook(*readNotebook(*image));
        const auto saved = saveFile(path, writeNotebook(notebook.snapshot()), {});
        QVERIFY(saved);
        QCOMPARE(bytesOf(path), bytes);
    }

    void largeFile_whereRangesAreNotCopied_isDetached()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        const QByteArray bytes = largeNotebook();
        writeBytes(path, bytes);
        const auto image = FileImage::open(path);
        copyRangeCopiesNothing = true;
        const auto detached = (*image)->detach();
        copyRangeCopiesNothing = false;
        QVERIFY2(detached, detached ? "" : qPrintable(detached.error().text()));
        QVERIFY((*image)->bytes() == std::string_view(bytes.constData(), size_t(bytes.size())));
    }

    void hugeFile_isRefusedAtOnce_data()
    {
        QTest::addColumn<QByteArray>("start");
        QTest::addColumn<qint64>("size");
        QTest::addColumn<QString>("says");
        const qint64 giga = 1024 * 1024 * 1024;
        const auto row = [](const char* name, const QByteArray& start, qint64 size, const char* says) {
            QTest::newRow(name) << start << size << QString::fromLatin1(says);
        };
        row("200 TB", "{", 200 * 1024 * giga, "too large");
        row("10 TB", "{", 10 * 1024 * giga, "too large");
        row("6 GB", "{", 6 * giga, "too large");
        row("3 GB of nothing", "", 3 * giga, "not valid JSON");
        row("1 GB of nothing", "", giga, "not valid JSON");
        row("begins with a byte order mark", "\xEF\xBB\xBF", giga, "not valid JSON");
        row("UTF-16", QByteArray("\xFF\xFE{\0", 4), giga, "UTF-16");
        row("begins like JSON", " {\"cells\"", 3 * giga, "not valid JSON");
    }

    void hugeFile_isRefusedAtOnce()
    {
        QFETCH(QByteArray, start);
        QFETCH(qint64, size);
        QFETCH(QString, says);
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        writeBytes(path, start);
        if (truncate(QFile::encodeName(path).constData(), size) != 0) QSKIP("files cannot be as large here");
        rusage before = {}, after = {};
        getrusage(RUSAGE_SELF, &before);
        const auto data = readNotebookFile(path);
        getrusage(RUSAGE_SELF, &after);
        QVERIFY(!data);
        QVERIFY2(data.error().message.contains(says), qPrintable(data.error().message));
        QVERIFY(data.error().message.contains(QStringLiteral("n.ipynb")));
        QVERIFY(after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt < 20'000); // 80 MB
    }

    void save_cleansUpAfterKilledSaves()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        const auto make = [&](const char* name, bool isOld) {
            const QString file = folder.filePath(QString::fromLatin1(name));
            writeBytes(file, "half");
            const timespec times[] = {{0, UTIME_OMIT}, {std::time(nullptr) - 3600, 0}};
            if (isOld && utimensat(AT_FDCWD, QFile::encodeName(file).constData(), times, 0) != 0)
                qFatal("cannot set times");
            return file;
        };
        make(".cahier-old.tmp", true);
        make(".cahier-young.tmp", false);
        make(".other.tmp", true);
        const QString held = make(".cahier-held.tmp", true);
        const int fd = ::open(QFile::encodeName(held).constData(), O_RDWR | O_CLOEXEC);
        QCOMPARE(flock(fd, LOCK_EX), 0);
        QVERIFY(save(path, "new"));
        ::close(fd);
        QCOMPARE(filesIn(folder.path()),
                 QStringList({QStringLiteral(".cahier-held.tmp"), QStringLiteral(".cahier-young.tmp"),
                              QStringLiteral(".other.tmp"), QStringLiteral("n.ipynb")}));
    }

    void save_ofAFileWithAnotherTimeOnly_comparesContents()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        writeBytes(path, "one");
        FileIdentity expected = identityAt(path);
        ++expected.modifiedNs;
        int asked = 0;
        SaveOptions options;
        options.expected = expected;
        QVERIFY(!save(path, "two", options));
        options.expectedHash = [&asked] { return ++asked, contentHash("eno"); };
        QVERIFY(!save(path, "two", options));
        options.expectedHash = [&asked] { return ++asked, contentHash("one"); };
        QVERIFY(save(path, "two", options));
        QCOMPARE(asked, 2);
        QVERIFY(!save(path, "longer", options));
        QVERIFY(isAt(path, {expected, contentHash("two")}));
        QVERIFY(!isAt(path, {expected, contentHash("one")}));
        QVERIFY(!isAt(path, {expected, {}}));
    }

    void contentHash_dependsOnBytesOnly()
    {
        const QByteArray bytes = largeNotebook();
        const std::string_view all(bytes.constData(), size_t(bytes.size()));
        const std::string_view pieces[] = {all.substr(0, 7), all.substr(7, 100), all.substr(107)};
        QCOMPARE(contentHash(pieces), contentHash(all));
        QVERIFY(contentHash(all.substr(1)) != contentHash(all));
    }

    void save_keepsPermissionsAttributesAndLinks()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        const QString link = folder.filePath(QStringLiteral("link.ipynb"));
        writeBytes(path, "old");
        const QByteArray name = QFile::encodeName(path);
        QCOMPARE(chmod(name.constData(), 0640), 0);
        const bool attributes = setxattr(name.constData(), "user.note", "x", 1, 0) == 0;
        QVERIFY(QFile::link(QStringLiteral("n.ipynb"), link));
        QVERIFY(save(link, "new"));
        QVERIFY(QFileInfo(link).isSymLink());
        QCOMPARE(bytesOf(path), QByteArray("new"));
        struct stat status = {};
        QCOMPARE(stat(name.constData(), &status), 0);
        QCOMPARE(int(status.st_mode & 0777), 0640);
        char value = 0;
        if (attributes) QCOMPARE(getxattr(name.constData(), "user.note", &value, 1), 1);
        QCOMPARE(filesIn(folder.path()).size(), 2);
    }

    void save_toANewFileThroughADanglingLink_makesTheTarget()
    {
        const QTemporaryDir folder;
        QVERIFY(QFile::link(QStringLiteral("target.ipynb"), folder.filePath(QStringLiteral("link.ipynb"))));
        QVERIFY(save(folder.filePath(QStringLiteral("link.ipynb")), "new"));
        QCOMPARE(bytesOf(folder.filePath(QStringLiteral("target.ipynb"))), QByteArray("new"));
    }

    void save_ofAChangedFile_isRefused()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("n.ipynb"));
        const auto first = save(path, "one");
        QVERIFY(first);
        QCOMPARE(identityAt(path), *first);
        writeBytes(path, "two, by another program");
        const auto refused = save(path, "three", {.expected = *first});
        QVERIFY(!refused);
        QCOMPARE(int(refused.error().code), int(ErrorCode::ChangedOnDisk));
        QCOMPARE(bytesOf(path), QByteArray("two, by another program"));
        QVERIFY(save(path, "three", {.expected = identityAt(path)}));
        QVERIFY(!save(path, "four", {.expected = FileIdentity()})); // thought to be new
        QVERIFY(QFile::remove(path));
        QVERIFY(save(path, "five", {.expected = *first}));
        QCOMPARE(filesIn(folder.path()), QStringList(QStringLiteral("n.ipynb")));
    }

    void save_withoutPlace_keepsTheOldFile_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("code");
        QTest::newRow("disk full") << QStringLiteral("full") << int(ErrorCode::NoSpace);
        QTest::newRow("read-only file") << QStringLiteral("file") << int(ErrorCode::PermissionDenied);
        QTest::newRow("folder without permission")
            << QStringLiteral("folder") << int(ErrorCode::PermissionDenied);
        QTest::newRow("vanished folder") << QStringLiteral("vanished") << int(ErrorCode::NotFound);
        QTest::newRow("a folder of that name") << QStringLiteral("isfolder") << int(ErrorCode::NotAFile);
        QTest::newRow("read-only file system") << QStringLiteral("rofs") << int(ErrorCode::ReadOnly);
    }

    void save_withoutPlace_keepsTheOldFile()
    {
        QFETCH(QString, kind);
        QFETCH(int, code);
        QTemporaryDir folder;
        const QString place = folder.filePath(QStringLiteral("place"));
        QVERIFY(QDir().mkdir(place));
        QString path = place + QStringLiteral("/n.ipynb");
        writeBytes(path, "old");
        const std::string big(4 * 1024 * 1024, 'x');
        rlimit before = {};
        getrlimit(RLIMIT_FSIZE, &before);
        if (kind == u"full") { // as far as the writer sees, the same: a write comes back short and then fails
            signal(SIGXFSZ, SIG_IGN);
            const rlimit small = {1024 * 1024, before.rlim_max};
            QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        }
        if (kind == u"file") QCOMPARE(chmod(QFile::encodeName(path).constData(), 0444), 0);
        if (kind == u"folder") {
            if (geteuid() == 0) QSKIP("root may write everywhere");
            QCOMPARE(chmod(QFile::encodeName(place).constData(), 0555), 0);
        }
        if (kind == u"vanished") QVERIFY(QDir(place).removeRecursively());
        if (kind == u"isfolder") {
            QVERIFY(QFile::remove(path));
            QVERIFY(QDir().mkdir(path));
        }
        if (kind == u"rofs") {
            path = QStringLiteral("/sys/n.ipynb");
            if (access("/sys", W_OK) == 0 || errno != EROFS) QSKIP("no read-only file system here");
        }
        const auto saved = save(path, big);
        setrlimit(RLIMIT_FSIZE, &before);
        chmod(QFile::encodeName(place).constData(), 0755);
        QVERIFY(!saved);
        QVERIFY2(int(saved.error().code) == code, qPrintable(saved.error().text()));
        QVERIFY(saved.error().message.contains(path));
        if (kind == u"full" || kind == u"file" || kind == u"folder") {
            QCOMPARE(bytesOf(path), QByteArray("old"));
            QCOMPARE(filesIn(place), QStringList(QStringLiteral("n.ipynb")));
        }
    }

    void save_onAFullDisk_saysSo()
    {
        // A file system of one megabyte, in namespaces of its own; not every kernel lets an ordinary user do
        // that.
        const QTemporaryDir folder;
        const QString script =
            QStringLiteral("mount -t tmpfs -o size=1m tmpfs '%1' && echo old > '%1/n.ipynb' && "
                           "CAHIER_TEST_FULL='%1/n.ipynb' '%2' fullDisk_helper")
                .arg(folder.path(), QCoreApplication::applicationFilePath());
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral("unshare"),
                      {QStringLiteral("-rm"), QStringLiteral("sh"), QStringLiteral("-c"), script});
        QVERIFY(!process.waitForStarted() || process.waitForFinished());
        const QByteArray output = process.readAll();
        if (!output.contains("fullDisk_helper")) QSKIP("no mount namespaces here");
        QVERIFY2(process.exitCode() == 0, output.constData());
    }

    void fullDisk_helper()
    {
        const QString path = qEnvironmentVariable("CAHIER_TEST_FULL");
        if (path.isEmpty()) QSKIP("run by save_onAFullDisk_saysSo");
        const auto saved = save(path, std::string(4 * 1024 * 1024, 'x'));
        QVERIFY(!saved);
        QCOMPARE(int(saved.error().code), int(ErrorCode::NoSpace));
        QVERIFY(saved.error().message.contains(QStringLiteral("full")));
        QCOMPARE(bytesOf(path), QByteArray("old\n"));
        QCOMPARE(filesIn(QFileInfo(path).path()), QStringList(QStringLiteral("n.ipynb")));
    }
};

QTEST_GUILESS_MAIN(TestNotebookFiles)
#include "tst_notebookfiles.moc"
