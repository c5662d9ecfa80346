// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/recoveryformat.h>

#include <core/notebook/celldata.h>
#include <core/notebook/fileidentity.h>
#include <core/notebook/jsonscanner.h>
#include <core/notebook/jsontext.h>

#include <nlohmann/json.hpp>

#include <QHash>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace cahier::notebook {
namespace {

void appendMember(std::string& out, std::string_view key, std::string_view json)
{
    if (out.back() != '{') out += ',';
    out += '"';
    out += key;
    out += "\":";
    out += json;
}

std::string quoted(QStringView text)
{
    std::string out;
    appendString(out, text, false);
    return out;
}

/// {"at": first unit, "cut": units removed, "put": text}
std::string describeText(const QString& from, const QString& to)
{
    const qsizetype shorter = std::min(from.size(), to.size());
    qsizetype prefix = 0;
    while (prefix < shorter && from[prefix] == to[prefix])
        ++prefix;
    qsizetype suffix = 0;
    while (suffix < shorter - prefix && from[from.size() - 1 - suffix] == to[to.size() - 1 - suffix])
        ++suffix;
    std::string out = "{";
    appendMember(out, "at", std::to_string(prefix));
    appendMember(out, "cut", std::to_string(from.size() - prefix - suffix));
    appendMember(out, "put", quoted(QStringView(to).sliced(prefix, to.size() - prefix - suffix)));
    return out + '}';
}

bool growsFrom(const Output& from, const Output& to)
{
    return from.data().isStream && to.data().isStream && from.data().streamName == to.data().streamName &&
           to.data().streamText.startsLike(from.data().streamText);
}

/// {"keep": outputs that stay, "tail": what the next one, a stream, got more, "add": [those that follow]}
std::string describeOutputs(const std::vector<Output>& from, const std::vector<Output>& to)
{
    size_t keep = 0;
    while (keep < std::min(from.size(), to.size()) && &from[keep].data() == &to[keep].data())
        ++keep;
    std::string out = "{";
    appendMember(out, "keep", std::to_string(keep));
    size_t next = keep;
    if (keep < from.size() && keep < to.size() && growsFrom(from[keep], to[keep])) {
        std::string tail;
        appendUtf8(tail, to[keep].data().streamText.tail(from[keep].data().streamText.size()), false);
        appendMember(out, "tail", tail);
        ++next;
    }
    std::string added = "[";
    for (; next < to.size(); ++next) {
        if (added.size() > 1) added += ',';
        added += to[next].json().text();
    }
    appendMember(out, "add", added + ']');
    return out + '}';
}

bool sameOutputs(const Cell& a, const Cell& b)
{
    const std::vector<Output>& left = a.outputs();
    const std::vector<Output>& right = b.outputs();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const Output& x, const Output& y) { return &x.data() == &y.data(); });
}

std::string describeCell(const Cell& from, const Cell& to)
{
    const auto either = [&](CellPart part) {
        return from.data().isChanged(part) || to.data().isChanged(part);
    };
    std::string out = "{";
    appendMember(out, "key", std::to_string(quint64(to.key())));
    if (from.typeName() != to.typeName()) appendMember(out, "type", quoted(to.typeName()));
    if (from.id() != to.id()) appendMember(out, "id", quoted(to.id()));
    if (either(CellPart::Source) && from.source() != to.source())
        appendMember(out, "source", describeText(from.source(), to.source()));
    const auto addRaw = [&](const char* name, const RawJson& before, const RawJson& now) {
        if (before.text() != now.text()) appendMember(out, name, now.isEmpty() ? "null" : now.text());
    };
    addRaw("metadata", from.metadataJson(), to.metadataJson());
    addRaw("attachments", from.attachmentsJson(), to.attachmentsJson());
    if (either(CellPart::Count) && from.executionCount() != to.executionCount())
        appendMember(out, "count", to.executionCount() ? std::to_string(*to.executionCount()) : "null");
    if (either(CellPart::Outputs) && !sameOutputs(from, to))
        appendMember(out, "outputs", describeOutputs(from.outputs(), to.outputs()));
    return out + '}';
}

