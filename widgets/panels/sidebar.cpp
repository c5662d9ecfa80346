// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/sidebar.h>

#include <widgets/theme/icons.h>

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int buttonSize = 34, iconEdge = 20, edge = 3, headerMargin = 10;

/// An icon alone: the shown panel's has the accent at the strip's edge, so that it shows without its ground.
class StripButton : public QToolButton {
public:
    StripButton(const Appearance& appearance, QWidget* parent) : QToolButton(parent), m_appearance(appearance)
    {
        setFixedSize(Sidebar::stripWidth, buttonSize);
        setIconSize({iconEdge, iconEdge});
        setToolButtonStyle(Qt::ToolButtonIconOnly);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = m_appearance.theme();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF ground = QRectF(rect()).adjusted(5.5, 1.5, -4.5, -1.5);
        const bool lit = isEnabled() && (underMouse() || isDown());
        if (isChecked() || lit || hasFocus()) {
            painter.setPen(hasFocus() ? QPen(theme.accent) : QPen(Qt::NoPen));
            painter.setBrush(isChecked() ? theme.selection : lit ? theme.border : QColor(Qt::transparent));
            painter.drawRoundedRect(ground, 4, 4);
        }
        if (isChecked()) painter.fillRect(QRect(0, 3, edge, height() - 6), theme.accent);
        QRect place(QPoint(), iconSize());
        place.moveCenter(ground.center().toPoint());
        icon().paint(&painter, place, Qt::AlignCenter, isEnabled() ? QIcon::Normal : QIcon::Disabled);
    }

private:
    const Appearance& m_appearance;
};

QString titleOf(const QAction& action)
{
    return action.text().remove(u'&').remove(u'…');
}

} // namespace

