// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/svgsafe.h>

#include <QHash>
#include <QSet>
#include <QXmlStreamReader>
#include <QXmlStreamWriter>

#include <vector>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr qint64 mostElements = 400'000;
constexpr int deepest = 200;

bool isDropped(QStringView element)
{
    static const QSet<QString> dropped{
        u"script"_s,           u"foreignObject"_s, u"animate"_s, u"animateMotion"_s, u"set"_s,
        u"animateTransform"_s, u"animateColor"_s,  u"iframe"_s,  u"video"_s,         u"audio"_s,
        u"handler"_s,          u"listener"_s,      u"discard"_s};
    return dropped.contains(element.toString());
}

/// Style sheets and attributes that name anything outside.
bool namesOutside(QStringView style)
{
    const QString text = style.toString().toLower();
    if (text.contains("@import"_L1) || text.contains("javascript:"_L1) || text.contains(u'\\')) return true;
    for (qsizetype at = text.indexOf("url("_L1); at >= 0; at = text.indexOf("url("_L1, at + 1)) {
        const QStringView inside = QStringView(text).sliced(at + 4).trimmed();
        const bool quoted = inside.startsWith(u'"') || inside.startsWith(u'\'');
        if (!inside.sliced(quoted ? 1 : 0).startsWith(u'#')) return true;
    }
    return false;
}

bool isSafe(QStringView element, const QXmlStreamAttribute& attribute)
{
    const QStringView name = attribute.name();
    if (name.startsWith("on"_L1, Qt::CaseInsensitive) || name == u"base") return false;
    if (name != u"href" && name != u"src") return !namesOutside(attribute.value());
    const QString target = attribute.value().toString().trimmed().toLower();
    if (target.startsWith(u'#')) return true;
    return element == u"image" &&
           (target.startsWith("data:image/png"_L1) || target.startsWith("data:image/jpeg"_L1) ||
            target.startsWith("data:image/gif"_L1) || target.startsWith("data:image/webp"_L1));
}

/// Counts what is drawn when elements are used by others: each use draws all that it refers to again.
class Weights {
public:
    void open(const QXmlStreamAttributes& attributes)
    {
        const QString id = attributes.value("id"_L1).toString();
        m_open.push_back(m_nodes.size());
        m_nodes.push_back({});
        if (!id.isEmpty()) m_byId.insert(id, m_nodes.size() - 1);
    }
    void refer(QStringView id) { m_nodes[m_open.back()].uses.append(id.toString()); }
    void close()
    {
        const size_t node = m_open.back();
        m_open.pop_back();
        if (!m_open.empty()) m_nodes[m_open.back()].children.push_back(node);
    }
    [[nodiscard]] size_t depth() const { return m_open.size(); }
    [[nodiscard]] bool isTooHeavy() { return !m_nodes.empty() && weight(0, 0) > mostElements; }

private:
    struct Node {
        std::vector<size_t> children;
        QStringList uses;
        qint64 weight = -1;
        bool isOpen = false;
    };

    // The depth is bounded by that of the elements times that of the uses.
    qint64 weight(size_t index, int depth)
    {
        Node& node = m_nodes[index];
        if (node.weight >= 0) return node.weight;
        if (node.isOpen || depth > 4 * deepest) return mostElements + 1; // uses itself
        node.isOpen = true;
        qint64 sum = 1;
        for (const size_t child : node.children)
            sum = std::min(sum + weight(child, depth + 1), mostElements + 1);
        for (const QString& id : std::as_const(node.uses)) {
            if (const auto used = m_byId.constFind(id); used != m_byId.cend())
                sum = std::min(sum + weight(*used, depth + 1), mostElements + 1);
        }
        node.isOpen = false;
        return node.weight = sum;
    }

    std::vector<Node> m_nodes;
    std::vector<size_t> m_open;
    QHash<QString, size_t> m_byId;
};

void noteReferences(Weights& weights, const QXmlStreamAttributes& attributes)
{
    for (const QXmlStreamAttribute& attribute : attributes) {
        const QStringView value = attribute.value().trimmed();
        if (attribute.name() == u"href" && value.startsWith(u'#')) weights.refer(value.sliced(1));
        // Patterns, masks, markers and filters draw too. Gradients are only read.
        for (qsizetype at = value.indexOf(u"url(#"); at >= 0; at = value.indexOf(u"url(#", at + 1)) {
            const qsizetype end = value.indexOf(u')', at);
            if (end > at) weights.refer(value.sliced(at + 5, end - at - 5));
        }
    }
}

void writeStart(QXmlStreamWriter& writer, const QXmlStreamReader& reader)
{
    writer.writeStartElement(reader.qualifiedName().toString());
    for (const QXmlStreamNamespaceDeclaration& space : reader.namespaceDeclarations()) {
        const QString name = space.prefix().isEmpty() ? u"xmlns"_s : u"xmlns:%1"_s.arg(space.prefix());
        writer.writeAttribute(name, space.namespaceUri().toString());
    }
    for (const QXmlStreamAttribute& attribute : reader.attributes()) {
        if (isSafe(reader.name(), attribute))
            writer.writeAttribute(attribute.qualifiedName().toString(), attribute.value().toString());
    }
}

} // namespace

std::optional<QByteArray> safeSvg(const QByteArray& svg)
{
    QByteArray result;
    QXmlStreamReader reader(svg);
    QXmlStreamWriter writer(&result);
    Weights weights;
    bool inStyle = false, sawRoot = false;
    while (!reader.atEnd()) {
        switch (reader.readNext()) {
        case QXmlStreamReader::StartElement:
            if (isDropped(reader.name())) {
                reader.skipCurrentElement();
                break;
            }
            if (!sawRoot && reader.name() != u"svg") return {};
            sawRoot = true;
            weights.open(reader.attributes());
            noteReferences(weights, reader.attributes());
            if (weights.depth() > deepest) return {};
            inStyle = reader.name() == u"style";
            writeStart(writer, reader);
            break;
        case QXmlStreamReader::EndElement:
            weights.close();
            inStyle = false;
            writer.writeEndElement();
            break;
        case QXmlStreamReader::Characters:
            if (weights.depth() > 0 && !(inStyle && namesOutside(reader.text())))
                writer.writeCharacters(reader.text().toString());
            break;
        default: // declarations, comments, entities
            break;
        }
    }
    if (reader.hasError() || !sawRoot || weights.isTooHeavy()) return {};
    return result;
}

} // namespace cahier::widgets