/// An empty cell, with which those that are new are compared.
Cell emptyCell(CellKey key)
{
    auto* data = new CellData;
    data->key = key;
    data->change(CellPart::Type);
    data->change(CellPart::Id);
    data->change(CellPart::Source);
    data->change(CellPart::Metadata);
    data->change(CellPart::Outputs);
    data->change(CellPart::Count);
    data->change(CellPart::Attachments);
    return Cell(data);
}

template <typename Number> Number numberOf(std::string_view json, Number otherwise)
{
    Number value = otherwise;
    std::from_chars(json.data(), json.data() + json.size(), value);
    return value;
}

RawJson ownCopy(std::string_view json)
{
    if (json == "null") return {};
    return RawJson(QByteArray(json.data(), qsizetype(json.size())));
}

template <typename Visit> void forEachElement(std::string_view array, Visit visit)
{
    JsonScanner scanner(array);
    ByteRange range;
    if (scanner.peek() != JsonKind::Array || !scanner.enterArray()) return;
    while (scanner.nextElement() && scanner.takeValue(&range))
        visit(range.in(array));
}

bool applyText(Cell& cell, std::string_view json)
{
    QString source = cell.source();
    const auto at = numberOf<qsizetype>(memberOf(json, "at"), -1);
    const auto cut = numberOf<qsizetype>(memberOf(json, "cut"), -1);
    const std::string_view put = memberOf(json, "put");
    if (at < 0 || cut < 0 || at + cut > source.size() || !put.starts_with('"')) return false;
    source.replace(at, cut, decodeString(put));
    cell.detached().change(CellPart::Source).source = source;
    return true;
}

bool applyOutputs(Cell& cell, std::string_view json)
{
    std::vector<Output> outputs = cell.outputs();
    const auto keep = numberOf<size_t>(memberOf(json, "keep"), outputs.size() + 1);
    if (keep > outputs.size()) return false;
    if (const std::string_view tail = memberOf(json, "tail"); !tail.empty()) {
        if (keep >= outputs.size()) return false;
        auto data = std::make_shared<OutputData>();
        data->isStream = true;
        data->streamName = outputs[keep].streamName();
        const OutputData& before = outputs[keep].data();
        StreamText text = before.isStream ? before.streamText
                                          : StreamText().appended(outputs[keep].streamText().toStdString());
        data->streamText = text.appended(decodeUtf8(tail));
        outputs.erase(outputs.begin() + ptrdiff_t(keep), outputs.end());
        outputs.emplace_back(std::shared_ptr<const OutputData>(std::move(data)));
    } else {
        outputs.erase(outputs.begin() + ptrdiff_t(keep), outputs.end());
    }
    forEachElement(memberOf(json, "add"),
                   [&](std::string_view output) { outputs.emplace_back(ownCopy(output)); });
    cell.detached().change(CellPart::Outputs).outputs = std::move(outputs);
    return true;
}

bool applyCell(Cell& cell, std::string_view json)
{
    CellData& data = cell.detached();
    if (const std::string_view type = memberOf(json, "type"); type.starts_with('"')) {
        data.change(CellPart::Type).typeName = decodeString(type);
        data.type = cellTypeFromName(data.edits->typeName);
    }
    if (const std::string_view id = memberOf(json, "id"); id.starts_with('"'))
        data.change(CellPart::Id).id = decodeString(id);
    if (const std::string_view metadata = memberOf(json, "metadata"); !metadata.empty())
        data.change(CellPart::Metadata).metadata = ownCopy(metadata);
    if (const std::string_view attachments = memberOf(json, "attachments"); !attachments.empty())
        data.change(CellPart::Attachments).attachments = ownCopy(attachments);
    if (const std::string_view count = memberOf(json, "count"); !count.empty())
        data.change(CellPart::Count).executionCount = countOf(count);
    if (const std::string_view source = memberOf(json, "source"); !source.empty() && !applyText(cell, source))
        return false;
    const std::string_view outputs = memberOf(json, "outputs");
    return outputs.empty() || applyOutputs(cell, outputs);
}

