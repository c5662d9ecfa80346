// SPDX-License-Identifier: GPL-3.0-or-later
// What running does to a notebook: never an undo step.
#include <core/notebook/celldata.h>
#include <core/notebook/history.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/notebook.h>
#include <core/notebook/origin.h>

#include <nlohmann/json.hpp>

namespace cahier::notebook {
namespace {

/// The cell's own list of outputs, to be changed in place.
std::vector<Output>& ownOutputs(Cell& cell)
{
    CellData& data = cell.detached();
    if (!data.isChanged(CellPart::Outputs)) {
        std::vector<Output> outputs = cell.outputs();
        data.change(CellPart::Outputs).outputs = std::move(outputs);
        data.splitOutputs.reset();
    }
    return data.edits->outputs;
}

QString textOf(const nlohmann::json& output, const char* key)
{
    const auto found = output.find(key);
    return found == output.end() ? QString() : multilineText(toText(*found));
}

Output streamOutput(const QString& name, StreamText text)
{
    auto data = std::make_shared<OutputData>();
    data->isStream = true;
    data->streamName = name;
    data->streamText = std::move(text);
    return Output(std::shared_ptr<const OutputData>(std::move(data)));
}

} // namespace

/// The outputs are those of a run now: undoing an edit no longer touches them.
void Notebook::ran(Cell& cell)
{
    ++m_runState;
    cell.detached().outputsRevision = ++m_lastRevision;
    announceState();
}

void Notebook::setExecutionCount(CellKey key, std::optional<qint64> count)
{
    Cell* cell = cellRef(key);
    if (!cell || cell->type() != CellType::Code || cell->executionCount() == count) return;
    cell->detached().change(CellPart::Count).executionCount = count;
    ran(*cell);
    if (indexOf(key) >= 0) Q_EMIT cellChanged(key);
}

void Notebook::clearRunOutputs(CellKey key)
{
    Cell* cell = cellRef(key);
    if (!cell || cell->type() != CellType::Code) return;
    const bool had = !cell->outputs().empty();
    if (had) {
        ownOutputs(*cell).clear();
        ++m_runState;
    }
    CellData& data = cell->detached();
    data.outputsRevision = data.clearedRevision = ++m_lastRevision;
    announceState();
    if (had && indexOf(key) >= 0) Q_EMIT outputsChanged(key, 0);
}

int Notebook::appendOutput(CellKey key, const nlohmann::json& output)
{
    if (const auto type = output.find("output_type");
        output.is_object() && type != output.end() && *type == "stream")
        return appendStream(key, textOf(output, "name"), textOf(output, "text"));
    Cell* cell = cellRef(key);
    if (!cell || cell->type() != CellType::Code) return -1;
    std::vector<Output>& outputs = ownOutputs(*cell);
    outputs.emplace_back(outputToJson(output));
    const int index = int(outputs.size()) - 1;
    ran(*cell);
    if (indexOf(key) >= 0) Q_EMIT outputsChanged(key, index);
    return index;
}

int Notebook::appendStream(CellKey key, const QString& name, const QString& text)
{
    Cell* cell = cellRef(key);
    if (!cell || cell->type() != CellType::Code) return -1;
    std::vector<Output>& outputs = ownOutputs(*cell);
    const QByteArray utf8 = text.toUtf8();
    const std::string_view added(utf8.constData(), size_t(utf8.size()));
    if (!outputs.empty() && outputs.back().type() == u"stream" && outputs.back().streamName() == name) {
        const OutputData& last = outputs.back().data();
        StreamText before = last.streamText;
        if (!last.isStream) before = before.appended(outputs.back().streamText().toUtf8().toStdString());
        outputs.back() = streamOutput(name, before.appended(added));
    } else {
        outputs.push_back(streamOutput(name, StreamText().appended(added)));
    }
    const int index = int(outputs.size()) - 1;
    ran(*cell);
    if (indexOf(key) >= 0) Q_EMIT outputsChanged(key, index);
    return index;
}

void Notebook::replaceOutput(CellKey key, int index, const nlohmann::json& output)
{
    Cell* cell = cellRef(key);
    if (!cell || index < 0 || index >= int(cell->outputs().size())) return;
    ownOutputs(*cell)[size_t(index)] = Output(outputToJson(output));
    ran(*cell);
    if (indexOf(key) >= 0) Q_EMIT outputsChanged(key, index);
}

void Notebook::setLanguageInfo(const nlohmann::json& languageInfo)
{
    nlohmann::json value = metadata();
    m_languageInfo = RawJson(QByteArray::fromStdString(toText(languageInfo)));
    if (value.value("language_info", nlohmann::json()) == languageInfo) return;
    value["language_info"] = languageInfo;
    m_metadata = RawJson(QByteArray::fromStdString(toText(value)));
    ++m_runState;
    announceState();
    Q_EMIT metadataChanged();
}

} // namespace cahier::notebook
