// SPDX-License-Identifier: GPL-3.0-or-later
// What a session needs of a notebook: the code to run, and a place for what comes of it.
#pragma once

#include <core/notebook/cell.h>

#include <QObject>

#include <nlohmann/json.hpp>

#include <optional>

namespace cahier::runtime {

using notebook::CellKey;

/// A code cell at the moment it is run.
struct RunnableCell {
    QString source;
    QString id;            ///< the file's cell id, sent along with the request; may be empty
    bool mayRaise = false; ///< an error in it is expected and does not stop the queue
};

/// Lives in the session's thread and outlives the session.
class OutputTarget : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Nothing when the cell is gone or is no code cell.
    [[nodiscard]] virtual std::optional<RunnableCell> runnableCell(CellKey key) const = 0;
    /// The cell with this file id, for requests that another client or an earlier session sent.
    [[nodiscard]] virtual std::optional<CellKey> cellWithId(const QString& id) const = 0;

    // What these change is not announced by outputsChangedElsewhere(). A cell that is gone swallows them.
    virtual void setExecutionCount(CellKey key, std::optional<qint64> count) = 0;
    virtual void clearRunOutputs(CellKey key) = 0;
    /// Returns the index of the new output, -1 when the cell is gone.
    virtual int appendOutput(CellKey key, const nlohmann::json& output) = 0;
    /// Appends to the last output where it is a stream of this name, else makes a new one.
    virtual void appendStream(CellKey key, const QString& name, const QString& text) = 0;
    virtual void replaceOutput(CellKey key, int index, const nlohmann::json& output) = 0;
    /// What kernel_info_reply said.
    virtual void setLanguageInfo(const nlohmann::json& languageInfo) = 0;

Q_SIGNALS:
    /// Someone else (the user, undo) changed the cell's outputs from index `first` on.
    void outputsChangedElsewhere(cahier::notebook::CellKey key, int first);
};

} // namespace cahier::runtime
