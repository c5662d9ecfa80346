// SPDX-License-Identifier: GPL-3.0-or-later
// Writing notebooks so that what did not change keeps its bytes.
#pragma once

#include <core/error.h>
#include <core/notebook/cell.h>

#include <QByteArray>
#include <QStringList>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cahier::notebook {

struct DocumentOrigin;

/// An immutable state of a Notebook. Copying it copies references only; any thread may write it.
struct NotebookSnapshot {
    std::shared_ptr<const DocumentOrigin> origin;
    std::vector<Cell> cells;
    RawJson metadata;
    int formatMinor = 5;
    /// Which state of the Notebook this is; equal numbers mean equal states of the same Notebook.
    quint64 editState = 0;
    quint64 runState = 0;
};

/// A file's contents in pieces: ranges of the file that was read, and new text between them.
class NotebookBytes {
public:
    [[nodiscard]] const std::vector<std::string_view>& pieces() const { return m_pieces; }
    [[nodiscard]] qint64 size() const { return m_size; }
    [[nodiscard]] QByteArray join() const;
    /// Ids that were made for cells without one or with one that another cell has (nbformat 4.5).
    [[nodiscard]] const std::vector<std::pair<CellKey, QString>>& madeIds() const { return m_madeIds; }
    /// Sentences about that, for the user.
    [[nodiscard]] const QStringList& notices() const { return m_notices; }
    /// Part of what would be written was lost because another program wrote over the mapped file.
    [[nodiscard]] bool isDamaged() const;
    /// The file that was read; empty for a notebook that comes from none.
    [[nodiscard]] QString sourcePath() const;

    /// For the writer. Ranges must stay valid as long as the snapshot.
    void addRange(std::string_view range);
    void addText(std::string text);

private:
    friend class NotebookWriter;
    NotebookSnapshot m_snapshot; ///< keeps what the pieces point to
    std::vector<std::string_view> m_pieces;
    std::deque<std::string> m_texts;
    qint64 m_size = 0;
    std::vector<std::pair<CellKey, QString>> m_madeIds;
    QStringList m_notices;
};

/// The bytes to save for a state.
/// - A state equal to what was read gives the same bytes, even where cells lack ids or share them.
/// - Otherwise cells keep their bytes except for the values that changed; in a changed source only the lines
///   that changed are written anew. In nbformat 4.5 and newer, missing and repeated ids are then made.
/// - New cells are laid out as the file lays out its own.
[[nodiscard]] NotebookBytes writeNotebook(const NotebookSnapshot& snapshot);

} // namespace cahier::notebook
