// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/text/ansi.h>

#include <optional>

namespace cahier::text {

namespace {

constexpr QChar escape{u'\x1b'};

/// A CSI sequence: its parameters and final byte.
struct Csi {
    std::vector<int> parameters; ///< an empty parameter is -1
    QChar final;
};

/// Builds one line at a time, so that carriage returns and backspaces can overwrite.
class Screen {
public:
    explicit Screen(AnsiStyle style) : m_style(style) {}

    void put(QStringView plain)
    {
        if (m_column == m_line.size() && appendToRun(plain)) return;
        for (const QChar c : plain)
            putCell(c);
    }

    void newLine()
    {
        flushLine();
        appendRun(QStringLiteral("\n"), m_style);
    }
    void carriageReturn()
    {
        openLine();
        m_column = 0;
    }
    void backspace()
    {
        openLine();
        if (m_column > 0) --m_column;
    }
    void eraseInLine(int mode)
    {
        openLine();
        if (mode == 0)
            m_line.resize(std::min(m_line.size(), m_column));
        else if (mode == 1)
            std::fill_n(m_line.begin(), std::min(m_column, m_line.size()), Cell{u' ', m_style});
        else
            m_line.assign(m_column, Cell{u' ', m_style});
    }
    void setStyle(const AnsiStyle& style) { m_style = style; }
    [[nodiscard]] const AnsiStyle& style() const { return m_style; }

    std::vector<AnsiRun> take()
    {
        flushLine();
        return std::move(m_runs);
    }

private:
    struct Cell {
        QChar character;
        AnsiStyle style;
    };

    // While nothing was overwritten in this line its text goes straight into the runs.
    bool appendToRun(QStringView plain)
    {
        if (m_open) return false;
        appendRun(plain, m_style);
        return true;
    }

    void appendRun(QStringView plain, const AnsiStyle& style)
    {
        if (plain.isEmpty()) return;
        if (!m_runs.empty() && m_runs.back().style == style)
            m_runs.back().text.append(plain);
        else
            m_runs.push_back({plain.toString(), style});
    }

    // Takes the present line back out of the runs into cells.
    void openLine()
    {
        if (m_open) return;
        m_open = true;
        std::vector<Cell> reversed;
        while (!m_runs.empty()) {
            AnsiRun& run = m_runs.back();
            const qsizetype lineStart = run.text.lastIndexOf(u'\n') + 1;
            for (qsizetype i = run.text.size(); i > lineStart; --i)
                reversed.push_back({run.text.at(i - 1), run.style});
            run.text.truncate(lineStart);
            if (lineStart > 0) break;
            m_runs.pop_back();
        }
        m_line.assign(reversed.rbegin(), reversed.rend());
        m_column = m_line.size();
    }

    void flushLine()
    {
        for (const Cell& cell : m_line)
            appendRun(QStringView(&cell.character, 1), cell.style);
        m_line.clear();
        m_column = 0;
        m_open = false;
    }

    void putCell(QChar c)
    {
        if (m_column < m_line.size())
            m_line[m_column] = {c, m_style};
        else
            m_line.push_back({c, m_style});
        ++m_column;
    }

