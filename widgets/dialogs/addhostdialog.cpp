// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/addhostdialog.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/textblock.h>
#include <widgets/theme/thinscrollbar.h>

#include <QCompleter>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QStringListModel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr std::chrono::milliseconds typingPause{300};
constexpr int shownNames = 6;

} // namespace

AddHostDialog::AddHostDialog(Ways ways, const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_ways(std::move(ways)), m_target(new QLineEdit(this)),
      m_names(new QStringListModel(this)), m_list(new QListView(this)), m_noNames(makeNote({}, this)),
      m_found(new TextBlock({}, appearance, this)), m_name(new QLineEdit(this)),
      m_folder(new QLineEdit(this)), m_folderProblem(makeNote({}, this))
{
    setWindowTitle(tr("Add a machine"));
    QVBoxLayout* const column = makeColumn(*this);
    addFields(*column);
    m_list->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_list));
    const DialogButtons buttons = makeButtons(*this, tr("Add"), tr("Cancel"), DefaultAnswer::Accept);
    m_accept = buttons.accept;
    column->addWidget(buttons.box);
    m_pause.setSingleShot(true);
    m_pause.setInterval(typingPause);
    connect(&m_pause, &QTimer::timeout, this, &AddHostDialog::resolve);
    connect(m_target, &QLineEdit::textChanged, this, &AddHostDialog::check);
    connect(m_folder, &QLineEdit::textChanged, this, &AddHostDialog::check);
    connect(this, &QDialog::accepted, this, &AddHostDialog::finish);
    followTheme(*this, appearance);
    m_target->setFocus();
    check();
}

void AddHostDialog::addFields(QVBoxLayout& column)
{
    column.addWidget(makeSentence(
        tr("Kernels run on the other machine and live on there when the connection breaks. Cahier uses your "
           "ssh program, its configuration and its keys."),
        this));
    m_target->setPlaceholderText(tr("host, user@host or user@host:port"));
    m_target->setAccessibleName(tr("Machine"));
    auto* const completer = new QCompleter(m_names, m_target);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_target->setCompleter(completer);
    m_found->setLines(3, 5);
    m_found->setAccessibleName(tr("What ssh makes of it"));
    m_name->setAccessibleName(tr("Name"));
    m_folder->setAccessibleName(tr("Working folder"));
    m_folder->setPlaceholderText(tr("The home folder there"));

    QGridLayout* const form = makeForm(column);
    addRow(*form, tr("&Machine"), m_target);
    addRow(*form, {}, m_found);
    addNames(*form);
    addRow(*form, tr("&Name"), m_name);
    addRow(*form, tr("Working &folder"), m_folder);
    addRow(*form, {}, m_folderProblem);
}

void AddHostDialog::addNames(QGridLayout& form)
{
    m_list->setModel(m_names);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setUniformItemSizes(true);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Machines in your ssh configuration"));
    m_list->setFixedHeight((m_list->fontMetrics().height() + 2) * shownNames);
    m_list->hide();
    m_noNames->setText(tr("Reading your ssh configuration…"));
    // One of the two is shown.
    auto* const either = new QWidget(this);
    auto* const stack = new QVBoxLayout(either);
    stack->setContentsMargins(0, 0, 0, 0);
    stack->addWidget(m_list);
    stack->addWidget(m_noNames);
    QLabel* const label = addRow(form, tr("Known to &ssh"), either);
    label->setBuddy(m_list);
    form.setAlignment(label, Qt::AlignTop);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid()) m_target->setText(current.data().toString());
            });
    connect(m_list, &QListView::activated, this, [this] {
        if (m_accept->isEnabled()) accept();
    });
}

void AddHostDialog::setNames(const QStringList& names)
{
    m_names->setStringList(names);
    m_list->setVisible(!names.isEmpty());
    m_noNames->setVisible(names.isEmpty());
    m_noNames->setText(tr("It names no machines. Those in ~/.ssh/config are offered here."));
}

void AddHostDialog::edit(const Host& host)
{
    setWindowTitle(tr("Edit the machine"));
    m_accept->setText(tr("Save"));
    m_target->setText(host.target);
    m_name->setText(host.name == host.target ? QString() : host.name);
    m_folder->setText(host.folder);
}

/// The folder is on the other machine: whether it is there shows when a kernel starts.
bool AddHostDialog::folderFits() const
{
    const QString folder = m_folder->text().trimmed();
    return folder.isEmpty() || folder.startsWith(u'/') || folder == "~"_L1 || folder.startsWith("~/"_L1);
}

void AddHostDialog::check()
{
    ++m_round;
    m_pause.stop();
    const QString typed = m_target->text().trimmed();
    const bool fits = !typed.isEmpty() && m_ways.normalise(typed);
    m_folderProblem->setText(folderFits() ? QString() : tr("The folder begins with / or ~."));
    m_folderProblem->setVisible(!folderFits());
    m_accept->setEnabled(fits && folderFits());
    m_name->setPlaceholderText(fits ? *m_ways.normalise(typed) : tr("As the machine"));
    m_found->showText(typed.isEmpty() ? tr("Type a name, or choose one below.") : QString());
    if (!typed.isEmpty()) m_pause.start();
}

void AddHostDialog::resolve()
{
    const Result<QString> target = m_ways.normalise(m_target->text().trimmed());
    if (!target) return m_found->showText(target.error().message);
    if (!m_ways.resolve) return;
    m_found->showText(tr("Asking ssh…"));
    m_ways.resolve(*target).then(this, [this, round = m_round](const Result<ResolvedHost>& resolved) {
        if (round == m_round) showResolved(resolved);
    });
}

void AddHostDialog::showResolved(const Result<ResolvedHost>& resolved)
{
    if (!resolved) return m_found->showText(resolved.error().text());
    QStringList lines;
    lines += tr("ssh connects to %1, port %2, as %3.")
                 .arg(resolved->hostName, QString::number(resolved->port), resolved->user);
    if (!resolved->jumpHost.isEmpty()) lines += tr("Through: %1").arg(resolved->jumpHost);
    if (!resolved->keyFiles.isEmpty()) lines += tr("Keys: %1").arg(resolved->keyFiles.join(u", "_s));
    m_found->showText(lines.join(u'\n'));
}

void AddHostDialog::finish()
{
    const Result<QString> target = m_ways.normalise(m_target->text().trimmed());
    if (!target) return;
    const QString name = m_name->text().trimmed();
    Q_EMIT hostAdded(*target, name.isEmpty() ? *target : name, m_folder->text().trimmed());
}

} // namespace cahier::widgets
