// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/languages.h>

#include <QFileInfo>
#include <QHash>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

const QHash<QString, QString>& definitions()
{
    static const QHash<QString, QString> table{{u"python"_s, u"Python"_s},
                                               {u"python2"_s, u"Python"_s},
                                               {u"python3"_s, u"Python"_s},
                                               {u"ipython"_s, u"Python"_s},
                                               {u"ipython2"_s, u"Python"_s},
                                               {u"ipython3"_s, u"Python"_s},
                                               {u"py"_s, u"Python"_s},
                                               {u"pycon"_s, u"Python"_s},
                                               {u"cython"_s, u"Python"_s},
                                               {u"sage"_s, u"Python"_s},
                                               {u"r"_s, u"R Script"_s},
                                               {u"rscript"_s, u"R Script"_s},
                                               {u"julia"_s, u"Julia"_s},
                                               {u"jl"_s, u"Julia"_s},
                                               {u"c++"_s, u"C++"_s},
                                               {u"cpp"_s, u"C++"_s},
                                               {u"c++11"_s, u"C++"_s},
                                               {u"c++14"_s, u"C++"_s},
                                               {u"c++17"_s, u"C++"_s},
                                               {u"c++20"_s, u"C++"_s},
                                               {u"c++23"_s, u"C++"_s},
                                               {u"cxx"_s, u"C++"_s},
                                               {u"cuda"_s, u"C++"_s},
                                               {u"cu"_s, u"C++"_s},
                                               {u"c"_s, u"C"_s},
                                               {u"javascript"_s, u"JavaScript"_s},
                                               {u"js"_s, u"JavaScript"_s},
                                               {u"node"_s, u"JavaScript"_s},
                                               {u"typescript"_s, u"TypeScript"_s},
                                               {u"ts"_s, u"TypeScript"_s},
                                               {u"json"_s, u"JSON"_s},
                                               {u"bash"_s, u"Bash"_s},
                                               {u"sh"_s, u"Bash"_s},
                                               {u"shell"_s, u"Bash"_s},
                                               {u"zsh"_s, u"Zsh"_s},
                                               {u"console"_s, u"Bash"_s},
                                               {u"markdown"_s, u"Markdown"_s},
                                               {u"md"_s, u"Markdown"_s},
                                               {u"ipythongfm"_s, u"Markdown"_s},
                                               {u"html"_s, u"HTML"_s},
                                               {u"xml"_s, u"XML"_s},
                                               {u"svg"_s, u"XML"_s},
                                               {u"css"_s, u"CSS"_s},
                                               {u"latex"_s, u"LaTeX"_s},
                                               {u"tex"_s, u"LaTeX"_s},
                                               {u"perl"_s, u"Perl"_s},
                                               {u"ruby"_s, u"Ruby"_s},
                                               {u"rb"_s, u"Ruby"_s},
                                               {u"sql"_s, u"SQL"_s},
                                               {u"yaml"_s, u"YAML"_s},
                                               {u"yml"_s, u"YAML"_s},
                                               {u"toml"_s, u"TOML"_s},
                                               {u"rust"_s, u"Rust"_s},
                                               {u"rs"_s, u"Rust"_s},
                                               {u"go"_s, u"Go"_s},
                                               {u"golang"_s, u"Go"_s},
                                               {u"java"_s, u"Java"_s},
                                               {u"kotlin"_s, u"Kotlin"_s},
                                               {u"scala"_s, u"Scala"_s},
                                               {u"haskell"_s, u"Haskell"_s},
                                               {u"ocaml"_s, u"Objective Caml"_s},
                                               {u"octave"_s, u"Octave"_s},
                                               {u"matlab"_s, u"Matlab"_s},
                                               {u"fortran"_s, u"Fortran (Free Format)"_s},
                                               {u"lua"_s, u"Lua"_s},
                                               {u"c#"_s, u"C#"_s},
                                               {u"csharp"_s, u"C#"_s},
                                               {u"f#"_s, u"FSharp"_s},
                                               {u"fsharp"_s, u"FSharp"_s},
                                               {u"powershell"_s, u"PowerShell"_s},
                                               {u"diff"_s, u"Diff"_s},
                                               {u"cmake"_s, u"CMake"_s},
                                               {u"ini"_s, u"INI Files"_s},
                                               {u"dockerfile"_s, u"Dockerfile"_s},
                                               {u"makefile"_s, u"Makefile"_s}};
    return table;
}

/// The language that a cell magic switches to; empty: none, the rest is the notebook's own.
QString languageOfMagic(const QString& magic, const QStringList& arguments)
{
    if (magic == "writefile"_L1 || magic == "file"_L1) {
        if (arguments.isEmpty()) return {};
        const QFileInfo file(arguments.last());
        const QString suffix = file.suffix();
        return (suffix.isEmpty() ? file.fileName() : suffix).toLower();
    }
    if (magic == "script"_L1) {
        if (arguments.isEmpty()) return u"bash"_s;
        return QFileInfo(arguments.first()).fileName().toLower();
    }
    if (magic == "pypy"_L1 || magic == "prun"_L1) return u"python"_s;
    if (magic == "bigquery"_L1) return u"sql"_s;
    return definitionName(magic).isEmpty() ? QString() : magic;
}

bool hasMagics(const QString& language)
{
    return isPython(language) || definitionName(language) == "C++"_L1;
}

} // namespace

QString definitionName(const QString& language)
{
    QString name = language.toLower().trimmed();
    if (const qsizetype slash = name.indexOf(u'/'); slash >= 0) { // a mime type: text/x-python
        name = name.mid(slash + 1);
        if (name.startsWith("x-"_L1)) name.remove(0, 2);
        if (const qsizetype end = name.indexOf(u'+'); end > 0 && !name.endsWith(u'+')) name.truncate(end);
        if (name.endsWith("src"_L1)) name.chop(3); // text/x-c++src
    }
    return definitions().value(name);
}

bool isPython(const QString& language)
{
    return definitionName(language) == "Python"_L1;
}

bool isProse(const QString& language)
{
    return language.isEmpty() || definitionName(language) == "Markdown"_L1;
}

CellLanguage languageOfCell(QStringView source, const QString& notebookLanguage)
{
    CellLanguage result{.language = notebookLanguage};
    if (!hasMagics(notebookLanguage)) return result;
    result.lineMagics = true;
    qsizetype at = 0;
    for (int line = 0; at < source.size(); ++line) { // IPython ignores empty lines before the magic
        qsizetype end = at;
        while (end < source.size() && source[end] != u'\n' && source[end] != u'\r')
            ++end;
        const QStringView text = source.sliced(at, end - at);
        if (text.startsWith(u"%%")) {
            QStringList words = text.sliced(2).toString().split(u' ', Qt::SkipEmptyParts);
            result.magicLine = line;
            if (words.isEmpty()) return result;
            const QString magic = words.takeFirst().toLower();
            if (const QString other = languageOfMagic(magic, words); !other.isEmpty()) {
                result.language = other;
                result.lineMagics = isPython(other) && magic != "cython"_L1;
            }
            return result;
        }
        if (!text.trimmed().isEmpty()) return result;
        at = end + (source.sliced(end).startsWith(u"\r\n") ? 2 : 1);
    }
    return result;
}

} // namespace cahier::widgets
