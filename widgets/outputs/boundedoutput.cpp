// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/boundedoutput.h>

#include <widgets/theme/icons.h>

#include <QDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

BoundBar::BoundBar(Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_extent(new QLabel(this)), m_toggle(new QToolButton(this)),
      m_window(new QToolButton(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 1, 4, 1);
    layout->setSpacing(6);
    layout->addWidget(m_extent);
    layout->addWidget(m_toggle);
    layout->addWidget(m_window);
    layout->addStretch();
    for (QToolButton* button : {m_toggle, m_window}) {
        button->setAutoRaise(true);
        button->setCursor(Qt::PointingHandCursor);
        button->setFocusPolicy(Qt::TabFocus);
    }
    m_window->setText(tr("Open in window"));
    connect(m_toggle, &QToolButton::clicked, this, &BoundBar::toggled);
    connect(m_window, &QToolButton::clicked, this, &BoundBar::windowRequested);
    connect(&m_appearance, &Appearance::changed, this, &BoundBar::applyTheme);
    applyTheme();
}

void BoundBar::applyTheme()
{
    QFont small = m_appearance.theme().interface;
    if (small.pointSizeF() > 0) small.setPointSizeF(small.pointSizeF() * 0.92);
    QPalette palette = m_appearance.theme().palette();
    palette.setColor(QPalette::WindowText, m_appearance.theme().muted);
    palette.setColor(QPalette::ButtonText, m_appearance.theme().accent);
    palette.setColor(QPalette::Button, m_appearance.theme().page);
    for (QWidget* part : {static_cast<QWidget*>(m_extent), static_cast<QWidget*>(m_toggle),
                          static_cast<QWidget*>(m_window)}) {
        part->setFont(small);
        part->setPalette(palette);
    }
}

void BoundBar::setState(const QString& extent, bool expanded, bool isLong)
{
    m_extent->setText(extent);
    m_toggle->setText(expanded ? tr("Show less") : tr("Show all"));
    m_isLong = isLong;
    m_toggle->setVisible(isLong);
    m_window->setVisible(isLong);
    setAccessibleName(isLong ? tr("Long output, %1").arg(extent) : extent);
}

void BoundBar::paintEvent(QPaintEvent* /*event*/)
{
    if (!m_isLong) return;
    QPainter painter(this);
    painter.fillRect(0, 0, width(), 1, m_appearance.theme().border);
}

int BoundedOutput::barHeight(bool isBounded) const
{
    if (!isBounded && footnote().isEmpty()) return 0;
    return QFontMetrics(theme().interface).height() + 10;
}

int BoundedOutput::heightForWidth(int width) const
{
    const int top = topHeight(width);
    if (!isLong(width)) return top + fullHeight(width) + barHeight(false);
    return top + (m_expanded ? fullHeight(width) : boundHeight(width)) + barHeight(true);
}

void BoundedOutput::setExpanded(bool expanded)
{
    if (m_expanded == expanded) return;
    m_expanded = expanded;
    m_expandedByHand = true;
    contentsChanged();
}

void BoundedOutput::setScrolling(OutputScrolling scrolling)
{
    if (m_scrolling == scrolling) return;
    m_scrolling = scrolling;
    m_expanded = scrolling == OutputScrolling::Whole;
    m_expandedByHand = false;
    contentsChanged();
}

void BoundedOutput::resizeEvent(QResizeEvent* /*event*/)
{
    arrange();
}

void BoundedOutput::arrange()
{
    const bool isBounded = isLong(width());
    const int bar = barHeight(isBounded);
    if (bar > 0 && !m_bar) {
        m_bar = new BoundBar(services().appearance, this);
        connect(m_bar, &BoundBar::toggled, this, [this] { setExpanded(!m_expanded); });
        connect(m_bar, &BoundBar::windowRequested, this, &BoundedOutput::openWindow);
    }
    const int top = topHeight(width());
    layTop(QRect(0, 0, width(), top));
    body()->setGeometry(0, top, width(), std::max(0, height() - top - bar));
    if (!m_bar) return;
    m_bar->setVisible(bar > 0);
    if (bar == 0) return;
    m_bar->setGeometry(0, height() - bar, width(), bar);
    m_bar->setState(isBounded ? extent() : footnote(), m_expanded, isBounded);
}

void BoundedOutput::contentsChanged()
{
    arrange();
    const int height = heightForWidth(width());
    if (height == m_announcedHeight) return;
    m_announcedHeight = height;
    Q_EMIT heightChanged();
}

void BoundedOutput::beginOutput(const notebook::OutputIdentity& identity)
{
    endOutput();
    m_identity = identity;
    const std::optional<bool> expanded = services().states.stateOf(identity).expanded;
    m_expandedByHand = expanded.has_value();
    m_expanded = expanded.value_or(m_scrolling == OutputScrolling::Whole);
    m_announcedHeight = -1;
}

void BoundedOutput::restoreScroll()
{
    const qint64 offset = services().states.stateOf(m_identity).scrollOffset;
    if (offset >= 0) setScrollOffset(offset);
}

void BoundedOutput::endOutput()
{
    if (m_identity.address()) {
        const qint64 offset = scrollOffset();
        const auto expanded = m_expandedByHand ? std::optional(m_expanded) : std::nullopt;
        services().states.remember(m_identity, {expanded, offset > 0 ? offset : -1});
    }
    m_identity = {};
}

void BoundedOutput::openWindow()
{
    auto* dialog = new QDialog(window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(accessibleName());
    auto* layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(0, 0, 0, 0);
    QWidget* whole = makeWindowBody(dialog);
    whole->setAccessibleName(accessibleName());
    layout->addWidget(whole);
    const auto paint = [dialog, &appearance = services().appearance] {
        QPalette palette = appearance.theme().palette();
        palette.setColor(QPalette::Window, appearance.theme().page);
        dialog->setPalette(palette);
    };
    connect(&services().appearance, &Appearance::changed, dialog, paint);
    paint();
    dialog->resize(900, 640);
    dialog->show();
    whole->setFocus();
}

void BoundedOutput::addActions(QMenu& menu, QPoint /*position*/)
{
    menu.addAction(icon(u"copy"_s), tr("Copy"), this, [this] { copy(); });
    menu.addAction(icon(u"save"_s), tr("Save As…"), this, [this] { save(); });
    menu.addSeparator();
    if (isLong(width()))
        menu.addAction(m_expanded ? tr("Show Less") : tr("Show All"), this,
                       [this] { setExpanded(!m_expanded); });
    menu.addAction(icon(u"expand"_s), tr("Open in Window"), this, [this] { openWindow(); });
}

void BoundedOutput::copy()
{
    copyAll();
}

} // namespace cahier::widgets