    std::vector<AnsiRun> m_runs;
    std::vector<Cell> m_line;
    std::size_t m_column = 0;
    bool m_open = false;
    AnsiStyle m_style;
};

/// Reads the CSI sequence whose bytes after "ESC [" begin at `position` and moves past it.
std::optional<Csi> readCsi(QStringView text, qsizetype& position)
{
    Csi csi;
    int value = -1;
    for (; position < text.size(); ++position) {
        const char16_t c = text.at(position).unicode();
        if (c >= u'0' && c <= u'9') {
            value = std::min(99999, (value < 0 ? 0 : value) * 10 + (c - u'0'));
        } else if (c == u';' || c == u':') {
            csi.parameters.push_back(value);
            value = -1;
        } else if (c >= 0x40 && c <= 0x7e) {
            csi.parameters.push_back(value);
            csi.final = QChar(c);
            ++position;
            return csi;
        } else if (c < 0x20 || c > 0x7e) {
            return std::nullopt; // broken off: what follows is text again
        }
    }
    return std::nullopt;
}

/// Skips the string of a control function, to "ESC \"; that of an operating-system command, such as a
/// hyperlink, ends with a BEL too.
void skipControlString(QStringView text, qsizetype& position, bool endsWithBell)
{
    for (; position < text.size(); ++position) {
        if (text.at(position) == u'\a' && endsWithBell) {
            ++position;
            return;
        }
        if (text.at(position) == escape) {
            position = std::min(position + 2, text.size());
            return;
        }
    }
}

/// The colour after 38 or 48, beginning at parameter i (the 2 or 5), which is moved to its last parameter.
std::optional<AnsiColour> extendedColour(const std::vector<int>& p, std::size_t& i)
{
    const auto byteAt = [&p](std::size_t at) { return static_cast<quint8>(std::clamp(p[at], 0, 255)); };
    if (i < p.size() && p[i] == 5 && i + 1 < p.size()) {
        i += 1;
        return AnsiColour{AnsiColour::Kind::Indexed, byteAt(i), 0, 0, 0};
    }
    if (i < p.size() && p[i] == 2 && i + 3 < p.size()) {
        i += 3;
        return AnsiColour{AnsiColour::Kind::Rgb, 0, byteAt(i - 2), byteAt(i - 1), byteAt(i)};
    }
    return std::nullopt;
}

AnsiColour indexed(int index)
{
    return {AnsiColour::Kind::Indexed, static_cast<quint8>(index), 0, 0, 0};
}

void applyAttribute(int code, AnsiStyle& style)
{
    switch (code) {
    case 1:
        style.bold = true;
        break;
    case 2:
        style.faint = true;
        break;
    case 3:
        style.italic = true;
        break;
    case 4:
        style.underline = true;
        break;
    case 7:
        style.inverse = true;
        break;
    case 9:
        style.strike = true;
        break;
    case 22:
        style.bold = style.faint = false;
        break;
    case 23:
        style.italic = false;
        break;
    case 24:
        style.underline = false;
        break;
    case 27:
        style.inverse = false;
        break;
    case 29:
        style.strike = false;
        break;
    case 39:
        style.foreground = {};
        break;
    case 49:
        style.background = {};
        break;
    default:
        if (code >= 30 && code <= 37)
            style.foreground = indexed(code - 30);
        else if (code >= 40 && code <= 47)
            style.background = indexed(code - 40);
        else if (code >= 90 && code <= 97)
            style.foreground = indexed(code - 90 + 8);
        else if (code >= 100 && code <= 107)
            style.background = indexed(code - 100 + 8);
    }
}

void applySgr(const std::vector<int>& parameters, AnsiStyle& style)
{
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const int code = parameters[i];
        if (code <= 0) {
            style = {};
        } else if (code == 38 || code == 48) {
            ++i;
            if (const auto colour = extendedColour(parameters, i))
                (code == 38 ? style.foreground : style.background) = *colour;
        } else {
            applyAttribute(code, style);
        }
    }
}

void applyCsi(const Csi& csi, Screen& screen)
{
    if (csi.final == u'm') {
        AnsiStyle style = screen.style();
        applySgr(csi.parameters, style);
        screen.setStyle(style);
    } else if (csi.final == u'K') {
        screen.eraseInLine(std::max(0, csi.parameters.front()));
    }
}

bool isControl(QChar c)
{
    return c == u'\n' || c == u'\r' || c == u'\b' || c == escape;
}

void readEscape(QStringView text, qsizetype& position, Screen& screen)
{
    ++position;
    if (position >= text.size()) return;
    while (position < text.size() && text.at(position) >= u' ' && text.at(position) <= u'/')
        ++position; // intermediate bytes, as in "ESC ( B", which chooses a character set
    if (position >= text.size()) return;
    const QChar kind = text.at(position);
    if (isControl(kind)) return; // broken off: what follows counts
    const bool hasIntermediate = text.at(position - 1) != escape;
    ++position;
    if (hasIntermediate) return;
    if (kind == u'[') {
        if (const auto csi = readCsi(text, position)) applyCsi(*csi, screen);
    } else if (QStringView(u"]PX^_").contains(kind)) { // OSC, DCS, SOS, PM, APC
        skipControlString(text, position, kind == u']');
    }
}

} // namespace

std::vector<AnsiRun> parseAnsi(QStringView text, AnsiStyle* style)
{
    Screen screen(style ? *style : AnsiStyle{});
    qsizetype position = 0;
    while (position < text.size()) {
        qsizetype end = position;
        while (end < text.size() && !isControl(text.at(end)))
            ++end;
        screen.put(text.sliced(position, end - position));
        position = end;
        if (position == text.size()) break;
        const QChar c = text.at(position);
        if (c == escape) {
            readEscape(text, position, screen);
            continue;
        }
        ++position;
        if (c == u'\n')
            screen.newLine();
        else if (c == u'\b')
            screen.backspace();
        else if (position >= text.size() || text.at(position) != u'\n')
            screen.carriageReturn();
    }
    if (style) *style = screen.style();
    return screen.take();
}

QString plainText(QStringView text)
{
    QString plain;
    for (const AnsiRun& run : parseAnsi(text))
        plain += run.text;
    return plain;
}

std::array<quint8, 3> xtermColour(quint8 index)
{
    constexpr std::array<std::array<quint8, 3>, 16> basic{{{0, 0, 0},
                                                           {205, 0, 0},
                                                           {0, 205, 0},
                                                           {205, 205, 0},
                                                           {0, 0, 238},
                                                           {205, 0, 205},
                                                           {0, 205, 205},
                                                           {229, 229, 229},
                                                           {127, 127, 127},
                                                           {255, 0, 0},
                                                           {0, 255, 0},
                                                           {255, 255, 0},
                                                           {92, 92, 255},
                                                           {255, 0, 255},
                                                           {0, 255, 255},
                                                           {255, 255, 255}}};
    if (index < 16) return basic[index];
    if (index >= 232) {
        const auto grey = static_cast<quint8>(8 + (index - 232) * 10);
        return {grey, grey, grey};
    }
    const auto level = [](int step) { return static_cast<quint8>(step == 0 ? 0 : 55 + 40 * step); };
    const int cube = index - 16;
    return {level(cube / 36), level(cube / 6 % 6), level(cube % 6)};
}

} // namespace cahier::text
