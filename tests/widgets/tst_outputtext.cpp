// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/outputtext.h>
#include <widgets/outputs/rowmap.h>
#include <widgets/outputs/textlinks.h>

#include <core/notebook/multilinereader.h>

#include "outputtesting.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using notebook::StreamText;

namespace {

QString shown(const TextBuffer& buffer)
{
    QString text;
    for (qsizetype i = 0; i < buffer.lineCount(); ++i) {
        text += buffer.line(i).text;
        if (!buffer.isCut(i)) text += u'\n';
    }
    return text;
}

TextBuffer bufferOf(const std::string& text)
{
    TextBuffer buffer;
    buffer.setText(StreamText().appended(text));
    return buffer;
}

} // namespace

class TestOutputText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void buffer_anyText_showsWhatATerminalWould_data();
    void buffer_anyText_showsWhatATerminalWould();
    void buffer_grownByteByByte_isTheSame_data() { buffer_anyText_showsWhatATerminalWould_data(); }
    void buffer_grownByteByByte_isTheSame();
    void buffer_randomBytes_neverDiffersByHowItCame();
    void buffer_progressBar_keepsOneLine();
    void buffer_colourOverLines_carriesOn();
    void buffer_longLine_isCutAndCountsOnce();
    void buffer_millionLines_everyOneIsReachable();
    void rows_wrappedLines_areFoundBothWays();
    void reader_pieces_joinToTheWhole_data();
    void reader_pieces_joinToTheWhole();
    void outputText_longSavedText_beginsAtOnceAndCompletes();
    void links_addressesAndPlaces_areFound();
    void output_parts_areFoundWithoutADom();
    void output_grownStream_saysByWhat();
};

void TestOutputText::output_parts_areFoundWithoutADom()
{
    const notebook::Output output(notebook::RawJson(
        R"({"output_type":"display_data","data":{"a/b":["x\n","y"],"text/plain":"z"},"metadata":{"k":1}})"));
    QCOMPARE(output.type(), u"display_data"_s);
    QCOMPARE(output.mimeTypes(), QStringList({u"a/b"_s, u"text/plain"_s}));
    QCOMPARE(output.mimeJson(u"a/b"_s).text(), std::string_view(R"(["x\n","y"])"));
    QCOMPARE(output.member("metadata").text(), std::string_view(R"({"k":1})"));
    QVERIFY(output.member("text").isEmpty());
    QVERIFY(output.mimeJson(u"c/d"_s).isEmpty());
    QVERIFY(output.identity() == notebook::Output(output).identity());
    QVERIFY(!(output.identity() == savedStream("x").identity()));
}

void TestOutputText::output_grownStream_saysByWhat()
{
    const StreamText before = StreamText().appended("one");
    const notebook::Output first = liveStream(before), second = liveStream(before.appended(" two"));
    QCOMPARE(second.streamGrowth(first), std::optional<std::string>(" two"));
    QVERIFY(second.identity() == first.identity());
    QVERIFY(!first.streamGrowth(second));
    QVERIFY(!savedStream("one two").streamGrowth(first));
}

void TestOutputText::buffer_anyText_showsWhatATerminalWould_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("one line") << QByteArray("a\n");
    QTest::newRow("no line break") << QByteArray("a\nb");
    QTest::newRow("empty lines") << QByteArray("\n\na\n\n");
    QTest::newRow("carriage return and line feed") << QByteArray("a\r\nbc\r\n");
    QTest::newRow("colours") << QByteArray("\x1b[31mred\x1b[0m \x1b[38;5;196mx\x1b[m\nplain\n");
    QTest::newRow("overwritten") << QByteArray("abcdef\rxyz\nnext\n");
    QTest::newRow("backspace") << QByteArray("abc\b\bX\n");
    QTest::newRow("erase") << QByteArray("abcdef\r\x1b[Kxy\n");
    QTest::newRow("wide") << QByteArray("日本語 ok\nnaïve \xF0\x9F\x98\x80\n");
    QTest::newRow("no UTF-8") << QByteArray("\x01 \xF0lain\xE6\xBC\n\xF0\x9F\x98\xC3\xB4\x80x\xF0\n");
    QTest::newRow("title broken off")
        << QByteArray("a\x1b]0;title\nb\x1b[3\n\x1b][38\x01&;2[48;2\n\x1bP1\x1b\nc\n");
    QTest::newRow("tabs") << QByteArray("a\tb\n\tc\n");
    QTest::newRow("quotes and backslashes") << QByteArray("say \"x\\n\"\n\\\n");
    QTest::newRow("NUL") << QByteArray("a\0b\n", 4);
    QTest::newRow("broken escape") << QByteArray("a\x1b[31");
    QTest::newRow("hyperlink") << QByteArray("\x1b]8;;http://x\x07text\x1b]8;;\x07\n");
}

