// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/kernelconnection.h>
#include <runtimes/server/serverclient.h>

namespace cahier::runtimes {

class ServerSocket;

/// One WebSocket to a kernel, from opening to its end. The socket, its framing and the parsing live in the
/// client's I/O thread, which never stops reading; neighbouring stream texts become one while they wait. This
/// object lives in its owner's thread; destroying it closes the socket.
class ServerLink : public QObject {
    Q_OBJECT
public:
    static constexpr std::chrono::seconds openLimit{30};
    /// The server is asked for a sign of life this often; without one for three times as long, it is lost.
    static constexpr std::chrono::seconds pingInterval{10};

    /// Opens at once. session: the S that the server knows us by.
    ServerLink(ServerClient& client, const QString& kernelId, const QString& session);
    ~ServerLink() override;

    [[nodiscard]] bool isOpen() const { return m_open; }
    /// Hands a message to the socket; only while isOpen(). Whether it arrives, nothing says.
    void send(runtime::Message message);

Q_SIGNALS:
    void opened();
    /// Messages, and Gaps (unnumbered) for what could not be read; in order, never empty.
    void eventsArrived(const std::vector<cahier::runtime::KernelEvent>& events);
    /// It is over, or could not be made. Comes once, last.
    void lost(const cahier::Error& error);

private:
    void take();

    ServerSocket* m_socket; ///< in the I/O thread
    bool m_open = false;
};

} // namespace cahier::runtimes
