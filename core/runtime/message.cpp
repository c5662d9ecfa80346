// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/message.h>

#include <QUuid>

namespace cahier::runtime {

QString makeMessageId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

Message makeRequest(Channel channel, QString type, nlohmann::json content, QString session)
{
    Message message;
    message.channel = channel;
    message.sent = true;
    message.type = std::move(type);
    message.id = makeMessageId();
    message.session = std::move(session);
    message.content = std::move(content);
    return message;
}

} // namespace cahier::runtime
