// SPDX-License-Identifier: GPL-3.0-or-later
// What the page is made of. notebookpagecommands.cpp carries out its commands.
#include <widgets/notebook/notebookpage.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/findbar.h>
#include <widgets/notebook/findcontroller.h>
#include <widgets/notebook/noticebar.h>

#include <QFileInfo>
#include <QPointer>
#include <QVBoxLayout>

namespace cahier::widgets {

using notebook::Document;
using notebook::Notebook;
using runtime::Session;

NotebookPage::NotebookPage(const ViewServices& services, Document& document, Session& session,
                           QWidget* parent)
    : QWidget(parent), m_document(document), m_notebook(document.notebook()), m_session(session),
      m_selection(m_notebook), m_actions(m_notebook, m_selection),
      m_view(new NotebookView(services, m_notebook, session, m_selection, this)),
      m_findBar(new FindBar(this)), m_notices(new NoticeBar(this)),
      m_find(new FindController(m_notebook, *m_view, m_selection, *m_findBar, this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_notices);
    column->addWidget(m_findBar);
    column->addWidget(m_view, 1);
    setFocusProxy(m_view);
    watch();
}

NotebookPage::~NotebookPage()
{
    // Children refer to the selection, which is a member.
    delete m_find;
    delete m_view;
}

void NotebookPage::watch()
{
    const auto setFolder = [this](const QString& path) {
        m_view->setFolder(path.isEmpty() ? QString() : QFileInfo(path).absolutePath());
    };
    setFolder(m_document.path());
    connect(&m_document, &Document::pathChanged, this, setFolder);
    connect(m_view, &NotebookView::runRequested, this, [this](CellKey key) { run({key}); });
    connect(m_view, &NotebookView::stopRequested, this, &NotebookPage::stop);
    connect(m_view, &NotebookView::insertRequested, this, &NotebookPage::insert);
    connect(m_view, &NotebookView::moveRequested, this,
            [this](int index) { m_actions.moveSelectedTo(index); });
    connect(m_view, &NotebookView::commandRequested, this, [this](const QString& name) { perform(name); });
    connect(m_view, &NotebookView::linkActivated, this, &NotebookPage::linkActivated);
    connect(m_view, &NotebookView::executionMissed, this, [this](int executionCount) {
        showNotice(tr("The cell that ran as [%1] was deleted or has run again since.").arg(executionCount));
    });
    connect(m_view, &NotebookView::editorCreated, this, &NotebookPage::help);
    connect(&m_selection, &CellSelection::changed, this, &NotebookPage::activeCellChanged);
    const auto changed = [this] { Q_EMIT availabilityChanged(); };
    connect(&m_selection, &CellSelection::changed, this, changed);
    connect(m_view, &NotebookView::modeChanged, this, changed);
    connect(&m_notebook, &Notebook::historyChanged, this, changed);
    connect(&m_notebook, &Notebook::cellChanged, this, changed);
    connect(&m_session, &Session::stateChanged, this, changed);
    connect(&m_session, &Session::runChanged, this, changed);
    connect(&m_session, &Session::nextInputProposed, this,
            [this](CellKey cell, const QString& text, bool replace) {
                if (replace) return m_notebook.setSource(cell, text);
                m_notebook.insertCells(m_notebook.indexOf(cell) + 1, {{.source = text}});
            });
}

/// The kernel's completions and help for what is typed.
void NotebookPage::help(CodeEditor* editor)
{
    const auto canAnswer = [this] {
        const runtime::SessionState state = m_session.state();
        return state == runtime::SessionState::Idle || state == runtime::SessionState::Busy;
    };
    connect(editor, &CodeEditor::completionRequested, this, [this, editor, canAnswer](qsizetype cursor) {
        if (!canAnswer()) return;
        m_session.requests()
            .complete(editor->text(), cursor)
            .then(editor, [editor](const Result<runtime::Completions>& r) {
                if (r) editor->showCompletions(*r);
            });
    });
    connect(editor, &CodeEditor::inspectionRequested, this,
            [this, editor, canAnswer](qsizetype cursor, int detail) {
                if (!canAnswer()) return;
                m_session.requests()
                    .inspect(editor->text(), cursor, detail)
                    .then(editor, [editor](const Result<runtime::Inspection>& result) {
                        if (result) editor->showInspection(*result);
                    });
            });
}

void NotebookPage::showNotice(const QString& sentence, const QList<QAction*>& ways)
{
    m_notices->add(sentence, ways);
}

void NotebookPage::removeNotice(const QString& sentence)
{
    m_notices->remove(sentence);
}

void NotebookPage::revealCell(CellKey key)
{
    m_selection.select(m_notebook.indexOf(key));
    m_view->reveal(key, NotebookView::Reveal::Top);
}

} // namespace cahier::widgets
