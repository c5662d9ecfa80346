// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/outputrouter.h>

#include <core/runtime/jsonaccess.h>

#include <algorithm>
#include <utility>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using nlohmann::json;

OutputRouter::OutputRouter(OutputTarget& target) : m_target(target) {}

bool OutputRouter::isOutput(const QString& messageType)
{
    static const QSet<QString> types{u"stream"_s, u"display_data"_s, u"execute_result"_s, u"error"_s,
                                     u"clear_output"_s};
    return types.contains(messageType);
}

void OutputRouter::startCell(CellKey cell)
{
    clear(cell);
    m_target.setExecutionCount(cell, std::nullopt);
}

void OutputRouter::route(const Message& message, CellKey cell)
{
    if (message.type == "clear_output"_L1) return clearOutput(message, cell);
    clearIfArmed(cell);
    if (message.type == "stream"_L1) {
        stream(message, cell);
    } else if (message.type == "error"_L1) {
        appendError(cell, textOf(message.content, "ename"), textOf(message.content, "evalue"),
                    textsOf(message.content, "traceback"));
    } else {
        display(message, cell);
    }
}

void OutputRouter::stream(const Message& message, CellKey cell)
{
    const QString text = textOf(message.content, "text");
    if (!text.isEmpty()) m_target.appendStream(cell, textOf(message.content, "name", u"stdout"_s), text);
}

void OutputRouter::display(const Message& message, CellKey cell)
{
    json frame = {{"output_type", message.type.toStdString()}};
    if (message.type == "execute_result"_L1) {
        const std::optional<qint64> count = numberOf(message.content, "execution_count");
        frame["execution_count"] = count ? json(*count) : json(nullptr);
    }
    const QString id = textOf(objectOf(message.content, "transient"), "display_id");
    if (!id.isEmpty()) update(id, message.content);
    json output = frame;
    output["data"] = objectOf(message.content, "data");
    output["metadata"] = objectOf(message.content, "metadata");
    const int index = m_target.appendOutput(cell, output);
    if (id.isEmpty() || index < 0) return;
    m_displays[cell].push_back({id, index, std::move(frame)});
    m_cellsOfDisplay[id].insert(cell);
}

void OutputRouter::updateDisplay(const Message& message)
{
    const QString id = textOf(objectOf(message.content, "transient"), "display_id");
    if (!id.isEmpty()) update(id, message.content);
}

void OutputRouter::update(const QString& id, const json& content)
{
    const auto cells = m_cellsOfDisplay.constFind(id);
    if (cells == m_cellsOfDisplay.constEnd()) return;
    const json& data = objectOf(content, "data");
    const json& metadata = objectOf(content, "metadata");
    for (const CellKey cell : std::set<CellKey>(*cells)) {
        const auto displays = m_displays.find(cell);
        if (displays == m_displays.end()) continue;
        // A copy: whoever hears of the first update may clear or forget the rest.
        const std::vector<Display> all = displays->second;
        for (const Display& shown : all) {
            if (shown.id != id || !isShown(cell, shown)) continue;
            json output = shown.frame;
            output["data"] = data;
            output["metadata"] = metadata;
            m_target.replaceOutput(cell, shown.index, output);
        }
    }
}

bool OutputRouter::isShown(CellKey cell, const Display& display) const
{
    const auto displays = m_displays.find(cell);
    return displays != m_displays.end() && std::ranges::any_of(displays->second, [&](const Display& shown) {
               return shown.index == display.index && shown.id == display.id;
           });
}

void OutputRouter::clearOutput(const Message& message, CellKey cell)
{
    if (flagOf(message.content, "wait")) {
        m_clearArmed.insert(cell);
    } else {
        clear(cell);
    }
}

void OutputRouter::clearIfArmed(CellKey cell)
{
    if (m_clearArmed.contains(cell)) clear(cell);
}

void OutputRouter::clear(CellKey cell)
{
    m_clearArmed.erase(cell);
    forget(cell, 0);
    m_target.clearRunOutputs(cell);
}

void OutputRouter::appendError(CellKey cell, const QString& name, const QString& value,
                               const QStringList& traceback)
{
    json lines = json::array();
    for (const QString& line : traceback)
        lines.push_back(line.toStdString());
    m_target.appendOutput(cell, {{"output_type", "error"},
                                 {"ename", name.toStdString()},
                                 {"evalue", value.toStdString()},
                                 {"traceback", std::move(lines)}});
}

void OutputRouter::appendNotice(CellKey cell, const QString& sentence)
{
    m_target.appendStream(cell, u"stderr"_s, sentence + u'\n');
}

void OutputRouter::forget(CellKey cell, int first)
{
    const auto displays = m_displays.find(cell);
    if (displays == m_displays.end()) return;
    for (const Display& shown : displays->second) {
        if (shown.index >= first) m_cellsOfDisplay[shown.id].erase(cell);
    }
    const std::vector<Display> before = std::exchange(displays->second, {});
    for (const Display& shown : before) {
        if (shown.index >= first) continue;
        m_cellsOfDisplay[shown.id].insert(cell);
        displays->second.push_back(shown);
    }
    for (const Display& shown : before) {
        const auto cells = m_cellsOfDisplay.constFind(shown.id);
        if (cells != m_cellsOfDisplay.constEnd() && cells->empty()) m_cellsOfDisplay.erase(cells);
    }
    if (displays->second.empty()) m_displays.erase(displays);
}

void OutputRouter::reset()
{
    m_displays.clear();
    m_cellsOfDisplay.clear();
    m_clearArmed.clear();
}

} // namespace cahier::runtime
