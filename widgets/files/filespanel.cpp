// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filespanel.h>

#include <widgets/files/fileactions.h>
#include <widgets/files/filenames.h>
#include <widgets/files/filesview.h>
#include <widgets/files/pathbar.h>
#include <widgets/files/transferlist.h>
#include <widgets/panels/noticelist.h>

#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QVBoxLayout>

#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace cahier::widgets {

using Phase = runtime::ConnectionState::Phase;

namespace {

constexpr int margin = 6;
constexpr auto filterPause = 150ms;
constexpr auto refreshPause = 300ms;

} // namespace

FilesPanel::FilesPanel(const Appearance& appearance, TransferQueue& queue, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_queue(queue),
      m_downloadFolder(QStandardPaths::writableLocation(QStandardPaths::DownloadLocation)),
      m_model(new FilesModel(this)), m_view(new FilesView(*m_model, appearance, this)),
      m_fileActions(new FileActions(this)), m_path(new PathBar(this)), m_place(new QLabel(this)),
      m_filter(new QLineEdit(this)), m_notices(new NoticeList(appearance, this)),
      m_pages(new QStackedWidget(this)), m_message(new QLabel), m_stateButton(new QPushButton),
      m_transfers(new TransferList(queue, appearance, this))
{
    setAccessibleName(tr("Files"));
    layOut();
    makeActions();
    connectParts();
    updateState();
}

FilesPanel::~FilesPanel() = default;

void FilesPanel::layOut()
{
    m_place->setForegroundRole(QPalette::PlaceholderText);
    m_place->setTextFormat(Qt::PlainText);
    m_place->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* const head = new QHBoxLayout;
    head->setContentsMargins(margin + 4, margin, margin, margin);
    head->setSpacing(margin + 2);
    head->addWidget(m_place, 1);
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setAccessibleName(tr("Filter the files by name"));
    m_filter->setClearButtonEnabled(true);
    auto* const filterRow = new QHBoxLayout;
    filterRow->setContentsMargins(margin, 0, margin, 4);
    filterRow->addWidget(m_filter);
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setForegroundRole(QPalette::PlaceholderText);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* const page = new QWidget(m_pages);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(margin + 4, 4, margin + 4, margin);
    column->addWidget(m_message);
    column->addWidget(m_stateButton, 0, Qt::AlignLeft);
    column->addStretch();
    m_pages->addWidget(m_view);
    m_pages->addWidget(page);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_path);
    layout->addLayout(filterRow);
    layout->addWidget(m_notices);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_transfers);
}

