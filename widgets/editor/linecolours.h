// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/editor/languages.h>
#include <widgets/editor/syntaxengine.h>

#include <QByteArray>

#include <vector>

namespace cahier::widgets {

class Highlighting;

/// Colours a document line by line and remembers the state at the end of each, so that an edit colours anew
/// only the lines that it changes the meaning of. A line is stale until it is coloured.
class LineColours : private SyntaxHighlighter::Sink {
public:
    explicit LineColours(Highlighting& highlighting) : m_highlighting(highlighting) {}

    /// All lines are new.
    void reset(int lineCount);
    void setLanguage(const CellLanguage& language);
    [[nodiscard]] const CellLanguage& language() const { return m_language; }
    /// Takes the definition from the repository; to be called when that has loaded something. True if it is
    /// another one now: all lines are stale then.
    bool updateDefinition();
    void makeAllStale();
    /// `line` changed; `added` lines came (or went, negative) right after it.
    void changeLine(int line, int added);

    /// The first stale line, lineCount() when there is none.
    [[nodiscard]] int firstStale();
    [[nodiscard]] int lineCount() const { return int(m_lines.size()); }
    [[nodiscard]] bool isStale(int line) const { return m_lines[size_t(line)].stale; }
    /// Styles for each byte of the line's UTF-8 form (without its end). The line before must not be stale.
    [[nodiscard]] const QByteArray& colour(int line, const QByteArray& utf8);
    /// The same as if the line were the first one: a guess while the lines before it are still stale.
    [[nodiscard]] const QByteArray& guess(const QByteArray& utf8);
    /// Without a definition every line is plain.
    [[nodiscard]] bool isPlain() const { return !m_highlighter; }

private:
    struct Line {
        SyntaxHighlighter::State end;
        bool stale = true;
    };
    void applyFormat(int offset, int length, int format) override;
    void run(const QByteArray& utf8, const SyntaxHighlighter::State& begin, bool mayBeMagic);
    [[nodiscard]] bool isSame(const SyntaxHighlighter::State& a, const SyntaxHighlighter::State& b) const;
    bool colourMagic(QStringView text);
    void fill(qsizetype from, qsizetype count, int style);

    Highlighting& m_highlighting;
    CellLanguage m_language;
    QString m_definition;
    std::unique_ptr<SyntaxHighlighter> m_highlighter; ///< null: every line is plain
    SyntaxHighlighter::State m_top;                   ///< the state between statements
    std::vector<Line> m_lines;
    int m_firstStale = 0; ///< none before it
    // of the line being coloured
    QByteArray m_styles;
    QString m_text;
    bool m_ascii = true;
    qsizetype m_unit = 0, m_byte = 0; ///< the same place in m_text and in m_styles
    SyntaxHighlighter::State m_end;
};

} // namespace cahier::widgets
