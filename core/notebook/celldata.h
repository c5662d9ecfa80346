// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <core/notebook/cell.h>
#include <core/notebook/jsonscanner.h>
#include <core/notebook/lazy.h>
#include <core/notebook/outputdata.h>

#include <QSharedData>

#include <array>

namespace cahier::notebook {

/// The members of a cell that Cahier knows.
enum class CellPart : quint8 { Type, Id, Source, Metadata, Outputs, Count, Attachments };
inline constexpr size_t cellPartCount = 7;
[[nodiscard]] std::string_view cellPartName(CellPart part);

/// What a changed or new cell says instead of its file text.
struct CellEdits {
    QString typeName;
    QString id;
    QString source;
    RawJson metadata;
    std::vector<Output> outputs;
    std::optional<qint64> executionCount;
    RawJson attachments;
};

/// A range inside a cell's text. Cells of more than 4 GiB are not read.
struct PartRange {
    quint32 begin = 0;
    quint32 end = 0; ///< 0: the cell has no such member
};

struct CellData : QSharedData {
    CellData() = default;
    CellData(const CellData& other);
    CellData& operator=(const CellData&) = delete;

    [[nodiscard]] bool isChanged(CellPart part) const { return changed & (1u << unsigned(part)); }
    /// Says that the part now comes from edits, which are made where there were none.
    CellEdits& change(CellPart part);
    /// The part's text in the file; empty when the file has none.
    [[nodiscard]] std::string_view original(CellPart part) const;
    [[nodiscard]] RawJson originalJson(CellPart part) const { return {holder, original(part)}; }

    CellKey key{};
    CellType type = CellType::Code;
    quint8 changed = 0; ///< a bit for each part
    std::shared_ptr<const void> holder;
    std::string_view text; ///< the whole object in the file; empty for a cell that is not from the file
    std::array<PartRange, cellPartCount> ranges{};
    std::unique_ptr<CellEdits> edits;
    quint64 outputsRevision = 0; ///< of the last run result; see Notebook
    quint64 clearedRevision = 0; ///< of the last run result that took earlier ones away
    Lazy<QString> decodedSource;
    Lazy<std::vector<Output>> splitOutputs;
};

/// The value of an execution_count; none for null, no text, and what does not fit.
[[nodiscard]] std::optional<qint64> countOf(std::string_view json);
[[nodiscard]] CellType cellTypeFromName(QStringView name);
[[nodiscard]] QString cellTypeName(CellType type);

} // namespace cahier::notebook
