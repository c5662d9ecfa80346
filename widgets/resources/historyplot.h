// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QWidget>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace cahier::widgets {

/// One measured quantity over time: its name, its present value, and a curve that ends now. The pointer and
/// the arrow keys show the value of a moment.
class HistoryPlot : public QWidget {
    Q_OBJECT
public:
    /// What is drawn; the spans have to live as long as the call that they are given to.
    struct Curve {
        std::span<const qint64> times; ///< ms, ascending
        std::span<const float> values; ///< as many; NaN: unknown
        qint64 now = 0;                ///< the right edge
        double maximum = 0;            ///< of the scale; 0: as the values need, and at least `least`
        double least = 1;
        bool isBinary = false; ///< a scale that is chosen ends at a power of two
    };
    using Format = std::function<QString(double value)>;

    HistoryPlot(QString title, const Appearance& appearance, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    [[nodiscard]] const QString& title() const { return m_title; }
    /// What is said in place of the last value, such as why there is none; empty for the value.
    void setNote(const QString& note);
    /// Takes effect with the next curve, as the range does.
    void setFormat(Format format) { m_format = std::move(format); }
    void setRange(std::chrono::seconds range) { m_range = range; }
    void setCurve(const Curve& curve);
    /// As the curve's end has it, or the note; with the marked moment's where there is one.
    [[nodiscard]] QString valueText() const;
    [[nodiscard]] std::optional<qint64> markedTime() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Point {
        qint64 time = 0;
        float value = 0;
    };
    /// What the look of the field depends on, besides the values.
    struct Drawn {
        qint64 edge = 0;
        std::chrono::milliseconds range{0};
        double maximum = 0;
        bool operator==(const Drawn&) const = default;
    };
    [[nodiscard]] QRect headRect() const;
    [[nodiscard]] QRectF field() const;
    [[nodiscard]] qint64 edge() const;
    [[nodiscard]] double xOf(qint64 time, const QRectF& field) const;
    [[nodiscard]] double yOf(double value, const QRectF& field) const;
    /// The pieces that are drawn without a gap, at most a lowest and a highest point for each device pixel.
    [[nodiscard]] std::vector<QPolygonF> pieces(const QRectF& field) const;
    void paintHead(QPainter& painter) const;
    void paintScale(QPainter& painter, const QRectF& field) const;
    void paintCurve(QPainter& painter, const QRectF& field) const;
    void paintMaximum(QPainter& painter, const QRectF& field) const;
    void paintMark(QPainter& painter, const QRectF& field) const;
    void mark(std::optional<qint64> age);
    [[nodiscard]] std::optional<Point> markedPoint() const;
    void describe();

    QString m_title, m_note;
    Format m_format = [](double value) { return QString::number(value); };
    const Appearance& m_appearance;
    std::chrono::milliseconds m_range{std::chrono::minutes(5)};
    std::vector<Point> m_points; ///< those in range that are known
    qint64 m_now = 0;
    double m_maximum = 1;
    Drawn m_drawn;
    std::optional<qint64> m_age; ///< of the marked moment: it stays where the pointer is
};

} // namespace cahier::widgets
