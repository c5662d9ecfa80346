// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/wire/connectionfile.h>
#include <runtimes/wire/crc32c.h>
#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/ids.h>
#include <runtimes/wire/jsonparse.h>
#include <runtimes/wire/jupytermessage.h>
#include <runtimes/wire/seensignatures.h>
#include <runtimes/wire/socketpath.h>

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <array>
#include <bit>
#include <format>
#include <set>

using namespace cahier::wire;
using namespace std::string_view_literals;

namespace {

std::string word(std::uint32_t value)
{
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

constexpr std::array messageParts = {R"({"msg_id":"m1","msg_type":"status","session":"s1"})"sv, "{}"sv,
                                     "{}"sv, R"({"execution_state":"busy"})"sv};

} // namespace

class TestWire : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void encodeFrame_parts_layoutIsAsDocumented();
    void frameReader_piecesOfAnySize_givesTheSameFrames();
    void frameReader_brokenStream_saysWhyAndStaysBroken_data();
    void frameReader_brokenStream_saysWhyAndStaysBroken();
    void frameReader_largeFrame_comesBackWhole();
    void fitsFrame_limits_areExact();
    void signer_knownVector_matches();
    void signer_emptyKey_emptySignature();
    void splitMessage_goodFrames_giveVerbatimParts();
    void splitMessage_badFrames_areRefusedBeforeParsing_data();
    void splitMessage_badFrames_areRefusedBeforeParsing();
    void messageFrames_roundTrip_verifies();
    void seenSignatures_again_areKnown();
    void seenSignatures_empty_areNot();
    void parseHeader_values_data();
    void parseHeader_values();
    void makeHeader_twice_differsAndParses();
    void parseJson_depth_isBounded_data();
    void parseJson_depth_isBounded();
    void crc32c_knownVectors_data();
    void crc32c_knownVectors();
    void makeUuid_many_areVersionFourAndDistinct();
    void connectionInfo_json_hasEveryField();
    void writePrivateFile_existingFile_isReplacedAndPrivate();
    void writePrivateFile_missingFolder_saysSo();
    void hostDirectory_overridden_isMadePrivate();
    void hostDirectory_openFolder_isRefused();
    void hostDirectory_symbolicLink_isRefused();
    void hostSocketPath_longFolder_isRefused();
};

void TestWire::encodeFrame_parts_layoutIsAsDocumented()
{
    const std::array rest = {"abc"sv, ""sv};
    const std::string frame = encodeFrame("{}", rest);
    QCOMPARE(frame, word(4 + 12 + 5) + word(3) + word(2) + word(3) + word(0) + "{}abc");
}

void TestWire::frameReader_piecesOfAnySize_givesTheSameFrames()
{
    std::string stream;
    for (int i = 0; i < 20; ++i) {
        const std::string payload(static_cast<std::size_t>(i * 7), 'x');
        const std::array rest = {std::string_view(payload)};
        stream += encodeFrame(std::to_string(i), rest);
    }
    for (const std::size_t step : {1u, 3u, 64u, 100000u}) {
        FrameReader reader;
        int frames = 0;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            reader.append(std::string_view(stream).substr(at, step));
            for (;;) {
                const auto parts = reader.next();
                QVERIFY(parts);
                if (parts->empty()) break;
                QCOMPARE(parts->at(0), std::to_string(frames));
                QCOMPARE(parts->at(1).size(), static_cast<std::size_t>(frames * 7));
                ++frames;
            }
        }
        QCOMPARE(frames, 20);
    }
}

void TestWire::frameReader_brokenStream_saysWhyAndStaysBroken_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    row("two gigabytes claimed", word(0x80000000u) + word(1));
    row("over the limit by one", word(maxFrameSize + 1));
    row("too short for a part", word(4) + word(0));
    row("no parts", word(8) + word(0) + word(0));
    row("too many parts", word(1u << 20) + word(maxParts + 1));
    row("more parts than bytes", word(12) + word(3) + word(0) + word(0));
    row("lengths below the size", word(20) + word(2) + word(4) + word(3) + "abcdefgh");
    row("lengths beyond the size", word(8) + word(1) + word(1));
    row("lengths that overflow 32 bits", word(16) + word(3) + word(0xffffffffu) + word(1) + word(0));
}

void TestWire::frameReader_brokenStream_saysWhyAndStaysBroken()
{
    QFETCH(const QByteArray, bytes);
    FrameReader reader;
    reader.append(bytes.toStdString());
    const auto first = reader.next();
    QVERIFY(!first);
    QVERIFY(!first.error().empty());
    reader.append(encodeFrame("{}"));
    QVERIFY(!reader.next());
}

