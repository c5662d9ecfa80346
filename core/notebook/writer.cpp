// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/writer.h>

#include <core/notebook/celldata.h>
#include <core/notebook/jsonedit.h>
#include <core/notebook/origin.h>

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QHash>
#include <QSet>

namespace cahier::notebook {

QByteArray NotebookBytes::join() const
{
    QByteArray bytes;
    bytes.reserve(m_size);
    for (const std::string_view piece : m_pieces)
        bytes.append(piece.data(), qsizetype(piece.size()));
    return bytes;
}

bool NotebookBytes::isDamaged() const
{
    return m_snapshot.origin && m_snapshot.origin->image->isDamaged();
}

QString NotebookBytes::sourcePath() const
{
    return m_snapshot.origin ? m_snapshot.origin->image->path() : QString();
}

void NotebookBytes::addRange(std::string_view range)
{
    if (range.empty()) return;
    m_size += qint64(range.size());
    if (!m_pieces.empty() && m_pieces.back().data() + m_pieces.back().size() == range.data())
        m_pieces.back() = {m_pieces.back().data(), m_pieces.back().size() + range.size()};
    else
        m_pieces.push_back(range);
}

void NotebookBytes::addText(std::string text)
{
    if (text.empty()) return;
    m_size += qint64(text.size());
    m_pieces.push_back(m_texts.emplace_back(std::move(text)));
}

class NotebookWriter {
public:
    explicit NotebookWriter(const NotebookSnapshot& snapshot)
        : m_origin(*snapshot.origin), m_text(m_origin.text())
    {
        m_out.m_snapshot = snapshot;
    }

    NotebookBytes write();

private:
    [[nodiscard]] const std::vector<Cell>& cells() const { return m_out.m_snapshot.cells; }
    [[nodiscard]] std::string_view cellsText() const { return m_origin.cells.in(m_text); }
    [[nodiscard]] bool metadataChanged() const;
    [[nodiscard]] bool isUntouched() const;
    void makeIds();
    [[nodiscard]] QString madeId(CellKey key, quint64 attempt) const;
    void writeCells();
    void writeMetadata();
    void writeCell(const Cell& cell, const Sequence& sequence);
    void writeNewCell(const Cell& cell, const Sequence& sequence);
    [[nodiscard]] std::vector<MemberChange> changesOf(const Cell& cell) const;
    void writeOutputs(NotebookBytes& out, const Cell& cell, std::string_view original, const JsonStyle& style,
                      std::string_view indent) const;
    [[nodiscard]] QString idOf(const Cell& cell) const;

