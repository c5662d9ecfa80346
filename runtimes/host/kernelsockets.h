// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/journalrecord.h>
#include <runtimes/wire/connectionfile.h>
#include <runtimes/wire/jupytermessage.h>
#include <runtimes/wire/seensignatures.h>

#include <zmq.hpp>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::host {

/// The channels in the order they are read: outputs before the reply that follows them.
inline constexpr std::array kernelChannels = {Channel::IoPub, Channel::Shell, Channel::Control,
                                              Channel::Stdin};

/// A message as it came from a socket. The views are valid as long as the object.
class ReceivedMessage {
public:
    [[nodiscard]] const wire::MessageView& view() const { return m_view; }
    [[nodiscard]] const std::string& problem() const { return m_problem; } ///< empty when it is verified
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    friend class KernelSockets;
    std::vector<zmq::message_t> m_frames;
    std::vector<std::string_view> m_views;
    wire::MessageView m_view;
    std::string m_problem;
    std::size_t m_size = 0;
};

/// The host's end of one kernel's channels: unlimited queues, one identity for shell, control and stdin.
/// Connecting succeeds before the kernel listens; messages wait for it.
class KernelSockets {
public:
    /// seen: of the connection file's key, so it outlives the sockets of one process.
    [[nodiscard]] static wire::Result<std::unique_ptr<KernelSockets>>
    connect(zmq::context_t& context, const wire::ConnectionInfo& info, wire::SeenSignatures& seen);

    /// Appends one item per channel, in the order of kernelChannels.
    void addPollItems(std::vector<zmq_pollitem_t>& items);
    /// Takes the next message of a channel into `message`; false when there is none.
    [[nodiscard]] bool receive(Channel channel, ReceivedMessage& message);
    /// Signs and sends header, parent, metadata, content, buffers…
    [[nodiscard]] wire::Result<void> send(Channel channel, std::span<const std::string_view> parts);

private:
    KernelSockets(zmq::context_t& context, const wire::ConnectionInfo& info, wire::SeenSignatures& seen);
    [[nodiscard]] zmq::socket_t& socket(Channel channel);

    wire::Signer m_signer;
    wire::SeenSignatures& m_seen;
    std::array<zmq::socket_t, kernelChannels.size()> m_sockets;
};

} // namespace cahier::host
