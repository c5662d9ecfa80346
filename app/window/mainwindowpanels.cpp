// SPDX-License-Identifier: GPL-3.0-or-later
// The side bar: which panel is shown, and of what.
#include <app/window/mainwindow.h>

#include <widgets/panels/outlinepanel.h>
#include <widgets/panels/sidebar.h>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

const QString outlineId = u"outline"_s;

} // namespace

void MainWindow::makePanels()
{
    m_sidebar = new widgets::Sidebar(m_services.appearance, this);
    m_sidebar->setPanelWidth(m_services.settings.sidePanelWidth());
    m_sidebar->addPanel(outlineId, m_commands->action(u"view.outline"_s), [this] { return makeOutline(); });
    bindPanel(outlineId, u"view.outline"_s);
    connect(m_sidebar, &widgets::Sidebar::focusReturned, this, [this] {
        if (QWidget* const page = m_tabs->currentWidget()) page->setFocus();
    });
}

void MainWindow::bindPanel(const QString& id, const QString& command)
{
    m_commands->bind(command, [this, id] {
        const bool isShown = m_sidebar->shown() == id;
        m_services.settings.setSidePanel(isShown ? QString() : id);
        showPanel();
        if (isShown) return;
        fillPanels();
        m_sidebar->focusPanel();
    });
}

/// An outline of nothing only takes room.
void MainWindow::showPanel()
{
    const QString wanted = m_services.settings.sidePanel();
    m_sidebar->setShown(wanted == outlineId && m_tabs->count() == 0 ? QString() : wanted);
}

/// With what the notebook in front has.
void MainWindow::fillPanels()
{
    const NotebookTab* const tab = m_tabs->current();
    if (m_outline) m_outline->setNotebook(tab && tab->page() ? &tab->page()->notebook() : nullptr);
}

QWidget* MainWindow::makeOutline()
{
    m_outline = new widgets::OutlinePanel(m_services.appearance, this);
    connect(m_outline, &widgets::OutlinePanel::cellActivated, this, [this](notebook::CellKey cell) {
        const NotebookTab* const tab = m_tabs->current();
        if (!tab || !tab->page()) return;
        tab->page()->revealCell(cell);
        tab->page()->setFocus();
    });
    return m_outline;
}

} // namespace cahier::window
