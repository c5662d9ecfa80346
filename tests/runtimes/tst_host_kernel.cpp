// SPDX-License-Identifier: GPL-3.0-or-later
// cahier-host with a real ipykernel.
#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

namespace {

const json python = {{"spec", "python3"}, {"label", "test"}};

std::string streamText(const std::vector<HostEvent>& events, const std::string& name = "stdout")
{
    std::string text;
    for (const HostEvent& event : events)
        if (event.type() == "stream" && event.content()["name"] == name) text += event.content()["text"];
    return text;
}

bool isInputRequest(const HostEvent& event)
{
    return event.type() == "input_request";
}

} // namespace

class TestHostKernel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void hello_installedSpec_isListed();
    void execute_print_givesStreamResultReplyAndIdle();
    void execute_numbers_areConsecutive();
    void execute_error_isReported();
    void stdin_input_isAsked();
    void interrupt_busyKernel_raisesKeyboardInterrupt();
    void display_buffersAndUnicode_areVerbatim();
    void send_sameIdTwice_runsOnce();
    void attach_secondClient_seesWhoAskedWhat();
    void attach_fromANumber_replaysTheRest();
    void attach_afterClientWasKilled_nothingIsLost();
    void shell_completeAndInspect_answer();
    void start_environmentAndFolder_areApplied();
    void restart_runningKernel_losesStateKeepsConnection();
    void death_killedKernel_saysSignalAndRestarts();
    void death_exitInCell_saysStatus();
    void shutdown_busyKernel_endsAndCleansUp();
    void shutdown_secondClient_readsToTheEnd();
    void lifetime_clientGone_kernelEnds();
    void lifetime_clientComesBack_kernelStays();

private:
    HostFixture m_host;
    HostClient m_client;
    std::string m_kernel;
};

void TestHostKernel::initTestCase()
{
    QVERIFY(m_host.start());
    m_client = m_host.connect();
    QVERIFY(m_client.isOpen());
    m_kernel = m_client.startKernel(python);
    QVERIFY(!m_kernel.empty());
}

void TestHostKernel::cleanupTestCase()
{
    QVERIFY(m_client.request({{"op", "shutdown"}, {"kernel", m_kernel}}).value("ok", false));
    m_host.terminate();
}

void TestHostKernel::hello_installedSpec_isListed()
{
    const json answer = m_client.hello();
    QVERIFY(answer.value("ok", false));
    QCOMPARE(answer["protocol"].get<int>(), wire::protocolVersion);
    QCOMPARE(answer["pid"].get<qint64>(), m_host.pid());
    const auto spec =
        std::ranges::find_if(answer["specs"], [](const json& each) { return each["name"] == "python3"; });
    QVERIFY(spec != answer["specs"].end());
    QCOMPARE((*spec)["language"].get<std::string>(), std::string("python"));
    QVERIFY(!(*spec)["argv"].empty());
}

void TestHostKernel::execute_print_givesStreamResultReplyAndIdle()
{
    const json answer =
        m_client.execute(m_kernel, "print-1", "import sys\nprint('out')\nprint('err', file=sys.stderr)\n6*7");
    QVERIFY(answer.value("ok", false));
    const auto events = m_client.collect("print-1");
    QCOMPARE(streamText(events), std::string("out\n"));
    QCOMPARE(streamText(events, "stderr"), std::string("err\n"));
    const auto typeCount = [&](const char* type) {
        return std::ranges::count_if(events, [&](const HostEvent& event) { return event.type() == type; });
    };
    QCOMPARE(typeCount("execute_request"), 1);
    QCOMPARE(typeCount("execute_input"), 1);
    QCOMPARE(typeCount("execute_result"), 1);
    QCOMPARE(typeCount("execute_reply"), 1);
    const auto request = std::ranges::find_if(events, &HostEvent::sent);
    QVERIFY(request != events.end());
    QCOMPARE(request->seq(), answer["seq"].get<std::uint64_t>());
    QVERIFY(std::ranges::none_of(events.begin(), request,
                                 [](const HostEvent& event) { return event.parentId() == "print-1"; }));
}

