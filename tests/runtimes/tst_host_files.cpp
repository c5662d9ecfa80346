// SPDX-License-Identifier: GPL-3.0-or-later
// Requests about files, as a client of the host sees them.
#include <tests/support/hostfixture.h>

#include <runtimes/host/fileoperations.h>
#include <runtimes/host/folderlister.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

class TestHostFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void download_unread_lastsNoKernelMessage();
    void upload_inPieces_isPutInPlace();
    void upload_hole_isRefused();
    void upload_notWhole_isRefused();
    void upload_existing_isRefusedUnlessReplaced();
    void upload_longName_fits();
    void token_standsForItsUpload();
    void path_forms_areResolved();
    void read_fifo_neverWaits();
    void list_manyNames_comeOnceInOrder();
    void list_changedBetween_isSeen();
    void list_badAfter_isRefused();
};

/// A kernel's messages take their turn while a copy has filled the way to a client that reads slowly.
void TestHostFiles::download_unread_lastsNoKernelMessage()
{
    HostFixture host;
    QVERIFY(host.start());
    QFile file(host.folder(QStringLiteral("big")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(1 << 20, 'x'));
    file.close();
    const std::string path = file.fileName().toStdString();
    const json read = {{"op", "file_read"}, {"path", path}, {"offset", 0u}, {"size", 1u << 20}};
    HostClient client = host.connect();
    HostClient other = host.connect();
    const std::string kernel = client.startKernel(scripted());
    QVERIFY(!kernel.empty());
    QVERIFY(other.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}}).value("ok", false));
    QVERIFY(!other.waitForState("ready").op().empty());
    constexpr int first = 1000, last = 1004; // more than the socket takes, less than replies may wait
    for (int id = first; id < last; ++id)
        client.sendRequest(id, read);
    QVERIFY(other.request(read).value("ok", false)); // so are those before it
    QVERIFY(other.execute(kernel, "m1", "busy\nburst 3\nreply\nidle").value("ok", false));
    QVERIFY(!other.collect("m1").empty());
    client.sendRequest(last, read);
    QVERIFY(other.request(read).value("ok", false));
    bool heard = false;
    for (;;) {
        const HostEvent event = client.nextEvent();
        QVERIFY(!event.op().empty());
        heard = heard || (event.op() == "msg" && event.parentId() == "m1");
        if (event.op() == "reply" && event.envelope.value("id", 0) == last) break;
    }
    QVERIFY2(heard, "the copy went first");
}

void TestHostFiles::upload_inPieces_isPutInPlace()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const std::string path = host.folder(QStringLiteral("new")).toStdString();
    json fields = {{"path", path}, {"token", "ab"}};
    const auto with = [&](const char* op, const json& more) {
        json request = fields;
        request.update(more);
        request["op"] = op;
        return request;
    };
    QCOMPARE(client.request(with("file_begin", json::object()))["offset"].get<int>(), 0);
    QVERIFY(client.request(with("file_write", {{"offset", 0u}}), {"hello "}).value("ok", false));
    QCOMPARE(client.request(with("file_begin", json::object()))["offset"].get<int>(), 6);
    QVERIFY(client.request(with("file_write", {{"offset", 6u}}), {"world"}).value("ok", false));
    QVERIFY(client.request(with("file_write", {{"offset", 0u}}), {"H"}).value("ok", false)); // sent again
    QVERIFY(!QFile::exists(QString::fromStdString(path)));
    QVERIFY(client.request(with("file_finish", {{"size", 11u}})).value("ok", false));
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("Hello world"));
}

void TestHostFiles::upload_hole_isRefused()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("f")).toStdString();
    QCOMPARE(host::beginUpload(path, "a1", false).value(), 0u);
    QVERIFY(!host::writeUpload(path, "a1", 1, "x"));
}

void TestHostFiles::upload_notWhole_isRefused()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("f")).toStdString();
    QVERIFY(host::beginUpload(path, "a1", false));
    QVERIFY(host::writeUpload(path, "a1", 0, "abc"));
    for (const std::uint64_t size : {2u, 4u})
        QVERIFY(!host::finishUpload(path, "a1", size, false));
    QVERIFY(!QFile::exists(QString::fromStdString(path)));
    QVERIFY(host::finishUpload(path, "a1", 3, false));
}

void TestHostFiles::upload_existing_isRefusedUnlessReplaced()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("f")).toStdString();
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    QCOMPARE(host::beginUpload(path, "a1", false).error().code, std::string(wire::errorCodeExists));
    QVERIFY(host::beginUpload(path, "a1", true));
    // It came while the upload ran.
    QCOMPARE(host::finishUpload(path, "a1", 0, false).error().code, std::string(wire::errorCodeExists));
    QVERIFY(host::finishUpload(path, "a1", 0, true));
    QCOMPARE(host::beginUpload(folder.path().toStdString(), "a1", true).error().code,
             std::string(wire::errorCodeExists));
}

