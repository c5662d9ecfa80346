// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/script.h>

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

/// Follows Python's tokens just far enough to know whether a line begins inside of a string or brackets.
class PythonLines {
public:
    [[nodiscard]] bool insideSomething() const
    {
        return !m_quote.isEmpty() || m_brackets > 0 || m_isContinued;
    }

    void advance(QStringView line)
    {
        m_isContinued = false;
        for (qsizetype i = 0; i < line.size();) {
            if (!m_quote.isEmpty())
                i = insideString(line, i);
            else if (line.at(i) == u'#')
                return;
            else
                i = outsideString(line, i);
        }
        m_isContinued = m_quote.isEmpty() && line.endsWith(u'\\');
        if (m_quote.size() == 1 && !line.endsWith(u'\\'))
            m_quote.clear(); // an unterminated one-line string ends with its line
    }

private:
    qsizetype insideString(QStringView line, qsizetype i)
    {
        if (line.at(i) == u'\\') return i + 2;
        if (line.sliced(i).startsWith(m_quote)) {
            const qsizetype length = m_quote.size();
            m_quote.clear();
            return i + length;
        }
        return i + 1;
    }

    qsizetype outsideString(QStringView line, qsizetype i)
    {
        const QChar c = line.at(i);
        if (c == u'"' || c == u'\'') {
            const QString three(3, c);
            m_quote = line.sliced(i).startsWith(three) ? three : QString(c);
            return i + m_quote.size();
        }
        if (u"([{"_s.contains(c))
            ++m_brackets;
        else if (u")]}"_s.contains(c))
            m_brackets = std::max(0, m_brackets - 1);
        return i + 1;
    }

    QString m_quote;
    int m_brackets = 0;
    bool m_isContinued = false; ///< the line before ends with a backslash
};

/// Python's lines end with \r and \r\n, too.
QStringList pythonLines(QString text)
{
    text.replace("\r\n"_L1, "\n"_L1).replace(u'\r', u'\n');
    return text.split(u'\n');
}

/// IPython syntax that stands on a line of its own: %magic, !command, ?help, help?, x = %magic, x = !command.
bool isIPythonLine(const QString& line)
{
    static const QRegularExpression start(uR"(^\s*(%{1,2}[A-Za-z_]|!|\?{1,2}\s*[A-Za-z_%*]))"_s);
    static const QRegularExpression assigned(uR"(^\s*[A-Za-z_][\w.,\s\[\]]*=\s*(%[A-Za-z_]|!))"_s);
    static const QRegularExpression help(uR"(^\s*[A-Za-z_%*][\w.%*]*\?{1,2}\s*$)"_s);
    return start.match(line).hasMatch() || assigned.match(line).hasMatch() || help.match(line).hasMatch();
}

QString commentLines(const QString& text)
{
    QStringList lines = pythonLines(text);
    for (QString& line : lines)
        line = line.isEmpty() ? u"#"_s : u"# "_s + line;
    return lines.join(u'\n');
}

QString firstFilledLine(const QString& source)
{
    for (const QString& line : pythonLines(source)) {
        if (!line.trimmed().isEmpty()) return line;
    }
    return {};
}

QString cellText(const notebook::Cell& cell)
{
    switch (cell.type()) {
    case notebook::CellType::Code:
        return u"# %%\n"_s + commentMagics(cell.source());
    case notebook::CellType::Markdown:
        return u"# %% [markdown]\n"_s + commentLines(cell.source());
    case notebook::CellType::Raw:
    case notebook::CellType::Unknown:
        break;
    }
    static const QRegularExpression others(u"[^\\w.-]"_s); // a file can say anything here
    return u"# %% [%1]\n"_s.arg(cell.typeName().replace(others, u"_"_s)) + commentLines(cell.source());
}

} // namespace

QString commentMagics(const QString& source)
{
    if (firstFilledLine(source).startsWith("%%"_L1)) return commentLines(source);
    PythonLines python;
    bool continued = false; // the line before was a command that ends with a backslash
    QStringList lines = pythonLines(source);
    for (QString& line : lines) {
        const bool rest = continued;
        const bool magic = rest || (!python.insideSomething() && isIPythonLine(line));
        continued = magic && line.endsWith(u'\\');
        if (!magic) {
            python.advance(line);
            continue;
        }
        const qsizetype indent =
            std::ranges::find_if_not(line, [](QChar c) { return c.isSpace(); }) - line.cbegin();
        // A comment alone would leave an indented block empty.
        line =
            indent > 0 && !rest ? line.first(indent) + u"pass  # "_s + line.sliced(indent) : u"# "_s + line;
    }
    return lines.join(u'\n');
}

Result<QString> toPythonScript(const notebook::Notebook& notebook)
{
    const QString language = notebook.language();
    if (!language.isEmpty() && language.compare("python"_L1, Qt::CaseInsensitive) != 0) {
        return failure(ErrorCode::Unsupported,
                       u"The notebook's language is %1, and a Python script can only be made of Python. "
                       "Convert it to md or html instead."_s.arg(language));
    }
    QString script;
    for (int i = 0; i < notebook.cellCount(); ++i) {
        if (i > 0) script += u"\n\n"_s;
        script += cellText(notebook.cellAt(i));
    }
    if (!script.isEmpty()) script += u'\n';
    return script;
}

} // namespace cahier::convert
