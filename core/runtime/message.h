// SPDX-License-Identifier: GPL-3.0-or-later
// A message of the Jupyter messaging protocol 5.x, verified and split, its content parsed.
// Source of the format: https://jupyter-client.readthedocs.io/en/stable/messaging.html
#pragma once

#include <QByteArray>
#include <QString>

#include <nlohmann/json.hpp>

#include <vector>

namespace cahier::runtime {

enum class Channel { Shell, Control, Stdin, IoPub };

struct Message {
    Channel channel = Channel::Shell;
    bool sent = false;     ///< a request of a client, as the journal recorded it; not the kernel's
    QString type;          ///< header.msg_type
    QString id;            ///< header.msg_id
    QString session;       ///< header.session of the sender
    QString parentId;      ///< parent_header.msg_id; empty when there is no parent
    QString parentType;    ///< parent_header.msg_type
    QString parentSession; ///< parent_header.session
    qint64 time = 0;       ///< when the host saw it, ms since 1970; 0 when unknown
    nlohmann::json metadata = nlohmann::json::object();
    nlohmann::json content = nlohmann::json::object(); ///< always an object: null content becomes {}
    std::vector<QByteArray> buffers;
};

/// A fresh random id, for a message or for a sender's session.
[[nodiscard]] QString makeMessageId();

/// A new request with a fresh random id. session is the sender's, kept over reconnects.
[[nodiscard]] Message makeRequest(Channel channel, QString type, nlohmann::json content, QString session);

} // namespace cahier::runtime