QHash<quint64, const Cell*> byKey(const std::vector<Cell>& cells)
{
    QHash<quint64, const Cell*> map;
    map.reserve(qsizetype(cells.size()));
    for (const Cell& cell : cells)
        map.insert(quint64(cell.key()), &cell);
    return map;
}

/// A base's cells have the keys 1, 2, 3, …
const Cell* inBase(const std::vector<Cell>& base, quint64 key)
{
    return key >= 1 && key <= base.size() && quint64(base[key - 1].key()) == key ? &base[key - 1] : nullptr;
}

std::string describeFile(const JournalHeader& header)
{
    const FileIdentity& identity = header.version.identity;
    nlohmann::json json = {{"path", header.path.toStdString()},
                           {"device", identity.device},
                           {"inode", identity.inode},
                           {"size", identity.size},
                           {"modifiedNs", identity.modifiedNs}};
    if (header.version.hash) json["hash"] = *header.version.hash;
    if (header.isBase) json["isBase"] = true;
    return toText(json);
}

std::optional<JournalHeader> readFile(const nlohmann::json& json)
{
    if (!json.is_object() || !json.contains("path") || !json["path"].is_string()) return std::nullopt;
    const auto number = [&](const char* key, auto otherwise) {
        const auto found = json.find(key);
        return found != json.end() && found->is_number_integer() ? found->get<decltype(otherwise)>()
                                                                 : otherwise;
    };
    JournalHeader header;
    header.path = QString::fromStdString(json["path"].get<std::string>());
    header.version.identity = {number("device", quint64(0)), number("inode", quint64(0)),
                               number("size", qint64(-1)), number("modifiedNs", qint64(0))};
    if (json.contains("hash")) header.version.hash = number("hash", quint64(0));
    header.isBase = json.value("isBase", nlohmann::json()) == true;
    return header;
}

} // namespace

std::optional<std::string> describeChange(const std::vector<Cell>& base, const NotebookSnapshot& from,
                                          const NotebookSnapshot& to)
{
    const bool sameOrder = std::equal(from.cells.begin(), from.cells.end(), to.cells.begin(), to.cells.end(),
                                      [](const Cell& a, const Cell& b) { return a.key() == b.key(); });
    const auto before = sameOrder ? QHash<quint64, const Cell*>() : byKey(from.cells);
    std::string cells = "[";
    std::string order = "[";
    for (size_t i = 0; i < to.cells.size(); ++i) {
        const Cell& cell = to.cells[i];
        const auto key = quint64(cell.key());
        const Cell* old = sameOrder ? &from.cells[i] : before.value(key);
        if (!sameOrder) order += (i > 0 ? "," : "") + std::to_string(key);
        if (old && &old->data() == &cell.data()) continue;
        if (cells.size() > 1) cells += ',';
        // A cell that comes back is told from its beginnings: the reader has dropped what it was last.
        const Cell* original = old ? old : inBase(base, key);
        cells += describeCell(original ? *original : emptyCell(cell.key()), cell);
        if (!old) cells.insert(cells.size() - 1, original ? ",\"again\":true" : ",\"new\":true");
    }
    const bool metadata = from.metadata.text() != to.metadata.text();
    if (sameOrder && cells.size() == 1 && !metadata) return std::nullopt;
    std::string payload = "{";
    appendMember(payload, "cells", cells + ']');
    if (!sameOrder) appendMember(payload, "order", order + ']');
    if (metadata) appendMember(payload, "metadata", to.metadata.isEmpty() ? "null" : to.metadata.text());
    return payload + '}';
}

