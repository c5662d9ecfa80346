// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/sessionsmodel.h>

#include <widgets/dialogs/sessiongroup.h>
#include <widgets/resources/resourcetext.h>

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <chrono>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::KernelInfo;

namespace {

constexpr std::chrono::seconds refreshTime{2};

bool isSame(const KernelInfo& a, const KernelInfo& b)
{
    return a.label == b.label && a.spec == b.spec && a.state == b.state && a.busy == b.busy &&
           a.pid == b.pid && a.startedAt == b.startedAt && a.lastActivityAt == b.lastActivityAt &&
           a.acceleratorName == b.acceleratorName;
}

} // namespace

SessionsModel::SessionsModel(runtime::RuntimeList& list, QObject* parent)
    : QAbstractItemModel(parent), m_list(list)
{
    m_timer.setInterval(refreshTime);
    connect(&m_timer, &QTimer::timeout, this, &SessionsModel::tick);
    connect(&list, &runtime::RuntimeList::openedChanged, this, &SessionsModel::refresh);
    connect(&list, &runtime::RuntimeList::entriesChanged, this, &SessionsModel::refresh);
}

SessionsModel::~SessionsModel() = default;

void SessionsModel::setFollowed(bool followed)
{
    if (followed == m_isFollowed) return;
    m_isFollowed = followed;
    if (followed) {
        m_timer.start();
        refresh();
        return;
    }
    m_timer.stop();
    for (const auto& group : m_groups)
        group->subscription.reset();
}

void SessionsModel::refresh()
{
    if (!m_isFollowed) return;
    syncGroups();
    for (const auto& group : m_groups)
        ask(*group);
    Q_EMIT refreshed();
}

void SessionsModel::tick()
{
    refresh();
    for (int row = 0; row < rowCount(); ++row) {
        const QModelIndex group = index(row, 0);
        Q_EMIT dataChanged(group, group);
        const int kernels = rowCount(group);
        if (kernels > 0)
            Q_EMIT dataChanged(index(0, ActivityColumn, group), index(kernels - 1, ActivityColumn, group));
    }
}

void SessionsModel::syncGroups()
{
    const std::vector<runtime::RuntimeEntry> entries = m_list.entries();
    for (int row = static_cast<int>(m_groups.size()) - 1; row >= 0; --row) {
        const Group& group = *m_groups[static_cast<std::size_t>(row)];
        const bool stays = std::ranges::contains(entries, group.entry.id, &runtime::RuntimeEntry::id) &&
                           m_list.opened(group.entry.id) == group.runtime;
        if (!stays) removeGroup(row);
    }
    int row = 0;
    for (const runtime::RuntimeEntry& entry : entries) {
        std::shared_ptr<runtime::Runtime> runtime = m_list.opened(entry.id);
        if (!runtime) continue;
        const auto found =
            std::ranges::find_if(m_groups, [&](const auto& group) { return group->entry.id == entry.id; });
        if (found == m_groups.end())
            addGroup(row, entry, std::move(runtime));
        else
            (*found)->entry = entry;
        ++row;
    }
}

void SessionsModel::addGroup(int row, const runtime::RuntimeEntry& entry,
                             std::shared_ptr<runtime::Runtime> runtime)
{
    auto group = std::make_unique<Group>();
    group->entry = entry;
    group->runtime = std::move(runtime);
    Group* const added = group.get();
    connect(added->runtime.get(), &runtime::Runtime::connectionChanged, &added->context, [this, added] {
        showGroup(*added);
        if (added->runtime->connectionState().phase == runtime::ConnectionState::Phase::Connected)
            ask(*added);
        Q_EMIT refreshed();
    });
    beginInsertRows({}, row, row);
    m_groups.insert(m_groups.begin() + row, std::move(group));
    endInsertRows();
}

void SessionsModel::removeGroup(int row)
{
    beginRemoveRows({}, row, row);
    const std::unique_ptr<Group> gone = std::move(m_groups[static_cast<std::size_t>(row)]);
    m_groups.erase(m_groups.begin() + row);
    endRemoveRows();
}

void SessionsModel::ask(Group& group)
{
    if (group.isAsking || !m_isFollowed || group.isGivenUp()) return;
    group.isAsking = true;
    group.runtime->kernels()
        .then(&group.context,
              [this, &group](const Result<std::vector<KernelInfo>>& kernels) { take(group, kernels); })
        .onCanceled(&group.context, [&group] { group.isAsking = false; });
}

