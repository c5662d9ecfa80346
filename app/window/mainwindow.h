// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/runtimes/savedruntimes.h>
#include <app/window/notebooktabs.h>
#include <widgets/dialogs/aboutdialog.h>

#include <QMainWindow>
#include <QTimer>

class QLabel;
class QSplitter;
class QStackedWidget;

namespace cahier::widgets {
class CommandPalette;
class FilesPanel;
class OutlinePanel;
class ResourceMeters;
class ResourceMonitor;
class ResourcesPanel;
class Sidebar;
class TransferQueue;
enum class KernelOrder;
} // namespace cahier::widgets

namespace cahier::window {

class KernelStatus;
class RecentFiles;
class RuntimeActions;
class WelcomePage;

/// What the window is made with; outlives it.
struct WindowServices {
    widgets::Settings& settings;
    widgets::Appearance& appearance;
    SavedRuntimes& runtimes;
    KernelMemory& memory;
    notebook::DocumentOptions documents;
    std::function<const widgets::ViewServices&()> view;
    std::function<bool()> mayHaveKernels;
    std::vector<widgets::AboutPart> parts;
    bool remembersTabs = true; ///< whether the open notebooks come back: not in a second window
};

/// Lays out the parts and binds the commands to them. Each of its files is one subject.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(const WindowServices& services, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Shows each, in front the last one. What is open already is not opened again.
    void open(const QStringList& paths);
    void openNew();
    void openExample();
    /// The notebooks of last time.
    void restoreTabs();
    /// What the first painting did not need; called by it. Does it once.
    void finishStart();

    [[nodiscard]] widgets::CommandList& commands() { return *m_commands; }
    [[nodiscard]] NotebookTabs& tabs() { return *m_tabs; }
    /// Null before it was shown.
    [[nodiscard]] widgets::OutlinePanel* outline() const { return m_outline; }
    [[nodiscard]] widgets::Sidebar& sidebar() { return *m_sidebar; }
    [[nodiscard]] RuntimeActions& runtimes() { return *m_runtimes; }
    [[nodiscard]] KernelStatus& kernelStatus() { return *m_kernelStatus; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // mainwindow.cpp: the layout, and what it shows of the notebook in front
    void makeMenus();
    void makeToolBar();
    void makeCentre();
    void makeStatusBar();
    void showCurrent();
    void showState();
    void showPosition();
    void tell(const QString& sentence);

    // mainwindowpanels.cpp: the side bar
    void makePanels();
    void bindPanel(const QString& id, const QString& command);
    void showPanel();
    void fillPanels();
    void fillFiles();
    void fillResources();
    [[nodiscard]] QWidget* makeOutline();
    [[nodiscard]] QWidget* makeFiles();
    [[nodiscard]] QWidget* makeResources();

    // mainwindowcommands.cpp
    void bindFileCommands();
    void bindPageCommands();
    void bindViewCommands();
    void bindHelpCommands();
    void bindToPage(const QString& id);
    void zoom(double factor);
    void showSettings();
    void showKeyboard();
    void showAbout();
    void showWelcome();

    // mainwindowruntime.cpp: the kernel of the notebook in front, and where it runs
    void bindKernelCommands();
    void bindRuntimeCommands();
    void disconnectCurrent();
    void showEnvironments();
    void showSessions();
    void goToKernel(const QString& runtime, const QString& kernel, const QString& label);
    void obey(const QString& kernel, widgets::KernelOrder order);
    [[nodiscard]] NotebookTab* tabOf(const QString& kernel) const;
    [[nodiscard]] KernelController* kernel() const;
    [[nodiscard]] runtime::SessionState kernelState() const;

    // mainwindowtabs.cpp: opening and closing notebooks
    NotebookTab* addTab();
    void watch(NotebookTab* tab);
    void close(NotebookTab* tab);
    void remove(NotebookTab* tab, bool stopKernel);
    void openLink(const QUrl& url);
    void lookForUnsaved();
    [[nodiscard]] WelcomePage* makeWelcome();
    [[nodiscard]] WelcomePage* welcome();

    // mainwindowclosing.cpp: the end
    void quit();
    void settleTabs(std::size_t next, bool stopKernels);
    void finishQuit(bool stopKernels);

    WindowServices m_services;
    widgets::CommandList* m_commands;
    RuntimeActions* m_runtimes;
    NotebookTabs* m_tabs = nullptr;
    QStackedWidget* m_centre = nullptr; ///< the welcome page, or the notebooks
    WelcomePage* m_welcome = nullptr;   ///< made when it is first shown
    QSplitter* m_splitter = nullptr;
    widgets::Sidebar* m_sidebar = nullptr;
    widgets::OutlinePanel* m_outline = nullptr; ///< made when it is first shown, as all panels are
    widgets::FilesPanel* m_files = nullptr;
    widgets::ResourcesPanel* m_resources = nullptr;
    widgets::TransferQueue* m_transfers; ///< goes on without its panel
    widgets::ResourceMonitor* m_monitor;
    widgets::ResourceMeters* m_meters = nullptr;
    std::weak_ptr<runtime::Runtime> m_filesOf; ///< what the panel of files shows
    QString m_filesFolder;
    widgets::CommandPalette* m_palette = nullptr;
    KernelStatus* m_kernelStatus = nullptr;
    QLabel* m_position = nullptr;
    RecentFiles* m_recent = nullptr;
    QTimer m_refreshTimer;                          ///< what can be done is asked again, not for each key
    std::vector<notebook::RecoveryEntry> m_unsaved; ///< notebooks of earlier times that have no file
    QStringList m_closed;                           ///< paths, the last one closed at the end
    int m_untitled = 0;
    bool m_isStarted = false;  ///< painted, and what waits for that is begun
    bool m_isQuitting = false; ///< the user is asked, or kernels are told
    bool m_mayClose = false;
};

} // namespace cahier::window