void TestOutputText::buffer_anyText_showsWhatATerminalWould()
{
    QFETCH(const QByteArray, text);
    QString expected = text::plainText(QString::fromUtf8(text));
    if (!expected.isEmpty() && !expected.endsWith(u'\n')) expected += u'\n';
    QCOMPARE(shown(bufferOf(text.toStdString())), expected);
}

void TestOutputText::buffer_grownByteByByte_isTheSame()
{
    QFETCH(const QByteArray, text);
    TextBuffer buffer;
    StreamText stream;
    for (const char c : text) {
        stream = stream.appended({&c, 1});
        buffer.setText(stream);
    }
    QCOMPARE(shown(buffer), shown(bufferOf(text.toStdString())));
}

void TestOutputText::buffer_randomBytes_neverDiffersByHowItCame()
{
    QRandomGenerator random(7);
    const std::string pieces[] = {
        "a",      "bc ",           "\r",   "\n", "\b", "\x1b[31m",           "\x1b[0m",
        "\x1b[K", "\xc3\xa9",      "\xff", "\t", "日", std::string(1, '\0'), "\x1b",
        "[",      "long text here"};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i)
            text += pieces[random.bounded(quint32(std::size(pieces)))];
        TextBuffer buffer;
        StreamText stream;
        for (size_t at = 0; at < text.size();) {
            const size_t part = std::min<size_t>(1 + random.bounded(9u), text.size() - at);
            stream = stream.appended(std::string_view(text).substr(at, part));
            buffer.setText(stream);
            at += part;
        }
        const TextBuffer whole = bufferOf(text);
        QCOMPARE(buffer.lineCount(), whole.lineCount());
        for (qsizetype i = 0; i < whole.lineCount(); ++i) {
            QCOMPARE(buffer.line(i).text, whole.line(i).text);
            QCOMPARE(buffer.columnCount(i), whole.columnCount(i));
        }
    }
}

void TestOutputText::buffer_progressBar_keepsOneLine()
{
    TextBuffer buffer;
    StreamText stream;
    for (int i = 0; i <= 20'000; ++i) {
        stream = stream.appended("\r" + std::to_string(i) + "/20000 [####      ]");
        buffer.setText(stream);
    }
    QCOMPARE(buffer.lineCount(), 1);
    QCOMPARE(buffer.line(0).text, u"20000/20000 [####      ]"_s);
    stream = stream.appended("\ndone\n");
    buffer.setText(stream);
    QCOMPARE(shown(buffer), u"20000/20000 [####      ]\ndone\n"_s);
}

void TestOutputText::buffer_colourOverLines_carriesOn()
{
    const TextBuffer buffer = bufferOf("\x1b[32mone\ntwo\x1b[0m\nthree\n");
    QCOMPARE(buffer.line(1).spans.front().style.foreground.index, quint8(2));
    QCOMPARE(buffer.line(2).spans.front().style, text::AnsiStyle());
}

void TestOutputText::buffer_longLine_isCutAndCountsOnce()
{
    const std::string tenMegabytes(10 << 20, 'x');
    const TextBuffer buffer = bufferOf("first\n" + tenMegabytes + "\nlast\n");
    QCOMPARE(buffer.logicalLineCount(), 3);
    QVERIFY(buffer.lineCount() > 600);
    QCOMPARE(buffer.widestLine(), TextBuffer::longestLine);
    QCOMPARE(buffer.line(buffer.lineOfLogical(2)).text, u"last"_s);
    QCOMPARE(shown(buffer).size(), qsizetype(tenMegabytes.size()) + 12);
    const TextBuffer rich = bufferOf("\x1b[1m" + tenMegabytes + "\x1b[0m\nlast\n");
    QCOMPARE(rich.logicalLineCount(), 2);
    QCOMPARE(shown(rich).size(), qsizetype(tenMegabytes.size()) + 6);
}

