// SPDX-License-Identifier: GPL-3.0-or-later
// The two framings of a Jupyter Server's WebSocket, right and broken.
#include <runtimes/server/serverwire.h>

#include <QTest>
#include <QtEndian>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

Message sample()
{
    Message message =
        makeRequest(Channel::Shell, u"comm_msg"_s, {{"text", "é😀"}, {"list", {1, nullptr}}}, u"session-1"_s);
    message.metadata = {{"cellId", "c"}};
    message.parentId = u"parent-1"_s;
    message.parentType = u"comm_open"_s;
    message.buffers = {QByteArray("\0\xff", 2), QByteArray(), QByteArray(1000, 'x')};
    return message;
}

void compare(const ServerMessage& decoded, const Message& message)
{
    QVERIFY2(decoded, qPrintable(decoded ? QString() : decoded.error()));
    QCOMPARE(decoded->channel, message.channel);
    QCOMPARE(decoded->type, message.type);
    QCOMPARE(decoded->id, message.id);
    QCOMPARE(decoded->session, message.session);
    QCOMPARE(decoded->parentId, message.parentId);
    QCOMPARE(decoded->parentType, message.parentType);
    QCOMPARE(decoded->metadata, message.metadata);
    QCOMPARE(decoded->content, message.content);
    QCOMPARE(decoded->buffers, message.buffers);
}

ServerMessage decode(const LegacyFrame& frame)
{
    return frame.binary ? decodeLegacyBinary(frame.bytes) : decodeLegacyText(frame.bytes);
}

template <typename Number> void overwrite(QByteArray& frame, int index, Number value)
{
    std::memcpy(frame.data() + index * qsizetype(sizeof value), &value, sizeof value);
}

} // namespace

class TestServerWire : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void v1_message_comesBack();
    void v1_bytes_areAsSpecified();
    void legacy_messages_comeBack();
    void legacy_bytes_areAsSpecified();
    void v1_everyPrefix_isRefused();
    void legacy_everyPrefix_isRefused();
    void v1_badNumbers_areRefused_data();
    void v1_badNumbers_areRefused();
    void legacy_badNumbers_areRefused();
    void anyByte_changed_isSurvived();
    void content_nullOrInvalid_isEmpty();
};

void TestServerWire::v1_message_comesBack()
{
    Message message = sample();
    for (const Channel channel : {Channel::Shell, Channel::Control, Channel::Stdin, Channel::IoPub}) {
        message.channel = channel;
        compare(decodeV1(encodeV1(message)), message);
    }
    message.buffers.clear();
    compare(decodeV1(encodeV1(message)), message);
}

void TestServerWire::v1_bytes_areAsSpecified()
{
    Message message = sample();
    message.buffers = {QByteArray("BUF")};
    const QByteArray frame = encodeV1(message);
    const auto number = [&](int index) { return qFromLittleEndian<quint64>(frame.data() + 8 * index); };
    QCOMPARE(number(0), 7u); // channel, four parts, one buffer, the end
    QCOMPARE(number(1), 64u);
    QCOMPARE(frame.mid(qsizetype(number(1)), qsizetype(number(2) - number(1))), QByteArray("shell"));
    QCOMPARE(number(7), quint64(frame.size()));
    QVERIFY(frame.endsWith("BUF"));
}

void TestServerWire::legacy_messages_comeBack()
{
    Message message = sample();
    QVERIFY(encodeLegacy(message).binary);
    compare(decode(encodeLegacy(message)), message);
    message.buffers.clear();
    QVERIFY(!encodeLegacy(message).binary);
    compare(decode(encodeLegacy(message)), message);
}

void TestServerWire::legacy_bytes_areAsSpecified()
{
    Message message = sample();
    message.buffers = {QByteArray("BUF")};
    const QByteArray frame = encodeLegacy(message).bytes;
    const auto number = [&](int index) { return qFromBigEndian<quint32>(frame.data() + 4 * index); };
    QCOMPARE(number(0), 2u);
    QCOMPARE(number(1), 12u);
    QCOMPARE(frame.mid(number(2)), QByteArray("BUF"));
    const json text = json::parse(frame.mid(12, number(2) - 12).toStdString());
    QCOMPARE(text.at("channel"), json("shell"));
    QCOMPARE(text.at("header").at("msg_type"), json("comm_msg"));
}

