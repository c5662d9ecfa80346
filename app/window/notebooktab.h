// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/window/kernelcontroller.h>
#include <app/window/notebookfile.h>
#include <core/runtime/notebooktarget.h>
#include <widgets/commands/pagekeys.h>
#include <widgets/notebook/notebookpage.h>

#include <QStackedWidget>
#include <QWidget>

namespace cahier::widgets {
class RuntimeDialog;
}

namespace cahier::window {

/// What all tabs share; made by the application, outlives them.
struct TabServices {
    widgets::Settings& settings;
    widgets::Appearance& appearance;
    widgets::CommandList& commands;
    runtime::RuntimeList& runtimes;
    KernelMemory& memory;
    notebook::DocumentOptions documents;
    /// Made when the first notebook is shown.
    std::function<const widgets::ViewServices&()> view;
    /// Kernels may be running: asking for them is worth it. Any thread.
    std::function<bool()> mayHaveKernels;
};

/// A notebook in the window: its file, kernel, page and notices; a skeleton until it is read, a page with the
/// reason when it cannot be.
class NotebookTab : public QWidget {
    Q_OBJECT
public:
    explicit NotebookTab(const TabServices& services, QWidget* parent = nullptr);
    ~NotebookTab() override;

    [[nodiscard]] NotebookFile& file() { return *m_file; }
    [[nodiscard]] const NotebookFile& file() const { return *m_file; }
    /// Null until the notebook is read.
    [[nodiscard]] widgets::NotebookPage* page() const { return m_open ? m_open->page : nullptr; }
    [[nodiscard]] KernelController* kernel() const { return m_open ? m_open->kernel.get() : nullptr; }
    [[nodiscard]] runtime::Session* session() const { return m_open ? m_open->session.get() : nullptr; }
    [[nodiscard]] bool isEditing() const;
    [[nodiscard]] widgets::NoticeList& notices() { return *m_notices; }

    /// Asks for a name first where there is none, or `always`.
    void save(const NotebookFile::Done& done = {});
    void saveAs(const NotebookFile::Done& done = {});
    void revert();
    void chooseRuntime();
    void restartKernel(bool runAll);
    /// Asks what is to become of unsaved changes; `proceed` follows unless the user gives up.
    void settleChanges(const std::function<void()>& proceed, const std::function<void()>& giveUp);
    /// Asks what is to become of a busy kernel.
    void settleKernel(const std::function<void(bool stop)>& proceed);
    /// The notebook is closed. The future is finished when its kernel was told to stop.
    QFuture<Result<void>> close(bool stopKernel);

Q_SIGNALS:
    /// The notebook is there, or another one in its place.
    void opened();
    /// Title, state of the kernel, what can be done.
    void changed();
    void activeCellChanged();
    void told(const QString& sentence);
    void linkActivated(const QUrl& url);
    /// Somebody is to do what the dialog asks for.
    void runtimeDialogOpened(cahier::widgets::RuntimeDialog* dialog);

private:
    struct Open {
        runtime::NotebookTarget* target = nullptr;
        std::unique_ptr<runtime::Session> session;
        std::unique_ptr<KernelController> kernel;
        widgets::NotebookPage* page = nullptr;
        widgets::PageKeys* keys = nullptr;
        ~Open();
    };
    void watchFile();
    void build();
    void watchPage();
    void watchKernel();
    void showFailure(const Error& error);
    void show(QWidget* widget);
    void applySettings();
    void locate();

    TabServices m_services;
    NotebookFile* m_file;
    widgets::NoticeList* m_notices;
    QStackedWidget* m_stack;
    std::unique_ptr<Open> m_open;
};

} // namespace cahier::window
