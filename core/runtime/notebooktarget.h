// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/outputtarget.h>

#include <vector>

namespace cahier::notebook {
class Notebook;
}

namespace cahier::runtime {

/// A notebook as a session's target. Does not own the notebook, which must outlive it. A cell that was
/// removed goes on getting its results: undoing the removal shows them.
class NotebookTarget : public OutputTarget {
    Q_OBJECT
public:
    explicit NotebookTarget(notebook::Notebook& notebook, QObject* parent = nullptr);

    /// The code cells from top to bottom: what "run all" runs.
    [[nodiscard]] std::vector<CellKey> codeCells() const;

    [[nodiscard]] std::optional<RunnableCell> runnableCell(CellKey key) const override;
    [[nodiscard]] std::optional<CellKey> cellWithId(const QString& id) const override;
    void setExecutionCount(CellKey key, std::optional<qint64> count) override;
    void clearRunOutputs(CellKey key) override;
    int appendOutput(CellKey key, const nlohmann::json& output) override;
    void appendStream(CellKey key, const QString& name, const QString& text) override;
    void replaceOutput(CellKey key, int index, const nlohmann::json& output) override;
    void setLanguageInfo(const nlohmann::json& languageInfo) override;

private:
    notebook::Notebook& m_notebook;
    bool m_writing = false; ///< the change being announced is our own
};

} // namespace cahier::runtime
