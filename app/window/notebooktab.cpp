// SPDX-License-Identifier: GPL-3.0-or-later
// What a tab is made of. notebooktabquestions.cpp is what it asks its user.
#include <app/window/notebooktab.h>

#include <app/window/background.h>
#include <app/window/failedpage.h>
#include <app/window/skeleton.h>
#include <widgets/editor/codeeditor.h>

#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::window {

using widgets::NotebookPage;

/// Each refers to those above it.
NotebookTab::Open::~Open()
{
    delete page;
    kernel.reset();
    session.reset();
    delete target;
}

NotebookTab::NotebookTab(const TabServices& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_file(new NotebookFile(services.documents, this)),
      m_notices(new widgets::NoticeList(services.appearance, this)), m_stack(new QStackedWidget(this))
{
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_notices);
    layout->addWidget(m_stack, 1);
    show(new Skeleton(services.appearance, this));
    watchFile();
    connect(&services.settings, &widgets::Settings::changed, this, &NotebookTab::applySettings);
    m_file->setAutosave(services.settings.autosave());
}

NotebookTab::~NotebookTab()
{
    m_open.reset(); // before the document that it shows
}

void NotebookTab::watchFile()
{
    connect(m_file, &NotebookFile::opened, this, &NotebookTab::build);
    connect(m_file, &NotebookFile::openFailed, this, &NotebookTab::showFailure);
    connect(m_file, &NotebookFile::titleChanged, this, [this] {
        if (m_open) m_open->kernel->setPath(m_file->path());
        Q_EMIT changed();
    });
    connect(m_file, &NotebookFile::modifiedChanged, this, &NotebookTab::changed);
    connect(m_file, &NotebookFile::saveBegan, this, [this] {
        if (m_open) m_open->kernel->noteSaveBegan();
    });
    connect(m_file, &NotebookFile::saved, this, [this] {
        if (m_open) m_open->kernel->noteSaved();
        Q_EMIT told(tr("Saved %1").arg(m_file->title()));
        Q_EMIT changed();
    });
    connect(m_file, &NotebookFile::saveNameWanted, this, [this] { saveAs(); });
    connect(m_file, &NotebookFile::noticeRaised, m_notices, &widgets::NoticeList::showNotice);
    connect(m_file, &NotebookFile::noticeWithdrawn, m_notices, &widgets::NoticeList::withdraw);
}

/// Shows the file's document; one that was shown before lets go of its kernel, which the new one finds.
void NotebookTab::build()
{
    if (m_open) {
        // What the kernel said so far was part of what was dropped.
        m_open->kernel->noteSaveBegan();
        m_open->kernel->noteSaved();
        m_open->kernel->leaveRunning();
    }
    m_open.reset();
    notebook::Document& document = *m_file->document();
    m_open = std::make_unique<Open>();
    m_open->target = new runtime::NotebookTarget(document.notebook());
    m_open->session = std::make_unique<runtime::Session>(*m_open->target);
    m_open->kernel =
        std::make_unique<KernelController>(KernelController::Parts{m_services.runtimes, document.notebook(),
                                                                   *m_open->session, m_services.memory},
                                           m_file->path());
    m_open->page = new NotebookPage(m_services.view(), document, *m_open->session, this);
    m_open->keys = new widgets::PageKeys(m_services.commands, *m_open->page, [this] { return isEditing(); });
    watchPage();
    watchKernel();
    applySettings();
    show(m_open->page);
    Q_EMIT opened();
    Q_EMIT changed();
    inBackground(this, m_services.mayHaveKernels, [this](bool may) {
        if (m_open) m_open->kernel->findRunning(may);
    });
}

void NotebookTab::watchPage()
{
    NotebookPage* const page = m_open->page;
    connect(page, &NotebookPage::runRequested, m_open->kernel.get(), &KernelController::run);
    connect(page, &NotebookPage::linkActivated, this, &NotebookTab::linkActivated);
    connect(page, &NotebookPage::activeCellChanged, this, &NotebookTab::activeCellChanged);
    connect(page, &NotebookPage::availabilityChanged, this, [this] {
        m_open->keys->refresh();
        Q_EMIT changed();
    });
}

void NotebookTab::watchKernel()
{
    KernelController* const kernel = m_open->kernel.get();
    connect(kernel, &KernelController::changed, this, &NotebookTab::changed);
    connect(kernel, &KernelController::told, this, &NotebookTab::told);
    connect(kernel, &KernelController::choiceRequested, this, &NotebookTab::chooseRuntime);
    connect(kernel, &KernelController::noticeRaised, m_notices, &widgets::NoticeList::showNotice);
    connect(kernel, &KernelController::noticeWithdrawn, m_notices, &widgets::NoticeList::withdraw);
}

void NotebookTab::showFailure(const Error& error)
{
    const QString path = m_file->path();
    auto* const page = new FailedPage(path, error, m_services.appearance, this);
    connect(page, &FailedPage::retryRequested, this, [this, path] {
        show(new Skeleton(m_services.appearance, this));
        m_file->open(path);
    });
    connect(page, &FailedPage::locateRequested, this, &NotebookTab::locate);
    show(page);
    Q_EMIT changed();
}

/// The stack owns what it shows, but for the page.
void NotebookTab::show(QWidget* widget)
{
    while (QWidget* const before = m_stack->widget(0)) {
        m_stack->removeWidget(before);
        if (!m_open || before != m_open->page) before->deleteLater();
    }
    const bool hadFocus = isAncestorOf(focusWidget());
    m_stack->addWidget(widget);
    setFocusProxy(widget);
    if (hadFocus || hasFocus()) widget->setFocus();
}

bool NotebookTab::isEditing() const
{
    return m_open && m_open->page->view().activeEditor();
}

void NotebookTab::applySettings()
{
    const widgets::Settings& settings = m_services.settings;
    m_file->setAutosave(settings.autosave());
    if (!m_open) return;
    m_open->page->setLineNumbers(settings.lineNumbers());
    m_open->page->setAutoClose(settings.closeBrackets());
}

QFuture<Result<void>> NotebookTab::close(bool stopKernel)
{
    m_file->close();
    if (!m_open) return QtFuture::makeReadyValueFuture(Result<void>());
    if (stopKernel || m_file->path().isEmpty()) return m_open->kernel->stop();
    m_open->kernel->leaveRunning();
    return QtFuture::makeReadyValueFuture(Result<void>());
}

} // namespace cahier::window
