// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputwidget.h>

#include <functional>

QT_BEGIN_NAMESPACE
class QDialog;
class QLabel;
class QToolButton;
QT_END_NAMESPACE

namespace cahier::widgets {

/// The line under a long output: how much it is, and the ways to see more of it.
class BoundBar : public QWidget {
    Q_OBJECT
public:
    BoundBar(Appearance& appearance, QWidget* parent);
    /// Without `isLong` the bar only says something.
    void setState(const QString& extent, bool expanded, bool isLong);

protected:
    void paintEvent(QPaintEvent* event) override;

Q_SIGNALS:
    void toggled();
    void windowRequested();

private:
    void applyTheme();

    Appearance& m_appearance;
    QLabel* m_extent;
    QToolButton* m_toggle;
    QToolButton* m_window;
    bool m_isLong = false;
};

/// An output that may be long: it then takes a limited height with a bar under it, and can be shown whole or
/// in a window of its own. What it shows is a body that scrolls inside where it is given less height than it
/// wants.
class BoundedOutput : public OutputWidget {
    Q_OBJECT
public:
    /// Outputs of more rows than `longRows` are bounded to `boundRows`, unless the cell says otherwise.
    static constexpr int longRows = 40;
    static constexpr int boundRows = 24;

    using OutputWidget::OutputWidget;
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] bool isExpanded() const { return m_expanded; }
    void setExpanded(bool expanded);
    /// Takes back what was expanded by hand.
    void setScrolling(OutputScrolling scrolling) override;
    /// Only a part of it is in sight.
    [[nodiscard]] bool isBounded() const { return isLong(width()) && !m_expanded; }
    void openWindow();
    void addActions(QMenu& menu, QPoint position) override;
    void copy() override;

protected:
    void resizeEvent(QResizeEvent* event) override;

    /// Of more than rowLimit() rows.
    [[nodiscard]] virtual bool isLong(int width) const = 0;
    [[nodiscard]] int rowLimit() const
    {
        return m_scrolling == OutputScrolling::Bounded ? boundRows : longRows;
    }
    [[nodiscard]] virtual int fullHeight(int width) const = 0;
    [[nodiscard]] virtual int boundHeight(int width) const = 0;
    /// "1,000,000 lines"
    [[nodiscard]] virtual QString extent() const = 0;
    /// What stands under an output that is not long; empty: nothing.
    [[nodiscard]] virtual QString footnote() const { return {}; }
    [[nodiscard]] virtual QWidget* body() const = 0;
    /// Above the body, where a header is.
    [[nodiscard]] virtual int topHeight(int /*width*/) const { return 0; }
    virtual void layTop(const QRect& /*place*/) {}
    /// A body with the same contents, for a window.
    [[nodiscard]] virtual QWidget* makeWindowBody(QWidget* parent) = 0;
    virtual void copyAll() = 0;
    virtual void save() = 0;
    [[nodiscard]] virtual qint64 scrollOffset() const { return 0; }
    virtual void setScrollOffset(qint64 /*offset*/) {}

    /// To be called in setOutput(), updateOutput() and clear().
    void beginOutput(const notebook::OutputIdentity& identity);
    void renameOutput(const notebook::OutputIdentity& identity) { m_identity = identity; }
    void restoreScroll();
    void endOutput();
    /// The contents changed their size.
    void contentsChanged();

private:
    void arrange();
    [[nodiscard]] int barHeight(bool isBounded) const;

    BoundBar* m_bar = nullptr; ///< made when first needed
    notebook::OutputIdentity m_identity;
    OutputScrolling m_scrolling = OutputScrolling::Auto;
    bool m_expanded = false;
    bool m_expandedByHand = false; ///< or folded
    int m_announcedHeight = -1;
};

} // namespace cahier::widgets