void TestOutputText::buffer_millionLines_everyOneIsReachable()
{
    constexpr int lines = 1'000'000, batch = 2500;
    TextBuffer buffer;
    StreamText stream;
    for (int from = 0; from < lines; from += batch) {
        std::string text;
        for (int i = from; i < from + batch; ++i)
            text += "line " + std::to_string(i) + "\n";
        stream = stream.appended(text);
        QCOMPARE(buffer.setText(stream), from);
    }
    QCOMPARE(buffer.lineCount(), lines);
    for (const int line : {0, 1, 255, 256, 99'999, 500'001, 999'999})
        QCOMPARE(buffer.line(line).text, u"line %1"_s.arg(line));
}

void TestOutputText::rows_wrappedLines_areFoundBothWays()
{
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += std::string(size_t(i % 50), 'x') + "\n";
    const TextBuffer buffer = bufferOf(text);
    RowMap map;
    map.setColumns(10);
    map.update(buffer, 0);
    qint64 row = 0;
    for (qsizetype line = 0; line < buffer.lineCount(); ++line) {
        QCOMPARE(map.rowOfLine(buffer, line), row);
        const qsizetype rows = std::max(1, (int(line % 50) + 9) / 10);
        QCOMPARE(map.rowsOf(buffer, line), rows);
        const RowMap::Place place = map.placeOf(buffer, row + rows - 1);
        QCOMPARE(place.line, line);
        QCOMPARE(place.rowInLine, rows - 1);
        row += rows;
    }
    QCOMPARE(map.rowCount(), row);
}

void TestOutputText::reader_pieces_joinToTheWhole_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("string") << QByteArray(R"("plain")") << QByteArray("plain");
    QTest::newRow("list") << QByteArray(R"([ "a\n" , "b\t\"x\"\\" ])") << QByteArray("a\nb\t\"x\"\\");
    QTest::newRow("pair") << QByteArray(R"(["\ud83d\ude00\u00e9","é\/"])") << QByteArray("😀éé/");
    QTest::newRow("lone half") << QByteArray(R"("a\ud800b")")
                               << QByteArray("a\xef\xbf\xbd"
                                             "b");
    QTest::newRow("empty") << QByteArray("[]") << QByteArray();
    QTest::newRow("object") << QByteArray("{}") << QByteArray();
}

void TestOutputText::reader_pieces_joinToTheWhole()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QByteArray, text);
    for (const size_t step : {1, 2, 3, 5, 100}) {
        notebook::MultilineReader reader({json.constData(), size_t(json.size())});
        std::string result;
        while (reader.read(result, step)) {
        }
        QCOMPARE(QByteArray::fromStdString(result), text);
    }
}

void TestOutputText::outputText_longSavedText_beginsAtOnceAndCompletes()
{
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += "line " + std::to_string(i) + "\n";
    OutputText shownText;
    QSignalSpy changed(&shownText, &OutputText::changed);
    shownText.setSaved(savedStream(text).member("text"));
    QVERIFY(!shownText.isComplete());
    QCOMPARE(shownText.buffer().line(0).text, u"line 0"_s);
    QTRY_VERIFY(shownText.isComplete());
    QCOMPARE(shownText.buffer().lineCount(), 100'000);
    QCOMPARE(shownText.buffer().line(99'999).text, u"line 99999"_s);
    QVERIFY(changed.last().front().toLongLong() > 1000);
}

void TestOutputText::links_addressesAndPlaces_areFound()
{
    const auto addresses = findLinks(u"see https://a.org/x(1) and (http://b.org/y)."_s, false);
    QCOMPARE(addresses.size(), 2);
    QCOMPARE(addresses[0].url, QUrl(u"https://a.org/x(1)"_s));
    QCOMPARE(addresses[1].url, QUrl(u"http://b.org/y"_s));
    QVERIFY(findLinks(u"javascript:alert(1) file:///etc/passwd"_s, true).empty());
    QVERIFY(findLinks(u"Cell In[3], line 2"_s, false).empty());
    const auto cell = findLinks(u"Cell In[3], line 2, in f()"_s, true);
    QCOMPARE(cell.size(), 1);
    QCOMPARE(cell[0].executionCount, 3);
    QCOMPARE(cell[0].line, 2);
    QCOMPARE(findLinks(u"Input In [7], in <cell line: 12>()"_s, true).front().line, 12);
    const auto file = findLinks(u"File /usr/lib/a b.py:12, in g(x)"_s, true);
    QCOMPARE(file.front().url.toLocalFile(), u"/usr/lib/a b.py"_s);
    QCOMPARE(file.front().line, 12);
    QCOMPARE(findLinks(u"  File \"/x.py\", line 9, in <module>"_s, true).front().line, 9);
}

QTEST_MAIN(TestOutputText)
#include "tst_outputtext.moc"
