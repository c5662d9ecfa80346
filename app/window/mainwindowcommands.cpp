// SPDX-License-Identifier: GPL-3.0-or-later
// Who performs which command.
#include <app/window/mainwindow.h>

#include <app/window/questions.h>
#include <app/window/welcomepage.h>
#include <widgets/commands/commandpalette.h>
#include <widgets/dialogs/keyboarddialog.h>
#include <widgets/dialogs/settingsdialog.h>

#include <QFileInfo>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace cahier::window {

void MainWindow::bindFileCommands()
{
    const auto hasPage = [this] { return m_tabs->current() && m_tabs->current()->page(); };
    const auto noNotebook = [] { return tr("No notebook is open."); };
    m_commands->bind(u"file.new"_s, [this] { openNew(); });
    m_commands->bind(u"file.open"_s, [this] {
        askOpenNames(this, m_services.settings.lastFolder(), [this](const QStringList& paths) {
            if (!paths.isEmpty()) m_services.settings.setLastFolder(QFileInfo(paths.front()).absolutePath());
            open(paths);
        });
    });
    m_commands->bind(
        u"file.openRecent"_s,
        [this] { m_commands->menu(u"file.openRecent"_s)->popup(mapToGlobal(QPoint(60, 60))); },
        [this] { return !m_services.settings.recentFiles().isEmpty(); },
        [] { return tr("No notebook was opened before."); });
    m_commands->bind(u"file.save"_s, [this] { m_tabs->current()->save(); }, hasPage, noNotebook);
    m_commands->bind(u"file.saveAs"_s, [this] { m_tabs->current()->saveAs(); }, hasPage, noNotebook);
    m_commands->bind(
        u"file.revert"_s, [this] { m_tabs->current()->revert(); },
        [hasPage, this] { return hasPage() && !m_tabs->current()->file().path().isEmpty(); },
        [] { return tr("The notebook has no file."); });
    m_commands->bind(
        u"file.close"_s,
        [this] {
            if (NotebookTab* const tab = m_tabs->current()) return close(tab);
            delete m_tabs->currentWidget();
        },
        [this] { return m_tabs->count() > 0; }, noNotebook);
    m_commands->bind(
        u"file.reopenClosed"_s, [this] { open({m_closed.takeLast()}); },
        [this] { return !m_closed.isEmpty(); }, [] { return tr("No notebook was closed."); });
    m_commands->bind(u"file.quit"_s, [this] { QWidget::close(); });
}

void MainWindow::bindToPage(const QString& id)
{
    m_commands->bind(
        id, [this, id] { m_tabs->current()->page()->perform(id); },
        [this, id] {
            const NotebookTab* const tab = m_tabs->current();
            return tab && tab->page() && tab->page()->isAvailable(id);
        },
        [this] { return m_tabs->current() ? QString() : tr("No notebook is open."); });
}

void MainWindow::bindPageCommands()
{
    for (const widgets::CommandRow& row : widgets::commandTable()) {
        if (row.owner == widgets::CommandOwner::Page) bindToPage(QString::fromLatin1(row.id));
    }
    // One choice for all notebooks, and remembered.
    m_commands->bind(
        u"view.lineNumbers"_s,
        [this] { m_services.settings.setLineNumbers(!m_services.settings.lineNumbers()); },
        [this] { return m_tabs->current() != nullptr; });
}

void MainWindow::zoom(double factor)
{
    m_services.settings.setZoom(factor > 0 ? m_services.settings.zoom() * factor : 1);
    tell(tr("Zoom %1 %").arg(qRound(m_services.settings.zoom() * 100)));
}

void MainWindow::bindViewCommands()
{
    constexpr double zoomStep = 1.1;
    widgets::Settings& settings = m_services.settings;
    m_commands->bind(u"view.zoomIn"_s, [this] { zoom(zoomStep); });
    m_commands->bind(u"view.zoomOut"_s, [this] { zoom(1 / zoomStep); });
    m_commands->bind(u"view.zoomReset"_s, [this] { zoom(0); });
    m_commands->bind(u"view.palette"_s, [this] { m_palette->open(); });
    m_commands->bind(u"view.settings"_s, [this] { showSettings(); });
    m_commands->bind(u"view.fullScreen"_s, [this] {
        setWindowState(windowState() ^ Qt::WindowFullScreen);
        m_commands->action(u"view.fullScreen"_s)->setChecked(isFullScreen());
    });
    for (const int direction : {1, -1})
        m_commands->bind(
            direction > 0 ? u"view.nextTab"_s : u"view.previousTab"_s,
            [this, direction] { m_tabs->step(direction); }, [this] { return m_tabs->count() > 1; },
            [] { return tr("There is no other notebook."); });
    const auto schemes = {std::pair{u"view.schemeSystem"_s, widgets::ColourScheme::System},
                          std::pair{u"view.schemeLight"_s, widgets::ColourScheme::Light},
                          std::pair{u"view.schemeDark"_s, widgets::ColourScheme::Dark}};
    for (const auto& [id, scheme] : schemes) {
        QAction* const action = m_commands->action(id);
        const auto mark = [this, action, scheme] {
            action->setChecked(m_services.settings.scheme() == scheme);
        };
        m_commands->bind(id, [this, scheme, mark] {
            m_services.settings.setScheme(scheme);
            mark();
        });
        connect(&settings, &widgets::Settings::changed, action, mark);
        mark();
    }
}

void MainWindow::bindHelpCommands()
{
    m_commands->bind(u"help.keyboard"_s, [this] { showKeyboard(); });
    m_commands->bind(u"help.about"_s, [this] { showAbout(); });
    m_commands->bind(u"help.welcome"_s, [this] { showWelcome(); });
}

void MainWindow::showSettings()
{
    auto* const dialog = new widgets::SettingsDialog(m_services.settings, m_services.appearance, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::SettingsDialog::keyboardReferenceRequested, this, [this, dialog] {
        dialog->close();
        showKeyboard();
    });
    dialog->open();
}

void MainWindow::showKeyboard()
{
    auto* const dialog =
        new widgets::KeyboardDialog(*m_commands, m_services.settings, m_services.appearance, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showAbout()
{
    auto* const dialog = new widgets::AboutDialog(QStringLiteral(CAHIER_VERSION), m_services.parts,
                                                  m_services.appearance, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

/// A tab of its own beside notebooks; without one it is there anyway.
void MainWindow::showWelcome()
{
    if (m_tabs->count() == 0) return;
    for (int index = 0; index < m_tabs->count(); ++index) {
        if (qobject_cast<WelcomePage*>(m_tabs->widget(index))) return m_tabs->setCurrentIndex(index);
    }
    m_tabs->setCurrentIndex(m_tabs->addTab(makeWelcome(), tr("Welcome")));
}

} // namespace cahier::window
