// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/formulareader.h>

#include <QXmlStreamReader>

#include <optional>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr int unitsPerEm = 1000;
constexpr qsizetype glyphsAtMost = 4000;

/// The numbers of an attribute, one after the other.
class Numbers {
public:
    explicit Numbers(QStringView text) : m_text(text) {}

    [[nodiscard]] bool atNumber()
    {
        skipBlanks();
        if (m_at == m_text.size()) return false;
        const QChar c = m_text[m_at];
        return c.isDigit() || c == u'-' || c == u'+' || c == u'.';
    }

    double next()
    {
        if (!atNumber()) return 0;
        qsizetype end = m_at + 1;
        const auto belongs = [&](QChar c) {
            const bool afterE = m_text[end - 1] == u'e';
            return c.isDigit() || c == u'e' || (afterE && (c == u'-' || c == u'+')) ||
                   (c == u'.' && !m_text.sliced(m_at, end - m_at).contains(u'.'));
        };
        while (end < m_text.size() && belongs(m_text[end]))
            ++end;
        const double value = m_text.sliced(m_at, end - m_at).toDouble();
        m_at = end;
        return value;
    }

    QPointF nextPoint()
    {
        const double x = next();
        return {x, next()};
    }

    /// The letter here, or none at the end or before a number.
    [[nodiscard]] QChar letter()
    {
        skipBlanks();
        return m_at < m_text.size() && m_text[m_at].isLetter() ? m_text[m_at++] : QChar();
    }

    [[nodiscard]] bool atEnd()
    {
        skipBlanks();
        return m_at == m_text.size();
    }

private:
    void skipBlanks()
    {
        while (m_at < m_text.size() && (m_text[m_at].isSpace() || m_text[m_at] == u','))
            ++m_at;
    }

    QStringView m_text;
    qsizetype m_at = 0;
};

/// Appends the commands of a path's data to a path.
class PathBuilder {
public:
    explicit PathBuilder(QStringView data) : m_numbers(data) {}

    QPainterPath build()
    {
        while (!m_numbers.atEnd()) {
            const QChar letter = m_numbers.letter();
            if (!letter.isNull())
                m_command = letter;
            else if (m_command.isNull() || m_command.toLower() == u'z' || !m_numbers.atNumber())
                break;
            if (!append()) break;
        }
        return m_path;
    }

private:
    QPointF point()
    {
        const QPointF read = m_numbers.nextPoint();
        return m_command.isLower() ? read + m_path.currentPosition() : read;
    }

    bool append()
    {
        const QPointF here = m_path.currentPosition();
        const QPointF origin = m_command.isLower() ? here : QPointF();
        const QPointF mirrored = m_smooth ? 2 * here - m_control : here;
        const char command = m_command.toUpper().toLatin1();
        m_smooth = command == 'Q' || command == 'T' || command == 'C' || command == 'S';
        switch (command) {
        case 'M':
            m_path.moveTo(point());
            m_command = m_command.isLower() ? u'l' : u'L';
            return true;
        case 'L':
            m_path.lineTo(point());
            return true;
        case 'H':
            m_path.lineTo(m_numbers.next() + origin.x(), here.y());
            return true;
        case 'V':
            m_path.lineTo(here.x(), m_numbers.next() + origin.y());
            return true;
        case 'Q':
            m_control = point();
            m_path.quadTo(m_control, m_numbers.nextPoint() + origin);
            return true;
        case 'T':
            m_control = mirrored;
            m_path.quadTo(m_control, point());
            return true;
        case 'C':
            return cubic(point(), origin);
        case 'S':
            return cubic(mirrored, origin);
        case 'Z':
            m_path.closeSubpath();
            return true;
        default:
            return false;
        }
    }

    bool cubic(QPointF first, QPointF origin)
    {
        m_control = m_numbers.nextPoint() + origin;
        m_path.cubicTo(first, m_control, m_numbers.nextPoint() + origin);
        return true;
    }

    Numbers m_numbers;
    QPainterPath m_path;
    QChar m_command;
    QPointF m_control;
    bool m_smooth = false; ///< the command before was a curve, whose control point the next mirrors
};

