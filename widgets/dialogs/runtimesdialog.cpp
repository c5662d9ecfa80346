// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/runtimesdialog.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/textblock.h>
#include <widgets/theme/thinscrollbar.h>

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::ConnectionState;
using runtime::RuntimeEntry;
using Phase = ConnectionState::Phase;

namespace {

constexpr int boxWidth = 420;

} // namespace

RuntimesDialog::RuntimesDialog(runtime::RuntimeList& list, const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_list(list), m_rows(new RuntimeRows(list, this)), m_view(new QListView(this)),
      m_empty(makeNote({}, this)), m_problem(new TextBlock({}, appearance, this))
{
    setWindowTitle(tr("Runtimes"));
    setUpView(appearance);
    m_empty->setText(tr("Another machine runs your notebooks where the data or the GPU is, and goes on while "
                        "this one sleeps. Add a machine that you reach by ssh, or a Jupyter Server by its "
                        "address."));
    m_problem->setLines(1, 4);
    m_problem->setAccessibleName(tr("Why it is not connected"));
    auto* const close = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* const row = new QHBoxLayout;
    row->addWidget(m_view, 1);
    row->addWidget(makeButtons());
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 12);
    column->setSpacing(10);
    column->addLayout(row, 1);
    column->addWidget(m_problem);
    column->addWidget(m_empty);
    column->addWidget(close);

    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid()) m_current = index.data(RuntimeRows::IdRole).toString();
                update();
            });
    connect(m_view, &QListView::activated, this, [this] {
        if (m_edit->isEnabled()) m_edit->click();
    });
    connect(m_rows, &QAbstractItemModel::dataChanged, this, &RuntimesDialog::update);
    connect(m_rows, &QAbstractItemModel::modelReset, this, [this] { select(m_current); });
    followTheme(*this, appearance);
    resize(680, 420);
    select(QString::fromLatin1(runtime::RuntimeList::localId));
    m_view->setFocus();
}

void RuntimesDialog::setUpView(const Appearance& appearance)
{
    m_view->setModel(m_rows);
    m_view->setItemDelegate(new RuntimeRowPainter(*m_rows, appearance, m_view));
    m_view->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_view));
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setAccessibleName(tr("Runtimes"));
    connect(&appearance, &Appearance::changed, m_view->viewport(), qOverload<>(&QWidget::update));
}

QPushButton* RuntimesDialog::addButton(QVBoxLayout& column, const QString& text,
                                       const std::function<void()>& take)
{
    auto* const button = new QPushButton(text, this);
    button->setAutoDefault(false);
    column.addWidget(button);
    connect(button, &QPushButton::clicked, this, take);
    return button;
}

QWidget* RuntimesDialog::makeButtons()
{
    auto* const side = new QWidget(this);
    auto* const column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    addButton(*column, tr("Add &machine…"), [this] { Q_EMIT addHostRequested(); });
    addButton(*column, tr("Add &server…"), [this] { Q_EMIT addServerRequested(); });
    column->addSpacing(12);
    m_connect = addButton(*column, tr("&Connect"), [this] { Q_EMIT connectRequested(current()); });
    m_disconnect = addButton(*column, tr("&Disconnect"), [this] { Q_EMIT disconnectRequested(current()); });
    column->addSpacing(12);
    m_edit = addButton(*column, tr("&Edit…"), [this] { Q_EMIT editRequested(current()); });
    m_remove = addButton(*column, tr("&Remove…"), [this] { askToRemove(); });
    column->addStretch();
    return side;
}

void RuntimesDialog::select(const QString& id)
{
    const int row = m_rows->rowOf(id);
    m_view->setCurrentIndex(m_rows->index(std::max(0, row), 0));
    update();
}

QString RuntimesDialog::current() const
{
    return m_view->currentIndex().data(RuntimeRows::IdRole).toString();
}

void RuntimesDialog::update()
{
    const QModelIndex index = m_view->currentIndex();
    const bool isLocal = index.isValid() && m_rows->entry(index.row()).kind == RuntimeEntry::Kind::Local;
    const bool isRemote = index.isValid() && !isLocal;
    const ConnectionState state =
        index.isValid() ? m_rows->state(index.row()).value_or(ConnectionState()) : ConnectionState();
    m_connect->setEnabled(isRemote && (state.phase == Phase::Idle || state.phase == Phase::Waiting));
    m_disconnect->setEnabled(isRemote && state.phase != Phase::Idle);
    m_edit->setEnabled(isRemote);
    m_remove->setEnabled(isRemote);
    const QString why = isLocal ? tr("This machine is always there.") : QString();
    for (QPushButton* const button : {m_connect, m_disconnect, m_edit, m_remove}) {
        button->setToolTip(why);
        button->setAccessibleDescription(why);
    }
    const bool failed = isRemote && state.error.has_value();
    if (failed) m_problem->showText(state.error->text());
    m_problem->setVisible(failed);
    m_empty->setVisible(!m_rows->hasRemote());
}

void RuntimesDialog::askToRemove()
{
    const QString id = current();
    const QString name = m_view->currentIndex().data().toString();
    auto* const box = new QMessageBox(QMessageBox::NoIcon, {}, tr("Remove “%1” from the list?").arg(name),
                                      QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    const bool isServer =
        m_rows->entry(m_view->currentIndex().row()).kind == RuntimeEntry::Kind::JupyterServer;
    box->setInformativeText(isServer ? tr("Kernels that run there go on running. What was remembered to log "
                                          "in with is forgotten.")
                                     : tr("Kernels that run there go on running."));
    QPushButton* const remove = box->addButton(tr("Remove"), QMessageBox::DestructiveRole);
    QPushButton* const cancel = box->addButton(QMessageBox::Cancel);
    box->setDefaultButton(cancel);
    box->setEscapeButton(cancel);
    connect(box, &QMessageBox::buttonClicked, this, [this, id, remove](const QAbstractButton* clicked) {
        if (clicked == remove) Q_EMIT removeRequested(id);
    });
    // A box of its own choice is as narrow as a column of a newspaper.
    if (auto* const grid = qobject_cast<QGridLayout*>(box->layout()))
        grid->addItem(new QSpacerItem(boxWidth, 0), grid->rowCount(), 0, 1, grid->columnCount());
    box->open();
}

void RuntimesDialog::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Delete && m_remove->isEnabled())
        askToRemove();
    else
        QDialog::keyPressEvent(event);
}

} // namespace cahier::widgets
