// SPDX-License-Identifier: GPL-3.0-or-later
// Comms: named two-way channels between objects of the kernel and objects here (widgets).
// Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
#pragma once

#include <core/runtime/message.h>

#include <QHash>
#include <QObject>

#include <functional>

namespace cahier::runtime {

class CommManager;

/// One open comm. Owned by its CommManager; deleted (later) after closed().
class Comm : public QObject {
    Q_OBJECT
public:
    [[nodiscard]] const QString& id() const { return m_id; }
    [[nodiscard]] const QString& target() const { return m_target; }
    [[nodiscard]] bool isOpen() const { return m_open; }

    /// Does nothing once closed. Returns the message's id: outputs that it causes carry it as parent.
    QString send(const nlohmann::json& data, std::vector<QByteArray> buffers = {},
                 const nlohmann::json& metadata = nlohmann::json::object());
    void close(const nlohmann::json& data = nlohmann::json::object());

Q_SIGNALS:
    void messageArrived(const nlohmann::json& data, const std::vector<QByteArray>& buffers);
    /// By the kernel, by close(), or because the kernel's state is lost.
    void closed(const nlohmann::json& data);

private:
    friend class CommManager;
    Comm(CommManager& manager, QString id, QString target);
    void finish(const nlohmann::json& data);

    CommManager& m_manager;
    QString m_id, m_target;
    bool m_open = true;
};

class CommManager : public QObject {
    Q_OBJECT
public:
    /// Called with the comm that the kernel opened and comm_open's whole message.
    using OpenHandler = std::function<void(Comm& comm, const Message& message)>;

    /// session: our own header.session.
    explicit CommManager(QString session, QObject* parent = nullptr);

    void registerTarget(const QString& name, OpenHandler handler);
    void unregisterTarget(const QString& name);
    /// Opens a comm to a target that the kernel registered. id: empty for a fresh one.
    Comm& open(const QString& target, const nlohmann::json& data, const QString& id = {});
    [[nodiscard]] Comm* find(const QString& id) const;

    /// comm_open, comm_msg or comm_close of the kernel. A comm_open for a target that nobody registered is
    /// answered with comm_close, unless it is only replayed (live is false) or belongs to another client,
    /// which may know the target: its parent is no request of this session.
    void handle(const Message& message, bool live);
    /// The kernel's state is lost: every comm is closed, nothing is sent.
    void reset();

Q_SIGNALS:
    void requestMade(const cahier::runtime::Message& message);

private:
    friend class Comm;
    void handleOpen(const Message& message, bool live);
    QString post(const QString& type, nlohmann::json content, std::vector<QByteArray> buffers = {},
                 const nlohmann::json& metadata = nlohmann::json::object());
    void drop(Comm& comm, const nlohmann::json& data);

    QString m_session;
    QHash<QString, OpenHandler> m_targets;
    QHash<QString, Comm*> m_comms;
};

} // namespace cahier::runtime
