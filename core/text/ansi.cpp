// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/text/ansi.h>

#include <algorithm>
#include <optional>

namespace cahier::text {

namespace {

constexpr QChar escape{u'\x1b'};

/// A CSI sequence: its parameters and final byte.
struct Csi {
    std::vector<int> parameters; ///< an empty parameter is -1
    QChar final;
};

void appendRun(std::vector<AnsiRun>& runs, QStringView plain, const AnsiStyle& style)
{
    if (plain.isEmpty()) return;
    if (!runs.empty() && runs.back().style == style)
        runs.back().text.append(plain);
    else
        runs.push_back({plain.toString(), style});
}

/// Builds lines. While nothing was overwritten in one, its text goes straight into the runs.
class Screen {
public:
    explicit Screen(AnsiStyle style) : m_style(style) {}

    void put(QStringView plain)
    {
        if (m_line)
            m_line->put(plain);
        else
            appendRun(m_runs, plain, m_style);
    }
    void newLine()
    {
        flushLine();
        appendRun(m_runs, u"\n", m_style);
    }
    void carriageReturn() { openLine().carriageReturn(); }
    void backspace() { openLine().backspace(); }
    void eraseInLine(int mode) { openLine().eraseInLine(mode); }
    void setStyle(const AnsiStyle& style)
    {
        m_style = style;
        if (m_line) m_line->setStyle(style);
    }
    [[nodiscard]] const AnsiStyle& style() const { return m_style; }

    std::vector<AnsiRun> take()
    {
        flushLine();
        return std::move(m_runs);
    }

private:
    /// Takes the present line back out of the runs into cells.
    AnsiLine& openLine()
    {
        if (m_line) return *m_line;
        std::vector<AnsiRun> reversed;
        while (!m_runs.empty()) {
            AnsiRun& run = m_runs.back();
            const qsizetype lineStart = run.text.lastIndexOf(u'\n') + 1;
            reversed.push_back({run.text.sliced(lineStart), run.style});
            run.text.truncate(lineStart);
            if (lineStart > 0) break;
            m_runs.pop_back();
        }
        m_line.emplace(m_style).assign({reversed.rbegin(), reversed.rend()});
        return *m_line;
    }

    void flushLine()
    {
        if (!m_line) return;
        for (const AnsiRun& run : m_line->runs())
            appendRun(m_runs, run.text, run.style);
        m_line.reset();
    }

    std::vector<AnsiRun> m_runs;
    std::optional<AnsiLine> m_line;
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
/// hyperlink, ends with a BEL too. None goes on in the next line.
void skipControlString(QStringView text, qsizetype& position, bool endsWithBell)
{
    for (; position < text.size(); ++position) {
        if (text.at(position) == u'\n') return;
        if (text.at(position) == u'\a' && endsWithBell) {
            ++position;
            return;
        }
        if (text.at(position) == escape) {
            const bool endsHere = position + 1 < text.size() && text.at(position + 1) == u'\n';
            position = std::min(position + (endsHere ? 1 : 2), text.size());
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

template <typename Target> void applyCsi(const Csi& csi, Target& screen)
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

/// Behind "ESC": OSC, DCS, SOS, PM and APC, which a string follows.
bool beginsControlString(QChar kind)
{
    return QStringView(u"]PX^_").contains(kind);
}

bool isIntermediate(QChar c)
{
    return c >= u' ' && c <= u'/';
}

template <typename Target> void readEscape(QStringView text, qsizetype& position, Target& screen)
{
    ++position;
    if (position >= text.size()) return;
    while (position < text.size() && isIntermediate(text.at(position)))
        ++position; // as in "ESC ( B", which chooses a character set
    if (position >= text.size()) return;
    const QChar kind = text.at(position);
    if (isControl(kind)) return; // broken off: what follows counts
    const bool hasIntermediate = text.at(position - 1) != escape;
    ++position;
    if (hasIntermediate) return;
    if (kind == u'[') {
        if (const auto csi = readCsi(text, position)) applyCsi(*csi, screen);
    } else if (beginsControlString(kind)) {
        skipControlString(text, position, kind == u']');
    }
}

template <typename Target> void readControl(QStringView text, qsizetype& position, Target& screen)
{
    const QChar c = text.at(position);
    if (c == escape) {
        readEscape(text, position, screen);
        return;
    }
    ++position;
    if (c == u'\b')
        screen.backspace();
    else if (c == u'\r' && (position >= text.size() || text.at(position) != u'\n'))
        screen.carriageReturn();
}

/// Whether `text`, which begins with an escape, ends before its sequence does.
bool isBroken(QStringView text)
{
    constexpr qsizetype longestWait = 4096;
    if (text.size() > longestWait) return false;
    if (text.size() == 1) return true;
    const QStringView rest = text.sliced(2);
    if (text[1] == u'[')
        return std::ranges::all_of(rest, [](QChar c) { return c.unicode() >= 0x20 && c.unicode() < 0x40; });
    if (isIntermediate(text[1])) return std::ranges::all_of(rest, isIntermediate);
    if (!beginsControlString(text[1])) return false;
    const qsizetype end = rest.indexOf(escape);
    const bool ended = text[1] == u']' && rest.contains(u'\a');
    return !ended && (end < 0 || end == rest.size() - 1);
}

} // namespace

void AnsiLine::write(QStringView text)
{
    const QString joined = m_waiting.isEmpty() ? QString() : m_waiting + text.toString();
    if (!m_waiting.isEmpty()) text = joined;
    m_waiting.clear();
    qsizetype position = 0;
    while (position < text.size()) {
        qsizetype end = position;
        while (end < text.size() && !isControl(text.at(end)))
            ++end;
        put(text.sliced(position, end - position));
        position = end;
        if (position == text.size()) return;
        if (text.at(position) == escape && isBroken(text.sliced(position))) {
            m_waiting = text.sliced(position).toString();
            return;
        }
        readControl(text, position, *this);
    }
}

void AnsiLine::put(QStringView plain)
{
    for (const QChar c : plain) {
        if (m_column < m_cells.size())
            m_cells[m_column] = {c, m_style};
        else
            m_cells.push_back({c, m_style});
        ++m_column;
    }
}

void AnsiLine::backspace()
{
    if (m_column > 0) --m_column;
}

void AnsiLine::eraseInLine(int mode)
{
    if (mode == 0)
        m_cells.resize(std::min(m_cells.size(), m_column));
    else if (mode == 1)
        std::fill_n(m_cells.begin(), std::min(m_column, m_cells.size()), Cell{u' ', m_style});
    else
        m_cells.assign(m_column, Cell{u' ', m_style});
}

std::vector<AnsiRun> AnsiLine::runs() const
{
    std::vector<AnsiRun> runs;
    for (const Cell& cell : m_cells) {
        if (runs.empty() || runs.back().style != cell.style) runs.push_back({{}, cell.style});
        runs.back().text.append(cell.character);
    }
    return runs;
}

void AnsiLine::assign(const std::vector<AnsiRun>& runs)
{
    m_cells.clear();
    for (const AnsiRun& run : runs) {
        for (const QChar c : run.text)
            m_cells.push_back({c, run.style});
    }
    m_column = m_cells.size();
}

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
        if (text.at(position) == u'\n') {
            screen.newLine();
            ++position;
        } else {
            readControl(text, position, screen);
        }
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