void TestHostKernel::execute_numbers_areConsecutive()
{
    m_client.execute(m_kernel, "numbers-1", "for i in range(50): print(i, flush=True)");
    const auto events = m_client.collect("numbers-1");
    QVERIFY(events.size() > 4);
    for (std::size_t i = 1; i < events.size(); ++i)
        QCOMPARE(events[i].seq(), events[i - 1].seq() + 1);
}

void TestHostKernel::execute_error_isReported()
{
    m_client.execute(m_kernel, "error-1", "1/0");
    const auto events = m_client.collect("error-1");
    const auto error =
        std::ranges::find_if(events, [](const HostEvent& event) { return event.type() == "error"; });
    QVERIFY(error != events.end());
    QCOMPARE(error->content()["ename"].get<std::string>(), std::string("ZeroDivisionError"));
}

void TestHostKernel::stdin_input_isAsked()
{
    m_client.execute(m_kernel, "ask-1", "print('hello ' + input('name? '))");
    const HostEvent asked = m_client.waitFor(isInputRequest);
    QCOMPARE(asked.content()["prompt"].get<std::string>(), std::string("name? "));
    QCOMPARE(asked.envelope["channel"].get<std::string>(), std::string("stdin"));
    QVERIFY(m_client.send(m_kernel, "ask-2", "input_reply", {{"value", "you"}}, "stdin").value("ok", false));
    QCOMPARE(streamText(m_client.collect("ask-1")), std::string("hello you\n"));
}

void TestHostKernel::interrupt_busyKernel_raisesKeyboardInterrupt()
{
    m_client.execute(m_kernel, "sleep-1", "import time\nprint('go', flush=True)\ntime.sleep(60)");
    QVERIFY(!m_client.waitFor([](const HostEvent& event) { return event.type() == "stream"; }).op().empty());
    QVERIFY(m_client.request({{"op", "list"}})["kernels"][0]["busy"].get<bool>());
    QVERIFY(m_client.request({{"op", "interrupt"}, {"kernel", m_kernel}}).value("ok", false));
    const auto events = m_client.collect("sleep-1");
    QVERIFY(std::ranges::any_of(events, [](const HostEvent& event) {
        return event.type() == "execute_reply" && event.content()["ename"] == "KeyboardInterrupt";
    }));
    QVERIFY(!m_client.request({{"op", "list"}})["kernels"][0]["busy"].get<bool>());
}

void TestHostKernel::display_buffersAndUnicode_areVerbatim()
{
    m_client.execute(
        m_kernel, "buffers-1",
        "from ipykernel.comm import Comm\n"
        "c = Comm(target_name='t', data={'text': 'é🙂\\0'}, buffers=[b'\\x00\\xff' * 300000, b'', b'x'])");
    const HostEvent opened =
        m_client.waitFor([](const HostEvent& event) { return event.type() == "comm_open"; });
    QCOMPARE(opened.parts.size(), std::size_t{7});
    QCOMPARE(opened.parts[4].size(), std::size_t{600000});
    QVERIFY(opened.parts[5].empty());
    QCOMPARE(opened.parts[6], std::string("x"));
    std::string expected;
    for (int i = 0; i < 300000; ++i)
        expected += std::string("\0\xff", 2);
    QVERIFY(opened.parts[4] == expected);
    QCOMPARE(opened.content()["data"]["text"].get<std::string>(), std::string("é🙂\0", 7));
    m_client.collect("buffers-1");
}