void TestWire::frameReader_largeFrame_comesBackWhole()
{
    std::string large(8u << 20, '\0');
    for (std::size_t i = 0; i < large.size(); i += 4096)
        large[i] = static_cast<char>(i >> 12);
    const std::array rest = {std::string_view(large)};
    const std::string frame = encodeFrame("{}", rest);
    FrameReader reader;
    for (std::size_t at = 0; at < frame.size(); at += 65536) {
        QVERIFY(reader.next()->empty());
        reader.append(std::string_view(frame).substr(at, 65536));
    }
    const auto parts = reader.next();
    QVERIFY(parts && parts->size() == 2);
    QVERIFY(parts->at(1) == large);
}

void TestWire::fitsFrame_limits_areExact()
{
    const std::vector<std::string_view> most(maxParts - 1);
    QVERIFY(fitsFrame(2, most));
    const std::vector<std::string_view> tooMany(maxParts);
    QVERIFY(!fitsFrame(2, tooMany));
    const char byte = 'x';
    const std::array huge = {std::string_view(&byte, maxFrameSize)}; // its length alone is looked at
    QVERIFY(!fitsFrame(2, huge));
    const std::array fits = {std::string_view(&byte, maxFrameSize - 12 - 2)};
    QVERIFY(fitsFrame(2, fits));
}

void TestWire::signer_knownVector_matches()
{
    // RFC 4231, test case 2, its data in two pieces.
    const Signer signer("Jefe");
    const std::array frames = {"what do ya want "sv, "for nothing?"sv};
    const std::string expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    QCOMPARE(signer.sign(frames), expected);
    QCOMPARE(signer.sign(frames), expected); // the context is reusable
    QVERIFY(signer.verify(frames, expected));
    QVERIFY(!signer.verify(frames, expected.substr(1)));
    std::string wrong = expected;
    wrong.back() = '4';
    QVERIFY(!signer.verify(frames, wrong));
    QVERIFY(!signer.verify(frames, ""));
}

void TestWire::signer_emptyKey_emptySignature()
{
    const Signer signer("");
    const std::array frames = {"x"sv};
    QCOMPARE(signer.sign(frames), std::string());
    QVERIFY(signer.verify(frames, ""));
}

void TestWire::splitMessage_goodFrames_giveVerbatimParts()
{
    const Signer signer("secret");
    const std::string signature = signer.sign(messageParts);
    const std::array frames = {"topic"sv,       identityDelimiter, std::string_view(signature),
                               messageParts[0], messageParts[1],   messageParts[2],
                               messageParts[3], "buffer\0x"sv};
    const auto message = splitMessage(frames, signer);
    QVERIFY(message);
    QCOMPARE(message->identities.size(), 1u);
    QVERIFY(message->header() == messageParts[0]);
    QVERIFY(message->content() == messageParts[3]);
    QCOMPARE(message->buffers().size(), 1u);
    QVERIFY(message->buffers()[0] == "buffer\0x"sv);
}

void TestWire::splitMessage_badFrames_areRefusedBeforeParsing_data()
{
    QTest::addColumn<QList<QByteArray>>("frames");
    QTest::addColumn<QByteArray>("code");
    const QByteArray delimiter(identityDelimiter.data());
    QTest::newRow("nothing") << QList<QByteArray>{} << QByteArray("frames");
    QTest::newRow("no delimiter") << QList<QByteArray>{"a", "b", "c", "d", "e", "f"} << QByteArray("frames");
    QTest::newRow("delimiter alone") << QList<QByteArray>{delimiter} << QByteArray("frames");
    QTest::newRow("content missing") << QList<QByteArray>{delimiter, "", "{}", "{}", "{}"}
                                     << QByteArray("frames");
    QTest::newRow("wrong signature") << QList<QByteArray>{delimiter, "00", "not json", "{}", "{}", "{}"}
                                     << QByteArray("signature");
    QTest::newRow("no signature") << QList<QByteArray>{delimiter, "", "{}", "{}", "{}", "{}"}
                                  << QByteArray("signature");
}

void TestWire::splitMessage_badFrames_areRefusedBeforeParsing()
{
    QFETCH(const QList<QByteArray>, frames);
    QFETCH(const QByteArray, code);
    std::vector<std::string_view> views;
    for (const QByteArray& frame : frames)
        views.emplace_back(frame.data(), static_cast<std::size_t>(frame.size()));
    const auto message = splitMessage(views, Signer("secret"));
    QVERIFY(!message);
    QCOMPARE(message.error().code, code.toStdString());
}

