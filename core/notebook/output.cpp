// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/jsonscanner.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/outputdata.h>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cahier::notebook {
namespace {

using nlohmann::json;

bool isJsonMime(std::string_view mime)
{
    return mime == "application/json" || (mime.starts_with("application/") && mime.ends_with("+json"));
}

bool isSplitMime(std::string_view mime)
{
    return mime.starts_with("text/") || mime == "application/javascript" || mime == "image/svg+xml";
}

bool isLineBreak(char16_t c)
{
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/// Joins the lists of strings of a MIME bundle, except in JSON types.
void joinBundle(json& data)
{
    if (!data.is_object()) return;
    for (auto& [mime, value] : data.items()) {
        if (!value.is_array() || isJsonMime(mime)) continue;
        std::string text;
        bool allStrings = true;
        for (const auto& line : value) {
            allStrings = allStrings && line.is_string();
            if (allStrings) text += line.get_ref<const std::string&>();
        }
        if (allStrings) value = std::move(text);
    }
}

void joinLines(json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) return;
    json wrapped = {{key, *found}};
    joinBundle(wrapped);
    *found = wrapped[key];
}

/// Appends {"key": value} members where text is split into lines.
void appendBundle(std::string& out, const json& data)
{
    out += '{';
    const char* comma = "";
    for (const auto& [mime, value] : data.items()) {
        out += comma;
        appendUtf8(out, mime, false);
        out += ':';
        if (value.is_string() && isSplitMime(mime))
            appendLines(out, value.get_ref<const std::string&>());
        else
            out += toText(value);
        comma = ",";
    }
    out += '}';
}

RawJson ownJson(const std::string& text)
{
    return RawJson(QByteArray(text.data(), qsizetype(text.size())));
}

/// Reads one member list; the last of repeated names counts.
void readMembers(JsonScanner& scanner, std::string_view text, std::vector<OutputShape::Member>& members,
                 std::vector<OutputShape::Member>* data)
{
    if (!scanner.enterObject()) return;
    ByteRange key, value;
    while (scanner.nextMember(&key)) {
        const QString name = decodeString(key.in(text));
        const bool isData = data && name == u"data" && scanner.peek() == JsonKind::Object;
        if (isData) {
            data->clear();
            value.begin = scanner.offset();
            readMembers(scanner, text, *data, nullptr);
            value.end = scanner.offset();
        } else if (!scanner.takeValue(&value)) {
            return;
        }
        const auto same = std::ranges::find(members, name, &OutputShape::Member::name);
        if (same == members.end())
            members.push_back({name, value.in(text)});
        else
            same->value = value.in(text);
    }
}

OutputShape readShape(JsonScanner& scanner, std::string_view text)
{
    OutputShape shape;
    readMembers(scanner, text, shape.members, &shape.data);
    shape.type = multilineText(OutputShape::find(shape.members, u"output_type"));
    return shape;
}

RawJson streamToJson(const QString& name, const StreamText& text)
{
    std::string out = "{\"name\":";
    appendString(out, name, false);
    out += ",\"output_type\":\"stream\",\"text\":";
    const QByteArray all = text.join();
    appendLines(out, {all.constData(), size_t(all.size())});
    out += '}';
    return ownJson(out);
}

} // namespace

qsizetype pythonLineEnd(QStringView text, qsizetype from)
{
    for (qsizetype i = from; i < text.size(); ++i) {
        const char16_t c = text[i].unicode();
        if (!isLineBreak(c)) continue;
        return c == u'\r' && i + 1 < text.size() && text[i + 1] == u'\n' ? i + 2 : i + 1;
    }
    return text.size();
}

void appendLines(std::string& out, std::string_view utf8)
{
    appendLines(out, QString::fromUtf8(utf8.data(), qsizetype(utf8.size())));
}

void appendLines(std::string& out, QStringView text)
{
    out += '[';
    for (qsizetype from = 0; from < text.size();) {
        const qsizetype end = pythonLineEnd(text, from);
        if (from > 0) out += ',';
        appendString(out, text.sliced(from, end - from), false);
        from = end;
    }
    out += ']';
}

QString multilineText(std::string_view text)
{
    JsonScanner scanner(text);
    ByteRange range;
    if (scanner.peek() == JsonKind::String)
        return scanner.takeString(&range) ? decodeString(range.in(text)) : QString();
    QString result;
    if (scanner.peek() != JsonKind::Array || !scanner.enterArray()) return result;
    while (scanner.nextElement()) {
        if (scanner.peek() != JsonKind::String || !scanner.takeString(&range)) return result;
        result += decodeString(range.in(text));
    }
    return result;
}

std::string_view memberOf(std::string_view object, std::string_view key)
{
    JsonScanner scanner(object);
    std::string_view found;
    if (scanner.peek() != JsonKind::Object || !scanner.enterObject()) return found;
    ByteRange name, value;
    while (scanner.nextMember(&name)) {
        if (!scanner.takeValue(&value)) return found;
        if (stringIs(name.in(object), key)) found = value.in(object);
    }
    return found;
}

