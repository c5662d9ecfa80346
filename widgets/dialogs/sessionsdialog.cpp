// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/sessionsdialog.h>

#include <widgets/dialogs/sessionspainter.h>
#include <widgets/resources/resourcetext.h>
#include <widgets/theme/thinscrollbar.h>

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::KernelState;

namespace {

constexpr int widestColumn = 260;

bool isDead(const SessionsModel::Kernel& kernel)
{
    return kernel.info.state == KernelState::Dead;
}

bool isBusy(const SessionsModel::Kernel& kernel)
{
    return kernel.info.state == KernelState::Ready && kernel.info.busy;
}

QString pendingText(KernelOrder order)
{
    switch (order) {
    case KernelOrder::Interrupt:
        return SessionsDialog::tr("interrupting…");
    case KernelOrder::Restart:
        return SessionsDialog::tr("restarting…");
    case KernelOrder::Shutdown:
        return SessionsDialog::tr("shutting down…");
    case KernelOrder::Forget:
        break;
    }
    return SessionsDialog::tr("forgetting…");
}

} // namespace

SessionsDialog::SessionsDialog(runtime::RuntimeList& list, const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_appearance(appearance), m_model(new SessionsModel(list, this)),
      m_view(new QTreeView(this)), m_empty(new QLabel(this)), m_problem(new QLabel(this))
{
    setWindowTitle(tr("Manage sessions"));
    makeView();
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_problem->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_problem);
    layout->addLayout(makeButtons());

    connect(m_model, &SessionsModel::refreshed, this, &SessionsDialog::showRows);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &SessionsDialog::updateButtons);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &SessionsDialog::updateButtons);
    const auto applyTheme = [this] {
        const Theme& theme = m_appearance.theme();
        setPalette(theme.palette());
        QPalette problem = theme.palette();
        problem.setColor(QPalette::WindowText, theme.error);
        m_problem->setPalette(problem);
        QPalette rows = theme.palette();
        rows.setColor(QPalette::Highlight, theme.selection);
        rows.setColor(QPalette::HighlightedText, theme.text);
        m_view->setPalette(rows);
    };
    connect(&appearance, &Appearance::changed, this, applyTheme);
    applyTheme();
    resize(1060, 480);
    showRows();
}

void SessionsDialog::makeView()
{
    m_view->setModel(m_model);
    m_view->setItemDelegate(new SessionsPainter(m_appearance, m_view));
    m_view->setAccessibleName(tr("Kernels"));
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setRootIsDecorated(false);
    m_view->setItemsExpandable(false);
    m_view->setIndentation(0);
    m_view->setExpandsOnDoubleClick(false);
    m_view->setAllColumnsShowFocus(true);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setVerticalScrollBar(new ThinScrollBar(m_appearance, Qt::Vertical, m_view));
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->header()->setStretchLastSection(true);
    m_view->header()->setSectionsMovable(false);
    m_view->installEventFilter(this);
    connect(m_view, &QTreeView::customContextMenuRequested, this, &SessionsDialog::openMenu);
    connect(m_view, &QTreeView::doubleClicked, this, &SessionsDialog::goTo);
}

QPushButton* SessionsDialog::addButton(QLayout& row, const QString& text, void (SessionsDialog::*action)())
{
    auto* const button = new QPushButton(text, this);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, action);
    row.addWidget(button);
    return button;
}

QLayout* SessionsDialog::makeButtons()
{
    auto* const row = new QHBoxLayout;
    m_goTo = addButton(*row, tr("&Go to notebook"), &SessionsDialog::goTo);
    m_interrupt = addButton(*row, tr("&Interrupt"), &SessionsDialog::interrupt);
    m_restart = addButton(*row, tr("&Restart"), &SessionsDialog::restart);
    m_shutDown = addButton(*row, tr("&Shut down"), &SessionsDialog::shutDown);
    m_shutDownIdle = addButton(*row, tr("Shut down &all idle"), &SessionsDialog::shutDownIdle);
    row->addStretch();
    auto* const close = new QDialogButtonBox(QDialogButtonBox::Close, this);
    close->button(QDialogButtonBox::Close)->setAutoDefault(false);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::reject);
    row->addWidget(close);
    return row;
}

void SessionsDialog::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    tell({});
    m_model->setFollowed(true);
    showRows();
    m_view->setFocus();
}