void SessionsModel::take(Group& group, const Result<std::vector<KernelInfo>>& kernels)
{
    group.isAsking = false;
    group.hasAnswered = true;
    if (kernels) {
        group.error.reset();
        takeKernels(group, *kernels);
        if (m_isFollowed && !group.subscription) subscribe(group);
    } else {
        group.error = kernels.error();
    }
    showGroup(group);
    Q_EMIT refreshed();
}

void SessionsModel::takeKernels(Group& group, const std::vector<KernelInfo>& kernels)
{
    const QModelIndex parent = index(rowOf(group), 0);
    std::vector<KernelInfo>& rows = group.kernels;
    for (int row = static_cast<int>(rows.size()) - 1; row >= 0; --row) {
        if (std::ranges::contains(kernels, rows[static_cast<std::size_t>(row)].id, &KernelInfo::id)) continue;
        beginRemoveRows(parent, row, row);
        rows.erase(rows.begin() + row);
        endRemoveRows();
    }
    for (const KernelInfo& kernel : kernels) {
        const auto found = std::ranges::find(rows, kernel.id, &KernelInfo::id);
        if (found == rows.end()) {
            const int row = static_cast<int>(rows.size());
            beginInsertRows(parent, row, row);
            rows.push_back(kernel);
            endInsertRows();
            continue;
        }
        const bool same = isSame(*found, kernel);
        *found = kernel;
        const int row = static_cast<int>(found - rows.begin());
        if (!same) Q_EMIT dataChanged(index(row, 0, parent), index(row, allColumns - 1, parent));
    }
}

void SessionsModel::subscribe(Group& group)
{
    group.subscription = std::make_unique<SampleSubscription>(group.runtime);
    const auto show = [this, &group](const runtime::ResourceSample& sample) { takeSample(group, sample); };
    connect(group.subscription.get(), &SampleSubscription::sampled, &group.context, show);
    connect(group.subscription.get(), &SampleSubscription::historyArrived, &group.context,
            [show](const std::vector<runtime::ResourceSample>& samples) {
                if (!samples.empty()) show(samples.back());
            });
    group.subscription->ask();
}

void SessionsModel::takeSample(Group& group, const runtime::ResourceSample& sample)
{
    group.usage.clear();
    for (const runtime::KernelSample& kernel : sample.kernels)
        group.usage.insert(kernel.kernel, kernel);
    if (group.kernels.empty()) return;
    const QModelIndex parent = index(rowOf(group), 0);
    const int last = static_cast<int>(group.kernels.size()) - 1;
    Q_EMIT dataChanged(index(0, MemoryColumn, parent), index(last, GpuMemoryColumn, parent));
}

void SessionsModel::setOwnKernels(const QSet<QString>& ids)
{
    if (ids == m_own) return;
    m_own = ids;
    tick();
}

void SessionsModel::setPending(const QString& kernelId, const QString& text)
{
    if (text.isEmpty())
        m_pending.remove(kernelId);
    else
        m_pending.insert(kernelId, text);
    for (const auto& group : m_groups) {
        const auto found = std::ranges::find(group->kernels, kernelId, &KernelInfo::id);
        if (found == group->kernels.end()) continue;
        const int row = static_cast<int>(found - group->kernels.begin());
        const QModelIndex state = index(row, StateColumn, index(rowOf(*group), 0));
        Q_EMIT dataChanged(state, state);
    }
}

void SessionsModel::showGroup(const Group& group)
{
    const QModelIndex shown = index(rowOf(group), 0);
    Q_EMIT dataChanged(shown, shown);
}

int SessionsModel::rowOf(const Group& group) const
{
    const auto found = std::ranges::find(m_groups, &group, &std::unique_ptr<Group>::get);
    return static_cast<int>(found - m_groups.begin());
}

const SessionsModel::Group* SessionsModel::groupOf(const QModelIndex& index) const
{
    if (!index.isValid()) return nullptr;
    if (const auto* const group = static_cast<const Group*>(index.constInternalPointer())) return group;
    return m_groups[static_cast<std::size_t>(index.row())].get();
}

std::optional<SessionsModel::Kernel> SessionsModel::kernelAt(const QModelIndex& index) const
{
    if (!index.isValid() || !index.constInternalPointer()) return std::nullopt;
    const Group& group = *groupOf(index);
    return Kernel{group.entry.id, group.runtime, group.kernels[static_cast<std::size_t>(index.row())]};
}

std::shared_ptr<runtime::Runtime> SessionsModel::runtimeAt(const QModelIndex& index) const
{
    const Group* const group = groupOf(index);
    return group ? group->runtime : nullptr;
}

std::vector<SessionsModel::Kernel> SessionsModel::kernels() const
{
    std::vector<Kernel> all;
    for (const auto& group : m_groups) {
        for (const KernelInfo& kernel : group->kernels)
            all.push_back({group->entry.id, group->runtime, kernel});
    }
    return all;
}