bool applyChange(NotebookData& data, const std::vector<Cell>& base, std::string_view payload)
{
    bool fits = JsonScanner(payload).peek() == JsonKind::Object;
    QHash<quint64, qsizetype> places;
    for (const Cell& cell : data.cells)
        places.insert(quint64(cell.key()), places.size());
    const auto add = [&](Cell cell) {
        places.insert(quint64(cell.key()), qsizetype(data.cells.size()));
        data.cells.push_back(std::move(cell));
    };
    forEachElement(memberOf(payload, "cells"), [&](std::string_view json) {
        const auto key = numberOf<quint64>(memberOf(json, "key"), 0);
        if (memberOf(json, "new") == "true") add(emptyCell(CellKey(key)));
        if (const Cell* cell = inBase(base, key); cell && memberOf(json, "again") == "true") add(*cell);
        const auto place = places.constFind(key);
        fits = fits && key != 0 && place != places.cend() && applyCell(data.cells[size_t(*place)], json);
    });
    if (const std::string_view order = memberOf(payload, "order"); !order.empty()) {
        std::vector<Cell> ordered;
        forEachElement(order, [&](std::string_view json) {
            const auto place = places.constFind(numberOf<quint64>(json, 0));
            fits = fits && place != places.cend();
            if (place != places.cend()) ordered.push_back(data.cells[size_t(*place)]);
        });
        data.cells = std::move(ordered);
    }
    if (const std::string_view metadata = memberOf(payload, "metadata"); !metadata.empty())
        data.metadata = ownCopy(metadata);
    return fits;
}

std::string describeHeader(const JournalHeader& header)
{
    return describeFile(header);
}

std::string describeSave(const JournalHeader& saved, bool unsaved)
{
    std::string payload = "{";
    appendMember(payload, "saving", describeFile(saved));
    appendMember(payload, "unsaved", unsaved ? "true" : "false");
    return payload + '}';
}

std::optional<JournalContents> readJournal(std::string_view text)
{
    if (!text.starts_with(journalMagic)) return std::nullopt;
    text.remove_prefix(journalMagic.size());
    const auto first = takeRecord(text);
    auto header = first ? readFile(toDom(*first)) : std::nullopt;
    if (!header) return std::nullopt;
    JournalContents contents;
    contents.points.push_back({std::move(*header), false});
    while (const auto record = takeRecord(text)) {
        if (!record->starts_with("{\"saving\":")) {
            contents.changes.push_back(*record);
            for (JournalPoint& point : contents.points)
                point.changes = true;
        } else if (auto saved = readFile(toDom(memberOf(*record, "saving")))) {
            contents.points.push_back({std::move(*saved), memberOf(*record, "unsaved") == "true"});
        }
    }
    return contents;
}

std::string frameRecord(std::string_view payload)
{
    std::string record(12, '\0');
    const auto size = quint32(payload.size());
    const quint64 hash = contentHash(payload);
    for (size_t i = 0; i < 4; ++i)
        record[i] = char(size >> (8 * i));
    for (size_t i = 0; i < 8; ++i)
        record[4 + i] = char(hash >> (8 * i));
    return record.append(payload);
}

std::optional<std::string_view> takeRecord(std::string_view& rest)
{
    if (rest.size() < 12) return std::nullopt;
    const auto byteAt = [&](size_t i) { return static_cast<unsigned char>(rest[i]); };
    quint32 size = 0;
    quint64 hash = 0;
    for (size_t i = 0; i < 4; ++i)
        size |= quint32(byteAt(i)) << (8 * i);
    for (size_t i = 0; i < 8; ++i)
        hash |= quint64(byteAt(4 + i)) << (8 * i);
    if (rest.size() - 12 < size) return std::nullopt;
    const std::string_view payload = rest.substr(12, size);
    if (contentHash(payload) != hash) return std::nullopt;
    rest.remove_prefix(12 + size_t(size));
    return payload;
}

} // namespace cahier::notebook
