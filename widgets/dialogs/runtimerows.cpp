// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/runtimerows.h>

#include <widgets/dialogs/listrow.h>
#include <widgets/dialogs/textblock.h>
#include <widgets/theme/icons.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::ConnectionState;
using runtime::RuntimeEntry;
using Phase = ConnectionState::Phase;

namespace {

QString addressOf(const RuntimeEntry& entry)
{
    switch (entry.kind) {
    case RuntimeEntry::Kind::Local:
        return RuntimeRows::tr("Kernels run here");
    case RuntimeEntry::Kind::Ssh:
        return RuntimeRows::tr("ssh: %1").arg(
            shownText(entry.id.startsWith("ssh:"_L1) ? entry.id.sliced(4) : entry.id));
    case RuntimeEntry::Kind::JupyterServer:
        return RuntimeRows::tr("Jupyter Server: %1").arg(shownText(entry.id));
    }
    return {};
}

QString iconOf(const RuntimeEntry& entry)
{
    switch (entry.kind) {
    case RuntimeEntry::Kind::Local:
        return u"machine"_s;
    case RuntimeEntry::Kind::Ssh:
        return u"network"_s;
    case RuntimeEntry::Kind::JupyterServer:
        return u"server"_s;
    }
    return {};
}

QString wordsOf(const ConnectionState& state)
{
    switch (state.phase) {
    case Phase::Idle:
        return state.error ? RuntimeRows::tr("Failed") : RuntimeRows::tr("Not connected");
    case Phase::Connecting:
        return RuntimeRows::tr("Connecting…");
    case Phase::Installing:
        return state.total > 0 ? RuntimeRows::tr("Preparing, %1 %").arg(100 * state.done / state.total)
                               : RuntimeRows::tr("Preparing…");
    case Phase::Connected:
        return RuntimeRows::tr("Connected");
    case Phase::Waiting:
        return RuntimeRows::tr("Waiting to connect again");
    }
    return {};
}

QColor inkOf(const ConnectionState& state, const Theme& theme)
{
    switch (state.phase) {
    case Phase::Idle:
        return state.error ? theme.error : theme.muted;
    case Phase::Connected:
        return theme.success;
    case Phase::Connecting:
    case Phase::Installing:
    case Phase::Waiting:
        return theme.warning;
    }
    return theme.muted;
}

} // namespace

RuntimeRows::RuntimeRows(runtime::RuntimeList& list, QObject* parent)
    : QAbstractListModel(parent), m_list(list)
{
    connect(&list, &runtime::RuntimeList::entriesChanged, this, &RuntimeRows::load);
    connect(&list, &runtime::RuntimeList::openedChanged, this, [this](const QString& id) {
        watch(id);
        tell(id);
    });
    load();
}

void RuntimeRows::load()
{
    beginResetModel();
    m_entries = m_list.entries();
    for (const QMetaObject::Connection& connection : std::as_const(m_watched))
        disconnect(connection);
    m_watched.clear();
    for (const RuntimeEntry& entry : m_entries)
        watch(entry.id);
    endResetModel();
}

void RuntimeRows::watch(const QString& id)
{
    disconnect(m_watched.take(id));
    const std::shared_ptr<runtime::Runtime> opened = m_list.opened(id);
    if (!opened || rowOf(id) < 0) return;
    m_watched[id] =
        connect(opened.get(), &runtime::Runtime::connectionChanged, this, [this, id] { tell(id); });
}

void RuntimeRows::tell(const QString& id)
{
    const int row = rowOf(id);
    if (row >= 0) Q_EMIT dataChanged(index(row, 0), index(row, 0));
}

int RuntimeRows::rowOf(const QString& id) const
{
    const auto found = std::ranges::find(m_entries, id, &RuntimeEntry::id);
    return found == m_entries.end() ? -1 : static_cast<int>(found - m_entries.begin());
}

bool RuntimeRows::hasRemote() const
{
    return std::ranges::any_of(
        m_entries, [](const RuntimeEntry& entry) { return entry.kind != RuntimeEntry::Kind::Local; });
}

std::optional<ConnectionState> RuntimeRows::state(int row) const
{
    const std::shared_ptr<runtime::Runtime> opened = m_list.opened(entry(row).id);
    return opened ? std::optional(opened->connectionState()) : std::nullopt;
}

int RuntimeRows::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant RuntimeRows::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) return {};
    const RuntimeEntry& entry = this->entry(index.row());
    const bool isLocal = entry.kind == RuntimeEntry::Kind::Local;
    const auto stateText = [&] {
        return isLocal ? tr("Ready") : wordsOf(state(index.row()).value_or(ConnectionState()));
    };
    switch (role) {
    case Qt::DisplayRole:
        return shortName(entry.name.isEmpty() ? entry.id : entry.name);
    case IdRole:
        return entry.id;
    case AddressRole:
    case Qt::ToolTipRole:
        return addressOf(entry);
    case StateRole:
        return stateText();
    case Qt::AccessibleTextRole:
        return tr("%1, %2, %3").arg(shortName(entry.name), addressOf(entry), stateText());
    default:
        return {};
    }
}

RuntimeRowPainter::RuntimeRowPainter(const RuntimeRows& rows, const Appearance& appearance, QObject* parent)
    : QStyledItemDelegate(parent), m_rows(rows), m_appearance(appearance)
{
}

QSize RuntimeRowPainter::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return listRowSize(option);
}

void RuntimeRowPainter::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const
{
    const RuntimeEntry& entry = m_rows.entry(index.row());
    const Theme& theme = m_appearance.theme();
    const ConnectionState state = m_rows.state(index.row()).value_or(ConnectionState());
    paintListRow(*painter, option, theme,
                 {icon(iconOf(entry)), index.data().toString(),
                  index.data(RuntimeRows::AddressRole).toString(),
                  index.data(RuntimeRows::StateRole).toString(),
                  entry.kind == RuntimeEntry::Kind::Local ? theme.muted : inkOf(state, theme)});
}

} // namespace cahier::widgets
