// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/comm.h>

#include <core/runtime/jsonaccess.h>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

/// comm data may be any JSON value.
json dataOf(const json& content)
{
    const json* data = fieldOf(content, "data");
    return data ? *data : json::object();
}

} // namespace

Comm::Comm(CommManager& manager, QString id, QString target)
    : QObject(&manager), m_manager(manager), m_id(std::move(id)), m_target(std::move(target))
{
}

QString Comm::send(const json& data, std::vector<QByteArray> buffers, const json& metadata)
{
    if (!m_open) return {};
    return m_manager.post(u"comm_msg"_s, {{"comm_id", m_id.toStdString()}, {"data", data}},
                          std::move(buffers), metadata);
}

void Comm::close(const json& data)
{
    if (!m_open) return;
    m_manager.post(u"comm_close"_s, {{"comm_id", m_id.toStdString()}, {"data", data}});
    m_manager.drop(*this, data);
}

void Comm::finish(const json& data)
{
    m_open = false;
    Q_EMIT closed(data);
    deleteLater();
}

CommManager::CommManager(QString session, QObject* parent) : QObject(parent), m_session(std::move(session)) {}

void CommManager::registerTarget(const QString& name, OpenHandler handler)
{
    m_targets.insert(name, std::move(handler));
}

void CommManager::unregisterTarget(const QString& name)
{
    m_targets.remove(name);
}

Comm& CommManager::open(const QString& target, const json& data, const QString& id)
{
    auto* comm = new Comm(*this, id.isEmpty() ? makeMessageId() : id, target);
    m_comms.insert(comm->id(), comm);
    post(u"comm_open"_s,
         {{"comm_id", comm->id().toStdString()}, {"target_name", target.toStdString()}, {"data", data}});
    return *comm;
}

Comm* CommManager::find(const QString& id) const
{
    return m_comms.value(id);
}

void CommManager::handle(const Message& message, bool live)
{
    if (message.type == "comm_open"_L1) return handleOpen(message, live);
    Comm* comm = find(textOf(message.content, "comm_id"));
    if (!comm) return;
    if (message.type == "comm_msg"_L1) {
        Q_EMIT comm->messageArrived(dataOf(message.content), message.buffers);
    } else {
        drop(*comm, dataOf(message.content));
    }
}

void CommManager::handleOpen(const Message& message, bool live)
{
    const QString id = textOf(message.content, "comm_id");
    const QString target = textOf(message.content, "target_name");
    if (id.isEmpty() || m_comms.contains(id)) return;
    const OpenHandler handler = m_targets.value(target);
    if (!handler) {
        const bool ours = message.parentSession == m_session;
        if (live && ours) post(u"comm_close"_s, {{"comm_id", id.toStdString()}, {"data", json::object()}});
        return;
    }
    auto* comm = new Comm(*this, id, target);
    m_comms.insert(id, comm);
    handler(*comm, message);
}

QString CommManager::post(const QString& type, json content, std::vector<QByteArray> buffers,
                          const json& metadata)
{
    Message message = makeRequest(Channel::Shell, type, std::move(content), m_session);
    message.buffers = std::move(buffers);
    message.metadata = metadata;
    Q_EMIT requestMade(message);
    return message.id;
}

void CommManager::drop(Comm& comm, const json& data)
{
    m_comms.remove(comm.id());
    comm.finish(data);
}

void CommManager::reset()
{
    const QHash<QString, Comm*> comms = std::exchange(m_comms, {});
    for (Comm* comm : comms)
        comm->finish(json::object());
}

} // namespace cahier::runtime