void SessionsDialog::hideEvent(QHideEvent* event)
{
    QDialog::hideEvent(event);
    m_model->setFollowed(false);
}

bool SessionsDialog::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            goTo();
            return true;
        case Qt::Key_Delete:
            shutDown();
            return true;
        case Qt::Key_F5:
            m_model->refresh();
            return true;
        default:
            break;
        }
    }
    return QDialog::eventFilter(watched, event);
}

void SessionsDialog::showRows()
{
    for (int row = 0; row < m_model->rowCount(); ++row) {
        m_view->setFirstColumnSpanned(row, {}, true);
        m_view->expand(m_model->index(row, 0));
    }
    const bool any = !m_model->kernels().empty();
    m_view->setVisible(any || m_model->hasNews());
    m_empty->setVisible(!m_view->isVisibleTo(this));
    m_empty->setText(m_model->rowCount() > 0 ? tr("No kernel runs.")
                                             : tr("No kernel runs, and no runtime is connected."));
    if (any && !m_isSized) showFirst();
    updateButtons();
}

/// Once, when there are kernels.
void SessionsDialog::showFirst()
{
    m_isSized = true;
    for (int column = 0; column < SessionsModel::allColumns; ++column) {
        m_view->resizeColumnToContents(column);
        // What comes later has room, too.
        const QString longest = column == SessionsModel::StateColumn      ? pendingText(KernelOrder::Shutdown)
                                : column == SessionsModel::MemoryColumn   ? u"1,023.9 MiB"_s
                                : column == SessionsModel::ActivityColumn ? tr("%1 min ago").arg(59)
                                                                          : QString();
        const int least = column == 0 ? 180 : m_view->fontMetrics().horizontalAdvance(longest) + 16;
        m_view->setColumnWidth(column, std::max(least, std::min(widestColumn, m_view->columnWidth(column))));
    }
    for (int group = 0; group < m_model->rowCount(); ++group) {
        const QModelIndex first = m_model->index(0, 0, m_model->index(group, 0));
        if (first.isValid() && selected().empty()) m_view->setCurrentIndex(first);
    }
}

SessionsDialog::Kernels SessionsDialog::selected() const
{
    Kernels kernels;
    for (const QModelIndex& row : m_view->selectionModel()->selectedRows()) {
        if (const auto kernel = m_model->kernelAt(row)) kernels.push_back(*kernel);
    }
    return kernels;
}

SessionsDialog::Kernels SessionsDialog::selectedAlive() const
{
    Kernels kernels = selected();
    std::erase_if(kernels, isDead);
    return kernels;
}

SessionsDialog::Kernels SessionsDialog::idleOnes() const
{
    Kernels kernels = m_model->kernels();
    std::erase_if(kernels, [](const SessionsModel::Kernel& kernel) {
        return kernel.info.state != KernelState::Ready || kernel.info.busy;
    });
    return kernels;
}

void SessionsDialog::updateButtons()
{
    const Kernels chosen = selected();
    const bool anyAlive = !std::ranges::all_of(chosen, isDead);
    m_goTo->setEnabled(chosen.size() == 1 && anyAlive);
    m_interrupt->setEnabled(std::ranges::any_of(chosen, isBusy));
    m_restart->setEnabled(anyAlive);
    m_shutDown->setEnabled(!chosen.empty());
    m_shutDown->setText(chosen.empty() || anyAlive ? tr("&Shut down") : tr("&Forget"));
    m_shutDownIdle->setEnabled(!idleOnes().empty());
}

void SessionsDialog::openMenu(const QPoint& place)
{
    auto* const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const std::shared_ptr<runtime::Runtime> runtime = m_model->runtimeAt(m_view->currentIndex());
    if (!m_model->kernelAt(m_view->currentIndex()) && runtime) {
        menu->addAction(tr("Reconnect"), this, &SessionsDialog::reconnect);
    } else {
        const auto add = [this, menu](const QPushButton& button, void (SessionsDialog::*action)()) {
            menu->addAction(button.text(), this, action)->setEnabled(button.isEnabled());
        };
        add(*m_goTo, &SessionsDialog::goTo);
        menu->addSeparator();
        add(*m_interrupt, &SessionsDialog::interrupt);
        add(*m_restart, &SessionsDialog::restart);
        add(*m_shutDown, &SessionsDialog::shutDown);
    }
    menu->popup(m_view->viewport()->mapToGlobal(place));
}