std::vector<Output> splitOutputs(const RawJson& array)
{
    std::vector<Output> outputs;
    JsonScanner scanner(array.text());
    if (scanner.peek() != JsonKind::Array || !scanner.enterArray()) return outputs;
    ByteRange range;
    while (scanner.nextElement()) {
        const auto data = std::make_shared<OutputData>();
        if (scanner.peek() == JsonKind::Object) { // its parts are noted while passing them
            range.begin = scanner.offset();
            OutputShape shape = readShape(scanner, array.text());
            range.end = scanner.offset();
            data->shape.get([&] { return std::move(shape); });
        } else if (!scanner.takeValue(&range)) {
            break;
        }
        if (scanner.failed()) break;
        data->json = RawJson(array.holder(), range.in(array.text()));
        outputs.emplace_back(data);
    }
    return outputs;
}

QByteArray joinOutputs(const std::vector<Output>& outputs)
{
    QByteArray text("[");
    for (const Output& output : outputs) {
        if (text.size() > 1) text += ',';
        const std::string_view json = output.json().text();
        text.append(json.data(), qsizetype(json.size()));
    }
    return text + ']';
}

RawJson outputToJson(const json& output)
{
    if (!output.is_object())
        return RawJson(QByteArrayLiteral("{\"data\":{},\"metadata\":{},\"output_type\":\"display_data\"}"));
    const auto type = output.find("output_type");
    const bool stream = type != output.end() && *type == "stream";
    std::string out = "{";
    const char* comma = "";
    for (const auto& [key, value] : output.items()) {
        if (key == "transient") continue;
        out += comma;
        appendUtf8(out, key, false);
        out += ':';
        if (key == "data" && value.is_object())
            appendBundle(out, value);
        else if (key == "text" && stream && value.is_string())
            appendLines(out, value.get_ref<const std::string&>());
        else
            out += toText(value);
        comma = ",";
    }
    return ownJson(out + '}');
}

Output::Output(RawJson json)
{
    auto data = std::make_shared<OutputData>();
    data->json = std::move(json);
    m_data = std::move(data);
}

const RawJson& Output::json() const
{
    if (!m_data->isStream) return m_data->json;
    return m_data->streamJson.get([this] { return streamToJson(m_data->streamName, m_data->streamText); });
}

std::string_view OutputShape::find(const std::vector<Member>& members, QStringView name)
{
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? std::string_view() : found->value;
}

const OutputShape& Output::shape() const
{
    return m_data->shape.get([this] {
        const std::string_view text = json().text();
        JsonScanner scanner(text);
        return scanner.peek() == JsonKind::Object ? readShape(scanner, text) : OutputShape();
    });
}

QString Output::type() const
{
    return m_data->isStream ? QStringLiteral("stream") : shape().type;
}

QString Output::streamName() const
{
    if (m_data->isStream) return m_data->streamName;
    return type() == u"stream" ? multilineText(OutputShape::find(shape().members, u"name")) : QString();
}

QString Output::streamText() const
{
    if (m_data->isStream) return QString::fromUtf8(m_data->streamText.join());
    return type() == u"stream" ? multilineText(OutputShape::find(shape().members, u"text")) : QString();
}

QStringList Output::mimeTypes() const
{
    QStringList types;
    if (m_data->isStream) return types;
    for (const OutputShape::Member& member : shape().data)
        types.append(member.name);
    return types;
}

RawJson Output::member(std::string_view name) const
{
    const std::string_view value =
        OutputShape::find(shape().members, QString::fromUtf8(name.data(), qsizetype(name.size())));
    return value.empty() ? RawJson() : RawJson(json().holder(), value);
}

RawJson Output::mimeJson(const QString& mimeType) const
{
    if (m_data->isStream) return {};
    const std::string_view value = OutputShape::find(shape().data, mimeType);
    return value.empty() ? RawJson() : RawJson(m_data->json.holder(), value);
}

const StreamText* Output::liveText() const
{
    return m_data->isStream ? &m_data->streamText : nullptr;
}

std::optional<std::string> Output::streamGrowth(const Output& earlier) const
{
    const StreamText* now = liveText();
    const StreamText* before = earlier.liveText();
    if (!now || !before || streamName() != earlier.streamName() || !now->startsLike(*before)) return {};
    return now->tail(before->size());
}

OutputIdentity Output::identity() const
{
    if (m_data->isStream && m_data->streamText.size() > 0)
        return {m_data->streamText.owner(), m_data->streamText.owner().get()};
    if (m_data->isStream || !m_data->json.holder()) return {m_data, m_data.get()};
    return {m_data->json.holder(), m_data->json.text().data()};
}

bool OutputIdentity::operator==(const OutputIdentity& other) const
{
    const auto owner = m_owner.lock();
    return owner && m_address == other.m_address && owner == other.m_owner.lock();
}

nlohmann::json Output::value() const
{
    nlohmann::json value = toDom(json().text());
    if (!value.is_object()) return nlohmann::json::object();
    joinLines(value, "text");
    if (const auto data = value.find("data"); data != value.end()) joinBundle(*data);
    return value;
}

} // namespace cahier::notebook
