// SPDX-License-Identifier: GPL-3.0-or-later
// A TCP proxy on loopback that breaks connections the way networks do.
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <array>
#include <optional>

namespace cahier::test {

/// Lives in the thread that made it and works with its event loop. Counts and limits are over all of its
/// connections together.
class CuttingProxy : public QObject {
    Q_OBJECT
public:
    enum Direction { ToServer, ToClient };

    /// Passes on to host:port; listens on a port of 127.0.0.1 that the system chooses.
    CuttingProxy(QString host, quint16 port);

    [[nodiscard]] quint16 port() const { return m_listener.serverPort(); }
    [[nodiscard]] qint64 passed(Direction direction) const { return m_passed[direction]; }
    [[nodiscard]] int connections() const { return static_cast<int>(m_pairs.size()); }
    [[nodiscard]] int accepted() const { return m_accepted; } ///< since it was made

    /// Ends every connection now, without goodbye.
    void cut();
    /// Passes this many more bytes of the direction, then cut(). Once.
    void cutAfter(Direction direction, qint64 bytes) { m_cutAt[direction] = m_passed[direction] + bytes; }
    /// Passes this many more bytes of the direction and swallows the rest: connections stay open and silent.
    void swallowAfter(Direction direction, qint64 bytes)
    {
        m_swallowAt[direction] = m_passed[direction] + bytes;
    }
    /// Everything takes this much longer.
    void setDelay(int ms) { m_delayMs = ms; }
    /// New connections are ended as soon as they are made.
    void setRefusing(bool refusing) { m_refusing = refusing; }
    /// Nothing is cut, swallowed, delayed or refused any more. What was swallowed is gone.
    void heal();

private:
    struct Pair {
        std::array<QTcpSocket*, 2> sockets{}; ///< where each direction's bytes go
    };
    void accept();
    void take(const std::shared_ptr<Pair>& pair, Direction direction);
    void pass(const std::shared_ptr<Pair>& pair, Direction direction, QByteArray bytes);
    void drop(const std::shared_ptr<Pair>& pair);

    QString m_host;
    quint16 m_port;
    QTcpServer m_listener;
    std::vector<std::shared_ptr<Pair>> m_pairs;
    std::array<qint64, 2> m_passed{};
    std::array<std::optional<qint64>, 2> m_cutAt{}, m_swallowAt{};
    int m_delayMs = 0;
    int m_accepted = 0;
    bool m_refusing = false;
};

} // namespace cahier::test