void TestWire::messageFrames_roundTrip_verifies()
{
    const Signer signer("secret");
    std::string signature;
    const auto frames = messageFrames(messageParts, signer, signature);
    QCOMPARE(frames.size(), 6u);
    const auto message = splitMessage(frames, signer);
    QVERIFY(message);
    QVERIFY(message->identities.empty());
}

void TestWire::parseHeader_values_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("usual") << QByteArray(R"({"msg_id":"a","msg_type":"status","x":{"msg_id":"no"}})") << true
                           << QByteArray("a") << QByteArray("status");
    QTest::newRow("after a nested object")
        << QByteArray(R"({"x":{"y":[1,"z"]},"msg_id":"b"})") << true << QByteArray("b") << QByteArray();
    QTest::newRow("null") << QByteArray("null") << true << QByteArray() << QByteArray();
    QTest::newRow("empty object") << QByteArray("{}") << true << QByteArray() << QByteArray();
    QTest::newRow("wrong types") << QByteArray(R"({"msg_id":5,"msg_type":["a"],"session":null})") << true
                                 << QByteArray() << QByteArray();
    QTest::newRow("array") << QByteArray("[]") << false << QByteArray() << QByteArray();
    QTest::newRow("text") << QByteArray("\"x\"") << false << QByteArray() << QByteArray();
    QTest::newRow("number") << QByteArray("5") << false << QByteArray() << QByteArray();
    QTest::newRow("empty") << QByteArray("") << false << QByteArray() << QByteArray();
    QTest::newRow("truncated") << QByteArray(R"({"msg_id":"a)") << false << QByteArray() << QByteArray();
    QTest::newRow("two values") << QByteArray("{}{}") << false << QByteArray() << QByteArray();
    QTest::newRow("deep") << QByteArray(R"({"a":)") + QByteArray(100000, '[') << false << QByteArray()
                          << QByteArray();
}

void TestWire::parseHeader_values()
{
    QFETCH(const QByteArray, json);
    QFETCH(const bool, ok);
    QFETCH(const QByteArray, id);
    QFETCH(const QByteArray, type);
    const auto info = parseHeader(json.toStdString());
    QCOMPARE(info.has_value(), ok);
    if (!ok) return;
    QCOMPARE(info->msgId, id.toStdString());
    QCOMPARE(info->msgType, type.toStdString());
}

void TestWire::makeHeader_twice_differsAndParses()
{
    const NewHeader first = makeHeader("kernel_info_request", "session \"x\"");
    const NewHeader second = makeHeader("kernel_info_request", "session");
    QVERIFY(first.msgId != second.msgId);
    const auto info = parseHeader(first.json);
    QVERIFY(info);
    QCOMPARE(info->msgId, first.msgId);
    QCOMPARE(info->msgType, std::string("kernel_info_request"));
    QCOMPARE(info->session, std::string("session \"x\""));
}

void TestWire::parseJson_depth_isBounded_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("accepted");
    const auto nested = [](const QByteArray& open, const QByteArray& close, int depth) {
        return open.repeated(depth) + "1" + close.repeated(depth);
    };
    QTest::newRow("arrays at the limit") << nested("[", "]", 3) << true;
    QTest::newRow("arrays over it") << nested("[", "]", 4) << false;
    QTest::newRow("objects at the limit") << nested("{\"a\":", "}", 3) << true;
    QTest::newRow("objects over it") << nested("{\"a\":", "}", 4) << false;
    QTest::newRow("side by side") << QByteArray("[[],[],[],[],[],[]]") << true;
    QTest::newRow("brackets in a string") << QByteArray(R"(["[[[[{{{{", "]"])") << true;
    QTest::newRow("escaped quotes") << QByteArray(R"(["\"[[[[", "\\", [[1]]])") << true;
    QTest::newRow("deep after an escaped backslash") << QByteArray(R"(["\\", [[[1]]]])") << false;
    QTest::newRow("malformed") << QByteArray("[1") << false;
    QTest::newRow("string without an end") << QByteArray("\"abc\\") << false;
    QTest::newRow("nothing") << QByteArray() << false;
}

void TestWire::parseJson_depth_isBounded()
{
    QFETCH(const QByteArray, text);
    QFETCH(const bool, accepted);
    QCOMPARE(parseJson(text.toStdString(), 3).has_value(), accepted);
}

void TestWire::crc32c_knownVectors_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<quint32>("sum");
    // RFC 3720, appendix B.4, and the usual check value.
    QTest::newRow("check") << QByteArray("123456789") << 0xE3069283u;
    QTest::newRow("zeros") << QByteArray(32, '\0') << 0x8A9136AAu;
    QTest::newRow("ones") << QByteArray(32, '\xff') << 0x62A8AB43u;
    QTest::newRow("empty") << QByteArray() << 0u;
}

void TestWire::crc32c_knownVectors()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const quint32, sum);
    const std::string text = bytes.toStdString();
    QCOMPARE(crc32c(text), sum);
    const std::size_t half = text.size() / 3;
    const std::string_view view = text;
    QCOMPARE(crc32c(view.substr(half), crc32c(view.substr(0, half))), sum);
}

void TestWire::makeUuid_many_areVersionFourAndDistinct()
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string uuid = makeUuid();
        QCOMPARE(uuid.size(), 36u);
        QCOMPARE(uuid[14], '4');
        QVERIFY("89ab"sv.contains(uuid[19]));
        QVERIFY(seen.insert(uuid).second);
    }
}

