// SPDX-License-Identifier: GPL-3.0-or-later
// The edits: each makes a step for the history and applies it.
#include <core/notebook/attachmentreference.h>
#include <core/notebook/celldata.h>
#include <core/notebook/history.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/notebook.h>
#include <core/notebook/origin.h>

#include <nlohmann/json.hpp>

#include <QRandomGenerator>
#include <QUrl>

#include <algorithm>

namespace cahier::notebook {
namespace {

HistoryStep stepOf(HistoryOp op)
{
    HistoryStep step;
    step.ops.push_back(std::move(op));
    return step;
}

CellParts partsOf(const Cell& cell)
{
    return {cell.type(), cell.typeName(), cell.metadataJson(), cell.attachmentsJson()};
}

OutputsOp outputsOpOf(const Cell& cell, std::vector<Output> after, std::optional<qint64> countAfter)
{
    return {cell.key(),       cell.data().outputsRevision, false,     cell.outputs(),
            std::move(after), cell.executionCount(),       countAfter};
}

bool isValidId(const QString& id)
{
    return !id.isEmpty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') ||
               c == u'-' || c == u'_';
    });
}

/// An id that nobody uses, which is then used: `wanted` where that is possible.
QString takeId(const QString& wanted, QSet<QString>& used)
{
    QString id = wanted;
    while (!isValidId(id) || used.contains(id))
        id = QString::number(QRandomGenerator::global()->generate(), 16).rightJustified(8, u'0');
    used.insert(id);
    return id;
}

QString withRenamedReferences(const QString& source, const QString& name, const QString& newName)
{
    const QLatin1StringView scheme = attachmentScheme;
    QString result;
    qsizetype done = 0;
    for (qsizetype at = source.indexOf(scheme); at >= 0; at = source.indexOf(scheme, at + scheme.size())) {
        const qsizetype from = at + scheme.size();
        const qsizetype length = attachmentReferenceLength(source, from, name);
        if (length == 0) continue;
        const bool plain = QStringView(source).sliced(from, length) == name;
        result += QStringView(source).sliced(done, from - done);
        result += plain ? newName : QString::fromLatin1(QUrl::toPercentEncoding(newName));
        done = from + length;
    }
    result += QStringView(source).sliced(done);
    return result;
}

/// "image-1.png" for "image.png".
QString numberedName(const QString& name, int number)
{
    const qsizetype dot = name.lastIndexOf(u'.');
    const qsizetype end = dot > 0 ? dot : name.size();
    return name.first(end) + u'-' + QString::number(number) + name.sliced(end);
}

/// Adds a cell's attachments to those of the cell that it is joined to. One whose name other contents have
/// gets another name, also in the source. Returns the source.
QString joinAttachments(nlohmann::json& all, const Cell& cell)
{
    QString source = cell.source();
    const nlohmann::json added = cell.attachments();
    for (const auto& [key, value] : added.items()) {
        const auto found = all.find(key);
        if (found == all.end() || *found == value) {
            all[key] = value;
            continue;
        }
        const QString name = QString::fromStdString(key);
        QString newName;
        for (int number = 1; newName.isEmpty(); ++number) {
            const QString candidate = numberedName(name, number);
            const std::string taken = candidate.toStdString();
            if (!all.contains(taken) && !added.contains(taken)) newName = candidate;
        }
        all[newName.toStdString()] = value;
        source = withRenamedReferences(source, name, newName);
    }
    return source;
}

} // namespace

void Notebook::replaceText(CellKey key, qsizetype position, qsizetype removed, const QString& inserted)
{
    const Cell* cell = find(key);
    if (!cell) return;
    TextOp op{key, position, {}, inserted};
    { // no copy of the source may be alive when it changes: it would have to be copied
        const QString source = cell->source();
        op.position = std::clamp(position, qsizetype(0), source.size());
        op.removed =
            source.sliced(op.position, std::clamp(removed, qsizetype(0), source.size() - op.position));
    }
    if (!op.removed.isEmpty() || !inserted.isEmpty()) replaceTextIn(op);
}

void Notebook::replaceTextIn(const TextOp& op)
{
    applyText(op.key, op.position, op.removed.size(), op.inserted);
    if (!m_history->coalesce(op, m_lastState + 1)) return record(tr("Typing"), stepOf(op));
    ++m_lastState;
    announceState();
}