void TestHostKernel::send_sameIdTwice_runsOnce()
{
    m_client.execute(m_kernel, "once-0", "n = 0");
    m_client.collect("once-0");
    const json first = m_client.execute(m_kernel, "once-1", "n += 1\nprint(n)");
    const json again = m_client.execute(m_kernel, "once-1", "n += 1\nprint(n)");
    HostClient other = m_host.connect();
    const json elsewhere = other.execute(m_kernel, "once-1", "n += 1\nprint(n)");
    QVERIFY(!first.contains("duplicate"));
    QVERIFY(again.value("duplicate", false));
    QVERIFY(elsewhere.value("duplicate", false));
    QCOMPARE(again["seq"].get<int>(), first["seq"].get<int>());
    m_client.collect("once-1");
    m_client.execute(m_kernel, "once-2", "print('n is', n)");
    QCOMPARE(streamText(m_client.collect("once-2")), std::string("n is 1\n"));
}

void TestHostKernel::attach_secondClient_seesWhoAskedWhat()
{
    HostClient other = m_host.connect();
    const json attached = other.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}});
    QCOMPARE(attached["first"].get<int>(), 1);
    QCOMPARE(attached["state"].get<std::string>(), std::string("ready"));
    m_client.execute(m_kernel, "both-1", "print('both')");
    const auto mine = m_client.collect("both-1");
    const HostEvent request = other.waitFor([](const HostEvent& event) {
        return event.sent() && json::parse(event.parts[0])["msg_id"] == "both-1";
    });
    QCOMPARE(request.content()["code"].get<std::string>(), std::string("print('both')"));
    const auto theirs = other.collect("both-1");
    QCOMPARE(streamText(theirs), std::string("both\n"));
    QCOMPARE(theirs.back().seq(), mine.back().seq());
    QVERIFY(other.request({{"op", "detach"}, {"kernel", m_kernel}}).value("ok", false));
    m_client.execute(m_kernel, "both-2", "print('alone')");
    m_client.collect("both-2");
    QVERIFY(other.request({{"op", "list"}}).value("ok", false));
    QVERIFY(other.nextEvent(0).op().empty());
}

void TestHostKernel::attach_fromANumber_replaysTheRest()
{
    const json answer = m_client.execute(m_kernel, "from-1", "for i in range(20): print(i, flush=True)");
    const auto live = m_client.collect("from-1");
    const std::uint64_t start = answer["seq"].get<std::uint64_t>() + 3;
    HostClient other = m_host.connect();
    other.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", start}});
    for (const HostEvent& expected : live) {
        if (expected.seq() <= start) continue;
        const HostEvent replayed = other.nextEvent();
        QCOMPARE(replayed.seq(), expected.seq());
        QVERIFY(replayed.envelope == expected.envelope);
        QVERIFY(replayed.parts == expected.parts);
    }
}

void TestHostKernel::attach_afterClientWasKilled_nothingIsLost()
{
    HostClient first = m_host.connect();
    first.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}});
    const json answer =
        first.execute(m_kernel, "gone-1",
                      "import time\nfor i in range(10):\n    print(i, flush=True)\n    time.sleep(0.02)");
    first.close(); // while the cell prints
    HostClient second = m_host.connect();
    second.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", answer["seq"]}});
    QCOMPARE(streamText(second.collect("gone-1")), std::string("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"));
    m_client.collect("gone-1");
}

void TestHostKernel::shell_completeAndInspect_answer()
{
    m_client.send(m_kernel, "complete-1", "complete_request", {{"code", "impor"}, {"cursor_pos", 5}});
    const HostEvent reply =
        m_client.waitFor([](const HostEvent& event) { return event.type() == "complete_reply"; });
    QCOMPARE(reply.parentId(), std::string("complete-1"));
    QVERIFY(reply.content()["matches"].dump().contains("import"));
}