bool SessionsModel::isLoading() const
{
    return std::ranges::any_of(m_groups, [](const auto& group) { return group->isAsking; }) &&
           std::ranges::none_of(m_groups, [](const auto& group) { return group->hasAnswered; });
}

bool SessionsModel::hasNews() const
{
    return std::ranges::any_of(m_groups, [](const auto& group) { return group->isTroubled(); });
}

QModelIndex SessionsModel::index(int row, int column, const QModelIndex& parent) const
{
    if (row < 0 || column < 0 || column >= allColumns || row >= rowCount(parent)) return {};
    return createIndex(row, column, parent.isValid() ? groupOf(parent) : nullptr);
}

QModelIndex SessionsModel::parent(const QModelIndex& index) const
{
    const auto* const group = static_cast<const Group*>(index.constInternalPointer());
    return group ? createIndex(rowOf(*group), 0) : QModelIndex();
}

int SessionsModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid()) return static_cast<int>(m_groups.size());
    if (parent.constInternalPointer() || parent.column() > 0) return 0;
    return static_cast<int>(m_groups[static_cast<std::size_t>(parent.row())]->kernels.size());
}

int SessionsModel::columnCount(const QModelIndex&) const
{
    return allColumns;
}

QVariant SessionsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    const QStringList titles{tr("Notebook"), tr("Kernel"),     tr("Accelerator"), tr("State"),
                             tr("Memory"),   tr("GPU memory"), tr("Last active"), tr("Started")};
    return titles.value(section);
}

QVariant SessionsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Group& group = *groupOf(index);
    if (!index.constInternalPointer()) return index.column() == 0 ? group.data(role) : QVariant();
    return kernelData(group, group.kernels[static_cast<std::size_t>(index.row())], index.column(), role);
}

QString SessionsModel::detail(const KernelInfo& kernel) const
{
    QStringList parts;
    if (m_own.contains(kernel.id)) parts += tr("this window");
    if (const QString folder = kernelFolder(kernel.label); !folder.isEmpty()) parts += folder;
    return parts.join(u" · "_s);
}

QString SessionsModel::text(const Group& group, const KernelInfo& kernel, int column) const
{
    const QString unknown = u"–"_s;
    const auto usage = group.usage.constFind(kernel.id);
    const bool used = usage != group.usage.constEnd();
    switch (column) {
    case NotebookColumn:
        return kernelTitle(kernel.label);
    case SpecColumn:
        return kernel.spec;
    case AcceleratorColumn:
        return kernel.acceleratorName.isEmpty() ? unknown : kernel.acceleratorName;
    case StateColumn:
        return m_pending.value(kernel.id, kernelStateText(kernel));
    case MemoryColumn:
        return used ? amountText(double(usage->memory)) : unknown;
    case GpuMemoryColumn:
        return used && usage->gpuMemory ? amountText(double(*usage->gpuMemory)) : unknown;
    case ActivityColumn: {
        if (kernel.busy && kernel.state == runtime::KernelState::Ready) return tr("now");
        const QString ago = agoText(kernel.lastActivityAt, QDateTime::currentMSecsSinceEpoch());
        return ago.isEmpty() ? unknown : ago;
    }
    case StartedColumn:
        if (kernel.startedAt == 0) return unknown;
        return QLocale().toString(QDateTime::fromMSecsSinceEpoch(kernel.startedAt), QLocale::ShortFormat);
    default:
        return {};
    }
}

QVariant SessionsModel::kernelData(const Group& group, const KernelInfo& kernel, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return text(group, kernel, column);
    case Qt::AccessibleTextRole: {
        const QString title = headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        const QString value = text(group, kernel, column);
        if (column != NotebookColumn) return u"%1: %2"_s.arg(title, value);
        const QString place = detail(kernel);
        return u"%1, %2"_s.arg(place.isEmpty() ? value : value + u", "_s + place, kernelStateText(kernel));
    }
    case Qt::ToolTipRole:
        if (column == NotebookColumn && !kernel.label.isEmpty()) return kernel.label;
        if (column == StateColumn && kernel.pid > 0) return tr("Process %1").arg(kernel.pid);
        return text(group, kernel, column);
    case Qt::TextAlignmentRole:
        if (column == MemoryColumn || column == GpuMemoryColumn)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    case DetailRole:
        return detail(kernel);
    case OwnRole:
        return m_own.contains(kernel.id);
    case IsRuntimeRole:
        return false;
    default:
        return {};
    }
}

} // namespace cahier::widgets
