// SPDX-License-Identifier: GPL-3.0-or-later
// The notebook: the one model that the window, the console, sessions, merge and sync work on.
#pragma once

#include <core/error.h>
#include <core/notebook/cell.h>

#include <QHash>
#include <QObject>
#include <QSet>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace cahier::notebook {

struct DocumentOrigin;
struct HistoryStep;
struct CellParts;
struct TextOp;
struct OutputsOp;
class History;
struct NotebookData;     // what readNotebook() gives: plain data, made on any thread (reader.h)
struct NotebookSnapshot; // an immutable state to be written on any thread (writer.h)

/// What a new or replaced cell consists of.
struct CellContent {
    CellType type = CellType::Code;
    QString source;
    RawJson metadata;    ///< empty: {}
    RawJson outputs;     ///< a JSON array; empty: [] (code cells only)
    RawJson attachments; ///< empty: none
    std::optional<qint64> executionCount;
    QString id; ///< empty: a fresh one is made where the format has ids
};

/// Lives in one thread. Every change goes through its methods and is announced by a signal after it was made.
/// Methods of the first group are undo steps; those of the second ("run results") are not, and undoing an
/// edit never takes a run result away from a cell that is still there.
class Notebook : public QObject {
    Q_OBJECT
public:
    explicit Notebook(NotebookData data, QObject* parent = nullptr);
    ~Notebook() override;

    // -- reading
    [[nodiscard]] int cellCount() const;
    [[nodiscard]] const Cell& cellAt(int index) const;
    /// -1 when there is no such cell (any more).
    [[nodiscard]] int indexOf(CellKey key) const;
    [[nodiscard]] const Cell* find(CellKey key) const;
    [[nodiscard]] nlohmann::json metadata() const;
    [[nodiscard]] QString kernelName() const; ///< metadata.kernelspec.name, or empty
    [[nodiscard]] QString language() const;   ///< metadata.language_info.name, kernelspec.language, or empty
    [[nodiscard]] int formatMinor() const;
    [[nodiscard]] bool isModified() const;
    /// Sentences about what reading did or saving will do: upgraded from nbformat 3, duplicate ids, …
    [[nodiscard]] QStringList notices() const;
    /// The present state, cheap; to be written on any thread.
    [[nodiscard]] NotebookSnapshot snapshot() const;
    /// Typing that follows is an undo step of its own. Called before the snapshot of a save, so that undo can
    /// come back to the saved state.
    void endTyping();
    /// The snapshot was written to the file: isModified() is relative to it from now on.
    void setSaved(const NotebookSnapshot& snapshot);
    /// The file has these ids now (NotebookBytes::madeIds). No undo step and no modification.
    void adoptIds(const std::vector<std::pair<CellKey, QString>>& ids, const QStringList& notices);
    /// The clock that decides what coalesces, in milliseconds; for tests.
    void setClock(std::function<qint64()> milliseconds);

    // -- editing (undo steps)
    /// Replaces `removed` UTF-16 units at `position`. Neighbouring typing within a second coalesces.
    void replaceText(CellKey key, qsizetype position, qsizetype removed, const QString& inserted);
    void setSource(CellKey key, const QString& source);
    std::vector<CellKey> insertCells(int index, std::vector<CellContent> cells);
    void removeCells(std::span<const CellKey> keys);
    /// Moves the cells, in their present order, so that the first of them stands at `index` afterwards.
    void moveCells(std::span<const CellKey> keys, int index);
    /// The text from `position` on goes into a new cell of the same type below; outputs stay with the new
    /// lower cell, as in Jupyter.
    CellKey splitCell(CellKey key, qsizetype position);
    /// Joins neighbouring cells into the first, sources separated by an empty line. Outputs of code cells are
    /// kept, in order; the execution count goes, since nothing ran the joined text.
    void mergeCells(std::span<const CellKey> keys);
    /// Outputs and execution count go with the type code, attachments with the others; undo brings them back.
    void setCellType(CellKey key, CellType type);
    void clearOutputs(std::span<const CellKey> keys);
    void setCellMetadata(CellKey key, const nlohmann::json& metadata);
    void setMetadata(const nlohmann::json& metadata);
    /// Steps made until the matching endGroup() are one undo step. Groups nest.
    void beginGroup(const QString& title);
    void endGroup();