void FilesPanel::connectParts()
{
    m_filterTimer.setSingleShot(true);
    m_filterTimer.setInterval(filterPause);
    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(refreshPause);
    m_view->installEventFilter(this);
    m_filter->installEventFilter(this);
    connect(m_filter, &QLineEdit::textChanged, &m_filterTimer, qOverload<>(&QTimer::start));
    connect(&m_filterTimer, &QTimer::timeout, this, [this] {
        FileOrder order = m_model->order();
        order.filter = m_filter->text().trimmed();
        m_model->setOrder(order);
    });
    connect(&m_refreshTimer, &QTimer::timeout, this, [this] {
        for (const QString& folder : std::exchange(m_stale, {}))
            m_model->refreshFolder(folder);
    });
    connect(m_path, &PathBar::pathEntered, this, &FilesPanel::goTo);
    connect(m_path, &PathBar::refreshRequested, this, &FilesPanel::refresh);
    connect(m_path, &PathBar::left, m_view, qOverload<>(&QWidget::setFocus));
    connect(m_model, &FilesModel::stateChanged, this, &FilesPanel::updateState);
    connect(m_model, &FilesModel::listed, this, &FilesPanel::takeListed);
    connect(m_model, &FilesModel::renameRequested, m_fileActions, &FileActions::rename);
    connect(m_view, &FilesView::opened, this, [this](const QModelIndex& index) { open(index.row()); });
    connect(m_view, &FilesView::menuRequested, this, &FilesPanel::showMenu);
    connect(m_view, &FilesView::filesDropped, this, &FilesPanel::upload);
    connect(m_view, &FilesView::pathsDropped, m_fileActions, &FileActions::move);
    connect(m_view, &FilesView::selectionEdited, this, &FilesPanel::updateActions);
    connect(m_stateButton, &QPushButton::clicked, this, &FilesPanel::pressStateButton);
    connect(m_fileActions, &FileActions::failed, this, &FilesPanel::showError);
    connect(m_fileActions, &FileActions::changed, this, &FilesPanel::refreshSoon);
    connect(m_fileActions, &FileActions::renamed, this, [this](const QString& from, const QString& to) {
        m_selectNext = to;
        m_model->refreshFolder(parentPath(from));
    });
    connect(m_fileActions, &FileActions::folderMade, this, [this](const QString& path) {
        m_selectNext = path;
        m_renamesNext = true;
        m_model->refreshFolder(parentPath(path));
    });
    connect(&m_queue, &TransferQueue::succeeded, this, [this](const FileCopy& copy) {
        if (copy.isUpload() ? copy.runtime == m_runtime : m_where == Where::ThisMachine)
            refreshSoon(parentPath(copy.target()));
    });
    connect(&m_queue, &TransferQueue::questionRaised, this, &FilesPanel::showQuestion);
    connect(&m_queue, &TransferQueue::changed, this, &FilesPanel::withdrawQuestion);
}

void FilesPanel::setRuntime(std::shared_ptr<runtime::Runtime> runtime, const QString& name,
                            const QString& startFolder, Where where)
{
    m_name = name;
    m_where = where;
    m_path->setStartFolder(startFolder);
    showTitle();
    if (runtime == m_runtime) return updateState();
    if (m_runtime) {
        m_runtime->disconnect(this);
        if (m_model->state() == FilesModel::State::Listed) m_lastFolders[m_runtime] = m_model->root();
    }
    std::erase_if(m_lastFolders, [](const auto& entry) { return entry.first.expired(); });
    m_runtime = std::move(runtime);
    m_fileActions->setRuntime(m_runtime);
    m_stale.clear();
    m_selectNext.clear();
    m_notices->withdraw(u"files"_s);
    if (m_runtime)
        connect(m_runtime.get(), &runtime::Runtime::connectionChanged, this, &FilesPanel::takeConnection);
    m_model->setRuntime(m_runtime, where == Where::ThisMachine);
    if (isVisible()) start();
}

void FilesPanel::start()
{
    if (!m_runtime || !m_runtime->files()) return;
    const auto last = m_lastFolders.find(m_runtime);
    m_isStarting = true;
    m_model->setRoot(last != m_lastFolders.end() ? last->second : m_path->startFolder());
}

void FilesPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_model->state() == FilesModel::State::None)
        start();
    else
        refresh();
}

void FilesPanel::refresh()
{
    if (!isVisible()) return; // it is listed again when it is shown
    if (m_model->state() == FilesModel::State::Failed)
        m_model->setRoot(m_model->root());
    else
        m_model->refresh();
}

void FilesPanel::goTo(const QString& folder)
{
    m_isStarting = false;
    m_model->setRoot(folder);
}

void FilesPanel::setShowsHidden(bool shows)
{
    FileOrder order = m_model->order();
    if (std::exchange(order.showsHidden, shows) == shows) return;
    m_model->setOrder(order);
    m_actions.value(u"showHidden"_s)->setChecked(shows);
    Q_EMIT showsHiddenChanged(shows);
}

void FilesPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    showTitle();
}

void FilesPanel::showTitle()
{
    const QString name = shownName(m_name);
    m_place->setText(m_place->fontMetrics().elidedText(name, Qt::ElideRight, m_place->width()));
    m_place->setAccessibleName(name);
    m_place->setToolTip(u"<p>"_s + name.toHtmlEscaped() + u"</p>"_s);
}

