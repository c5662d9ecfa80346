// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/mainwindow.h>

#include <app/window/chrome.h>
#include <app/window/kernelstatus.h>
#include <app/window/recentfiles.h>
#include <app/window/runtimeactions.h>
#include <app/window/welcomepage.h>
#include <widgets/commands/commandpalette.h>
#include <widgets/files/transferqueue.h>
#include <widgets/panels/outlinepanel.h>
#include <widgets/panels/sidebar.h>
#include <widgets/resources/resourcemeters.h>

#include <QLabel>
#include <QMenuBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr int tellMs = 6000, toolIcon = 18;
constexpr std::chrono::milliseconds refreshDelay{40};

} // namespace

MainWindow::MainWindow(const WindowServices& services, QWidget* parent)
    : QMainWindow(parent), m_services(services),
      m_commands(new widgets::CommandList(services.settings, this)),
      m_runtimes(new RuntimeActions(services.runtimes, services.appearance, *this)),
      m_transfers(new widgets::TransferQueue(this)), m_monitor(new widgets::ResourceMonitor(this))
{
    setAcceptDrops(true);
    setAnimated(false);
    setWindowTitle(u"Cahier"_s);
    makeMenus();
    makeCentre();
    makeToolBar();
    makeStatusBar();
    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(refreshDelay);
    connect(&m_refreshTimer, &QTimer::timeout, m_commands, &widgets::CommandList::refresh);
    bindFileCommands();
    bindPageCommands();
    bindKernelCommands();
    bindRuntimeCommands();
    bindViewCommands();
    bindHelpCommands();
    // Actions that are in no menu have their keys, too.
    for (const QString& id : m_commands->ids())
        addAction(m_commands->action(id));
    resize(1180, 800);
    restoreGeometry(services.settings.windowGeometry());
    showCurrent();
}

MainWindow::~MainWindow()
{
    // The tabs refer to the list of commands, which is destroyed before them otherwise.
    delete takeCentralWidget();
}

void MainWindow::paintEvent(QPaintEvent* event)
{
    QMainWindow::paintEvent(event);
    // What is in it is painted after it.
    if (!m_isStarted) QTimer::singleShot(0, this, &MainWindow::finishStart);
}

void MainWindow::makeMenus()
{
    m_commands->fillMenuBar(*menuBar());
    m_recent = new RecentFiles(m_services.settings, *m_commands->menu(u"file.openRecent"_s), this);
    connect(m_recent, &RecentFiles::chosen, this, [this](const QString& path) { open({path}); });
}

void MainWindow::makeToolBar()
{
    QToolBar* const bar = addToolBar(tr("Tools"));
    bar->setObjectName(u"tools"_s);
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setIconSize({toolIcon, toolIcon});
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    const auto add = [this, bar](const QString& id, const QString& text = {}) {
        QAction* const action = m_commands->action(id);
        bar->addAction(action);
        auto* const button = qobject_cast<QToolButton*>(bar->widgetForAction(action));
        button->setAccessibleName(action->text());
        button->setFocusPolicy(Qt::TabFocus);
        if (text.isEmpty()) return;
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        // The action's own text is the menu's.
        button->setText(text);
        connect(action, &QAction::changed, button, [button, text] { button->setText(text); });
    };
    add(u"cell.insertBelow"_s, tr("Code"));
    add(u"cell.insertTextBelow"_s, tr("Text"));
    bar->addSeparator();
    add(u"cells.runAll"_s, tr("Run all"));
    add(u"kernel.interrupt"_s);
    add(u"kernel.restart"_s);
    bar->addSeparator();
    add(u"edit.undo"_s);
    add(u"edit.redo"_s);
    add(u"edit.find"_s);
    auto* const space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    m_meters = new widgets::ResourceMeters(*m_monitor, m_services.appearance, bar);
    bar->addWidget(m_meters);
    connect(m_meters, &widgets::ResourceMeters::resourcesRequested, this,
            [this] { m_commands->perform(u"view.resources"_s); });
    add(u"view.palette"_s);
    add(u"view.settings"_s);
    const auto applyTheme = [this, bar] { bar->setStyleSheet(toolBarStyle(m_services.appearance.theme())); };
    connect(&m_services.appearance, &widgets::Appearance::changed, bar, applyTheme);
    applyTheme();
}

void MainWindow::makeCentre()
{
    m_tabs = new NotebookTabs(m_services.appearance, this);
    m_centre = new QStackedWidget(this);
    m_centre->addWidget(m_tabs);
    m_splitter = new QSplitter(this);
    makePanels();
    m_splitter->addWidget(m_sidebar);
    m_splitter->addWidget(m_centre);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(1);
    setCentralWidget(m_splitter);
    m_palette = new widgets::CommandPalette(*m_commands, m_services.settings, m_services.appearance, *this);
    connect(m_tabs, &QTabWidget::currentChanged, this, &MainWindow::showCurrent);
    connect(m_tabs, &NotebookTabs::closeRequested, this, [this](QWidget* page) {
        if (auto* const tab = qobject_cast<NotebookTab*>(page)) return close(tab);
        page->deleteLater(); // its own button asks
    });
}

void MainWindow::makeStatusBar()
{
    m_kernelStatus = new KernelStatus(m_services.appearance, this);
    m_position = new QLabel(this);
    m_position->setContentsMargins(8, 0, 8, 0);
    statusBar()->addPermanentWidget(m_position);
    statusBar()->addPermanentWidget(m_kernelStatus);
    statusBar()->setSizeGripEnabled(false);
    connect(m_kernelStatus, &KernelStatus::chooseRequested, this,
            [this] { m_commands->perform(u"runtime.change"_s); });
}

/// Another notebook is in front, or the one there was opened.
void MainWindow::showCurrent()
{
    const bool any = m_tabs->count() > 0;
    m_centre->setCurrentWidget(any ? static_cast<QWidget*>(m_tabs) : welcome());
    showPanel();
    fillPanels();
    showState();
    showPosition();
    m_commands->refresh();
}

void MainWindow::showState()
{
    const NotebookTab* const tab = m_tabs->current();
    setWindowTitle(tab ? tr("%1[*] — Cahier").arg(tab->file().title()) : u"Cahier"_s);
    setWindowFilePath(tab ? tab->file().path() : QString());
    setWindowModified(tab && tab->file().isModified());
    std::optional<KernelStatus::State> state;
    if (tab && tab->kernel()) {
        const KernelController& kernel = *tab->kernel();
        const runtime::RuntimeEntry place = kernel.place();
        const bool isLocal = place.kind == runtime::RuntimeEntry::Kind::Local;
        state = {tab->session()->state(),          kernel.isPreparing(),
                 tab->session()->queueLength(),    kernel.kernelTitle(),
                 isLocal ? QString() : place.name, kernel.connectionState()};
    }
    m_kernelStatus->showState(state);
    fillFiles();
    fillResources();
    m_refreshTimer.start();
}

void MainWindow::showPosition()
{
    const NotebookTab* const tab = m_tabs->current();
    const auto cell = tab && tab->page() ? tab->page()->activeCell() : std::nullopt;
    if (m_outline) m_outline->setActiveCell(cell);
    if (!tab || !tab->page()) return m_position->clear();
    const notebook::Notebook& notebook = tab->page()->notebook();
    const int count = notebook.cellCount();
    m_position->setText(cell ? tr("Cell %1 of %2").arg(notebook.indexOf(*cell) + 1).arg(count)
                             : tr("Cells: %1").arg(count));
}

void MainWindow::tell(const QString& sentence)
{
    statusBar()->showMessage(sentence, tellMs);
}

} // namespace cahier::window
