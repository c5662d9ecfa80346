// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/notebooktabs.h>

#include <app/window/chrome.h>
#include <widgets/theme/icons.h>

#include <QFileInfo>
#include <QPainter>
#include <QTabBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr int dotSize = 12;

} // namespace

NotebookTabs::NotebookTabs(const widgets::Appearance& appearance, QWidget* parent)
    : QTabWidget(parent), m_appearance(appearance)
{
    setDocumentMode(true);
    setMovable(true);
    setUsesScrollButtons(true);
    setElideMode(Qt::ElideMiddle);
    setIconSize({dotSize, dotSize});
    tabBar()->setExpanding(false);
    tabBar()->setAccessibleName(tr("Notebooks"));
    tabBar()->setDrawBase(false);
    connect(&appearance, &widgets::Appearance::changed, this, &NotebookTabs::applyTheme);
    applyTheme();
}

void NotebookTabs::applyTheme()
{
    tabBar()->setStyleSheet(tabBarStyle(m_appearance.theme()));
    for (NotebookTab* const tab : all()) {
        setTabIcon(indexOf(tab), {});
        show(tab);
    }
}

void NotebookTabs::tabInserted(int index)
{
    QTabWidget::tabInserted(index);
    auto* const button = new QToolButton(tabBar());
    button->setIcon(widgets::icon(u"close"_s));
    button->setIconSize({dotSize, dotSize});
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::NoFocus); // Ctrl+W
    button->setToolTip(tr("Close"));
    button->setAccessibleName(tr("Close"));
    connect(button, &QToolButton::clicked, this,
            [this, page = widget(index)] { Q_EMIT closeRequested(page); });
    tabBar()->setTabButton(index, QTabBar::RightSide, button);
}

NotebookTab* NotebookTabs::tabAt(int index) const
{
    return qobject_cast<NotebookTab*>(widget(index));
}

std::vector<NotebookTab*> NotebookTabs::all() const
{
    std::vector<NotebookTab*> tabs;
    for (int index = 0; index < count(); ++index) {
        if (NotebookTab* const tab = tabAt(index)) tabs.push_back(tab);
    }
    return tabs;
}

NotebookTab* NotebookTabs::find(const QString& path) const
{
    const QString wanted = QFileInfo(path).absoluteFilePath();
    for (NotebookTab* const tab : all()) {
        if (tab->file().path() == wanted) return tab;
    }
    return nullptr;
}

void NotebookTabs::add(NotebookTab* tab)
{
    const int index = addTab(tab, tab->file().title());
    show(tab);
    setCurrentIndex(index);
}

QIcon NotebookTabs::dot() const
{
    const qreal ratio = devicePixelRatioF();
    QPixmap pixmap(QSize(dotSize, dotSize) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_appearance.theme().accent);
    painter.drawEllipse(QRectF(2, 2, dotSize - 4, dotSize - 4));
    return QIcon(pixmap);
}

void NotebookTabs::show(NotebookTab* tab)
{
    const int index = indexOf(tab);
    if (index < 0) return;
    const bool modified = tab->file().isModified();
    const QString title = tab->file().title();
    QString text = title;
    text.replace(u'&', u"&&"_s);
    if (tabText(index) != text) setTabText(index, text);
    if (tabIcon(index).isNull() == modified) setTabIcon(index, modified ? dot() : QIcon());
    setTabToolTip(index, tab->file().path().isEmpty() ? tr("Not saved yet") : tab->file().path());
    tabBar()->setAccessibleTabName(index, modified ? tr("%1, not saved").arg(title) : title);
}

void NotebookTabs::step(int direction)
{
    if (count() > 0) setCurrentIndex((currentIndex() + direction + count()) % count());
}

} // namespace cahier::window