/// What an element hands to those in it.
struct State {
    QTransform transform;
    QColor fill, stroke;
    bool filled = true;
    double strokeWidth = 0;
    std::optional<QRectF> clip; ///< in ems
};

double number(const QXmlStreamAttributes& attributes, QLatin1StringView name)
{
    return Numbers(attributes.value(name)).next();
}

void inherit(State& state, const QXmlStreamAttributes& attributes)
{
    const QStringView fill = attributes.value("fill"_L1);
    if (fill == "none"_L1)
        state.filled = false;
    else if (!fill.isEmpty() && fill != "currentColor"_L1)
        state.fill = QColor::fromString(fill);
    const QStringView stroke = attributes.value("stroke"_L1);
    if (!stroke.isEmpty() && stroke != "currentColor"_L1) state.stroke = QColor::fromString(stroke);
    if (attributes.hasAttribute("stroke-width"_L1)) state.strokeWidth = number(attributes, "stroke-width"_L1);
    const QStringView transform = attributes.value("transform"_L1);
    if (transform.isEmpty()) return;
    state.transform = FormulaReader::transformFromText(transform) * state.transform;
}

/// An svg element in another: MathJax stretches delimiters with them.
void enterViewport(State& state, const QXmlStreamAttributes& attributes)
{
    Numbers box(attributes.value("viewBox"_L1));
    const QPointF corner = box.nextPoint();
    const QPointF size = box.nextPoint();
    const double width = number(attributes, "width"_L1), height = number(attributes, "height"_L1);
    if (size.x() <= 0 || size.y() <= 0 || width <= 0 || height <= 0) return;
    QTransform place;
    place.translate(number(attributes, "x"_L1), number(attributes, "y"_L1));
    place.scale(width / size.x(), height / size.y());
    place.translate(-corner.x(), -corner.y());
    state.transform = place * state.transform;
    state.clip = state.transform.mapRect(QRectF(corner, QSizeF(size.x(), size.y())));
}

QPainterPath primitive(QStringView name, const QXmlStreamAttributes& attributes)
{
    QPainterPath path;
    if (name == "line"_L1) {
        path.moveTo(number(attributes, "x1"_L1), number(attributes, "y1"_L1));
        path.lineTo(number(attributes, "x2"_L1), number(attributes, "y2"_L1));
    } else if (name == "rect"_L1) {
        const double radius = number(attributes, "rx"_L1);
        path.addRoundedRect(number(attributes, "x"_L1), number(attributes, "y"_L1),
                            number(attributes, "width"_L1), number(attributes, "height"_L1), radius, radius);
    } else if (name == "ellipse"_L1) {
        path.addEllipse(QPointF(number(attributes, "cx"_L1), number(attributes, "cy"_L1)),
                        number(attributes, "rx"_L1), number(attributes, "ry"_L1));
    } else if (name == "polygon"_L1) {
        QPolygonF corners;
        for (Numbers numbers(attributes.value("points"_L1)); numbers.atNumber();)
            corners.append(numbers.nextPoint());
        path.addPolygon(corners);
        path.closeSubpath();
    }
    return path;
}

/// Reads one drawing.
class DrawingReader {
public:
    DrawingReader(const QByteArray& svg, QHash<QString, QPainterPath>& glyphs) : m_xml(svg), m_glyphs(glyphs)
    {
        m_states.emplace_back().transform.scale(1.0 / unitsPerEm, 1.0 / unitsPerEm);
    }

