// SPDX-License-Identifier: GPL-3.0-or-later
// What a host played by the test says: misfits, repairs, gaps, floods.
#include <runtimes/local/hostinbox.h>
#include <tests/support/clientstage.h>

#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using Stage = ClientStage;

} // namespace

class TestLocalMessages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void frames_malformed_dropTheConnection_data();
    void frames_malformed_dropTheConnection();
    void messages_nullContent_isEmptyObject();
    void messages_invalidText_isRepaired_data();
    void messages_invalidText_isRepaired();
    void messages_nestedTooDeep_becomeANotice_data();
    void messages_nestedTooDeep_becomeANotice();
    void messages_bracketsInText_areNoNesting();
    void messages_sent_areProtocolMessages();
    void gap_event_isDelivered();
    void inbox_neighbouringStreams_areMerged();
    void inbox_otherRequestOrName_isNotMerged();
    void inbox_stalledOwner_isBounded();
};

void TestLocalMessages::frames_malformed_dropTheConnection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("huge size") << QByteArray("\xff\xff\xff\xff\x01\x00\x00\x00", 8);
    QTest::newRow("no parts") << QByteArray("\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 12);
    const std::string notJson = wire::encodeFrame("nonsense");
    QTest::newRow("envelope is no JSON") << QByteArray::fromStdString(notJson);
    const std::string fewParts = wire::encodeFrame(R"({"op":"msg","kernel":"k","seq":1})");
    QTest::newRow("message without parts") << QByteArray::fromStdString(fewParts);
}

void TestLocalMessages::frames_malformed_dropTheConnection()
{
    QFETCH(QByteArray, bytes);
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    QSignalSpy lost(&stage.runtime.client(), &HostClient::connectionLost);
    stage.host.sendBytes(bytes.toStdString());
    QTRY_COMPARE(lost.count(), 1);
    QVERIFY(!stage.expect("attach").empty()); // and it comes back
}

void TestLocalMessages::messages_nullContent_isEmptyObject()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.host.message("k", 1, "control", R"({"msg_type":"shutdown_reply","msg_id":"m"})", "null", "null",
                       "null");
    QTRY_COMPARE(stage.events.size(), 2u);
    const auto& message = std::get<Message>(stage.events.back().what);
    QCOMPARE(message.type, u"shutdown_reply"_s);
    QCOMPARE(message.channel, Channel::Control);
    QCOMPARE(message.content, json::object());
    QVERIFY(message.parentId.isEmpty());
}

void TestLocalMessages::messages_invalidText_isRepaired_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("invalid UTF-8") << QByteArray("a\x80z") << u"a\ufffdz"_s;
    QTest::newRow("lone surrogate") << QByteArray("a\\ud800z") << u"a\ufffdz"_s;
    QTest::newRow("two high surrogates") << QByteArray("\\ud83d\\ud83d\\ude00") << u"\ufffd😀"_s;
    QTest::newRow("escaped backslash") << QByteArray("\\\\ud800 \\udc80") << u"\\ud800 \ufffd"_s;
}

void TestLocalMessages::messages_invalidText_isRepaired()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    const std::string content = R"({"name":"stdout","text":")" + text.toStdString() + "\"}";
    stage.host.message("k", 1, "iopub", R"({"msg_type":"stream","msg_id":"m"})", "{}", "{}", content);
    QTRY_COMPARE(stage.events.size(), 2u);
    QCOMPARE(stage.streamText(), expected);
}

void TestLocalMessages::messages_nestedTooDeep_becomeANotice_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("notice"); // the place where it is found
    QTest::newRow("display") << QByteArray("display_data") << QByteArray("/data/text~1plain");
    QTest::newRow("result") << QByteArray("execute_result") << QByteArray("/data/text~1plain");
    QTest::newRow("stream") << QByteArray("stream") << QByteArray("/text");
    QTest::newRow("reply") << QByteArray("execute_reply") << QByteArray("/evalue");
}

void TestLocalMessages::messages_nestedTooDeep_becomeANotice()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, notice);
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    constexpr std::size_t depth = 20000; // four times that fit the socket's buffer
    const std::string deep = std::string(depth, '[') + std::string(depth, ']');
    const std::string content = R"({"data":{"application/json":)" + deep + "}}";
    const json header = {{"msg_type", type.toStdString()}, {"msg_id", "m"}};
    stage.host.message("k", 1, "iopub", header.dump(), "{}", R"({"x":)" + deep + "}", content);
    QTRY_COMPARE(stage.events.size(), 2u);
    const auto& message = std::get<Message>(stage.events.back().what);
    const json found = message.content.at(json::json_pointer(notice.toStdString()));
    QVERIFY(found.get<std::string>().contains("nested too deeply"));
    QCOMPARE(message.metadata, json::object());
}

void TestLocalMessages::messages_bracketsInText_areNoNesting()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    std::string text(10000, '[');
    text.replace(0, 3, R"(\"\\)");
    const std::string content = json({{"name", "stdout"}, {"text", text}}).dump();
    stage.host.message("k", 1, "iopub", R"({"msg_type":"stream","msg_id":"m"})", "{}", "{}", content);
    QTRY_COMPARE(stage.events.size(), 2u);
    QCOMPARE(stage.streamText(), QString::fromStdString(text));
}

