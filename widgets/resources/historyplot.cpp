// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/historyplot.h>

#include <QDateTime>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int padding = 4, fieldHeight = 44;
constexpr qint64 longestStep = 3500; ///< ms between samples that belong together
constexpr qint64 nearEnough = 2500;  ///< ms from the pointer to a sample
constexpr double lineWidth = 1.25;

/// The least of 1, 2, 2.5, 5 × 10ⁿ that is not below.
double roundedUp(double value)
{
    const double unit = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 2.5, 5.0}) {
        if (value <= step * unit) return step * unit;
    }
    return 10 * unit;
}

bool isLevel(const QPointF& a, const QPointF& b)
{
    return std::abs(a.y() - b.y()) < 0.05;
}

} // namespace

HistoryPlot::HistoryPlot(QString title, const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_title(std::move(title)), m_appearance(appearance)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(m_title);
    connect(&appearance, &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void HistoryPlot::setTitle(const QString& title)
{
    if (title == m_title) return;
    m_title = title;
    setAccessibleName(title);
    update();
}

void HistoryPlot::setNote(const QString& note)
{
    if (note == m_note) return;
    m_note = note;
    describe();
    update();
}

void HistoryPlot::setCurve(const Curve& curve)
{
    const std::ptrdiff_t pointsBefore = std::ssize(m_points);
    m_points.clear();
    m_now = curve.now;
    double highest = curve.least;
    const auto from = std::ranges::lower_bound(curve.times, m_now - m_range.count());
    for (auto at = static_cast<std::size_t>(from - curve.times.begin()); at < curve.values.size(); ++at) {
        if (std::isnan(curve.values[at])) continue;
        m_points.push_back({curve.times[at], curve.values[at]});
        highest = std::max<double>(highest, curve.values[at]);
    }
    if (curve.maximum > 0)
        m_maximum = curve.maximum;
    else
        m_maximum = curve.isBinary ? std::exp2(std::ceil(std::log2(highest))) : roundedUp(highest);
    describe();
    // Over a quarter of an hour it takes seconds until anything but the value looks different.
    const Drawn drawn{edge(), m_range, m_maximum};
    const bool isNextSecond = std::abs(std::ssize(m_points) - pointsBefore) <= 1;
    if (drawn == m_drawn && isNextSecond && !m_age)
        update(headRect());
    else
        update();
    m_drawn = drawn;
}

QString HistoryPlot::valueText() const
{
    if (const std::optional<Point> point = markedPoint()) {
        const QTime time = QDateTime::fromMSecsSinceEpoch(point->time).time();
        return tr("%1 at %2").arg(m_format(point->value), time.toString(u"HH:mm:ss"_s));
    }
    if (!m_note.isEmpty()) return m_note;
    const bool isNow = !m_points.empty() && m_now - m_points.back().time < longestStep;
    return isNow ? m_format(m_points.back().value) : tr("unknown");
}

void HistoryPlot::describe()
{
    const QString text = valueText();
    if (text != accessibleDescription()) setAccessibleDescription(text);
}

QSize HistoryPlot::sizeHint() const
{
    return {260, fontMetrics().height() + fieldHeight + 3 * padding};
}

QSize HistoryPlot::minimumSizeHint() const
{
    return {120, sizeHint().height()};
}

QRectF HistoryPlot::field() const
{
    return QRectF(rect()).adjusted(padding, fontMetrics().height() + 2 * padding, -padding, -padding);
}

QRect HistoryPlot::headRect() const
{
    return {padding, padding, width() - 2 * padding, fontMetrics().height()};
}

/// The time at the right edge: moves by whole device pixels, so that a curve keeps its shape as it moves.
qint64 HistoryPlot::edge() const
{
    const double pixels = std::max(1.0, field().width() * devicePixelRatioF());
    const auto step = std::max<qint64>(1, static_cast<qint64>(double(m_range.count()) / pixels));
    return (m_now + step - 1) / step * step;
}

double HistoryPlot::xOf(qint64 time, const QRectF& field) const
{
    return field.right() - field.width() * double(edge() - time) / double(m_range.count());
}

double HistoryPlot::yOf(double value, const QRectF& field) const
{
    return field.bottom() - field.height() * std::clamp(value / m_maximum, 0.0, 1.0);
}

std::vector<QPolygonF> HistoryPlot::pieces(const QRectF& field) const
{
    std::vector<QPolygonF> pieces;
    const double ratio = devicePixelRatioF();
    for (std::size_t at = 0; at < m_points.size();) {
        const auto columnOf = [&](std::size_t point) {
            return std::floor(xOf(m_points[point].time, field) * ratio);
        };
        const bool gap = at == 0 || m_points[at].time - m_points[at - 1].time > longestStep;
        if (gap) pieces.emplace_back();
        std::size_t lowest = at, highest = at, end = at + 1;
        while (end < m_points.size() && columnOf(end) == columnOf(at) &&
               m_points[end].time - m_points[end - 1].time <= longestStep) {
            if (m_points[end].value < m_points[lowest].value) lowest = end;
            if (m_points[end].value > m_points[highest].value) highest = end;
            ++end;
        }
        const auto append = [&](std::size_t point) {
            QPolygonF& piece = pieces.back();
            const QPointF place(xOf(m_points[point].time, field), yOf(m_points[point].value, field));
            // A level stretch is one line.
            const qsizetype size = piece.size();
            if (size >= 2 && isLevel(piece[size - 2], piece[size - 1]) && isLevel(piece[size - 1], place))
                piece.back() = place;
            else
                piece << place;
        };
        append(std::min(lowest, highest));
        if (lowest != highest) append(std::max(lowest, highest));
        at = end;
    }
    return pieces;
}

void HistoryPlot::paintHead(QPainter& painter) const
{
    const Theme& theme = m_appearance.theme();
    const QRect head = headRect();
    const QString value = fontMetrics().elidedText(valueText(), Qt::ElideRight, head.width() * 2 / 3);
    const int valueWidth = fontMetrics().horizontalAdvance(value);
    painter.setPen(theme.text);
    painter.drawText(head, Qt::AlignVCenter | Qt::AlignRight, value);
    painter.setPen(theme.muted);
    const int room = head.width() - valueWidth - 2 * padding;
    painter.drawText(head, Qt::AlignVCenter | Qt::AlignLeft,
                     fontMetrics().elidedText(m_title, Qt::ElideRight, room));
}

void HistoryPlot::paintScale(QPainter& painter, const QRectF& field) const
{
    const Theme& theme = m_appearance.theme();
    painter.fillRect(field, theme.page);
    // On device pixels, so that they are crisp at every scale.
    const double ratio = devicePixelRatioF();
    const auto aligned = [ratio](double place) { return (std::floor(place * ratio) + 0.5) / ratio; };
    painter.setPen(QPen(theme.border, 1 / ratio));
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (const double part : {0.0, 0.5, 1.0}) {
        const double y = aligned(field.bottom() - (field.height() - 1 / ratio) * part - 0.5 / ratio);
        painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y));
    }
    constexpr int parts = 5;
    for (int part = 0; part <= parts; ++part) {
        const double x = aligned(field.left() + (field.width() - 1 / ratio) * part / parts);
        painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()));
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
}

