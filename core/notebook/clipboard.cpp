// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/clipboard.h>

#include <core/notebook/jsontext.h>
#include <core/notebook/reader.h>

#include <nlohmann/json.hpp>

#include <QCoreApplication>

namespace cahier::notebook {

CellContent contentOf(const Cell& cell)
{
    return {cell.type() == CellType::Unknown ? CellType::Raw : cell.type(),
            cell.source(),
            cell.metadataJson(),
            cell.outputsJson(),
            cell.attachmentsJson(),
            cell.executionCount(),
            cell.id()};
}

QByteArray cellsToClipboardJson(std::span<const Cell> cells)
{
    std::string text = "[";
    for (const Cell& cell : cells) {
        if (text.size() > 1) text += ',';
        const bool code = cell.type() == CellType::Code;
        text += "{";
        if (const RawJson attachments = cell.attachmentsJson(); !attachments.isEmpty()) {
            text += "\"attachments\":";
            text += attachments.text();
            text += ',';
        }
        text += "\"cell_type\":";
        appendString(text, cell.typeName(), false);
        if (code)
            text += ",\"execution_count\":" +
                    (cell.executionCount() ? std::to_string(*cell.executionCount()) : "null");
        if (!cell.id().isEmpty()) {
            text += ",\"id\":";
            appendString(text, cell.id(), false);
        }
        const RawJson metadata = cell.metadataJson();
        text += ",\"metadata\":";
        text += metadata.isEmpty() ? std::string_view("{}") : metadata.text();
        const RawJson outputs = cell.outputsJson();
        if (code) {
            text += ",\"outputs\":";
            text += outputs.isEmpty() ? std::string_view("[]") : outputs.text();
        }
        text += ",\"source\":";
        appendString(text, cell.source(), false);
        text += '}';
    }
    return QByteArray::fromStdString(text + ']');
}

Result<std::vector<CellContent>> cellsFromClipboardJson(const QByteArray& json)
{
    const QByteArray trimmed = json.trimmed();
    QByteArray notebook = trimmed;
    if (trimmed.startsWith('['))
        notebook = "{\"cells\":" + trimmed + ",\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}";
    const auto data = readNotebook(FileImage::fromBytes(notebook));
    if (!data)
        return failure(ErrorCode::InvalidFormat,
                       QCoreApplication::translate("Clipboard", "The clipboard holds no notebook cells."),
                       data.error().message);
    std::vector<CellContent> contents;
    for (const Cell& cell : data->cells)
        contents.push_back(contentOf(cell));
    return contents;
}

} // namespace cahier::notebook
