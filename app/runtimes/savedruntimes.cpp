// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/runtimes/savedruntimes.h>

#include <runtimes/ssh/sshruntime.h>

#include <QStandardPaths>
#include <QUrl>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier {

using runtime::Runtime;
using runtime::RuntimeEntry;

namespace {

QString defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           u"/cahier/runtimes.ini"_s;
}

QString keyOf(QLatin1StringView group, const QString& id)
{
    return group + u'/' + QString::fromLatin1(QUrl::toPercentEncoding(id));
}

} // namespace

SavedRuntimes::SavedRuntimes(std::shared_ptr<Runtime> local, const QString& file, runtimes::SshOptions ssh)
    : m_file(file.isEmpty() ? defaultFile() : file), m_ssh(std::move(ssh))
{
    const QString id = QString::fromLatin1(localId);
    m_entries.push_back(entryOf(LocalAddress()));
    m_opened.emplace(id, OpenedRuntime{std::move(local), nullptr, nullptr});
    load();
}

SavedRuntimes::~SavedRuntimes() = default;

void SavedRuntimes::load()
{
    const QStringList ids = m_file.value("order").toStringList();
    for (const QString& id : ids) {
        const auto address = parseRuntimeAddress(id);
        if (!address) continue; // not what was written
        RuntimeEntry entry = entryOf(*address);
        entry.id = id;
        const QString name = m_file.value(keyOf("names"_L1, id)).toString();
        if (!name.isEmpty()) entry.name = name;
        entry.folder = m_file.value(keyOf("folders"_L1, id)).toString();
        m_entries.push_back(entry);
    }
}

void SavedRuntimes::store()
{
    QStringList ids;
    for (const RuntimeEntry& entry : m_entries) {
        if (entry.kind == RuntimeEntry::Kind::Local) continue;
        ids += entry.id;
        m_file.setValue(keyOf("names"_L1, entry.id), entry.name);
        m_file.setValue(keyOf("folders"_L1, entry.id), entry.folder);
    }
    m_file.setValue("order", ids);
}

RuntimeEntry SavedRuntimes::entry(const QString& id) const
{
    const auto found = std::ranges::find(m_entries, id, &RuntimeEntry::id);
    return found == m_entries.end() ? m_entries.front() : *found;
}

void SavedRuntimes::save(const RuntimeEntry& entry)
{
    const auto found = std::ranges::find(m_entries, entry.id, &RuntimeEntry::id);
    if (found == m_entries.end())
        m_entries.push_back(entry);
    else
        *found = entry;
    const auto made = m_opened.find(entry.id);
    if (made != m_opened.end() && made->second.ssh) made->second.ssh->setWorkingFolder(entry.folder);
    store();
    Q_EMIT entriesChanged();
}

void SavedRuntimes::replace(const QString& before, const RuntimeEntry& entry)
{
    if (!before.isEmpty() && before != entry.id) remove(before);
    save(entry);
}

void SavedRuntimes::remove(const QString& id)
{
    const auto found = std::ranges::find(m_entries, id, &RuntimeEntry::id);
    if (found == m_entries.end() || found->kind == RuntimeEntry::Kind::Local) return;
    m_entries.erase(found);
    m_tokens.remove(id);
    m_file.remove(keyOf("names"_L1, id));
    m_file.remove(keyOf("folders"_L1, id));
    store();
    disconnectFrom(id);
    Q_EMIT entriesChanged();
}

void SavedRuntimes::disconnectFrom(const QString& id)
{
    if (id == QLatin1StringView(localId)) return;
    // It goes after everybody was told: who is told may still hold it.
    if (const auto dropped = m_opened.extract(id)) Q_EMIT openedChanged(id);
}

std::shared_ptr<Runtime> SavedRuntimes::opened(const QString& id) const
{
    const auto found = m_opened.find(id);
    return found == m_opened.end() ? nullptr : found->second.runtime;
}

QFuture<SavedRuntimes::Opened> SavedRuntimes::open(const QString& id)
{
    if (const auto present = opened(id)) return QtFuture::makeReadyValueFuture(Opened(present));
    auto address = parseRuntimeAddress(id);
    if (!address || std::ranges::find(m_entries, id, &RuntimeEntry::id) == m_entries.end())
        return QtFuture::makeReadyValueFuture<Opened>(
            failure(ErrorCode::NotFound, tr("The runtime %1 is not in the list any more.").arg(id)));
    if (auto* const server = std::get_if<runtime::ServerAddress>(&*address))
        server->token = m_tokens.value(id);
    return openRuntime(*address, this, {m_ssh, trustedCertificates()})
        .then(this, [this, id](const Result<OpenedRuntime>& made) -> Opened {
            if (!made) return std::unexpected(made.error());
            return take(id, *made);
        });
}

/// Where it was asked for twice the first one counts.
std::shared_ptr<Runtime> SavedRuntimes::take(const QString& id, const OpenedRuntime& made)
{
    if (const auto present = opened(id)) return present;
    m_tokens.remove(id);
    if (made.ssh) watchMachine(id, *made.ssh);
    if (made.server) watchServer(id, *made.server);
    m_opened.emplace(id, made);
    Q_EMIT openedChanged(id);
    return made.runtime;
}

void SavedRuntimes::watchMachine(const QString& id, runtimes::SshRuntime& machine)
{
    using runtimes::SshRuntime;
    machine.setWorkingFolder(entry(id).folder);
    connect(
        &machine, &SshRuntime::questionAsked, this,
        [this, id](const runtime::AuthenticationQuestion& question) { Q_EMIT questionAsked(id, question); });
    connect(&machine, &SshRuntime::questionWithdrawn, this,
            [this, id](quint64 question) { Q_EMIT questionWithdrawn(id, question); });
}

void SavedRuntimes::answer(const QString& id, quint64 question, const QString& text)
{
    const auto found = m_opened.find(id);
    if (found != m_opened.end() && found->second.ssh) found->second.ssh->answer(question, text);
}

void SavedRuntimes::refuse(const QString& id, quint64 question)
{
    const auto found = m_opened.find(id);
    if (found != m_opened.end() && found->second.ssh) found->second.ssh->refuse(question);
}

} // namespace cahier