/// How much the top of the scale is.
void HistoryPlot::paintMaximum(QPainter& painter, const QRectF& field) const
{
    painter.setPen(m_appearance.theme().muted);
    painter.drawText(field.adjusted(padding, 1, 0, 0), Qt::AlignTop | Qt::AlignLeft, m_format(m_maximum));
}

void HistoryPlot::paintMark(QPainter& painter, const QRectF& field) const
{
    const std::optional<Point> point = markedPoint();
    if (!point) return;
    const Theme& theme = m_appearance.theme();
    const QPointF place(xOf(point->time, field), yOf(point->value, field));
    painter.setPen(QPen(theme.muted, 1));
    painter.drawLine(QPointF(place.x(), field.top()), QPointF(place.x(), field.bottom()));
    painter.setPen(QPen(theme.page, 1.5));
    painter.setBrush(theme.accent);
    painter.drawEllipse(place, 3.5, 3.5);
}

void HistoryPlot::paintEvent(QPaintEvent* event)
{
    const Theme& theme = m_appearance.theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHead(painter);
    const QRectF field = this->field();
    if (!event->region().intersects(field.toAlignedRect())) return;
    paintScale(painter, field);
    paintCurve(painter, field);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.8);
    painter.setFont(small);
    paintMaximum(painter, field);
    paintMark(painter, field);
    if (!hasFocus()) return;
    painter.setPen(theme.accent);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
}

