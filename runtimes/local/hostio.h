// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hostinbox.h>
#include <runtimes/local/hoststream.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace cahier::runtimes {

/// The I/O thread: makes the stream when told to, reads and decodes frames into an inbox, writes what is
/// given. One stream at a time; after a loss it waits to be told again.
class HostIo {
public:
    /// wake: called in the I/O thread when the inbox has something (see HostInbox).
    HostIo(std::unique_ptr<HostConnector> connector, std::function<void()> wake);
    ~HostIo(); ///< what was given to write before is written first, as far as that takes no waiting

    /// Makes a stream if there is none; the inbox gets HostConnected or HostLost.
    void connect();
    /// Drops the stream; the inbox gets HostLost.
    void drop();
    /// Frames given while there is no stream are dropped.
    void write(std::string frame);
    [[nodiscard]] HostInbox::Batch take();

private:
    void run(const std::stop_token& stop);
    void serve(const std::stop_token& stop);
    [[nodiscard]] Result<void> exchange(const std::stop_token& stop);
    [[nodiscard]] Result<void> readSome();
    [[nodiscard]] Result<void> decodeSome();
    [[nodiscard]] Result<void> writeSome();
    void poke();
    void clearPoke();
    void waitForPoke();

    std::unique_ptr<HostConnector> m_connector;
    HostInbox m_inbox;
    int m_pokeFd = -1; ///< an eventfd: something below changed

    std::mutex m_mutex;
    bool m_connectWanted = false;
    bool m_dropWanted = false;
    bool m_connected = false;
    std::deque<std::string> m_outgoing; ///< frames, small ones joined

    // The I/O thread's own.
    HostStream m_stream;
    wire::FrameReader m_reader;
    std::string m_writing;
    std::size_t m_written = 0;
    std::string m_readBuffer;

    std::jthread m_thread; ///< last: it uses all of the above
};

} // namespace cahier::runtimes