void FilesPanel::updateState()
{
    const auto state = m_model->state();
    if (state == FilesModel::State::Listed) m_isStarting = false;
    // A notebook's folder need not be on the runtime's machine, nor be there still.
    if (state == FilesModel::State::Failed && m_model->error()->code == ErrorCode::NotFound &&
        std::exchange(m_isStarting, false))
        return m_model->setRoot({});
    const bool hasFiles = m_runtime && m_runtime->files();
    m_path->setVisible(hasFiles);
    m_filter->setVisible(hasFiles);
    m_path->setPath(m_model->root());
    showTitle();
    updateActions();
    if (!m_runtime)
        showMessage(tr("No runtime is connected."), tr("Connect…"));
    else if (!hasFiles)
        showMessage(tr("This runtime gives no access to its files."));
    else if (state == FilesModel::State::Failed)
        showMessage(m_model->error()->message, tr("Try again"));
    else if (state == FilesModel::State::Listed)
        m_pages->setCurrentIndex(0);
    else
        showMessage(connectionText(),
                    m_runtime->connectionState().phase == Phase::Waiting ? tr("Connect now") : QString());
    m_view->setPlaceholder(emptyText());
}

QString FilesPanel::connectionText() const
{
    const runtime::ConnectionState state = m_runtime->connectionState();
    switch (state.phase) {
    case Phase::Connecting:
        return tr("Connecting to %1…").arg(m_name);
    case Phase::Installing:
        return tr("Cahier's helper program is copied to %1: %2 of %3…")
            .arg(m_name, sizeText(state.done), sizeText(state.total));
    case Phase::Waiting: {
        const QString reason = state.error ? u"\n\n"_s + state.error->message : QString();
        return tr("%1 cannot be reached. The next attempt comes by itself.").arg(m_name) + reason;
    }
    case Phase::Idle:
    case Phase::Connected:
        break;
    }
    return tr("Listing…");
}

QString FilesPanel::emptyText() const
{
    if (m_model->state() != FilesModel::State::Listed || m_model->isBusy()) return {};
    if (!m_model->order().filter.isEmpty()) return tr("No name matches the filter.");
    if (m_model->rootCount() > 0) return tr("There are hidden files only.");
    return tr("This folder is empty. Files can be dropped here.");
}

void FilesPanel::showMessage(const QString& text, const QString& buttonText)
{
    m_message->setText(text);
    m_stateButton->setText(buttonText);
    m_stateButton->setVisible(!buttonText.isEmpty());
    m_pages->setCurrentIndex(1);
}

void FilesPanel::pressStateButton()
{
    if (!m_runtime) return Q_EMIT connectRequested();
    if (m_runtime->connectionState().phase == Phase::Waiting) m_runtime->reconnect();
    if (m_model->state() == FilesModel::State::Failed) m_model->setRoot(m_model->root());
}

void FilesPanel::takeConnection()
{
    const bool isBack = m_runtime->connectionState().phase == Phase::Connected;
    const std::optional<Error>& error = m_model->error();
    if (isBack && error && error->retry == Retry::Later) m_model->setRoot(m_model->root());
    updateState();
}

void FilesPanel::takeListed(const QString& folder)
{
    updateState();
    if (m_selectNext.isEmpty() || parentPath(m_selectNext) != folder) return;
    const QString path = std::exchange(m_selectNext, {});
    if (std::exchange(m_renamesNext, false))
        m_view->rename(path);
    else
        m_view->select(path);
}

void FilesPanel::showError(const Error& error)
{
    m_notices->showNotice({u"files"_s, Notice::Kind::Error, shownName(error.message), error.detail});
}

void FilesPanel::refreshSoon(const QString& folder)
{
    m_stale.insert(folder);
    if (!m_refreshTimer.isActive()) m_refreshTimer.start();
}

} // namespace cahier::widgets
