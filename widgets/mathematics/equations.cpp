// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/equations.h>

#include <algorithm>
#include <array>
#include <optional>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

/// Reads TeX token by token, as far as that is needed to find commands and their arguments.
class TexScanner {
public:
    explicit TexScanner(QStringView tex) : m_tex(tex) {}

    [[nodiscard]] bool atEnd() const { return m_at >= m_tex.size(); }
    [[nodiscard]] qsizetype position() const { return m_at; }
    void seek(qsizetype at) { m_at = at; }

    /// The next token: a command with its backslash, one character, or a comment's line as nothing.
    QStringView next()
    {
        const qsizetype start = m_at++;
        if (m_tex[start] == u'%') {
            const qsizetype end = m_tex.indexOf(u'\n', start);
            m_at = end < 0 ? m_tex.size() : end;
            return {};
        }
        if (m_tex[start] != u'\\' || atEnd()) return m_tex.sliced(start, 1);
        if (m_tex[m_at++].isLetter())
            while (!atEnd() && m_tex[m_at].isLetter())
                ++m_at;
        return m_tex.sliced(start, m_at - start);
    }

    void skipBlanks()
    {
        while (!atEnd() && m_tex[m_at].isSpace())
            ++m_at;
    }

    [[nodiscard]] bool at(QChar c)
    {
        skipBlanks();
        return !atEnd() && m_tex[m_at] == c;
    }

    /// What is between the brackets that begin here, or nothing if none do.
    std::optional<QStringView> group(QChar open, QChar close)
    {
        if (!at(open)) return std::nullopt;
        const qsizetype start = ++m_at;
        for (int depth = 0; !atEnd();) {
            const QStringView token = next();
            if (token.size() != 1) continue;
            if (token[0] == close && depth == 0) return m_tex.sliced(start, m_at - 1 - start);
            if (token[0] == u'{') ++depth;
            if (token[0] == u'}') --depth;
        }
        return std::nullopt;
    }

    /// A group in braces or one token.
    bool argument()
    {
        if (at(u'{')) return group(u'{', u'}').has_value();
        if (atEnd()) return false;
        next();
        return true;
    }

private:
    QStringView m_tex;
    qsizetype m_at = 0;
};

bool isOneOf(QStringView word, std::span<const QLatin1StringView> words)
{
    return std::ranges::any_of(words, [&](QLatin1StringView known) { return word == known; });
}

constexpr std::array numberedByRow{"align"_L1,    "gather"_L1,   "alignat"_L1,  "flalign"_L1,
                                   "xalignat"_L1, "eqnarray"_L1, "numcases"_L1, "subnumcases"_L1};
constexpr std::array numberedOnce{"equation"_L1, "multline"_L1};
constexpr std::array commandDefinitions{"\\newcommand"_L1,
                                        "\\renewcommand"_L1,
                                        "\\providecommand"_L1,
                                        "\\newenvironment"_L1,
                                        "\\renewenvironment"_L1,
                                        "\\DeclareMathOperator"_L1,
                                        "\\def"_L1,
                                        "\\gdef"_L1,
                                        "\\let"_L1,
                                        "\\DeclarePairedDelimiter"_L1};

/// Goes over a definition whose command has been read; whether it is whole.
bool skipDefinition(TexScanner& tex, QStringView command)
{
    if (command == "\\let"_L1) {
        tex.skipBlanks();
        if (!tex.argument()) return false;
        if (tex.at(u'=')) tex.next();
        return tex.argument();
    }
    if (command.endsWith("def"_L1)) {
        tex.skipBlanks();
        while (!tex.atEnd() && !tex.at(u'{'))
            tex.next();
        return tex.group(u'{', u'}').has_value();
    }
    if (tex.at(u'*')) tex.next();
    if (!tex.argument()) return false;
    while (tex.at(u'['))
        if (!tex.group(u'[', u']')) return false;
    const int bodies = command.endsWith("environment"_L1) || command.endsWith("Delimiter"_L1) ? 2 : 1;
    for (int i = 0; i < bodies; ++i)
        if (!tex.argument()) return false;
    return true;
}

/// Finds the equations and definitions of one formula.
class FormulaScanner {
public:
    FormulaScanner(QStringView tex, CellMath& into) : m_text(tex), m_tex(tex), m_into(into) {}

    void scan()
    {
        while (!m_tex.atEnd())
            token(m_tex.next());
        endRow(); // of a formula outside environments, with a \tag or \label
    }

private:
    void token(QStringView token)
    {
        if (token.isEmpty()) return;
        if (token == "\\begin"_L1)
            begin();
        else if (token == "\\end"_L1)
            end();
        else if (token == "\\\\"_L1 || token == "\\cr"_L1)
            newRow();
        else if (token == "{"_L1)
            ++m_braces;
        else if (token == "}"_L1)
            --m_braces;
        else if (token == "\\label"_L1)
            m_row.label = argument();
        else if (token == "\\tag"_L1)
            tag();
        else if (token == "\\notag"_L1 || token == "\\nonumber"_L1)
            m_unnumbered = true;
        else if (isOneOf(token, commandDefinitions))
            definition(token);
        constexpr std::array nothing{"\\begin"_L1, "\\end"_L1, "\\\\"_L1, "\\cr"_L1, "\\hline"_L1};
        m_empty = m_empty && (token[0].isSpace() || isOneOf(token, nothing));
    }

    QString argument() { return m_tex.group(u'{', u'}').value_or(QStringView()).trimmed().toString(); }

