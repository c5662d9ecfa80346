// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/text/ansi.h>

#include <QTest>

using namespace cahier::text;

class TestAnsi : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plainText_controlCharacters_asATerminalShows_data();
    void plainText_controlCharacters_asATerminalShows();
    void parseAnsi_sgr_setsStyle_data();
    void parseAnsi_sgr_setsStyle();
    void parseAnsi_styleCarriesOver_betweenCalls();
    void parseAnsi_overwrittenText_keepsEachStyle();
    void xtermColour_table_matchesXterm();
};

void TestAnsi::plainText_controlCharacters_asATerminalShows_data()
{
    QTest::addColumn<QString>("in");
    QTest::addColumn<QString>("out");
    const auto row = [](const char* name, const char* in, const char* out) {
        QTest::newRow(name) << QString::fromUtf8(in) << QString::fromUtf8(out);
    };
    row("plain", "abc\ndef\n", "abc\ndef\n");
    row("empty", "", "");
    row("progress bar", " 10%\r 50%\r100%\n", "100%\n");
    row("shorter overwrite keeps the tail", "abcdef\rXY\n", "XYcdef\n");
    row("carriage return before newline", "a\r\nb\r\n", "a\nb\n");
    row("trailing carriage return", "abc\r", "abc");
    row("backspace", "abc\b\bX", "aXc");
    row("backspace stops at the line start", "a\n\b\bb", "a\nb");
    row("erase to the end", "abcdef\r\x1b[Kxy", "xy");
    row("erase whole line", "abc\x1b[2Kd", "   d");
    row("second line only", "first\nsecond\rSEC\n", "first\nSECond\n");
    row("sgr is dropped", "\x1b[31mred\x1b[0m plain", "red plain");
    row("hyperlink", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\!", "link!");
    row("title with bell", "\x1b]0;title\abody", "body");
    row("cursor movement dropped", "a\x1b[2Ab", "ab");
    row("character set", "a\x1b(Bb\x1b)0c", "abc");
    row("other intermediates", "a\x1b#8b\x1b $Cc", "abc");
    row("device control", "a\x1bPq#0;1\x1b\\b", "ab");
    row("private strings", "a\x1bXone\x1b\\b\x1b^two\x1b\\c\x1b_G3\a\x1b\\d", "abcd");
    row("broken off by a control", "a\x1b(\nb", "a\nb");
    row("escape at the end", "abc\x1b", "abc");
    row("unfinished csi at the end", "abc\x1b[3", "abc");
    row("csi broken off by a control", "a\x1b[3\nb", "a\nb");
}

void TestAnsi::plainText_controlCharacters_asATerminalShows()
{
    QFETCH(QString, in);
    QFETCH(QString, out);
    QCOMPARE(plainText(in), out);
}

void TestAnsi::parseAnsi_sgr_setsStyle_data()
{
    QTest::addColumn<QString>("sequence");
    QTest::addColumn<AnsiStyle>("style");
    const auto indexed = [](quint8 i) { return AnsiColour{AnsiColour::Kind::Indexed, i, 0, 0, 0}; };
    const auto row = [](const char* name, const char* sequence, const AnsiStyle& style) {
        QTest::newRow(name) << QString::fromLatin1(sequence) << style;
    };
    row("foreground", "\x1b[31m", {.foreground = indexed(1)});
    row("bright background", "\x1b[104m", {.background = indexed(12)});
    row("bold red", "\x1b[1;31m", {.foreground = indexed(1), .bold = true});
    row("256 colours", "\x1b[38;5;208m", {.foreground = indexed(208)});
    row("true colour", "\x1b[48;2;1;2;300m", {.background = {AnsiColour::Kind::Rgb, 0, 1, 2, 255}});
    row("colon form", "\x1b[38:5:9m", {.foreground = indexed(9)});
    row("empty is reset", "\x1b[1;4m\x1b[m", {});
    row("attributes off", "\x1b[1;3;4;7;9m\x1b[22;23;24;27;29m", {});
    row("default colours", "\x1b[31;42m\x1b[39;49m", {});
    row("truncated 256", "\x1b[38;5m", {});
    row("after extended", "\x1b[38;5;1;4m", {.foreground = indexed(1), .underline = true});
}

void TestAnsi::parseAnsi_sgr_setsStyle()
{
    QFETCH(QString, sequence);
    QFETCH(AnsiStyle, style);
    const auto runs = parseAnsi(sequence + QStringLiteral("x"));
    QCOMPARE(runs.size(), 1u);
    QCOMPARE(runs.front().text, QStringLiteral("x"));
    QVERIFY(runs.front().style == style);
}

void TestAnsi::parseAnsi_styleCarriesOver_betweenCalls()
{
    AnsiStyle style;
    (void)parseAnsi(u"\x1b[32mgreen", &style);
    const auto runs = parseAnsi(u"still", &style);
    QCOMPARE(int(runs.front().style.foreground.index), 2);
}

void TestAnsi::parseAnsi_overwrittenText_keepsEachStyle()
{
    const auto runs = parseAnsi(u"\x1b[31mabc\r\x1b[32mX\x1b[0m");
    QCOMPARE(runs.size(), 2u);
    QCOMPARE(runs[0].text, QStringLiteral("X"));
    QCOMPARE(int(runs[0].style.foreground.index), 2);
    QCOMPARE(runs[1].text, QStringLiteral("bc"));
    QCOMPARE(int(runs[1].style.foreground.index), 1);
}

void TestAnsi::xtermColour_table_matchesXterm()
{
    using Rgb = std::array<quint8, 3>;
    QVERIFY((xtermColour(16) == Rgb{0, 0, 0}));
    QVERIFY((xtermColour(208) == Rgb{255, 135, 0}));
    QVERIFY((xtermColour(231) == Rgb{255, 255, 255}));
    QVERIFY((xtermColour(255) == Rgb{238, 238, 238}));
}

QTEST_GUILESS_MAIN(TestAnsi)

#include "tst_ansi.moc"