void TestHostKernel::start_environmentAndFolder_areApplied()
{
    HostClient client = m_host.connect();
    json start = python;
    start["cwd"] = m_host.folder().toStdString();
    start["env"] = {{"CAHIER_TEST", "one two"},
                    {"PATH", json(qgetenv("PATH").toStdString())},
                    {"LANG", nullptr},
                    {"JPY_PARENT_PID", "1"}};
    const std::string kernel = client.startKernel(start);
    QVERIFY(!kernel.empty());
    client.execute(kernel, "env-1",
                   "import os\nprint(os.getcwd(), os.environ['CAHIER_TEST'], os.environ.get('LANG'), "
                   "os.environ.get('JPY_PARENT_PID'), os.getpgid(0) == os.getpid())");
    QCOMPARE(streamText(client.collect("env-1")),
             m_host.folder().toStdString() + " one two None None True\n");
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));

    start["cwd"] = "/does/not/exist";
    const json refused = client.request([&] {
        start["op"] = "start";
        return start;
    }());
    QVERIFY(!refused.value("ok", true));
    QVERIFY(refused["message"].get<std::string>().contains("/does/not/exist"));
}

void TestHostKernel::restart_runningKernel_losesStateKeepsConnection()
{
    const json before = m_client.request({{"op", "list"}})["kernels"][0];
    const QString file = m_host.folder(
        QStringLiteral("h/k%1/kernel-%2.json")
            .arg(QString::fromStdString(m_kernel.substr(0, 8)), QString::fromStdString(m_kernel)));
    const auto contents = [&] {
        QFile connection(file);
        return connection.open(QIODevice::ReadOnly) ? connection.readAll() : QByteArray();
    };
    const QByteArray connection = contents();
    QVERIFY(connection.contains("hmac-sha256"));
    m_client.execute(m_kernel, "state-1", "kept = 1");
    m_client.collect("state-1");
    QVERIFY(m_client.request({{"op", "restart"}, {"kernel", m_kernel}}).value("ok", false));
    QVERIFY(!m_client.waitForState("restarting").op().empty());
    QVERIFY(!m_client.waitForState("starting").op().empty());
    QVERIFY(!m_client.waitForState("ready").op().empty());
    const json after = m_client.request({{"op", "list"}})["kernels"][0];
    QVERIFY(after["pid"] != before["pid"]);
    QVERIFY(!processLives(before["pid"].get<qint64>()));
    QCOMPARE(contents(), connection);
    m_client.execute(m_kernel, "state-2", "print('kept' in globals())");
    QCOMPARE(streamText(m_client.collect("state-2")), std::string("False\n"));
}

void TestHostKernel::death_killedKernel_saysSignalAndRestarts()
{
    const pid_t pid = m_client.request({{"op", "list"}})["kernels"][0]["pid"].get<pid_t>();
    m_client.execute(m_kernel, "kill-1",
                     "import sys\nsys.__stderr__.write('last words\\n')\nprint('printed', flush=True)\n"
                     "import time\ntime.sleep(60)");
    QVERIFY(!m_client.waitFor([](const HostEvent& event) { return event.type() == "stream"; }).op().empty());
    ::kill(pid, SIGKILL);
    const HostEvent dead = m_client.waitForState("dead");
    QCOMPARE(dead.envelope["reason"].get<std::string>(), std::string("kernel killed, signal 9"));
    QCOMPARE(dead.envelope["signal"].get<int>(), 9);
    QVERIFY(!dead.envelope.contains("oom"));
    const json refused = m_client.execute(m_kernel, "kill-2", "1");
    QCOMPARE(refused["code"].get<std::string>(), std::string(wire::errorCodeDead));
    QVERIFY(m_client.request({{"op", "restart"}, {"kernel", m_kernel}}).value("ok", false));
    QVERIFY(!m_client.waitForState("ready").op().empty());
    m_client.execute(m_kernel, "kill-3", "print('again')");
    QCOMPARE(streamText(m_client.collect("kill-3")), std::string("again\n"));
}