void TestLocalMessages::messages_sent_areProtocolMessages()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    Message message = makeRequest(Channel::Stdin, u"input_reply"_s, {{"value", "\xff"}}, u"session-1"_s);
    message.parentId = u"p"_s;
    message.parentType = u"input_request"_s;
    message.buffers = {QByteArray("\0b", 2)};
    const QFuture<Result<void>> sent = stage.kernel->send(message);
    const json request = stage.expect("send");
    QCOMPARE(request.value("channel", ""), "stdin");
    const wire::Parts& parts = stage.host.lastParts();
    QCOMPARE(parts.size(), 6u);
    const json header = json::parse(parts[1]);
    QCOMPARE(header.at("msg_id"), json(message.id.toStdString()));
    QCOMPARE(header.at("msg_type"), json("input_reply"));
    QCOMPARE(header.at("session"), json("session-1"));
    QVERIFY(header.contains("date") && header.contains("version"));
    QCOMPARE(json::parse(parts[2]).at("msg_id"), json("p"));
    QCOMPARE(json::parse(parts[4]).at("value"), json("\xef\xbf\xbd"));
    QCOMPARE(parts[5], std::string("\0b", 2));
    stage.host.answer(request, {{"seq", 5}});
    QTRY_VERIFY(sent.isFinished());
    QVERIFY(sent.result());
}

void TestLocalMessages::gap_event_isDelivered()
{
    Stage stage;
    QVERIFY(stage.attach(0, 40));
    stage.host.envelope({{"op", "gap"}, {"kernel", "k"}, {"from", 1}, {"to", 40}, {"outputs", 38}});
    QTRY_COMPARE(stage.caughtUpCount(), 1);
    const auto& gap = std::get<KernelEvent::Gap>(stage.events.front().what);
    QCOMPARE(gap.from, 1u);
    QCOMPARE(gap.outputs, 38u);
}

namespace {

HostEvent streamEvent(quint64 seq, const QString& parent, const std::string& text,
                      const char* name = "stdout")
{
    Message message;
    message.channel = Channel::IoPub;
    message.type = u"stream"_s;
    message.parentId = parent;
    message.content = {{"name", name}, {"text", text}};
    return {u"k"_s, {seq, message}};
}

} // namespace

void TestLocalMessages::inbox_neighbouringStreams_areMerged()
{
    int wakes = 0;
    HostInbox inbox([&] { ++wakes; });
    for (quint64 seq = 1; seq <= 100; ++seq)
        inbox.put(streamEvent(seq, u"r"_s, "line\n"), 10);
    QCOMPARE(wakes, 1);
    const HostInbox::Batch batch = inbox.take();
    QCOMPARE(batch.items.size(), 1u);
    const auto& event = std::get<HostEvent>(batch.items[0]).event;
    QCOMPARE(event.seq, 100u);
    QCOMPARE(std::get<Message>(event.what).content.at("text").get<std::string>().size(), 500u);
    inbox.put(streamEvent(101, u"r"_s, "x"), 10);
    QCOMPARE(wakes, 2);
}

void TestLocalMessages::inbox_otherRequestOrName_isNotMerged()
{
    HostInbox inbox([] {});
    inbox.put(streamEvent(1, u"r"_s, "a"), 10);
    inbox.put(streamEvent(2, u"r"_s, "b", "stderr"), 10);
    inbox.put(streamEvent(3, u"other"_s, "c", "stderr"), 10);
    inbox.put(HostEvent{u"k"_s, {4, KernelEvent::StateChanged{}}}, 10);
    inbox.put(streamEvent(5, u"other"_s, "d", "stderr"), 10);
    inbox.put(streamEvent(6, u"other"_s, "e", "stderr"), HostInbox::mergeLimit);
    QCOMPARE(inbox.take().items.size(), 6u);
}

void TestLocalMessages::inbox_stalledOwner_isBounded()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    // The owner does nothing while the host has 200 MB to say: most of it must stay with the host.
    const std::string text(1u << 20, 'x');
    std::size_t taken = 0;
    quint64 seq = 0;
    while (seq < 200 && (stage.host.tryStream("k", seq + 1, "r", text, 3000ms) ||
                         (taken < HostInbox::fullAt && stage.host.flushWithin(30000ms)))) {
        ++seq;
        taken += text.size();
    }
    QVERIFY2(seq < 200, "the client went on reading");
    QVERIFY(taken >= HostInbox::fullAt);
    QVERIFY(taken <= HostInbox::fullAt + (8u << 20));
    // When the owner works again, everything arrives.
    QVERIFY(QTest::qWaitFor([&] { return stage.host.flush(); }, 60000));
    QTRY_COMPARE_WITH_TIMEOUT(stage.streamSize(), (seq + 1) * text.size(), 60000);
}

QTEST_GUILESS_MAIN(TestLocalMessages)
#include "tst_localmessages.moc"
