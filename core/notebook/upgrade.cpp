// SPDX-License-Identifier: GPL-3.0-or-later
// After nbformat/v2/rwbase.py, v3/convert.py, v3/rwbase.py and v4/convert.py of nbformat 5.9.
#include <core/notebook/upgrade.h>

#include <core/notebook/celldata.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/outputdata.h>

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QRandomGenerator>

#include <array>
#include <unordered_set>

namespace cahier::notebook {
namespace {

using nlohmann::json;

/// What cannot be converted, thrown and caught inside this file.
struct Unconvertible {
    QString what;
};

QString tr(const char* text)
{
    return QCoreApplication::translate("NotebookUpgrade", text);
}

json take(json& object, const char* key, json otherwise)
{
    const auto found = object.find(key);
    if (found == object.end()) return otherwise;
    json value = std::move(*found);
    object.erase(found);
    return value;
}

/// Where the prompt number is text ("*", "&nbsp;"), as of a cell that was running, there is no count.
json takeCount(json& object)
{
    json count = take(object, "prompt_number", nullptr);
    if (count.is_number_integer()) return count;
    if (const auto whole = count.is_number_float() ? countOf(toText(count)) : std::nullopt) return *whole;
    return nullptr;
}

void requireObject(const json& value, const QString& path)
{
    if (!value.is_object()) throw Unconvertible{tr("%1 must be an object").arg(path)};
}

/// Version 2 split text by splitlines() without line ends, version 3 with them, and some files of version 3
/// without: _join_lines of v3/rwbase.py tells by the first line.
json joined(const json& value, int major, const QString& path)
{
    if (!value.is_array()) return value;
    std::string text;
    const bool hasEnds = major > 2 && !value.empty() && value.front().is_string() &&
                         (value.front().get_ref<const std::string&>().ends_with('\n') ||
                          value.front().get_ref<const std::string&>().ends_with('\r'));
    for (size_t i = 0; i < value.size(); ++i) {
        if (!value[i].is_string())
            throw Unconvertible{tr("%1 must be a string or a list of strings").arg(path)};
        if (i > 0 && !hasEnds) text += '\n';
        text += value[i].get_ref<const std::string&>();
    }
    return text;
}

void renameMimeKeys(json& object)
{
    constexpr std::array<std::pair<const char*, const char*>, 8> names{
        {{"text", "text/plain"},
         {"html", "text/html"},
         {"svg", "image/svg+xml"},
         {"png", "image/png"},
         {"jpeg", "image/jpeg"},
         {"latex", "text/latex"},
         {"json", "application/json"},
         {"javascript", "application/javascript"}}};
    for (const auto& [alias, mime] : names)
        if (object.contains(alias)) object[mime] = take(object, alias, nullptr);
}

void upgradeDisplay(json& output)
{
    if (!output.contains("metadata")) output["metadata"] = json::object();
    requireObject(output["metadata"], QStringLiteral("output.metadata"));
    if (output["output_type"] == "pyout") {
        output["output_type"] = "execute_result";
        output["execution_count"] = takeCount(output);
    }
    json data = json::object();
    for (auto it = output.begin(); it != output.end();) {
        if (it.key() == "output_type" || it.key() == "execution_count" || it.key() == "metadata") {
            ++it;
            continue;
        }
        data[it.key()] = std::move(*it);
        it = output.erase(it);
    }
    renameMimeKeys(data);
    renameMimeKeys(output["metadata"]);
    if (const auto found = data.find("application/json"); found != data.end() && found->is_string()) {
        json parsed = toDom(found->get_ref<const std::string&>());
        if (!parsed.is_discarded()) *found = std::move(parsed);
    }
    output["data"] = std::move(data);
}

json upgradeOutput(json output, int major)
{
    requireObject(output, QStringLiteral("output"));
    for (const char* key : {"text", "html", "svg", "latex", "javascript", "json"})
        if (output.contains(key)) output[key] = joined(output[key], major, QLatin1StringView(key));
    const auto type = output.find("output_type");
    if (type == output.end() || !type->is_string()) throw Unconvertible{tr("an output has no output_type")};
    if (*type == "pyout" || *type == "display_data") {
        upgradeDisplay(output);
    } else if (*type == "pyerr") {
        *type = "error";
    } else if (*type == "stream") {
        output["name"] = take(output, "stream", "stdout");
        if (!output.contains("text")) output["text"] = "";
    }
    return output;
}

void upgradeCode(json& cell, int major)
{
    cell.erase("language");
    if (cell.contains("collapsed")) cell["metadata"]["collapsed"] = take(cell, "collapsed", nullptr);
    cell["source"] = joined(take(cell, "input", ""), major, QStringLiteral("input"));
    cell["execution_count"] = takeCount(cell);
    json outputs = json::array();
    const json old = take(cell, "outputs", json::array());
    if (!old.is_array()) throw Unconvertible{tr("outputs must be a list")};
    for (const json& output : old)
        outputs.push_back(upgradeOutput(output, major));
    cell["outputs"] = std::move(outputs);
}

void upgradeHeading(json& cell)
{
    const json level = take(cell, "level", 1);
    const int count = level.is_number_integer() ? std::clamp(level.get<int>(), 0, 1000) : 1;
    const QString source =
        QString::fromStdString(cell["source"].is_string() ? cell["source"].get<std::string>() : "");
    QString line;
    for (qsizetype from = 0; from < source.size();) {
        const qsizetype end = pythonLineEnd(source, from);
        qsizetype length = end - from;
        if (const auto text = QStringView(source).sliced(from, length); text.endsWith(u"\r\n"))
            length -= 2;
        else if (pythonLineEnd(text.last(1).toString() + u'x', 0) == 1)
            length -= 1;
        if (from > 0) line += u' ';
        line += QStringView(source).sliced(from, length);
        from = end;
    }
    cell["cell_type"] = "markdown";
    cell["source"] = (QString(count, u'#') + u' ' + line).toStdString();
}

json upgradeCell(json cell, int major)
{
    requireObject(cell, QStringLiteral("cell"));
    if (!cell.contains("metadata")) cell["metadata"] = json::object();
    requireObject(cell["metadata"], QStringLiteral("cell.metadata"));
    cell.erase("trusted");
    for (const char* key : {"source", "rendered"})
        if (cell.contains(key)) cell[key] = joined(cell[key], major, QLatin1StringView(key));
    const auto type = cell.find("cell_type");
    if (type == cell.end() || !type->is_string()) throw Unconvertible{tr("a cell has no cell_type")};
    if (*type == "code") {
        upgradeCode(cell, major);
    } else if (*type == "heading") {
        if (!cell.contains("source")) cell["source"] = "";
        upgradeHeading(cell);
    } else if (*type == "html") {
        *type = "markdown";
    }
    cell["metadata"].erase("trusted");
    return cell;
}

/// The text as nbformat writes it: sources and text data as lists of lines.
std::string nbformatText(json& notebook)
{
    std::string cells = "[";
    for (json& cell : notebook["cells"]) {
        std::string outputs = "[";
        if (const auto found = cell.find("outputs"); found != cell.end() && cell["cell_type"] == "code") {
            for (const json& output : *found) {
                if (outputs.size() > 1) outputs += ',';
                outputs += outputToJson(output).text();
            }
        }
        if (cells.size() > 1) cells += ',';
        cells += '{';
        const char* comma = "";
        for (const auto& [key, value] : cell.items()) {
            cells += comma;
            comma = ",";
            appendUtf8(cells, key, false);
            cells += ':';
            if (key == "outputs" && cell["cell_type"] == "code")
                cells += outputs + ']';
            else if (key == "source" && value.is_string())
                appendLines(cells, value.get_ref<const std::string&>());
            else
                cells += toText(value);
        }
        cells += '}';
    }
    std::string text = "{\"cells\":" + cells + "]";
    for (const auto& [key, value] : notebook.items()) {
        if (key == "cells") continue;
        text += ',';
        appendUtf8(text, key, false);
        text += ':' + toText(value);
    }
    std::string formatted;
    appendFormatted(formatted, text + '}', JsonStyle(), {});
    return formatted + '\n';
}

void addIds(json& cells)
{
    std::unordered_set<std::string> used;
    for (json& cell : cells) {
        QByteArray id;
        do {
            id = QByteArray::number(QRandomGenerator::global()->generate(), 16).rightJustified(8, '0');
        } while (!used.insert(id.toStdString()).second);
        cell["id"] = id.toStdString();
    }
}

QByteArray upgraded(json notebook, int major)
{
    json metadata = take(notebook, "metadata", json::object());
    requireObject(metadata, QStringLiteral("metadata"));
    for (const char* key : {"name", "signature", "orig_nbformat", "orig_nbformat_minor"})
        metadata.erase(key);
    notebook.erase("orig_nbformat");
    notebook.erase("orig_nbformat_minor");
    const json worksheets = take(notebook, "worksheets", json::array());
    if (!worksheets.is_array()) throw Unconvertible{tr("worksheets must be a list")};
    json cells = json::array();
    for (const json& worksheet : worksheets) {
        requireObject(worksheet, QStringLiteral("worksheet"));
        const auto found = worksheet.find("cells");
        if (found == worksheet.end() || !found->is_array())
            throw Unconvertible{tr("a worksheet has no list of cells")};
        for (const json& cell : *found)
            cells.push_back(upgradeCell(cell, major));
    }
    addIds(cells);
    notebook["cells"] = std::move(cells);
    notebook["metadata"] = std::move(metadata);
    notebook["nbformat"] = 4;
    notebook["nbformat_minor"] = 5;
    return QByteArray::fromStdString(nbformatText(notebook));
}

} // namespace

std::expected<QByteArray, QString> upgradeNotebook(std::string_view text, int major)
{
    try {
        return upgraded(toDom(text), major);
    } catch (const Unconvertible& problem) {
        return std::unexpected(
            tr("it is of nbformat %1 and cannot be upgraded: %2").arg(major).arg(problem.what));
    } catch (const json::exception& problem) {
        return std::unexpected(tr("it is of nbformat %1 and cannot be upgraded: %2")
                                   .arg(major)
                                   .arg(QString::fromUtf8(problem.what())));
    }
}

} // namespace cahier::notebook
