// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the kernel's output messages to their cells, as nbformat stores them.
#pragma once

#include <core/runtime/message.h>
#include <core/runtime/outputtarget.h>

#include <QHash>
#include <QSet>
#include <QStringList>

#include <map>
#include <set>
#include <vector>

namespace cahier::runtime {

class OutputRouter {
public:
    explicit OutputRouter(OutputTarget& target);

    /// Whether this type of message is an output that belongs to one cell (or clears it).
    [[nodiscard]] static bool isOutput(const QString& messageType);

    /// A run of the cell begins: its old outputs and count go.
    void startCell(CellKey cell);
    /// An output message (isOutput()) of a request that belongs to the cell.
    void route(const Message& message, CellKey cell);
    /// update_display_data: every output of every cell with its display id; an unknown id is ignored.
    void updateDisplay(const Message& message);
    void appendError(CellKey cell, const QString& name, const QString& value, const QStringList& traceback);
    /// A line on the cell's stderr that does not come from the kernel.
    void appendNotice(CellKey cell, const QString& sentence);
    /// Someone else changed the cell's outputs from `first` on: display ids there are forgotten.
    void forget(CellKey cell, int first);
    /// The kernel's state is lost: nothing that was displayed can be updated any more.
    void reset();

private:
    /// An output that may be updated: where it is, and what an update leaves alone.
    struct Display {
        QString id;
        int index = 0;
        nlohmann::json frame; ///< the output without data and metadata
    };

    void stream(const Message& message, CellKey cell);
    void display(const Message& message, CellKey cell);
    void clearOutput(const Message& message, CellKey cell);
    void clearIfArmed(CellKey cell);
    void clear(CellKey cell);
    void update(const QString& id, const nlohmann::json& content);
    [[nodiscard]] bool isShown(CellKey cell, const Display& display) const;

    OutputTarget& m_target;
    std::map<CellKey, std::vector<Display>> m_displays;
    QHash<QString, std::set<CellKey>> m_cellsOfDisplay;
    std::set<CellKey> m_clearArmed; ///< clear_output(wait=True) came, the next output clears
};

} // namespace cahier::runtime
