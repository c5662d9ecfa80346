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

constexpr auto sshPrefix = "ssh:"_L1;

QString defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           u"/cahier/runtimes.ini"_s;
}

QString keyOf(QLatin1StringView group, const QString& id)
{
    return group + u'/' + QString::fromLatin1(QUrl::toPercentEncoding(id));
}

RuntimeEntry::Kind kindOf(const QString& id)
{
    return id.startsWith(sshPrefix) ? RuntimeEntry::Kind::Ssh : RuntimeEntry::Kind::JupyterServer;
}

} // namespace

SavedRuntimes::SavedRuntimes(std::shared_ptr<Runtime> local, const QString& file, runtimes::SshOptions ssh)
    : m_file(file.isEmpty() ? defaultFile() : file), m_ssh(std::move(ssh))
{
    const QString id = QString::fromLatin1(localId);
    m_entries.push_back({id, RuntimeEntry::Kind::Local, tr("This machine"), {}});
    m_opened.emplace(id, std::move(local));
    load();
}

SavedRuntimes::~SavedRuntimes() = default;

void SavedRuntimes::load()
{
    const QStringList ids = m_file.value("order").toStringList();
    for (const QString& id : ids) {
        const QString name = m_file.value(keyOf("names"_L1, id)).toString();
        m_entries.push_back(
            {id, kindOf(id), name.isEmpty() ? id : name, m_file.value(keyOf("folders"_L1, id)).toString()});
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
    if (const auto ssh = std::dynamic_pointer_cast<runtimes::SshRuntime>(opened(entry.id)))
        ssh->setWorkingFolder(entry.folder);
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
    const auto server = m_servers.extract(id);
    if (const auto dropped = m_opened.extract(id)) Q_EMIT openedChanged(id);
}

std::shared_ptr<Runtime> SavedRuntimes::opened(const QString& id) const
{
    const auto found = m_opened.find(id);
    return found == m_opened.end() ? nullptr : found->second;
}

QFuture<SavedRuntimes::Opened> SavedRuntimes::open(const QString& id)
{
    if (const auto present = opened(id)) return QtFuture::makeReadyValueFuture(Opened(present));
    const auto found = std::ranges::find(m_entries, id, &RuntimeEntry::id);
    if (found == m_entries.end())
        return QtFuture::makeReadyValueFuture<Opened>(
            failure(ErrorCode::NotFound, tr("The runtime %1 is not in the list any more.").arg(id)));
    if (found->kind == RuntimeEntry::Kind::JupyterServer) return openServer(id);
    Opened made = makeSsh(*found);
    if (made) {
        m_opened.emplace(id, *made);
        Q_EMIT openedChanged(id);
    }
    return QtFuture::makeReadyValueFuture(std::move(made));
}

SavedRuntimes::Opened SavedRuntimes::makeSsh(const RuntimeEntry& entry)
{
    const auto target = runtimes::SshTarget::parse(entry.id.sliced(sshPrefix.size()));
    if (!target) return std::unexpected(target.error());
    const auto made = std::make_shared<runtimes::SshRuntime>(*target, m_ssh);
    made->setWorkingFolder(entry.folder);
    using runtimes::SshRuntime;
    connect(made.get(), &SshRuntime::questionAsked, this,
            [this, id = entry.id](const runtime::AuthenticationQuestion& question) {
                Q_EMIT questionAsked(id, question);
            });
    connect(made.get(), &SshRuntime::questionWithdrawn, this,
            [this, id = entry.id](quint64 question) { Q_EMIT questionWithdrawn(id, question); });
    return made;
}

void SavedRuntimes::answer(const QString& id, quint64 question, const QString& text)
{
    if (const auto ssh = std::dynamic_pointer_cast<runtimes::SshRuntime>(opened(id)))
        ssh->answer(question, text);
}

void SavedRuntimes::refuse(const QString& id, quint64 question)
{
    if (const auto ssh = std::dynamic_pointer_cast<runtimes::SshRuntime>(opened(id))) ssh->refuse(question);
}

} // namespace cahier