void Notebook::setSource(CellKey key, const QString& source)
{
    const Cell* cell = find(key);
    if (!cell) return;
    const QString old = cell->source();
    const qsizetype shorter = std::min(old.size(), source.size());
    qsizetype prefix = 0;
    while (prefix < shorter && old[prefix] == source[prefix])
        ++prefix;
    qsizetype suffix = 0;
    while (suffix < shorter - prefix && old[old.size() - 1 - suffix] == source[source.size() - 1 - suffix])
        ++suffix;
    m_history->seal();
    replaceText(key, prefix, old.size() - prefix - suffix,
                source.sliced(prefix, source.size() - prefix - suffix));
    m_history->seal();
}

QSet<QString> Notebook::usedIds() const
{
    QSet<QString> ids;
    ids.reserve(qsizetype(m_cells.size()));
    for (const Cell& cell : m_cells)
        ids.insert(cell.id());
    return ids;
}

Cell Notebook::makeCell(const CellContent& content, QSet<QString>& ids)
{
    auto data = std::make_unique<CellData>();
    data->key = CellKey(m_nextKey++);
    data->type = content.type == CellType::Unknown ? CellType::Raw : content.type;
    data->change(CellPart::Type).typeName = cellTypeName(data->type);
    data->change(CellPart::Id).id = m_formatMinor < 5 ? QString() : takeId(content.id, ids);
    data->change(CellPart::Source).source = content.source;
    data->change(CellPart::Metadata).metadata = content.metadata;
    data->change(CellPart::Outputs);
    data->change(CellPart::Count);
    data->change(CellPart::Attachments);
    if (data->type == CellType::Code) {
        data->edits->outputs = splitOutputs(content.outputs);
        data->edits->executionCount = content.executionCount;
    } else {
        data->edits->attachments = content.attachments;
    }
    return Cell(data.release());
}

std::vector<CellKey> Notebook::insertCells(int index, std::vector<CellContent> cells)
{
    std::vector<CellKey> keys;
    if (cells.empty()) return keys;
    index = std::clamp(index, 0, cellCount());
    PlaceOp op;
    QSet<QString> ids = m_formatMinor < 5 ? QSet<QString>() : usedIds();
    for (const CellContent& content : cells) {
        Cell cell = makeCell(content, ids);
        op.places.emplace_back(index + int(keys.size()), cell.key());
        keys.push_back(cell.key());
        m_removed.insert(cell.key(), std::move(cell));
    }
    insertPlaced(op.places);
    record(cells.size() == 1 ? tr("Insert Cell") : tr("Insert Cells"), stepOf(std::move(op)));
    return keys;
}

void Notebook::removeCells(std::span<const CellKey> keys)
{
    PlaceOp op;
    op.insertion = false;
    for (const CellKey key : keys)
        if (const int index = indexOf(key); index >= 0) op.places.emplace_back(index, key);
    std::sort(op.places.begin(), op.places.end());
    op.places.erase(std::unique(op.places.begin(), op.places.end()), op.places.end());
    if (op.places.empty()) return;
    removePlaced(op.places);
    record(op.places.size() == 1 ? tr("Delete Cell") : tr("Delete Cells"), stepOf(std::move(op)));
}

void Notebook::moveCells(std::span<const CellKey> keys, int index)
{
    OrderOp op;
    std::vector<CellKey> moved, rest;
    const QSet<CellKey> wanted(keys.begin(), keys.end());
    for (const Cell& cell : m_cells) {
        const bool moves = wanted.contains(cell.key());
        (moves ? moved : rest).push_back(cell.key());
        op.before.push_back(cell.key());
    }
    const auto place = rest.begin() + std::clamp(index, 0, int(rest.size()));
    op.after = rest;
    op.after.insert(op.after.begin() + (place - rest.begin()), moved.begin(), moved.end());
    if (op.after == op.before) return;
    reorder(op.after);
    record(moved.size() == 1 ? tr("Move Cell") : tr("Move Cells"), stepOf(std::move(op)));
}

CellKey Notebook::splitCell(CellKey key, qsizetype position)
{
    const Cell* found = find(key);
    if (!found) return CellKey{};
    const Cell upper = *found;
    const int index = indexOf(key);
    const QString source = upper.source();
    position = std::clamp(position, qsizetype(0), source.size());
    CellContent content{upper.type(),
                        source.sliced(position),
                        upper.metadataJson(),
                        upper.outputsJson(),
                        upper.attachmentsJson(),
                        upper.executionCount(),
                        {}};
    beginGroup(tr("Split Cell"));
    const CellKey lower = insertCells(index + 1, {std::move(content)}).front();
    if (upper.type() == CellType::Unknown) {
        CellParts parts = partsOf(*find(lower));
        PartsOp op{lower, parts, parts};
        op.after.type = upper.type();
        op.after.typeName = upper.typeName();
        applyParts(lower, op.after);
        record(tr("Split Cell"), stepOf(std::move(op)));
    }
    if (position < source.size()) replaceText(key, position, source.size() - position, {});
    if (upper.type() == CellType::Code && (!upper.outputs().empty() || upper.executionCount())) {
        OutputsOp op = outputsOpOf(upper, {}, std::nullopt);
        op.moved = true;
        recordOutputs(tr("Split Cell"), std::move(op));
    }
    endGroup();
    return lower;
}

