// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/cell.h>

#include <core/notebook/celldata.h>
#include <core/notebook/jsontext.h>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace cahier::notebook {

std::string_view cellPartName(CellPart part)
{
    constexpr std::array<std::string_view, cellPartCount> names{
        "cell_type", "id", "source", "metadata", "outputs", "execution_count", "attachments"};
    return names[size_t(part)];
}

CellType cellTypeFromName(QStringView name)
{
    if (name == u"code") return CellType::Code;
    if (name == u"markdown") return CellType::Markdown;
    if (name == u"raw") return CellType::Raw;
    return CellType::Unknown;
}

QString cellTypeName(CellType type)
{
    switch (type) {
    case CellType::Code:
        return QStringLiteral("code");
    case CellType::Markdown:
        return QStringLiteral("markdown");
    case CellType::Raw:
    case CellType::Unknown:
        break;
    }
    return QStringLiteral("raw");
}

std::optional<qint64> countOf(std::string_view json)
{
    const char* const end = json.data() + json.size();
    qint64 count = 0;
    const auto parsed = std::from_chars(json.data(), end, count);
    if (json.empty() || parsed.ec != std::errc()) return std::nullopt;
    if (parsed.ptr == end) return count;
    double number = 0; // some programs write 1.0
    const auto asDouble = std::from_chars(json.data(), end, number);
    constexpr double exact = 9007199254740992; // 2^53: above it not every whole number is a double
    if (asDouble.ec != std::errc() || asDouble.ptr != end || std::trunc(number) != number ||
        std::abs(number) > exact)
        return std::nullopt;
    return qint64(number);
}

CellData::CellData(const CellData& other)
    : QSharedData(other), key(other.key), type(other.type), changed(other.changed), holder(other.holder),
      text(other.text), ranges(other.ranges),
      edits(other.edits ? std::make_unique<CellEdits>(*other.edits) : nullptr),
      outputsRevision(other.outputsRevision), clearedRevision(other.clearedRevision)
{
}

CellEdits& CellData::change(CellPart part)
{
    if (!edits) edits = std::make_unique<CellEdits>();
    changed |= quint8(1u << unsigned(part));
    return *edits;
}

std::string_view CellData::original(CellPart part) const
{
    const PartRange range = ranges[size_t(part)];
    return range.end == 0 ? std::string_view() : text.substr(range.begin, range.end - range.begin);
}

Cell::Cell(CellData* data) : m_data(data) {}
Cell::Cell(const Cell& other) = default;
Cell::Cell(Cell&& other) noexcept = default;
Cell& Cell::operator=(const Cell& other) = default;
Cell& Cell::operator=(Cell&& other) noexcept = default;
Cell::~Cell() = default;

CellData& Cell::detached()
{
    // Acquire: what other threads did with their copies is over before this one changes the data in place.
    if (m_data->ref.loadAcquire() != 1) m_data.reset(new CellData(*m_data));
    return *m_data;
}

CellKey Cell::key() const
{
    return m_data->key;
}

CellType Cell::type() const
{
    return m_data->type;
}

QString Cell::typeName() const
{
    if (m_data->isChanged(CellPart::Type)) return m_data->edits->typeName;
    return decodeString(m_data->original(CellPart::Type));
}

QString Cell::id() const
{
    if (m_data->isChanged(CellPart::Id)) return m_data->edits->id;
    return decodeString(m_data->original(CellPart::Id));
}

QString Cell::source() const
{
    if (m_data->isChanged(CellPart::Source)) return m_data->edits->source;
    return m_data->decodedSource.get([this] { return multilineText(m_data->original(CellPart::Source)); });
}

std::optional<qint64> Cell::executionCount() const
{
    if (m_data->isChanged(CellPart::Count)) return m_data->edits->executionCount;
    return countOf(m_data->original(CellPart::Count));
}

const std::vector<Output>& Cell::outputs() const
{
    if (m_data->isChanged(CellPart::Outputs)) return m_data->edits->outputs;
    return m_data->splitOutputs.get([this] { return splitOutputs(m_data->originalJson(CellPart::Outputs)); });
}

RawJson Cell::metadataJson() const
{
    return m_data->isChanged(CellPart::Metadata) ? m_data->edits->metadata
                                                 : m_data->originalJson(CellPart::Metadata);
}

RawJson Cell::outputsJson() const
{
    if (m_data->isChanged(CellPart::Outputs)) return RawJson(joinOutputs(m_data->edits->outputs));
    return m_data->originalJson(CellPart::Outputs);
}

RawJson Cell::attachmentsJson() const
{
    return m_data->isChanged(CellPart::Attachments) ? m_data->edits->attachments
                                                    : m_data->originalJson(CellPart::Attachments);
}

namespace {

nlohmann::json objectOf(const RawJson& json)
{
    nlohmann::json value = toDom(json.text());
    return value.is_object() ? value : nlohmann::json::object();
}

} // namespace

nlohmann::json Cell::metadata() const
{
    return objectOf(metadataJson());
}

nlohmann::json Cell::attachments() const
{
    return objectOf(attachmentsJson());
}

QStringList Cell::tags() const
{
    QStringList tags;
    const nlohmann::json all = toDom(memberOf(metadataJson().text(), "tags"));
    if (!all.is_array()) return tags;
    for (const auto& tag : all)
        if (tag.is_string()) tags.append(QString::fromStdString(tag.get<std::string>()));
    return tags;
}

} // namespace cahier::notebook
