// SPDX-License-Identifier: GPL-3.0-or-later
// Terminal text as kernels print it: SGR colours (ECMA-48 section 8.3.117, with the 256-colour and direct
// colour extensions of ISO 8613-6), carriage returns, backspaces and erase-in-line. Other escape sequences
// are dropped.
#pragma once

#include <QString>
#include <QStringView>

#include <array>
#include <vector>

namespace cahier::text {

struct AnsiColour {
    enum class Kind : quint8 { Default, Indexed, Rgb };
    Kind kind = Kind::Default;
    quint8 index = 0;                    ///< 0..7 normal, 8..15 bright, 16..255 xterm's table; for Indexed
    quint8 red = 0, green = 0, blue = 0; ///< for Rgb

    bool operator==(const AnsiColour&) const = default;
};

struct AnsiStyle {
    AnsiColour foreground, background;
    bool bold = false, faint = false, italic = false, underline = false, strike = false, inverse = false;

    bool operator==(const AnsiStyle&) const = default;
};

/// A stretch of text in one style. May span lines; the last character of a line is \n.
struct AnsiRun {
    QString text;
    AnsiStyle style;
};

/// One line of a terminal while it is written to: takes text as it comes, at a cost in proportion to the
/// text, and shows what parseAnsi() would for all of it. An escape sequence that is broken off at the end
/// waits for the rest.
class AnsiLine {
public:
    explicit AnsiLine(const AnsiStyle& style = {}) : m_style(style) {}
    /// `text` has no line ends.
    void write(QStringView text);
    /// In UTF-16 units.
    [[nodiscard]] qsizetype size() const { return qsizetype(m_cells.size()); }
    [[nodiscard]] std::vector<AnsiRun> runs() const;
    /// Of what will be written next.
    [[nodiscard]] const AnsiStyle& style() const { return m_style; }

    // What the interpreter of escape sequences asks for.
    void put(QStringView plain);
    void carriageReturn() { m_column = 0; }
    void backspace();
    void eraseInLine(int mode);
    void setStyle(const AnsiStyle& style) { m_style = style; }
    void assign(const std::vector<AnsiRun>& runs);

private:
    struct Cell {
        QChar character;
        AnsiStyle style;
    };

    std::vector<Cell> m_cells;
    std::size_t m_column = 0;
    AnsiStyle m_style;
    QString m_waiting;
};

/// What a terminal of endless width would show. A carriage return goes back to the start of its line and
/// what follows overwrites; "\r\n" is a line end. `style` carries over from call to call when given.
[[nodiscard]] std::vector<AnsiRun> parseAnsi(QStringView text, AnsiStyle* style = nullptr);

/// The same, without styles.
[[nodiscard]] QString plainText(QStringView text);

/// Red, green, blue of an entry of xterm's 256-colour table (the first 16 as xterm's defaults).
[[nodiscard]] std::array<quint8, 3> xtermColour(quint8 index);

} // namespace cahier::text