void TestServerWire::v1_everyPrefix_isRefused()
{
    const QByteArray frame = encodeV1(sample());
    for (qsizetype size = 0; size < frame.size(); ++size)
        QVERIFY2(!decodeV1(frame.first(size)), qPrintable(QString::number(size)));
}

void TestServerWire::legacy_everyPrefix_isRefused()
{
    Message message = sample();
    message.buffers.resize(1);
    const QByteArray frame = encodeLegacy(message).bytes;
    // The last part reaches to the end, so that a cut in it is no broken frame.
    const auto lastPart = qsizetype(qFromBigEndian<quint32>(frame.data() + 8));
    for (qsizetype size = 0; size < lastPart; ++size)
        QVERIFY2(!decodeLegacyBinary(frame.first(size)), qPrintable(QString::number(size)));
    message.buffers.clear();
    const QByteArray text = encodeLegacy(message).bytes;
    for (qsizetype size = 0; size < text.size(); ++size)
        QVERIFY2(!decodeLegacyText(text.first(size)), qPrintable(QString::number(size)));
}

void TestServerWire::v1_badNumbers_areRefused_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<quint64>("value");
    QTest::newRow("no parts") << 0 << quint64(0);
    QTest::newRow("too few parts") << 0 << quint64(3);
    QTest::newRow("more than fit") << 0 << quint64(100000);
    QTest::newRow("count that overflows") << 0 << (quint64(1) << 61);
    QTest::newRow("largest count") << 0 << ~quint64(0);
    QTest::newRow("offset into the offsets") << 1 << quint64(8);
    QTest::newRow("offset beyond the end") << 3 << quint64(1 << 30);
    QTest::newRow("largest offset") << 9 << ~quint64(0);
    QTest::newRow("offsets backwards") << 4 << quint64(90);
}

void TestServerWire::v1_badNumbers_areRefused()
{
    QFETCH(int, index);
    QFETCH(quint64, value);
    QByteArray frame = encodeV1(sample());
    overwrite(frame, index, qToLittleEndian(value));
    QVERIFY(!decodeV1(frame));
}

void TestServerWire::legacy_badNumbers_areRefused()
{
    const QByteArray good = encodeLegacy(sample()).bytes;
    QVERIFY(decodeLegacyBinary(good));
    for (const auto& [index, value] : {std::pair{0, 0u},
                                       {0, 0xffffffffu},
                                       {0, 0x40000000u},
                                       {1, 4u},
                                       {1, 0xffffffffu},
                                       {2, 13u},
                                       {3, 0x7fffffffu}}) {
        QByteArray frame = good;
        overwrite(frame, index, qToBigEndian(quint32(value)));
        QVERIFY2(!decodeLegacyBinary(frame), qPrintable(u"%1 at %2"_s.arg(value).arg(index)));
    }
}

/// Whatever comes out is a message or a sentence; sanitizers see the rest.
void TestServerWire::anyByte_changed_isSurvived()
{
    int decoded = 0;
    for (const bool v1 : {true, false}) {
        const QByteArray good = v1 ? encodeV1(sample()) : encodeLegacy(sample()).bytes;
        for (qsizetype at = 0; at < good.size(); ++at) {
            for (const char change : {'\x01', '\x80', '\xff'}) {
                QByteArray frame = good;
                frame[at] = char(frame[at] ^ change);
                const ServerMessage message = v1 ? decodeV1(frame) : decodeLegacyBinary(frame);
                if (!message) {
                    QVERIFY(!message.error().isEmpty());
                    continue;
                }
                ++decoded;
                QVERIFY(message->content.is_object() && message->metadata.is_object());
            }
        }
    }
    QVERIFY(decoded > 0);
}

void TestServerWire::content_nullOrInvalid_isEmpty()
{
    const ServerMessage message = decodeLegacyText(
        R"({"channel":"iopub","header":{"msg_type":"status"},"parent_header":null,"content":null})");
    QVERIFY(message);
    QCOMPARE(message->content, json::object());
    QCOMPARE(message->parentId, QString());
    QVERIFY(!decodeLegacyText("[1]"));
    QVERIFY(!decodeLegacyText(QByteArray(100000, '[')));
}

QTEST_GUILESS_MAIN(TestServerWire)
#include "tst_serverwire.moc"