void TestHostKernel::death_exitInCell_saysStatus()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(python);
    client.execute(kernel, "exit-1", "import os\nos.write(2, b'bye\\n')\nos._exit(7)");
    const HostEvent dead = client.waitForState("dead");
    QCOMPARE(dead.envelope["reason"].get<std::string>(), std::string("kernel exited with status 7"));
    QCOMPARE(dead.envelope["exit"].get<int>(), 7);
    QVERIFY(client.request({{"op", "forget"}, {"kernel", kernel}}).value("ok", false));
    QVERIFY(waitUntil([&] { return !QDir(m_host.journalFolder(kernel)).exists(); }));
}

void TestHostKernel::shutdown_busyKernel_endsAndCleansUp()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(python);
    const json kernels = client.request({{"op", "list"}})["kernels"];
    const auto info =
        std::ranges::find_if(kernels, [&](const json& each) { return each["kernel"] == kernel; });
    const qint64 pid = (*info)["pid"].get<qint64>();
    client.execute(kernel, "busy-1", "import time\nprint(1, flush=True)\nwhile True: time.sleep(1)");
    QVERIFY(!client.waitFor([](const HostEvent& event) { return event.type() == "stream"; }).op().empty());
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    QVERIFY(!processLives(pid));
    const QString runtime =
        m_host.folder(QStringLiteral("h/k") + QString::fromStdString(kernel.substr(0, 8)));
    QVERIFY(!QDir(runtime).exists());
    QVERIFY(!client.waitForState("dead").op().empty());
    QVERIFY(waitUntil([&] { return !QDir(m_host.journalFolder(kernel)).exists(); }));
    QCOMPARE(client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}})["code"].get<std::string>(),
             std::string(wire::errorCodeNotFound));
}

void TestHostKernel::shutdown_secondClient_readsToTheEnd()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(python);
    HostClient slow = m_host.connect();
    slow.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    client.execute(kernel, "much-1", "print('x' * 3000000)\nprint('end')");
    client.collect("much-1");
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    std::size_t printed = 0;
    bool dead = false;
    while (!dead) {
        const HostEvent event = slow.nextEvent();
        QVERIFY(!event.op().empty());
        if (event.type() == "stream") printed += event.content()["text"].get_ref<const std::string&>().size();
        dead = event.state() == "dead";
    }
    QCOMPARE(printed, std::size_t{3000005});
}

void TestHostKernel::lifetime_clientGone_kernelEnds()
{
    HostClient client = m_host.connect();
    json start = python;
    start["lifetime"] = "client";
    const std::string kernel = client.startKernel(start);
    const auto info = [&] {
        const json kernels = m_client.request({{"op", "list"}})["kernels"];
        for (const json& each : kernels)
            if (each["kernel"] == kernel) return each;
        return json();
    };
    const qint64 pid = info()["pid"].get<qint64>();
    client.close();
    QVERIFY(waitUntil([&] { return !processLives(pid); }));
    QVERIFY(waitUntil([&] { return info().is_null(); }));
    QVERIFY(waitUntil([&] { return !QDir(m_host.journalFolder(kernel)).exists(); }));
}

void TestHostKernel::lifetime_clientComesBack_kernelStays()
{
    HostClient client = m_host.connect();
    json start = python;
    start["lifetime"] = "client";
    const std::string kernel = client.startKernel(start);
    client.close(); // without detach: the connection broke
    HostClient again = m_host.connect();
    again.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    QVERIFY(!again.waitForState("ready").op().empty());
    QVERIFY(again.execute(kernel, "back-1", "print('still here')").value("ok", false));
    QCOMPARE(streamText(again.collect("back-1")), std::string("still here\n"));
    QVERIFY(again.request({{"op", "detach"}, {"kernel", kernel}}).value("ok", false));
    QVERIFY(waitUntil([&] { return !QDir(m_host.journalFolder(kernel)).exists(); }));
}

QTEST_GUILESS_MAIN(TestHostKernel)
#include "tst_host_kernel.moc"