Sidebar::Sidebar(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_body(new QWidget(this)), m_title(new QLabel(m_body)),
      m_close(new QToolButton(m_body)), m_stack(new QStackedWidget(m_body))
{
    setAccessibleName(tr("Side bar"));
    auto* const strip = new QWidget(this);
    strip->setAccessibleName(tr("Panels"));
    strip->setFixedWidth(stripWidth);
    m_strip = new QVBoxLayout(strip);
    m_strip->setContentsMargins(0, 4, 0, 4);
    m_strip->setSpacing(2);
    m_strip->addStretch();
    auto* const column = new QVBoxLayout(m_body);
    column->setContentsMargins(1, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHeader());
    column->addWidget(m_stack, 1);
    m_body->setMinimumWidth(leastPanelWidth);
    m_body->hide();
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(strip);
    row->addWidget(m_body, 1);
    setFixedWidth(stripWidth);
    connect(&appearance, &Appearance::changed, this, qOverload<>(&QWidget::update));
}

QWidget* Sidebar::makeHeader()
{
    auto* const header = new QWidget(m_body);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setMinimumWidth(0);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_close->setIcon(icon(u"close"_s));
    m_close->setAutoRaise(true);
    m_close->setFocusPolicy(Qt::TabFocus);
    m_close->setToolTip(tr("Hide this panel"));
    connect(m_close, &QToolButton::clicked, this, [this] {
        const Panel* const panel = find(m_shown);
        if (panel && panel->action->isEnabled()) return panel->action->trigger();
        setShown({});
    });
    auto* const row = new QHBoxLayout(header);
    row->setContentsMargins(headerMargin, 4, 4, 4);
    row->addWidget(m_title, 1);
    row->addWidget(m_close);
    return header;
}

void Sidebar::addPanel(const QString& id, QAction* action, std::function<QWidget*()> make)
{
    auto* const button = new StripButton(m_appearance, m_strip->parentWidget());
    button->setDefaultAction(action);
    m_strip->insertWidget(m_strip->count() - 1, button, 0, Qt::AlignHCenter);
    connect(action, &QAction::changed, this, [this, id, action] {
        if (id == m_shown) showTitle(*action);
    });
    action->setChecked(false);
    m_panels.push_back({id, action, std::move(make)});
}

Sidebar::Panel* Sidebar::find(const QString& id)
{
    const auto found = std::ranges::find(m_panels, id, &Panel::id);
    return found == m_panels.end() ? nullptr : &*found;
}

QWidget* Sidebar::panel(const QString& id) const
{
    const auto found = std::ranges::find(m_panels, id, &Panel::id);
    return found == m_panels.end() ? nullptr : found->widget;
}

void Sidebar::showTitle(const QAction& action)
{
    m_title->setText(titleOf(action));
    m_close->setAccessibleName(tr("Hide the panel “%1”").arg(titleOf(action)));
}

void Sidebar::setShown(const QString& id)
{
    Panel* const panel = find(id);
    const QString wanted = panel ? id : QString();
    const bool isChange = wanted != m_shown;
    const int width = panelWidth();
    const QWidget* const focused = window()->focusWidget();
    const bool hadFocus = isChange && focused && m_body->isAncestorOf(focused);
    m_shown = wanted;
    if (panel && !panel->widget) {
        panel->widget = panel->make();
        m_stack->addWidget(panel->widget);
    }
    if (panel) {
        m_stack->setCurrentWidget(panel->widget);
        showTitle(*panel->action);
    }
    // A click on the button of the shown one has unchecked it before anyone decided.
    for (const Panel& each : m_panels)
        each.action->setChecked(each.id == m_shown);
    m_body->setVisible(panel);
    if (isChange) fit(width);
    if (hadFocus) Q_EMIT focusReturned();
    if (isChange) Q_EMIT shownChanged(m_shown);
}

void Sidebar::focusPanel()
{
    const Panel* const panel = find(m_shown);
    if (!panel) return;
    // The panel itself, or the first that takes the focus in it.
    QWidget* target = panel->widget;
    while (target->focusProxy())
        target = target->focusProxy();
    if (target->focusPolicy() == Qt::NoFocus) {
        for (QWidget* next = target->nextInFocusChain(); next && panel->widget->isAncestorOf(next);
             next = next->nextInFocusChain()) {
            if (!(next->focusPolicy() & Qt::TabFocus) || !next->isEnabled() || next->isHidden()) continue;
            target = next;
            break;
        }
    }
    target->setFocus(Qt::ShortcutFocusReason);
}

int Sidebar::panelWidth() const
{
    // Before the first layout the width is nobody's choice.
    return m_body->isVisible() ? m_body->width() : m_panelWidth;
}

void Sidebar::setPanelWidth(int width)
{
    fit(std::max(width, leastPanelWidth));
}

/// Takes this room for the panel, or only keeps it in mind while none is shown.
void Sidebar::fit(int panelWidth)
{
    m_panelWidth = panelWidth;
    const bool any = !m_shown.isEmpty();
    setMinimumWidth(any ? stripWidth + leastPanelWidth : stripWidth);
    setMaximumWidth(any ? QWIDGETSIZE_MAX : stripWidth);
    updateGeometry();
    auto* const splitter = qobject_cast<QSplitter*>(parentWidget());
    if (!splitter) return;
    // Before it is shown it takes its widgets' size hints.
    if (!splitter->isVisible()) return;
    QList<int> sizes = splitter->sizes();
    const int place = splitter->indexOf(this), next = place == 0 ? 1 : place - 1;
    if (sizes.size() < 2) return;
    const int wanted = any ? stripWidth + panelWidth : stripWidth;
    sizes[next] = std::max(0, sizes[next] + sizes[place] - wanted);
    sizes[place] = wanted;
    splitter->setSizes(sizes);
}

QSize Sidebar::sizeHint() const
{
    return {m_shown.isEmpty() ? stripWidth : stripWidth + m_panelWidth, 200};
}

void Sidebar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && event->modifiers() == Qt::NoModifier)
        Q_EMIT focusReturned();
    else
        QWidget::keyPressEvent(event);
}

void Sidebar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Window));
    if (m_body->isVisible()) painter.fillRect(QRect(stripWidth, 0, 1, height()), m_appearance.theme().border);
}

} // namespace cahier::widgets