    [[nodiscard]] bool canUndo() const;
    [[nodiscard]] bool canRedo() const;
    [[nodiscard]] QString undoTitle() const;
    [[nodiscard]] QString redoTitle() const;
    void undo();
    void redo();

    // -- run results (not undo steps); for cells that were removed, too: undoing the removal shows them
    void setExecutionCount(CellKey key, std::optional<qint64> count);
    void clearRunOutputs(CellKey key);
    /// Appends an output object as the protocol's content gives it ("output_type" and the fields of nbformat;
    /// transient is dropped). Returns its index.
    int appendOutput(CellKey key, const nlohmann::json& output);
    /// Appends to the last output where it is a stream of this name, else makes a new one. Cost is
    /// proportional to the text, not to what is there. Returns the index of the output.
    int appendStream(CellKey key, const QString& name, const QString& text);
    void replaceOutput(CellKey key, int index, const nlohmann::json& output);
    /// Without undo, for what the kernel reported: language_info after kernel_info_reply.
    void setLanguageInfo(const nlohmann::json& languageInfo);

Q_SIGNALS:
    void cellsInserted(int index, int count);
    void cellsRemoved(int index, int count);
    void cellsReordered();
    void textReplaced(cahier::notebook::CellKey key, qsizetype position, qsizetype removed,
                      const QString& inserted);
    /// Type, metadata, attachments, id or execution count.
    void cellChanged(cahier::notebook::CellKey key);
    /// Outputs from index `first` on are new or changed, or gone.
    void outputsChanged(cahier::notebook::CellKey key, int first);
    void metadataChanged();
    void modifiedChanged(bool modified);
    void historyChanged();

private:
    [[nodiscard]] Cell* cellRef(CellKey key);
    void indexCells() const;
    void record(const QString& title, HistoryStep step);
    void apply(const HistoryStep& step, bool forward);
    void applyOp(const HistoryStep& step, size_t op, bool forward);
    void applyParts(CellKey key, const CellParts& parts);
    void applyOutputs(const OutputsOp& op, bool forward);
    void applyMetadata(const RawJson& metadata);
    void replaceTextIn(const TextOp& op);
    void recordOutputs(const QString& title, OutputsOp op);
    void applyText(CellKey key, qsizetype position, qsizetype removed, const QString& inserted);
    void insertPlaced(const std::vector<std::pair<int, CellKey>>& places);
    void removePlaced(const std::vector<std::pair<int, CellKey>>& places);
    void reorder(const std::vector<CellKey>& order);
    void forgetDropped(const std::vector<HistoryStep>& steps);
    void ran(Cell& cell);
    void announceState();
    [[nodiscard]] Cell makeCell(const CellContent& content, QSet<QString>& ids);
    [[nodiscard]] QSet<QString> usedIds() const;
    [[nodiscard]] quint64 nextState() { return ++m_lastState; }

    std::shared_ptr<const DocumentOrigin> m_origin;
    std::vector<Cell> m_cells;
    QHash<CellKey, Cell> m_removed; ///< cells that undo or redo can bring back
    RawJson m_metadata;
    int m_formatMinor = 5;
    QStringList m_notices;
    mutable QHash<CellKey, int> m_index; ///< empty: to be made
    std::unique_ptr<History> m_history;
    quint64 m_nextKey = 1;
    quint64 m_lastState = 0;
    quint64 m_runState = 0;
    quint64 m_lastRevision = 0; ///< of run results; moves with runs that change nothing, too
    quint64 m_savedEditState = 0;
    quint64 m_savedRunState = 0;
    bool m_wasModified = false;
    RawJson m_languageInfo; ///< what setLanguageInfo said last; survives undo
};

} // namespace cahier::notebook