void SessionsDialog::goTo()
{
    if (!m_goTo->isEnabled()) return;
    const SessionsModel::Kernel kernel = selected().front();
    Q_EMIT attachRequested(kernel.runtimeId, kernel.info.id, kernel.info.label);
}

void SessionsDialog::interrupt()
{
    Kernels kernels = selected();
    std::erase_if(kernels, std::not_fn(isBusy));
    order(kernels, KernelOrder::Interrupt);
}

void SessionsDialog::restart()
{
    const Kernels kernels = selectedAlive();
    if (kernels.empty()) return;
    askFirst(kernels.size() == 1 ? tr("Restart the kernel of “%1”?").arg(kernelTitle(kernels[0].info.label))
                                 : tr("Restart %n kernel(s)?", nullptr, int(kernels.size())),
             tr("All variables are lost. Outputs stay."), tr("Restart"),
             [this, kernels] { order(kernels, KernelOrder::Restart); });
}

void SessionsDialog::shutDown()
{
    Kernels dead = selected();
    std::erase_if(dead, std::not_fn(isDead));
    order(dead, KernelOrder::Forget);
    const Kernels kernels = selectedAlive();
    const auto busy = std::ranges::count_if(kernels, isBusy);
    if (busy == 0) return order(kernels, KernelOrder::Shutdown);
    askFirst(kernels.size() == 1 ? tr("Shut down the kernel of “%1”?").arg(kernelTitle(kernels[0].info.label))
                                 : tr("Shut down %n kernel(s)?", nullptr, int(kernels.size())),
             kernels.size() == 1 ? tr("It is computing. What it computes is lost.")
                                 : tr("%n of them compute(s). What is computed is lost.", nullptr, int(busy)),
             tr("Shut down"), [this, kernels] { order(kernels, KernelOrder::Shutdown); });
}

void SessionsDialog::shutDownIdle()
{
    const Kernels kernels = idleOnes();
    const auto own = std::ranges::count_if(
        kernels, [this](const SessionsModel::Kernel& kernel) { return m_model->isOwn(kernel.info.id); });
    QString explanation = tr("Their variables are lost.");
    if (own > 0)
        explanation += u' ' + tr("%n of them belong(s) to notebooks of this window.", nullptr, int(own));
    askFirst(tr("Shut down %n idle kernel(s)?", nullptr, int(kernels.size())), explanation, tr("Shut down"),
             [this, kernels] { order(kernels, KernelOrder::Shutdown); });
}

void SessionsDialog::reconnect()
{
    if (const auto runtime = m_model->runtimeAt(m_view->currentIndex())) runtime->reconnect();
}

void SessionsDialog::askFirst(const QString& question, const QString& explanation, const QString& answer,
                              const std::function<void()>& take)
{
    auto* const box =
        new QMessageBox(QMessageBox::NoIcon, windowTitle(), question, QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(explanation);
    QPushButton* const yes = box->addButton(answer, QMessageBox::AcceptRole);
    QPushButton* const no = box->addButton(QMessageBox::Cancel);
    box->setDefaultButton(yes);
    box->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, this, take);
    box->open();
}

void SessionsDialog::order(const Kernels& kernels, KernelOrder order)
{
    tell({});
    for (const SessionsModel::Kernel& kernel : kernels)
        orderOne(kernel, order);
}

void SessionsDialog::orderOne(const SessionsModel::Kernel& kernel, KernelOrder order)
{
    const QString id = kernel.info.id;
    if (m_model->isOwn(id)) {
        Q_EMIT orderRequested(kernel.runtimeId, id, order);
        return;
    }
    m_model->setPending(id, pendingText(order));
    const auto end = [this, id] {
        m_model->setPending(id, {});
        m_model->refresh();
    };
    giveOrder(kernel.runtime, kernel.info, order)
        .then(this,
              [this, end, title = kernelTitle(kernel.info.label)](const Result<void>& result) {
                  if (!result) tell(tr("“%1”: %2").arg(title, result.error().message));
                  end();
              })
        .onCanceled(this, end);
}

void SessionsDialog::tell(const QString& problem)
{
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

} // namespace cahier::widgets
