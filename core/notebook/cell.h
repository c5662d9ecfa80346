// SPDX-License-Identifier: GPL-3.0-or-later
// Cells and outputs as values. Format: https://nbformat.readthedocs.io/en/latest/format_description.html
#pragma once

#include <core/notebook/rawjson.h>

#include <QSharedDataPointer>
#include <QString>
#include <QStringList>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace cahier::notebook {

/// Names a cell for as long as its Notebook object lives: it survives edits, moves and undo, is never used
/// again for another cell, and is not saved. (The file's own cell id may be missing or duplicated.)
enum class CellKey : quint64 {};

enum class CellType { Code, Markdown, Raw, Unknown };

struct CellData;
struct OutputData;
struct OutputShape;
class StreamText;

/// Tells one output from another while either of them lives: the same for copies, for a stream that only
/// grew, and after other parts of its cell changed.
class OutputIdentity {
public:
    OutputIdentity() = default; ///< of no output
    OutputIdentity(const std::shared_ptr<const void>& owner, const void* address)
        : m_owner(owner), m_address(address)
    {
    }
    /// Never true once the output is gone.
    bool operator==(const OutputIdentity& other) const;
    /// For hashing: equal for equal identities.
    [[nodiscard]] const void* address() const { return m_address; }

private:
    std::weak_ptr<const void> m_owner;
    const void* m_address = nullptr;
};

/// One output of a code cell: the JSON text of the output object, parsed when asked for. Cheap to copy.
class Output {
public:
    explicit Output(RawJson json);
    explicit Output(std::shared_ptr<const OutputData> data) : m_data(std::move(data)) {}
    /// "stream", "display_data", "execute_result", "error", or what the file says.
    [[nodiscard]] QString type() const;
    [[nodiscard]] const RawJson& json() const;
    /// For a stream: "stdout" or "stderr", and its text, joined. Empty for others.
    [[nodiscard]] QString streamName() const;
    [[nodiscard]] QString streamText() const;
    /// The MIME types of data, in the file's order; empty for streams and errors.
    [[nodiscard]] QStringList mimeTypes() const;
    /// The whole output as a DOM, multi-line lists joined into strings.
    [[nodiscard]] nlohmann::json value() const;

    // What follows neither copies nor decodes; the first call looks through the output once. Any thread.
    /// The JSON text of a member such as "text", "traceback" or "metadata"; empty where there is none.
    [[nodiscard]] RawJson member(std::string_view name) const;
    /// The JSON text of data[mimeType]; empty where there is none.
    [[nodiscard]] RawJson mimeJson(const QString& mimeType) const;
    /// The text of a stream that this session writes to; null for one from a file and for other outputs.
    [[nodiscard]] const StreamText* liveText() const;
    /// The UTF-8 bytes that this stream has more than `earlier`, at a cost in proportion to them. Nothing
    /// where it is not known to be the same stream grown.
    [[nodiscard]] std::optional<std::string> streamGrowth(const Output& earlier) const;
    [[nodiscard]] OutputIdentity identity() const;

    /// For core/notebook itself.
    [[nodiscard]] const OutputData& data() const { return *m_data; }

private:
    [[nodiscard]] const OutputShape& shape() const;

    std::shared_ptr<const OutputData> m_data;
};

/// A cell's whole state. An immutable value that shares its data: copying is a reference count.
class Cell {
public:
    explicit Cell(CellData* data);
    Cell(const Cell& other);
    Cell(Cell&& other) noexcept;
    Cell& operator=(const Cell& other);
    Cell& operator=(Cell&& other) noexcept;
    ~Cell();

    [[nodiscard]] CellKey key() const;
    [[nodiscard]] CellType type() const;
    [[nodiscard]] QString typeName() const; ///< as the file writes it, for unknown types too
    [[nodiscard]] QString id() const;       ///< empty where the file has none (before nbformat 4.5)
    [[nodiscard]] QString source() const;   ///< as the file has it, \r\n too; decoded on first use
    [[nodiscard]] std::optional<qint64> executionCount() const;
    [[nodiscard]] const std::vector<Output>& outputs() const; ///< split on first use, each still raw
    [[nodiscard]] nlohmann::json metadata() const;            ///< always an object
    [[nodiscard]] QStringList tags() const;
    [[nodiscard]] nlohmann::json attachments() const; ///< always an object

    /// The JSON text of metadata, outputs and attachments; empty where the cell has none.
    [[nodiscard]] RawJson metadataJson() const;
    [[nodiscard]] RawJson outputsJson() const;
    [[nodiscard]] RawJson attachmentsJson() const;

    /// For core/notebook itself.
    [[nodiscard]] const CellData& data() const { return *m_data; }
    [[nodiscard]] CellData& detached();

private:
    QExplicitlySharedDataPointer<CellData> m_data;
};

} // namespace cahier::notebook