void TestHostFiles::upload_longName_fits()
{
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/" + std::string(255, 'n');
    QVERIFY(host::beginUpload(path, std::string(64, 'a'), false));
    QVERIFY(host::finishUpload(path, std::string(64, 'a'), 0, false));
    QVERIFY(QFile::exists(QString::fromStdString(path)));
}

void TestHostFiles::token_standsForItsUpload()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("f")).toStdString();
    QVERIFY(host::beginUpload(path, "a1", false));
    QVERIFY(host::writeUpload(path, "a1", 0, "abc"));
    QCOMPARE(host::beginUpload(path, "b2", false).value(), 0u);
    QCOMPARE(host::beginUpload(path, "a1", false).value(), 3u);
    QVERIFY(host::abandonUpload(path, "a1"));
    QVERIFY(host::abandonUpload(path, "a1")); // again: it is gone
    QCOMPARE(host::beginUpload(path, "a1", false).value(), 0u);
    for (const char* const bad : {"", "A", "g", "a/b", "..", "a b"})
        QVERIFY2(!host::beginUpload(path, bad, false), bad);
}

void TestHostFiles::path_forms_areResolved()
{
    qputenv("HOME", "/home/ada");
    QCOMPARE(host::filePath("").value(), std::string("/home/ada"));
    QCOMPARE(host::filePath("~").value(), std::string("/home/ada"));
    QCOMPARE(host::filePath("~/a/../b/").value(), std::string("/home/ada/b"));
    QCOMPARE(host::filePath("/a//b/./c/").value(), std::string("/a/b/c"));
    QCOMPARE(host::filePath("/").value(), std::string("/"));
    for (const char* const bad : {"a", "./a", "~ada/x", "-x"})
        QVERIFY2(!host::filePath(bad), bad);
}

void TestHostFiles::read_fifo_neverWaits()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("fifo")).toStdString();
    QCOMPARE(mkfifo(path.c_str(), 0600), 0);
    QVERIFY(!host::readFile(path, 0, 1));
}

/// More than one answer holds, some of them no UTF-8, in several answers.
void TestHostFiles::list_manyNames_comeOnceInOrder()
{
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    constexpr std::size_t plain = host::maxListed + 500, odd = host::maxListed + 10;
    const auto make = [&](const std::string& name) {
        const int fd = open((path + "/" + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        QVERIFY(fd >= 0);
        close(fd);
    };
    std::vector<std::string> names;
    for (std::size_t number = 0; number < plain; ++number)
        names.push_back("name " + std::to_string(number));
    for (std::size_t number = 0; number < odd; ++number)
        names.push_back("\xff\xfe" + std::to_string(number));
    for (const std::string& name : names)
        make(name);
    std::ranges::sort(names);
    host::FolderLister lister;
    std::vector<std::string> listed;
    std::string after;
    int answers = 0;
    do {
        const auto listing = lister.list(path, after);
        QVERIFY(listing);
        QVERIFY(listing->at("entries").size() <= host::maxListed);
        for (const json& entry : listing->at("entries"))
            listed.push_back(entry.at("name").get<std::string>());
        after = listing->value("next", "");
        ++answers;
    } while (!after.empty());
    std::filesystem::remove_all(path); // QTemporaryDir does not find those that are no UTF-8
    QCOMPARE(answers, 3);
    QVERIFY(listed == names);
}

/// The names of a large folder are remembered between two answers, and not beyond a change.
void TestHostFiles::list_changedBetween_isSeen()
{
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    const auto make = [&](const std::string& name) {
        QFile file(QString::fromStdString(path + "/" + name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    };
    for (std::size_t number = 0; number < host::maxListed + 2; ++number)
        make("b" + std::to_string(10000 + number));
    host::FolderLister lister;
    const auto first = lister.list(path, "");
    QVERIFY(first);
    const std::string next = first->at("next");
    QCOMPARE(lister.list(path, next)->at("entries").size(), 2u);
    QVERIFY(lister.list(path, ""));
    make("z");
    QCOMPARE(lister.list(path, next)->at("entries").size(), 3u);
    QVERIFY(lister.list(path, ""));
    QCOMPARE(unlink((path + "/z").c_str()), 0);
    QCOMPARE(lister.list(path, next)->at("entries").size(), 2u);
    QVERIFY(!lister.list(path + "/missing", ""));
    QCOMPARE(lister.list(path, "")->at("entries").size(), host::maxListed);
}

void TestHostFiles::list_badAfter_isRefused()
{
    for (const char* const bad : {"a", "zz", "a ", "+1", "-1", "0x"})
        QVERIFY2(!host::FolderLister().list("/", bad), bad);
    QVERIFY(host::FolderLister().list("/", "61"));
}

QTEST_GUILESS_MAIN(TestHostFiles)
#include "tst_host_files.moc"