void Notebook::mergeCells(std::span<const CellKey> keys)
{
    std::vector<Cell> cells;
    const QSet<CellKey> wanted(keys.begin(), keys.end());
    for (const Cell& cell : m_cells)
        if (wanted.contains(cell.key())) cells.push_back(cell);
    if (cells.size() < 2) return;
    const Cell first = cells.front();
    QString added;
    std::vector<Output> outputs = first.outputs();
    nlohmann::json attachments = first.attachments();
    std::vector<CellKey> others;
    for (size_t i = 1; i < cells.size(); ++i) {
        added +=
            QStringLiteral("\n\n") +
            (first.type() == CellType::Code ? cells[i].source() : joinAttachments(attachments, cells[i]));
        outputs.insert(outputs.end(), cells[i].outputs().begin(), cells[i].outputs().end());
        others.push_back(cells[i].key());
    }
    beginGroup(tr("Merge Cells"));
    replaceText(first.key(), first.source().size(), 0, added);
    if (first.type() == CellType::Code) {
        if (outputs.size() != first.outputs().size() || first.executionCount())
            recordOutputs(tr("Merge Cells"), outputsOpOf(first, std::move(outputs), std::nullopt));
    } else if (attachments != first.attachments()) {
        PartsOp op{first.key(), partsOf(first), partsOf(first)};
        op.after.attachments = RawJson(QByteArray::fromStdString(toText(attachments)));
        applyParts(first.key(), op.after);
        record(tr("Merge Cells"), stepOf(std::move(op)));
    }
    removeCells(others);
    endGroup();
}

void Notebook::recordOutputs(const QString& title, OutputsOp op)
{
    applyOutputs(op, true);
    record(title, stepOf(std::move(op)));
}

void Notebook::setCellType(CellKey key, CellType type)
{
    const Cell* found = find(key);
    if (!found || found->type() == type || type == CellType::Unknown) return;
    const Cell cell = *found;
    beginGroup(tr("Change Cell Type"));
    // A cell of unknown type may have them, too.
    if (type != CellType::Code && (!cell.outputs().empty() || cell.executionCount()))
        recordOutputs(tr("Change Cell Type"), outputsOpOf(cell, {}, std::nullopt));
    PartsOp op{key, partsOf(cell), partsOf(cell)};
    op.after.type = type;
    op.after.typeName = cellTypeName(type);
    if (type == CellType::Code) op.after.attachments = RawJson();
    applyParts(key, op.after);
    record(tr("Change Cell Type"), stepOf(std::move(op)));
    endGroup();
}

void Notebook::clearOutputs(std::span<const CellKey> keys)
{
    beginGroup(tr("Clear Outputs"));
    for (const CellKey key : keys) {
        const Cell* found = find(key);
        if (!found || found->type() != CellType::Code ||
            (found->outputs().empty() && !found->executionCount()))
            continue;
        recordOutputs(tr("Clear Outputs"), outputsOpOf(*found, {}, std::nullopt));
    }
    endGroup();
}

void Notebook::setCellMetadata(CellKey key, const nlohmann::json& metadata)
{
    const Cell* cell = find(key);
    if (!cell || !metadata.is_object() || cell->metadata() == metadata) return;
    PartsOp op{key, partsOf(*cell), partsOf(*cell)};
    op.after.metadata = RawJson(QByteArray::fromStdString(toText(metadata)));
    applyParts(key, op.after);
    record(tr("Change Cell Metadata"), stepOf(std::move(op)));
}

void Notebook::setMetadata(const nlohmann::json& metadata)
{
    if (!metadata.is_object() || metadata == this->metadata()) return;
    MetadataOp op{m_metadata, RawJson(QByteArray::fromStdString(toText(metadata)))};
    m_languageInfo = RawJson(); // what the user says counts
    applyMetadata(op.after);
    record(tr("Change Notebook Metadata"), stepOf(std::move(op)));
}

} // namespace cahier::notebook