void TestWire::connectionInfo_json_hasEveryField()
{
    ConnectionInfo info;
    info.ip = "/run/x/k";
    info.key = "k";
    info.kernelName = "python3";
    QCOMPARE(info.address(info.shellPort), std::string("ipc:///run/x/k-1"));
    const auto json = nlohmann::json::parse(info.toJson());
    for (const char* name : {"transport", "ip", "shell_port", "iopub_port", "stdin_port", "control_port",
                             "hb_port", "key", "signature_scheme", "kernel_name"})
        QVERIFY2(json.contains(name), name);
    QCOMPARE(json["signature_scheme"].get<std::string>(), std::string("hmac-sha256"));
    info.transport = "tcp";
    info.ip = "127.0.0.1";
    QCOMPARE(info.address(8888), std::string("tcp://127.0.0.1:8888"));
}

void TestWire::writePrivateFile_existingFile_isReplacedAndPrivate()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("connection.json"));
    QVERIFY(writePrivateFile(path.toStdString(), "first, which is longer"));
    QVERIFY(writePrivateFile(path.toStdString(), "second"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("second"));
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QVERIFY(!(QFileInfo(path).permissions() & others));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
}

void TestWire::writePrivateFile_missingFolder_saysSo()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("missing/file")).toStdString();
    const auto result = writePrivateFile(path, "x");
    QVERIFY(!result);
    QCOMPARE(result.error().code, std::string(errorCodeIo));
    QVERIFY(result.error().message.contains(path));
}

void TestWire::hostDirectory_overridden_isMadePrivate()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("h"));
    qputenv(hostDirVariable, path.toUtf8());
    const auto made = hostDirectory();
    QVERIFY(made);
    QCOMPARE(*made, path.toStdString());
    QCOMPARE(QFileInfo(path).permissions() & (QFile::ReadGroup | QFile::ExeGroup | QFile::ReadOther),
             QFile::Permissions());
    QCOMPARE(*hostSocketPath(), path.toStdString() + "/host.sock");
}

void TestWire::hostDirectory_openFolder_isRefused()
{
    const QTemporaryDir folder;
    QVERIFY(QFile::setPermissions(folder.path(),
                                  QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther));
    qputenv(hostDirVariable, folder.path().toUtf8());
    const auto refused = hostDirectory();
    QVERIFY(!refused);
    QVERIFY(refused.error().message.contains("chmod 700"));
}

void TestWire::hostDirectory_symbolicLink_isRefused()
{
    const QTemporaryDir folder;
    const QString link = folder.filePath(QStringLiteral("link"));
    QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("real")));
    QVERIFY(QFile::link(folder.filePath(QStringLiteral("real")), link));
    qputenv(hostDirVariable, link.toUtf8());
    QVERIFY(!hostDirectory());
}

void TestWire::hostSocketPath_longFolder_isRefused()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QString(120, QLatin1Char('x')));
    qputenv(hostDirVariable, path.toUtf8());
    const auto refused = hostSocketPath();
    QVERIFY(!refused);
    QVERIFY(refused.error().message.contains("too long"));
}

void TestWire::seenSignatures_again_areKnown()
{
    constexpr std::size_t remembered = SeenSignatures::remembered, all = 5 * remembered / 2;
    SeenSignatures seen;
    const auto signature = [](std::size_t number) { return std::format("{:064x}", number * 2654435761u); };
    for (std::size_t number = 0; number < all; ++number) {
        QVERIFY(seen.add(signature(number)));
        QVERIFY(!seen.add(signature(number)));
        if (number >= remembered) QVERIFY(!seen.add(signature(number - remembered + 1)));
    }
    QVERIFY(seen.add(signature(0))); // forgotten: what is kept is bounded
}

void TestWire::seenSignatures_empty_areNot()
{
    SeenSignatures seen;
    QVERIFY(seen.add({}));
    QVERIFY(seen.add({}));
}

QTEST_GUILESS_MAIN(TestWire)
#include "tst_wire.moc"
