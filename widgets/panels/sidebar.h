// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QWidget>

#include <functional>
#include <vector>

class QAction;
class QLabel;
class QSplitter;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace cahier::widgets {

/// The left side of the window: a strip of buttons, one for each panel, and right of it the panel that is
/// shown, if any. Made to be a widget of a QSplitter, which it asks for room: it is as narrow as the strip
/// without a panel, and as wide as it was with one. The splitter must not collapse it (setCollapsible).
class Sidebar : public QWidget {
    Q_OBJECT
public:
    static constexpr int stripWidth = 42, leastPanelWidth = 140;

    explicit Sidebar(const Appearance& appearance, QWidget* parent = nullptr);

    /// Adds a button below the others. The action is a checkable command's and outlives this: the button has
    /// its icon, text, tooltip and state, and triggers it. Whoever performs the command calls setShown().
    /// `make` gives the panel when it is first shown; it becomes this widget's.
    void addPanel(const QString& id, QAction* action, std::function<QWidget*()> make);

    /// Shows the panel of this id alone, or none for an empty or unknown id, and checks the actions
    /// accordingly. Takes no focus; a panel that had it gives it back.
    void setShown(const QString& id);
    /// Empty: none.
    [[nodiscard]] const QString& shown() const { return m_shown; }
    /// Null before it was first shown.
    [[nodiscard]] QWidget* panel(const QString& id) const;
    /// Gives the panel that is shown the focus.
    void focusPanel();

    /// The room of the panels, in pixels, without the strip; kept while none is shown.
    [[nodiscard]] int panelWidth() const;
    void setPanelWidth(int width);

    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void shownChanged(const QString& id);
    /// Escape was pressed here, or what had the focus is hidden: the notebook may have it.
    void focusReturned();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Panel {
        QString id;
        QAction* action = nullptr;
        std::function<QWidget*()> make;
        QWidget* widget = nullptr;
    };
    [[nodiscard]] Panel* find(const QString& id);
    [[nodiscard]] QWidget* makeHeader();
    void showTitle(const QAction& action);
    void fit(int panelWidth);

    const Appearance& m_appearance;
    std::vector<Panel> m_panels;
    QString m_shown;
    QVBoxLayout* m_strip;
    QWidget* m_body; ///< the header and the panels
    QLabel* m_title;
    QToolButton* m_close;
    QStackedWidget* m_stack;
    int m_panelWidth = 240;
};

} // namespace cahier::widgets
