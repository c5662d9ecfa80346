// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/parameters.h>

#include <QRegularExpression>

#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

constexpr QLatin1StringView parametersTag = "parameters"_L1;
constexpr QLatin1StringView injectedTag = "injected-parameters"_L1;

/// How one language writes values and assignments.
struct Syntax {
    QLatin1StringView trueWord, falseWord, nullWord;
    QLatin1StringView nan, infinity, minusInfinity;
    QLatin1StringView assign;
    QString (*quote)(const QString&);
};

QString doubleQuoted(const QString& text, QStringView alsoEscaped)
{
    QString quoted(1, u'"');
    for (const QChar c : text) {
        if (c == u'\n')
            quoted += u"\\n"_s;
        else if (c == u'\r')
            quoted += u"\\r"_s;
        else if (c == u'\t')
            quoted += u"\\t"_s;
        else if (c == u'\\' || c == u'"' || alsoEscaped.contains(c))
            (quoted += u'\\') += c;
        else
            quoted += c;
    }
    return quoted + u'"';
}

QString quoteC(const QString& text)
{
    return doubleQuoted(text, {});
}

QString quoteJulia(const QString& text)
{
    return doubleQuoted(text, u"$");
}

QString quoteBash(const QString& text)
{
    return u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'';
}

constexpr Syntax python{"True"_L1,         "False"_L1,         "None"_L1, "float('nan')"_L1,
                        "float('inf')"_L1, "float('-inf')"_L1, " = "_L1,  &quoteC};
constexpr Syntax r{"TRUE"_L1, "FALSE"_L1, "NULL"_L1, "NaN"_L1, "Inf"_L1, "-Inf"_L1, " = "_L1, &quoteC};
constexpr Syntax julia{"true"_L1, "false"_L1, "nothing"_L1, "NaN"_L1,
                       "Inf"_L1,  "-Inf"_L1,  " = "_L1,     &quoteJulia};
constexpr Syntax bash{"true"_L1, "false"_L1, "''"_L1, "nan"_L1, "inf"_L1, "-inf"_L1, "="_L1, &quoteBash};

const Syntax* syntaxOf(const QString& language)
{
    const QString name = language.toLower();
    if (name == "python"_L1 || name.isEmpty()) return &python;
    if (name == "r"_L1) return &r;
    if (name == "julia"_L1) return &julia;
    return name == "bash"_L1 ? &bash : nullptr;
}

QString valueText(const nlohmann::json& value, const Syntax& syntax)
{
    if (value.is_boolean()) return value.get<bool>() ? syntax.trueWord : syntax.falseWord;
    if (value.is_null()) return syntax.nullWord;
    if (value.is_string()) return syntax.quote(QString::fromStdString(value.get_ref<const std::string&>()));
    if (value.is_number_float()) {
        const double number = value.get<double>();
        if (std::isnan(number)) return syntax.nan;
        if (std::isinf(number)) return number > 0 ? syntax.infinity : syntax.minusInfinity;
    }
    return QString::fromStdString(value.dump());
}

nlohmann::json typedValue(const QString& text)
{
    if (text == "True"_L1 || text == "False"_L1) return text == "True"_L1;
    if (text == "None"_L1) return nullptr;
    bool ok = false;
    if (const qlonglong integer = text.toLongLong(&ok); ok) return integer;
    if (const double number = text.toDouble(&ok); ok) return number;
    return text.toStdString();
}

const notebook::Cell* cellWithTag(const notebook::Notebook& notebook, QLatin1StringView tag)
{
    for (int i = 0; i < notebook.cellCount(); ++i) {
        if (notebook.cellAt(i).tags().contains(tag)) return &notebook.cellAt(i);
    }
    return nullptr;
}

} // namespace

Result<Parameter> parseParameter(const QString& text, bool raw)
{
    static const QRegularExpression form(u"^([A-Za-z_][A-Za-z0-9_]*)=(.*)$"_s,
                                         QRegularExpression::DotMatchesEverythingOption);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch()) {
        return failure(
            ErrorCode::InvalidFormat,
            u"\"%1\" is no parameter: write name=value, with a name of letters, digits and _."_s.arg(text));
    }
    const QString value = match.captured(2);
    static const QRegularExpression integer(u"^[+-]?[0-9]+$"_s);
    bool fits = true;
    if (!raw && integer.match(value).hasMatch() && (static_cast<void>(value.toLongLong(&fits)), !fits)) {
        return failure(ErrorCode::InvalidFormat,
                       u"%1 is too large for a whole number here; give it as text with -r."_s.arg(value));
    }
    return Parameter{match.captured(1), raw ? nlohmann::json(value.toStdString()) : typedValue(value)};
}

Result<QString> parameterSource(const QString& language, std::span<const Parameter> parameters)
{
    const Syntax* syntax = syntaxOf(language);
    if (!syntax) {
        return failure(
            ErrorCode::Unsupported,
            u"Parameters can be given to notebooks in Python, R, Julia and Bash; this one is in %1."_s.arg(
                language));
    }
    QString source = u"# Parameters"_s;
    for (const Parameter& parameter : parameters)
        source += u'\n' + parameter.name + syntax->assign + valueText(parameter.value, *syntax);
    return source;
}

Result<void> injectParameters(notebook::Notebook& notebook, std::span<const Parameter> parameters)
{
    const auto source = parameterSource(notebook.language(), parameters);
    if (!source) return std::unexpected(source.error());
    notebook::CellContent content;
    content.source = *source;
    content.metadata = notebook::RawJson(QByteArrayLiteral(R"({"tags": ["injected-parameters"]})"));

    notebook.beginGroup(u"Set parameters"_s);
    int index = 0;
    if (const notebook::Cell* earlier = cellWithTag(notebook, injectedTag)) {
        const notebook::CellKey key = earlier->key();
        index = notebook.indexOf(key);
        notebook.removeCells(std::span(&key, 1));
    } else if (const notebook::Cell* defaults = cellWithTag(notebook, parametersTag)) {
        index = notebook.indexOf(defaults->key()) + 1;
    }
    notebook.insertCells(index, {std::move(content)});
    notebook.endGroup();
    return {};
}

} // namespace cahier::convert
