// SPDX-License-Identifier: GPL-3.0-or-later
// One kernel of the host without its loop: the test says when the loop turns and what time it is.
#include <runtimes/host/kernel.h>
#include <runtimes/wire/ids.h>
#include <runtimes/wire/jupytermessage.h>
#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace cahier;
using namespace cahier::host;
using cahier::test::processLives;
using nlohmann::json;

namespace {

struct Stage {
    QTemporaryDir folder{QStringLiteral("/tmp/cahier-XXXXXX")};
    zmq::context_t context;
    std::string warnings;
    std::unique_ptr<Kernel> kernel;

    explicit Stage(const std::string& program = "python3")
    {
        KernelRecord record;
        record.id = wire::makeUuid();
        record.workingDirectory = folder.path().toStdString();
        KernelSpec spec;
        spec.argv = cahier::test::scripted()["argv"];
        spec.argv.front() = program;
        kernel = std::make_unique<Kernel>(
            context,
            Kernel::Places{path("state").toStdString(), runtimeFolder().toStdString(), 512u << 20,
                           [this](const std::string& text) { warnings += text + "\n"; }},
            record, spec, currentEnvironment());
    }
    [[nodiscard]] QString path(const char* name) const { return folder.filePath(QString::fromLatin1(name)); }
    [[nodiscard]] QString runtimeFolder() const { return path("run"); }

    /// One turn of the loop, at a time that may lie ahead.
    void turn(std::int64_t ahead = 0)
    {
        std::vector<zmq_pollitem_t> items;
        kernel->addPollItems(items);
        zmq_poll(items.data(), static_cast<int>(items.size()), 10);
        kernel->process(items);
        (void)kernel->tick(steadyMs() + ahead);
        kernel->commit();
    }
    [[nodiscard]] bool turnUntil(const std::function<bool()>& holds, std::int64_t ahead = 0)
    {
        return test::waitUntil([&] {
            turn(ahead);
            return holds();
        });
    }
    [[nodiscard]] bool start()
    {
        return kernel->start() && turnUntil([this] { return kernel->stateName() == std::string("ready"); });
    }
    /// Runs a script that ends the process, without a turn of the loop until it is gone and what it sent has
    /// arrived.
    [[nodiscard]] bool runToTheEnd(const std::string& script)
    {
        const auto pid = kernel->info()["pid"].get<qint64>();
        const wire::NewHeader header = wire::makeHeader("execute_request", "test");
        const std::string content = json({{"code", script}}).dump();
        const std::array<std::string_view, 4> parts = {header.json, "{}", "{}", content};
        if (!kernel->send(Channel::Shell, parts)) return false;
        if (!test::waitUntil([pid] { return !processLives(pid); })) return false;
        QTest::qWait(200);
        return true;
    }
    /// What the journal has: streams, and what its gaps say of lost outputs.
    struct Contents {
        int streams = 0;
        std::uint64_t lost = 0;
    };
    [[nodiscard]] Contents contents() const
    {
        Contents found;
        JournalCursor cursor(0);
        while (const std::optional<JournalItem> item = kernel->journal().read(cursor)) {
            const bool message = item->kind == RecordKind::Message && item->channel == Channel::IoPub;
            if (message && item->body.substr(0, item->lengths[0]).contains("\"stream\"")) ++found.streams;
            if (item->kind == RecordKind::Gap) found.lost += item->outputs;
        }
        return found;
    }
};

constexpr int flooded = 5000; // several times what one turn takes
constexpr const char* floodAndExit = "busy\nflood 5000\nreply\nidle\nsleep 1\nexit 0";

} // namespace

class TestHostEnding : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void drain_loopHeldUp_losesNothing();
    void drain_withoutEnd_isGivenUpAndSaid();
    void launch_failed_leavesNoConnectionFile();
    void relaunch_failed_leavesNoConnectionFile();
};

void TestHostEnding::drain_loopHeldUp_losesNothing()
{
    Stage stage;
    QVERIFY(stage.start());
    QVERIFY(stage.runToTheEnd(floodAndExit));
    QVERIFY(stage.turnUntil([&] { return stage.kernel->isDead(); }, 5000));
    QCOMPARE(stage.contents().streams, flooded);
    QCOMPARE(stage.contents().lost, 0u);
}

void TestHostEnding::drain_withoutEnd_isGivenUpAndSaid()
{
    Stage stage;
    QVERIFY(stage.start());
    QVERIFY(stage.runToTheEnd(floodAndExit));
    QVERIFY(stage.turnUntil([&] { return stage.kernel->isDead(); }, 60000));
    const Stage::Contents contents = stage.contents();
    QVERIFY(contents.streams < flooded);
    QVERIFY(contents.lost > 0);
    QVERIFY2(stage.warnings.contains("given up"), stage.warnings.c_str());
}

void TestHostEnding::launch_failed_leavesNoConnectionFile()
{
    Stage stage("/no/such/program");
    QVERIFY(!stage.kernel->start());
    QVERIFY(!QDir(stage.runtimeFolder()).exists());
}

void TestHostEnding::relaunch_failed_leavesNoConnectionFile()
{
    const QTemporaryDir folder;
    const QString program = folder.filePath(QStringLiteral("python"));
    QFile script(program);
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/bin/sh\nexec python3 \"$@\"\n");
    script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    script.close();
    Stage stage(program.toStdString());
    QVERIFY(stage.start());
    QVERIFY(QDir(stage.runtimeFolder()).exists());
    QVERIFY(QFile::remove(program));
    std::optional<wire::Result<void>> restarted;
    stage.kernel->restart([&](const wire::Result<void>& result) { restarted = result; });
    QVERIFY(stage.turnUntil([&] { return restarted.has_value(); }));
    QVERIFY(!*restarted);
    QVERIFY(stage.kernel->isDead());
    QVERIFY(!QDir(stage.runtimeFolder()).exists());
}

QTEST_GUILESS_MAIN(TestHostEnding)
#include "tst_host_ending.moc"