    const DocumentOrigin& m_origin;
    std::string_view m_text;
    NotebookBytes m_out;
    QHash<quint64, QString> m_newIds;
};

namespace {

/// The value of a part as compact JSON; nullopt where the cell must not have the member.
std::optional<std::string> compactPart(const Cell& cell, CellPart part, const QString& id)
{
    const bool code = cell.type() == CellType::Code;
    std::string text;
    switch (part) {
    case CellPart::Type:
        appendString(text, cell.typeName(), false);
        return text;
    case CellPart::Id:
        if (id.isEmpty()) return std::nullopt;
        appendString(text, id, false);
        return text;
    case CellPart::Metadata: {
        const RawJson metadata = cell.metadataJson();
        return metadata.isEmpty() ? std::string("{}") : std::string(metadata.text());
    }
    case CellPart::Count: {
        if (!code) return std::nullopt;
        const auto count = cell.executionCount();
        return count ? std::to_string(*count) : std::string("null");
    }
    case CellPart::Attachments: {
        const RawJson attachments = cell.attachmentsJson();
        if (attachments.isEmpty()) return std::nullopt;
        return std::string(attachments.text());
    }
    case CellPart::Source:
    case CellPart::Outputs:
        break;
    }
    return std::nullopt;
}

bool sameOutputs(const Cell& cell)
{
    const std::vector<Output> original = splitOutputs(cell.data().originalJson(CellPart::Outputs));
    const std::vector<Output>& now = cell.outputs();
    return std::equal(now.begin(), now.end(), original.begin(), original.end(),
                      [](const Output& a, const Output& b) {
                          return !a.data().isStream && a.json().text().data() == b.json().text().data();
                      });
}

/// Whether the file's text already says what the cell says. `id`: what the cell's id is to be.
bool isAsBefore(const Cell& cell, CellPart part, const QString& id)
{
    const CellData& data = cell.data();
    const std::string_view original = data.original(part);
    if (part == CellPart::Id) return id.isEmpty() || (!original.empty() && decodeString(original) == id);
    const bool code = cell.type() == CellType::Code;
    const bool ofRuns = part == CellPart::Outputs || part == CellPart::Count;
    // What only code cells may have goes with the type, whether or not there was anything in it.
    if (ofRuns && !code && decodeString(data.original(CellPart::Type)) != cell.typeName())
        return original.empty();
    if (!data.isChanged(part)) return true;
    switch (part) {
    case CellPart::Type:
        return decodeString(original) == cell.typeName();
    case CellPart::Source:
        return multilineText(original) == cell.source();
    case CellPart::Outputs:
        return !code || sameOutputs(cell);
    case CellPart::Count:
        return !code || countOf(original) == cell.executionCount();
    case CellPart::Metadata:
        if (original.empty() && cell.metadataJson().isEmpty()) return true;
        break;
    default:
        break;
    }
    const auto now = compactPart(cell, part, id);
    if (!now || original.empty()) return !now == original.empty();
    return *now == original || toDom(*now) == toDom(original);
}

/// What a code cell must have and others must not changes with the type.
bool isRequiredNow(const Cell& cell, CellPart part)
{
    return cell.type() == CellType::Code && (part == CellPart::Outputs || part == CellPart::Count);
}

} // namespace

bool NotebookWriter::metadataChanged() const
{
    const std::string_view before = m_origin.metadata.in(m_text);
    const std::string_view now = m_out.m_snapshot.metadata.text();
    if (now.data() == before.data() || now == before) return false;
    return before.empty() != now.empty() || toDom(before) != toDom(now);
}

bool NotebookWriter::isUntouched() const
{
    if (cells().size() != m_origin.cellRanges.size()) return false;
    for (size_t i = 0; i < cells().size(); ++i) {
        const CellData& data = cells()[i].data();
        if (data.text.data() != m_text.data() + m_origin.cellRanges[i].begin) return false;
        if (data.changed != 0 && !changesOf(cells()[i]).empty()) return false;
    }
    return !metadataChanged();
}

QString NotebookWriter::madeId(CellKey key, quint64 attempt) const
{
    const quint64 numbers[] = {m_origin.idSeed, quint64(key), attempt};
    const quint64 hash =
        contentHash(std::string_view(reinterpret_cast<const char*>(numbers), sizeof numbers));
    return QString::number(hash & 0xFFFFFFFFu, 16).rightJustified(8, u'0');
}

/// The first cell with an id keeps it.
void NotebookWriter::makeIds()
{
    if (m_out.m_snapshot.formatMinor < 5) return;
    QSet<QString> used;
    std::vector<const Cell*> without;
    int repeated = 0;
    for (const Cell& cell : cells()) {
        const QString id = cell.id();
        if (!id.isEmpty() && !used.contains(id)) {
            used.insert(id);
            continue;
        }
        repeated += id.isEmpty() ? 0 : 1;
        without.push_back(&cell);
    }
    for (const Cell* cell : without) {
        quint64 attempt = 0;
        QString id = madeId(cell->key(), attempt);
        while (used.contains(id))
            id = madeId(cell->key(), ++attempt);
        used.insert(id);
        m_newIds.insert(quint64(cell->key()), id);
        m_out.m_madeIds.emplace_back(cell->key(), id);
    }
    const auto missing = int(without.size()) - repeated;
    const auto tr = [](const char* text, int n) {
        return QCoreApplication::translate("NotebookWriter", text, nullptr, n);
    };
    if (repeated > 0)
        m_out.m_notices.append(tr("%n cell(s) had the id of another cell and got a new one.", repeated));
    if (missing > 0) m_out.m_notices.append(tr("%n cell(s) had no id and got one.", missing));
}

QString NotebookWriter::idOf(const Cell& cell) const
{
    const auto made = m_newIds.constFind(quint64(cell.key()));
    return made == m_newIds.cend() ? cell.id() : *made;
}

std::vector<MemberChange> NotebookWriter::changesOf(const Cell& cell) const
{
    std::vector<MemberChange> changes;
    const bool typeChanged = !isAsBefore(cell, CellPart::Type, {});
    for (size_t i = 0; i < cellPartCount; ++i) {
        const auto part = CellPart(i);
        const QString id = part == CellPart::Id ? idOf(cell) : QString();
        const bool missing = typeChanged && isRequiredNow(cell, part) && cell.data().original(part).empty();
        if (isAsBefore(cell, part, id) && !missing) continue;
        MemberChange change{std::string(cellPartName(part)), false, {}};
        if (part == CellPart::Source) {
            change.write = [source = cell.source()](NotebookBytes& out, std::string_view original,
                                                    const JsonStyle& style, std::string_view indent) {
                writeSource(out, original, source, style, indent);
            };
        } else if (part == CellPart::Outputs && cell.type() == CellType::Code) {
            change.write = [this, cell](NotebookBytes& out, std::string_view original, const JsonStyle& style,
                                        std::string_view indent) {
                writeOutputs(out, cell, original, style, indent);
            };
        } else if (auto text = compactPart(cell, part, id)) {
            change.write = [text = std::move(*text)](NotebookBytes& out, std::string_view original,
                                                     const JsonStyle& style, std::string_view indent) {
                writeValue(out, original, text, style, indent);
            };
        } else {
            change.remove = true;
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

void NotebookWriter::writeOutputs(NotebookBytes& out, const Cell& cell, std::string_view original,
                                  const JsonStyle& style, std::string_view indent) const
{
    static constexpr std::string_view none = "[]";
    const std::string_view list = original.starts_with('[') ? original : none;
    const Sequence sequence(list, style, indent);
    QHash<quintptr, int> places;
    for (size_t i = 0; i < sequence.items().size(); ++i)
        places.insert(quintptr(list.data() + sequence.items()[i].begin), int(i));
    const std::vector<Output>& outputs = cell.outputs();
    const auto originalOf = [&](size_t i) {
        return outputs[i].data().isStream ? -1 : places.value(quintptr(outputs[i].json().text().data()), -1);
    };
    sequence.write(out, outputs.size(), originalOf, [&](size_t i) {
        if (const int place = originalOf(i); place >= 0)
            return out.addRange(sequence.items()[size_t(place)].in(list));
        std::string text;
        appendFormatted(text, outputs[i].json().text(), sequence.innerStyle(), sequence.innerIndent());
        out.addText(std::move(text));
    });
}

void NotebookWriter::writeNewCell(const Cell& cell, const Sequence& sequence)
{
    std::string text = "{";
    const auto add = [&](CellPart part, std::string_view value) {
        if (text.size() > 1) text += ',';
        appendUtf8(text, cellPartName(part), false);
        text += ':';
        text += value;
    };
    std::string source;
    appendLines(source, cell.source());
    const RawJson outputs = cell.outputsJson();
    const QString id = idOf(cell);
    // In the order of the alphabet, as nbformat writes them.
    for (const CellPart part :
         {CellPart::Attachments, CellPart::Type, CellPart::Count, CellPart::Id, CellPart::Metadata})
        if (const auto value = compactPart(cell, part, id)) add(part, *value);
    if (cell.type() == CellType::Code) add(CellPart::Outputs, outputs.isEmpty() ? "[]" : outputs.text());
    add(CellPart::Source, source);
    std::string formatted;
    appendFormatted(formatted, text + '}', sequence.innerStyle(), sequence.innerIndent());
    m_out.addText(std::move(formatted));
}

void NotebookWriter::writeCell(const Cell& cell, const Sequence& sequence)
{
    const std::string_view text = cell.data().text;
    if (text.empty()) return writeNewCell(cell, sequence);
    if (cell.data().changed == 0 && !m_newIds.contains(quint64(cell.key()))) return m_out.addRange(text);
    const std::vector<MemberChange> changes = changesOf(cell);
    if (changes.empty()) return m_out.addRange(text);
    writeObject(m_out, text, changes, sequence.innerStyle(), sequence.innerIndent());
}

void NotebookWriter::writeCells()
{
    std::vector<ByteRange> items = m_origin.cellRanges;
    for (ByteRange& item : items) {
        item.begin -= m_origin.cells.begin;
        item.end -= m_origin.cells.begin;
    }
    const Sequence sequence(cellsText(), std::move(items), m_origin.style, m_origin.style.indent);
    QHash<quintptr, int> places;
    places.reserve(qsizetype(m_origin.cellRanges.size()));
    for (size_t i = 0; i < m_origin.cellRanges.size(); ++i)
        places.insert(quintptr(m_text.data() + m_origin.cellRanges[i].begin), int(i));
    sequence.write(
        m_out, cells().size(),
        [&](size_t i) { return places.value(quintptr(cells()[i].data().text.data()), -1); },
        [&](size_t i) { writeCell(cells()[i], sequence); });
}

void NotebookWriter::writeMetadata()
{
    const std::string_view original = m_origin.metadata.in(m_text);
    const RawJson& metadata = m_out.m_snapshot.metadata;
    const std::string_view value = metadata.isEmpty() ? std::string_view("{}") : metadata.text();
    writeValue(m_out, original, value, m_origin.style, m_origin.style.indent);
}

NotebookBytes NotebookWriter::write()
{
    if (isUntouched()) {
        m_out.addRange(m_text);
        return std::move(m_out);
    }
    makeIds();
    const bool metadata = metadataChanged();
    size_t at = 0;
    const auto rawUpTo = [&](size_t end) {
        m_out.addRange(m_text.substr(at, end - at));
        at = end;
    };
    if (metadata && m_origin.metadata.isEmpty()) { // the file has none: it becomes the first member
        rawUpTo(m_origin.object.begin + 1);
        const JsonStyle& style = m_origin.style;
        m_out.addText((style.newline.empty() ? std::string() : style.newline + style.indent) +
                      "\"metadata\"" + style.colon);
        writeMetadata();
        m_out.addText(",");
    }
    const bool first = !m_origin.metadata.isEmpty() && m_origin.metadata.begin < m_origin.cells.begin;
    if (metadata && first) {
        rawUpTo(m_origin.metadata.begin);
        writeMetadata();
        at = m_origin.metadata.end;
    }
    rawUpTo(m_origin.cells.begin);
    writeCells();
    at = m_origin.cells.end;
    if (metadata && !m_origin.metadata.isEmpty() && !first) {
        rawUpTo(m_origin.metadata.begin);
        writeMetadata();
        at = m_origin.metadata.end;
    }
    rawUpTo(m_text.size());
    return std::move(m_out);
}

NotebookBytes writeNotebook(const NotebookSnapshot& snapshot)
{
    return NotebookWriter(snapshot).write();
}

} // namespace cahier::notebook
