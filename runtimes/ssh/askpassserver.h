// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QByteArray>
#include <QString>

#include <optional>
#include <string>
#include <vector>

#include <poll.h>

namespace cahier::runtimes {

/// Where cahier-askpass asks: a Unix socket of a random name in a folder of its own (0700), which refuses
/// other users. Used by one thread, with poll().
class AskpassServer {
public:
    struct Question {
        int connection = -1; ///< what answer() names
        QString prompt;
        QByteArray hint; ///< SSH_ASKPASS_PROMPT
    };
    struct News {
        std::vector<Question> asked;
        std::vector<int> withdrawn; ///< connections whose asker is gone
    };

    AskpassServer() = default;
    ~AskpassServer();
    AskpassServer(const AskpassServer&) = delete;
    AskpassServer& operator=(const AskpassServer&) = delete;

    [[nodiscard]] Result<void> listen();
    [[nodiscard]] const QString& socketPath() const { return m_path; }

    void addPollItems(std::vector<pollfd>& items) const;
    /// After poll(): takes what came. Never blocks.
    [[nodiscard]] News process();
    /// Nothing: refused.
    void answer(int connection, const std::optional<std::string>& value);

private:
    struct Connection {
        int fd = -1;
        std::string bytes;
        bool asked = false;
    };
    void acceptAll();
    /// False when the connection is over.
    [[nodiscard]] bool read(Connection& connection, News& news);

    QString m_folder;
    QString m_path;
    int m_listener = -1;
    std::vector<Connection> m_connections;
};

} // namespace cahier::runtimes
