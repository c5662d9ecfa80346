// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernelsockets.h>

#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/ids.h>

#include <algorithm>
#include <format>

namespace cahier::host {

namespace {

constexpr int reconnectMs = 10; // how soon a kernel that has just bound its sockets is found

int portOf(const wire::ConnectionInfo& info, Channel channel)
{
    switch (channel) {
    case Channel::IoPub:
        return info.iopubPort;
    case Channel::Control:
        return info.controlPort;
    case Channel::Stdin:
        return info.stdinPort;
    default:
        return info.shellPort;
    }
}

} // namespace

KernelSockets::KernelSockets(zmq::context_t& context, const wire::ConnectionInfo& info,
                             wire::SeenSignatures& seen)
    : m_signer(info.key), m_seen(seen)
{
    const std::string identity = wire::makeUuid();
    for (std::size_t i = 0; i < kernelChannels.size(); ++i) {
        const bool iopub = kernelChannels[i] == Channel::IoPub;
        zmq::socket_t socket(context, iopub ? zmq::socket_type::sub : zmq::socket_type::dealer);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvhwm, 0);
        socket.set(zmq::sockopt::sndhwm, 0);
        socket.set(zmq::sockopt::reconnect_ivl, reconnectMs);
        if (iopub)
            socket.set(zmq::sockopt::subscribe, "");
        else
            socket.set(zmq::sockopt::routing_id, identity);
        socket.connect(info.address(portOf(info, kernelChannels[i])));
        m_sockets[i] = std::move(socket);
    }
}

wire::Result<std::unique_ptr<KernelSockets>>
KernelSockets::connect(zmq::context_t& context, const wire::ConnectionInfo& info, wire::SeenSignatures& seen)
{
    try {
        return std::unique_ptr<KernelSockets>(new KernelSockets(context, info, seen));
    } catch (const zmq::error_t& error) {
        return wire::failure(wire::errorCodeIo, std::format("The kernel's sockets at {} cannot be used: {}.",
                                                            info.ip, error.what()));
    }
}

zmq::socket_t& KernelSockets::socket(Channel channel)
{
    const auto found = std::ranges::find(kernelChannels, channel);
    return m_sockets[static_cast<std::size_t>(found - kernelChannels.begin())];
}

void KernelSockets::addPollItems(std::vector<zmq_pollitem_t>& items)
{
    for (zmq::socket_t& each : m_sockets)
        items.push_back({each.handle(), 0, ZMQ_POLLIN, 0});
}

bool KernelSockets::receive(Channel channel, ReceivedMessage& message)
{
    zmq::socket_t& from = socket(channel);
    message.m_frames.clear();
    message.m_views.clear();
    message.m_problem.clear();
    message.m_size = 0;
    try {
        do {
            zmq::message_t frame;
            if (!from.recv(frame, zmq::recv_flags::dontwait)) return false;
            message.m_size += frame.size();
            message.m_frames.push_back(std::move(frame));
        } while (message.m_frames.back().more());
    } catch (const zmq::error_t&) {
        return false;
    }
    for (const zmq::message_t& frame : message.m_frames)
        message.m_views.emplace_back(static_cast<const char*>(frame.data()), frame.size());
    wire::Result<wire::MessageView> view = wire::splitMessage(message.m_views, m_signer);
    if (!view)
        message.m_problem = view.error().message;
    else if (!m_seen.add(view->signature))
        message.m_problem = "a message came a second time";
    else
        message.m_view = *view;
    return true;
}

wire::Result<void> KernelSockets::send(Channel channel, std::span<const std::string_view> parts)
{
    std::string signature;
    const std::vector<std::string_view> frames = wire::messageFrames(parts, m_signer, signature);
    try {
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const bool more = i + 1 < frames.size();
            const auto flags =
                zmq::send_flags::dontwait | (more ? zmq::send_flags::sndmore : zmq::send_flags::none);
            if (!socket(channel).send(zmq::const_buffer(frames[i].data(), frames[i].size()), flags))
                return wire::failure(wire::errorCodeIo, "The kernel's socket takes nothing.");
        }
    } catch (const zmq::error_t& error) {
        return wire::failure(wire::errorCodeIo, std::format("The kernel's socket failed: {}.", error.what()));
    }
    return {};
}

} // namespace cahier::host