    std::expected<std::vector<FormulaShape>, QString> read()
    {
        while (!m_xml.atEnd()) {
            const auto token = m_xml.readNext();
            if (token == QXmlStreamReader::StartElement) enter();
            if (token == QXmlStreamReader::EndElement) m_states.pop_back();
        }
        if (m_xml.hasError()) return std::unexpected(m_xml.errorString());
        return std::move(m_shapes);
    }

private:
    void enter()
    {
        const QXmlStreamAttributes attributes = m_xml.attributes();
        const QString name = m_xml.name().toString();
        State state = m_states.back();
        inherit(state, attributes);
        if (name == "svg"_L1 && m_states.size() > 1) enterViewport(state, attributes);
        if (name == "text"_L1) {
            addText(state, attributes);
            return; // its end has been read
        }
        if (name == "path"_L1)
            addPath(state, attributes, glyph(attributes.value("d"_L1).toString()));
        else if (name != "svg"_L1 && name != "g"_L1)
            addPath(state, attributes, primitive(name, attributes));
        m_states.push_back(std::move(state));
    }

    QPainterPath glyph(const QString& data)
    {
        const auto known = m_glyphs.constFind(data);
        if (known != m_glyphs.cend()) return *known;
        return *m_glyphs.insert(data, FormulaReader::pathFromData(data));
    }

    void addPath(const State& state, const QXmlStreamAttributes& attributes, QPainterPath path)
    {
        bool invertible = false;
        const QTransform back = state.transform.inverted(&invertible);
        if (path.isEmpty() || !invertible) return;
        if (state.clip) {
            QPainterPath clip;
            clip.addRect(back.mapRect(*state.clip));
            path = path.intersected(clip);
        }
        FormulaShape shape{.path = std::move(path),
                           .transform = state.transform,
                           .fill = state.fill,
                           .stroke = state.stroke,
                           .filled = state.filled,
                           .strokeWidth = state.strokeWidth};
        Numbers dashes(attributes.value("stroke-dasharray"_L1));
        while (shape.strokeWidth > 0 && dashes.atNumber())
            shape.dashes.append(dashes.next() / shape.strokeWidth);
        if (shape.dashes.size() % 2 != 0) shape.dashes += QList(shape.dashes); // as SVG has it
        m_shapes.push_back(std::move(shape));
    }

    void addText(const State& state, const QXmlStreamAttributes& attributes)
    {
        FormulaShape shape{.transform = state.transform,
                           .fill = state.fill,
                           .bold = attributes.value("font-weight"_L1) == "bold"_L1,
                           .italic = attributes.value("font-style"_L1) == "italic"_L1,
                           .textSize = number(attributes, "font-size"_L1)};
        shape.text = m_xml.readElementText(QXmlStreamReader::IncludeChildElements);
        if (!shape.text.isEmpty()) m_shapes.push_back(std::move(shape));
    }

    QXmlStreamReader m_xml;
    QHash<QString, QPainterPath>& m_glyphs;
    std::vector<State> m_states;
    std::vector<FormulaShape> m_shapes;
};

} // namespace

QPainterPath FormulaReader::pathFromData(QStringView data)
{
    QPainterPath path = PathBuilder(data).build();
    path.setFillRule(Qt::WindingFill);
    return path;
}

QTransform FormulaReader::transformFromText(QStringView text)
{
    QTransform result;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype open = text.indexOf(u'(', at);
        const qsizetype close = text.indexOf(u')', open);
        if (open < 0 || close < 0) break;
        const QStringView name = text.sliced(at, open - at).trimmed();
        Numbers numbers(text.sliced(open + 1, close - open - 1));
        std::vector<double> n;
        while (numbers.atNumber())
            n.push_back(numbers.next());
        n.resize(6);
        if (name == "translate"_L1)
            result.translate(n[0], n[1]);
        else if (name == "scale"_L1)
            result.scale(n[0], n[1] == 0 ? n[0] : n[1]);
        else if (name == "rotate"_L1)
            result.translate(n[1], n[2]).rotate(n[0]).translate(-n[1], -n[2]);
        else if (name == "matrix"_L1)
            result = QTransform(n[0], n[1], n[2], n[3], n[4], n[5]) * result;
        at = close + 1;
    }
    return result;
}

std::expected<std::vector<FormulaShape>, QString> FormulaReader::read(const QByteArray& svg)
{
    if (m_glyphs.size() > glyphsAtMost) m_glyphs.clear();
    return DrawingReader(svg, m_glyphs).read();
}

} // namespace cahier::widgets