void HistoryPlot::paintCurve(QPainter& painter, const QRectF& field) const
{
    const Theme& theme = m_appearance.theme();
    painter.save();
    painter.setClipRect(field.adjusted(0, -1, 0, 1)); // a line along the edge is drawn whole
    QColor ground = theme.accent;
    ground.setAlphaF(theme.dark ? 0.22F : 0.16F);
    for (const QPolygonF& piece : pieces(field)) {
        QPolygonF area = piece;
        area << QPointF(piece.back().x(), field.bottom()) << QPointF(piece.front().x(), field.bottom());
        painter.setPen(Qt::NoPen);
        painter.setBrush(ground);
        painter.drawPolygon(area);
        painter.setPen(QPen(theme.accent, lineWidth, Qt::SolidLine, Qt::RoundCap, Qt::BevelJoin));
        if (piece.size() == 1)
            painter.drawPoint(piece.front());
        else
            painter.drawPolyline(piece);
    }
    painter.restore();
}

std::optional<HistoryPlot::Point> HistoryPlot::markedPoint() const
{
    if (!m_age || m_points.empty()) return std::nullopt;
    const qint64 time = m_now - *m_age;
    const auto distance = [time](const Point& point) { return std::abs(point.time - time); };
    const auto nearest = std::ranges::min_element(m_points, {}, distance);
    return distance(*nearest) <= nearEnough ? std::optional(*nearest) : std::nullopt;
}

std::optional<qint64> HistoryPlot::markedTime() const
{
    return markedPoint().transform([](const Point& point) { return point.time; });
}

void HistoryPlot::mark(std::optional<qint64> age)
{
    if (age == m_age) return;
    m_age = age;
    describe();
    update();
}

void HistoryPlot::mouseMoveEvent(QMouseEvent* event)
{
    const QRectF field = this->field();
    const double part = (field.right() - event->position().x()) / std::max(1.0, field.width());
    if (field.contains(event->position()))
        mark(static_cast<qint64>(part * double(m_range.count())));
    else
        mark(std::nullopt);
}

void HistoryPlot::leaveEvent(QEvent* event)
{
    mark(std::nullopt);
    QWidget::leaveEvent(event);
}

void HistoryPlot::focusOutEvent(QFocusEvent* event)
{
    mark(std::nullopt);
    QWidget::focusOutEvent(event);
}

void HistoryPlot::keyPressEvent(QKeyEvent* event)
{
    constexpr int steps = 60;
    const qint64 range = m_range.count(), step = std::max<qint64>(1000, range / steps);
    const qint64 oldest = m_points.empty() ? range : std::min(range, m_now - m_points.front().time);
    const qint64 age = m_age.value_or(-step);
    switch (event->key()) {
    case Qt::Key_Left:
        return mark(std::min(age + step, oldest));
    case Qt::Key_Right:
        return mark(std::max<qint64>(age - step, 0));
    case Qt::Key_Home:
        return mark(oldest);
    case Qt::Key_End:
        return mark(0);
    case Qt::Key_Escape:
        if (m_age) return mark(std::nullopt);
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

} // namespace cahier::widgets
