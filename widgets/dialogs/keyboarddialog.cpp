// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/keyboarddialog.h>

#include <widgets/theme/thinscrollbar.h>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

enum Column { TitleColumn, CategoryColumn, KeysColumn, PlaceColumn, columnCount };
constexpr int idRole = Qt::UserRole, rowPadding = 3;

class RoomyRows : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(12, 2 * rowPadding);
    }
};

/// The keys, and where they count where that is not the same for all.
QString keysText(const std::vector<CommandKey>& keys)
{
    QStringList texts;
    for (const CommandKey& key : keys)
        texts += keyText(key.key);
    return texts.join(u"   "_s);
}

QString placesText(const std::vector<CommandKey>& keys)
{
    QStringList places;
    for (const CommandKey& key : keys) {
        const QString name = placeName(key.place);
        if (!name.isEmpty() && !places.contains(name)) places += name;
    }
    return places.join(u", "_s);
}

} // namespace

KeyboardDialog::KeyboardDialog(const CommandList& commands, Settings& settings, const Appearance& appearance,
                               QWidget* parent)
    : QDialog(parent), m_commands(commands), m_settings(settings), m_appearance(appearance),
      m_keymap(new QComboBox(this)), m_search(new QLineEdit(this)), m_view(new QTreeView(this)),
      m_rows(new QSortFilterProxyModel(this)), m_edit(new QKeySequenceEdit(this)),
      m_set(new QPushButton(tr("Set"), this)), m_reset(new QPushButton(tr("Default"), this)),
      m_hint(new QLabel(this))
{
    setWindowTitle(tr("Keyboard shortcuts"));
    m_keymap->addItem(tr("Jupyter"), int(Keymap::Jupyter));
    m_keymap->addItem(tr("Colab"), int(Keymap::Colab));
    m_keymap->setAccessibleName(tr("Keymap"));
    m_search->setPlaceholderText(tr("Find a command or a key"));
    m_search->setAccessibleName(tr("Find a command or a key"));
    m_search->setClearButtonEnabled(true);
    auto* const model = new QStandardItemModel(0, columnCount, this);
    model->setHorizontalHeaderLabels({tr("Command"), tr("Menu"), tr("Keys"), tr("Where")});
    m_rows->setSourceModel(model);
    m_rows->setFilterKeyColumn(-1);
    m_rows->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_view->setModel(m_rows);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setItemDelegate(new RoomyRows(m_view));
    m_view->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_view));
    m_view->setAlternatingRowColors(true);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setAccessibleName(tr("Commands and their keys"));
    m_view->header()->setStretchLastSection(true);

    auto* const top = new QHBoxLayout;
    top->addWidget(m_search, 1);
    top->addWidget(m_keymap);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    layout->addLayout(makeEditor());
    layout->addWidget(m_hint);

    connect(m_search, &QLineEdit::textChanged, m_rows, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_keymap, &QComboBox::activated, this,
            [this] { m_settings.setKeymap(Keymap(m_keymap->currentData().toInt())); });
    connect(&commands, &CommandList::keysChanged, this, &KeyboardDialog::load);
    connect(&appearance, &Appearance::changed, this, &KeyboardDialog::applyTheme);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &KeyboardDialog::showCurrent);
    load();
    applyTheme();
    for (int column = 0; column < columnCount; ++column)
        m_view->resizeColumnToContents(column);
    resize(760, 620);
    m_search->setFocus();
}

QLayout* KeyboardDialog::makeEditor()
{
    m_edit->setMaximumSequenceLength(2);
    m_edit->setAccessibleName(tr("New key"));
    m_edit->setMaximumWidth(220);
    m_hint->setWordWrap(true);
    m_hint->setTextFormat(Qt::PlainText);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    for (QPushButton* const button : {m_set, m_reset})
        button->setAutoDefault(false);
    connect(m_edit, &QKeySequenceEdit::keySequenceChanged, this, &KeyboardDialog::showCurrent);
    connect(m_set, &QPushButton::clicked, this, &KeyboardDialog::setKey);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        m_settings.setKeyOverride(m_settings.keymap(), currentCommand(), std::nullopt);
        showCurrent();
    });
    auto* const close = new QDialogButtonBox(QDialogButtonBox::Close, this);
    close->button(QDialogButtonBox::Close)->setAutoDefault(false);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const label = new QLabel(tr("&New key"), this);
    label->setBuddy(m_edit);
    auto* const row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_edit);
    row->addWidget(m_set);
    row->addWidget(m_reset);
    row->addStretch();
    row->addWidget(close);
    return row;
}

void KeyboardDialog::load()
{
    const QString current = currentCommand();
    m_keymap->setCurrentIndex(m_keymap->findData(int(m_settings.keymap())));
    auto* const model = static_cast<QStandardItemModel*>(m_rows->sourceModel());
    model->removeRows(0, model->rowCount());
    for (const QString& id : m_commands.ids()) {
        const std::vector<CommandKey> keys = m_commands.keys(id);
        QList<QStandardItem*> row;
        for (const QString& text :
             {m_commands.action(id)->text(), categoryOf(id), keysText(keys), placesText(keys)})
            row.append(new QStandardItem(text));
        row.front()->setData(id, idRole);
        model->appendRow(row);
        if (id == current) m_view->setCurrentIndex(m_rows->mapFromSource(row.front()->index()));
    }
    showCurrent();
}

QString KeyboardDialog::currentCommand() const
{
    return m_view->currentIndex().siblingAtColumn(TitleColumn).data(idRole).toString();
}

QString KeyboardDialog::holderOf(const QString& command, const QKeySequence& key) const
{
    const KeyPlace place = placeFor(*findCommand(command), key);
    for (const QString& id : m_commands.ids()) {
        if (id == command) continue;
        for (const CommandKey& other : m_commands.keys(id)) {
            // "D" would make "D, D" impossible, and the other way round.
            const bool same = other.key.matches(key) != QKeySequence::NoMatch ||
                              key.matches(other.key) != QKeySequence::NoMatch;
            if (same && overlap(place, other.place)) return id;
        }
    }
    return {};
}

void KeyboardDialog::showCurrent()
{
    const QString command = currentCommand();
    const QKeySequence key = m_edit->keySequence();
    const QString holder = command.isEmpty() || key.isEmpty() ? QString() : holderOf(command, key);
    m_edit->setEnabled(!command.isEmpty());
    m_set->setEnabled(!command.isEmpty() && holder.isEmpty());
    m_set->setText(key.isEmpty() ? tr("No key") : tr("Set"));
    m_reset->setEnabled(m_settings.keyOverrides(m_settings.keymap()).contains(command));
    if (!holder.isEmpty())
        m_hint->setText(tr("%1 is the key of “%2”.").arg(keyText(key), m_commands.action(holder)->text()));
    else if (command.isEmpty())
        m_hint->setText(tr("Choose a command to give it another key."));
    else
        m_hint->setText(tr("“%1”: press the new key, then Set.").arg(m_commands.action(command)->text()));
}

void KeyboardDialog::setKey()
{
    const QKeySequence key = m_edit->keySequence();
    m_settings.setKeyOverride(m_settings.keymap(), currentCommand(),
                              key.isEmpty() ? QList<QKeySequence>{} : QList{key});
    m_edit->clear();
}

void KeyboardDialog::applyTheme()
{
    setPalette(m_appearance.theme().palette());
}

} // namespace cahier::widgets