    void tag()
    {
        if (m_tex.at(u'*')) m_tex.next();
        m_row.tag = argument();
    }

    void definition(QStringView command)
    {
        const qsizetype start = m_tex.position() - command.size();
        if (skipDefinition(m_tex, command))
            m_into.definitions.append(m_text.sliced(start, m_tex.position() - start).toString());
        else
            m_tex.seek(start + command.size());
    }

    void begin()
    {
        const QString name = argument();
        if (m_depth++ > 0) return;
        m_byRow = isOneOf(name, numberedByRow);
        m_numbering = m_byRow || isOneOf(name, numberedOnce);
        m_braces = 0;
        m_unnumbered = false;
        m_empty = true;
    }

    void end()
    {
        argument();
        if (m_depth == 0 || --m_depth > 0) return;
        if (m_numbering && !(m_empty && m_byRow)) endRow();
        m_numbering = false;
    }

    void newRow()
    {
        if (m_depth != 1 || m_braces > 0 || !m_byRow) return;
        endRow();
        m_empty = true;
    }

    void endRow()
    {
        m_row.numbered = m_numbering && !m_unnumbered && m_row.tag.isEmpty();
        if (m_row.numbered || !m_row.tag.isEmpty() || !m_row.label.isEmpty())
            m_into.equations.push_back(m_row);
        m_row = {};
        m_unnumbered = false;
    }

    QStringView m_text;
    TexScanner m_tex;
    CellMath& m_into;
    Equation m_row;
    int m_depth = 0;  ///< of environments
    int m_braces = 0; ///< in the outermost environment
    bool m_numbering = false, m_byRow = false, m_unnumbered = false;
    bool m_empty = true; ///< the row so far
};

QStringList labelsIn(QStringView tex)
{
    QStringList labels;
    TexScanner scanner(tex);
    while (!scanner.atEnd()) {
        const QStringView token = scanner.next();
        if (token != "\\ref"_L1 && token != "\\eqref"_L1 && token != "\\label"_L1) continue;
        const QString label = scanner.group(u'{', u'}').value_or(QStringView()).trimmed().toString();
        if (!label.isEmpty() && !labels.contains(label)) labels.append(label);
    }
    return labels;
}

CellMath scanFormula(QStringView tex)
{
    CellMath found;
    if (tex.contains(u'\\')) FormulaScanner(tex, found).scan();
    return found;
}

} // namespace

CellMath scanMath(QStringView markdown)
{
    CellMath cell;
    const bool matters = std::ranges::any_of(
        std::initializer_list<QLatin1StringView>{"\\begin"_L1, "\\label"_L1, "\\tag"_L1, "command"_L1,
                                                 "def"_L1, "\\let"_L1, "environment"_L1, "\\Declare"_L1},
        [&](QLatin1StringView word) { return markdown.contains(word); });
    if (!markdown.contains(u'\\') || !matters) return cell;
    for (const MathSpan& span : findMath(markdown))
        if (span.kind != MathKind::Reference) FormulaScanner(span.tex, cell).scan();
    return cell;
}

QString MathContext::tagOf(const QString& label) const
{
    const auto found = labels ? labels->constFind(label) : QHash<QString, EquationPlace>::const_iterator();
    return labels && found != labels->cend() ? found->tag : u"???"_s;
}

bool MathContext::looksLike(const MathContext& other) const
{
    if (numberFrom != other.numberFrom || definitions != other.definitions) return false;
    if (labels == other.labels) return true;
    const auto same = [](const EquationPlace& a, const EquationPlace& b) { return a.tag == b.tag; };
    return labels && other.labels && labels->size() == other.labels->size() &&
           std::ranges::all_of(labels->asKeyValueRange(), [&](const auto& entry) {
               const auto found = other.labels->constFind(entry.first);
               return found != other.labels->cend() && same(*found, entry.second);
           });
}

std::vector<MathContext> numberEquations(std::span<const CellMath> cells)
{
    std::vector<MathContext> contexts;
    contexts.reserve(cells.size());
    auto labels = std::make_shared<QHash<QString, EquationPlace>>();
    MathContext now{.labels = labels};
    for (const CellMath& cell : cells) {
        const int index = int(contexts.size());
        contexts.push_back(now);
        now.definitions += cell.definitions;
        for (const Equation& equation : cell.equations) {
            const QString tag = equation.numbered ? QString::number(now.numberFrom++) : equation.tag;
            if (!equation.label.isEmpty() && !tag.isEmpty() && !labels->contains(equation.label))
                labels->insert(equation.label, {tag, index});
        }
    }
    return contexts;
}

std::vector<FormulaKey> formulaKeys(const std::vector<MathSpan>& spans, const MathContext& context)
{
    std::vector<FormulaKey> keys;
    keys.reserve(spans.size());
    int number = context.numberFrom;
    QStringList definitions = context.definitions;
    for (const MathSpan& span : spans) {
        FormulaKey& key = keys.emplace_back();
        if (span.kind == MathKind::Reference) continue;
        const CellMath found = scanFormula(span.tex);
        const auto numbered = std::ranges::count(found.equations, true, &Equation::numbered);
        key = {.tex = span.tex, .display = span.kind == MathKind::Display, .definitions = definitions};
        if (numbered > 0) key.numberFrom = number;
        for (const QString& label : labelsIn(span.tex))
            key.references.append({label, context.tagOf(label)});
        number += int(numbered);
        definitions += found.definitions;
    }
    return keys;
}

} // namespace cahier::widgets
