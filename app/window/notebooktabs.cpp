// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/notebooktabs.h>

#include <QFileInfo>
#include <QPainter>
#include <QTabBar>

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
    setTabsClosable(true);
    setUsesScrollButtons(true);
    setElideMode(Qt::ElideMiddle);
    setIconSize({dotSize, dotSize});
    tabBar()->setExpanding(false);
    tabBar()->setAccessibleName(tr("Notebooks"));
    connect(&appearance, &widgets::Appearance::changed, this, [this] {
        for (NotebookTab* const tab : all())
            show(tab);
    });
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
