// SPDX-License-Identifier: Apache-2.0
// What crosses the kernel's sockets. kernellife.cpp starts and ends the process.
#include <runtimes/host/kernel.h>

#include <runtimes/accelerators/hardwarejson.h>
#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/ids.h>
#include <runtimes/wire/jsonparse.h>

#include <algorithm>
#include <chrono>
#include <format>

namespace cahier::host {

namespace {

constexpr std::int64_t probeMs = 500;
constexpr std::int64_t probeIoPubMs = 50; // it answered, its outputs are not heard yet
constexpr std::int64_t interruptLimitMs = 10000;
constexpr std::int64_t quietMs = 50;
constexpr int drainBudget = 1024;
constexpr std::size_t envelopeAllowance = 512;
constexpr std::size_t kernelInfoLimit = 1u << 20; // bytes; every state event of readiness has it

/// Requests whose busy and idle say nothing about cells.
bool isHousekeeping(std::string_view msgType)
{
    return msgType == "kernel_info_request" || msgType == "comm_info_request" ||
           msgType == "interrupt_request" || msgType == "debug_request";
}

std::string dump(const nlohmann::json& json)
{
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

const char* nameOf(Channel channel)
{
    switch (channel) {
    case Channel::IoPub:
        return "iopub";
    case Channel::Shell:
        return "shell";
    case Channel::Control:
        return "control";
    case Channel::Stdin:
        return "stdin";
    default:
        return "none";
    }
}

} // namespace

std::int64_t steadyMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

const char* Kernel::stateName() const
{
    switch (m_phase) {
    case KernelPhase::Starting:
        return "starting";
    case KernelPhase::Ready:
        return "ready";
    case KernelPhase::Ending:
    case KernelPhase::Draining:
        if (m_goal == Goal::Restart) return "restarting";
        return m_wasReady ? "ready" : "starting";
    default:
        return "dead";
    }
}

nlohmann::json Kernel::info()
{
    nlohmann::json info = {{"kernel", m_record.id},
                           {"spec", m_record.spec},
                           {"label", m_record.label},
                           {"language", m_record.language},
                           {"cwd", m_record.workingDirectory},
                           {"lifetime", m_record.clientLifetime ? "client" : "host"},
                           {"state", stateName()},
                           {"busy", m_busy},
                           {"pid", pid()},
                           {"started", m_record.started},
                           {"last_activity", m_lastActivity},
                           {"first", journal().first()},
                           {"last", journal().last()}};
    if (m_record.accelerator) info["accelerator"] = *m_record.accelerator;
    if (isDead() && m_record.death) m_record.death->addTo(info);
    return info;
}

void Kernel::setAccelerator(accelerators::Selection accelerator)
{
    m_acceleratorVariables = std::move(accelerator.variables);
    m_record.accelerator.reset();
    if (accelerator.name.empty()) return;
    m_record.accelerator = accelerators::toJson(accelerator.choice);
    (*m_record.accelerator)["name"] = accelerator.name;
}

Environment Kernel::launchEnvironment() const
{
    Environment environment = m_environment;
    for (const auto& [name, value] : m_acceleratorVariables) {
        if (value)
            environment[name] = *value;
        else
            environment.erase(name);
    }
    return environment;
}

void Kernel::recordState(const nlohmann::json& state)
{
    const std::string text = dump(state);
    const std::string_view part = text;
    journal().append(RecordKind::State, Channel::None, 0, {&part, 1});
    m_lastActivity = wire::nowMs();
}

// Messages from the kernel

void Kernel::addPollItems(std::vector<zmq_pollitem_t>& items)
{
    if (m_sockets) m_sockets->addPollItems(items);
    if (!m_process) return;
    if (m_phase != KernelPhase::Draining) items.push_back({nullptr, m_process->pidFd(), ZMQ_POLLIN, 0});
    if (m_process->outputFd() >= 0) items.push_back({nullptr, m_process->outputFd(), ZMQ_POLLIN, 0});
}

void Kernel::process(std::span<const zmq_pollitem_t> items)
{
    bool ended = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].revents == 0) continue;
        if (items[i].socket)
            drain(kernelChannels[i], drainBudget);
        else if (m_process && items[i].fd == m_process->pidFd())
            ended = true;
        else if (m_process)
            m_process->readOutput();
    }
    if (ended) processEnded();
}

void Kernel::drain(Channel channel, int budget)
{
    for (; budget > 0 && m_sockets && m_sockets->receive(channel, m_message); --budget) {
        handle(channel, m_message);
        if (m_phase == KernelPhase::Draining) m_quietUntil = steadyMs() + quietMs;
        if (m_journal->wantsCommit()) return;
    }
}

void Kernel::handle(Channel channel, const ReceivedMessage& message)
{
    if (!message.problem().empty()) return dropped(channel, message.problem());
    const wire::MessageView& view = message.view();
    const wire::Result<wire::HeaderInfo> header = wire::parseHeader(view.header());
    if (!header || header->msgType.empty()) return dropped(channel, "a message's header says no type");
    const wire::HeaderInfo parent = wire::parseHeader(view.parent()).value_or(wire::HeaderInfo{});

    if (channel == Channel::IoPub) {
        m_heardIoPub = true;
        if (header->msgType == "status") noteStatus(parent, view.content());
    }
    const bool own = parent.session == m_session && handleOwn(channel, *header, message);
    if (!own) {
        m_lastActivity = wire::nowMs();
        const bool output = channel == Channel::IoPub && isOutputType(header->msgType);
        if (wire::fitsFrame(envelopeAllowance, view.parts)) {
            m_journal->append(RecordKind::Message, channel, output ? flagOutput : std::uint16_t{0},
                              view.parts);
        } else {
            m_places.warn(std::format("kernel {}: a message of {} bytes is too large to pass on", id(),
                                      message.size()));
            m_journal->appendGapOf(1, output ? 1 : 0);
        }
    }
    if (m_phase == KernelPhase::Starting && m_heardReply && m_heardIoPub) becomeReady();
}

bool Kernel::handleOwn(Channel channel, const wire::HeaderInfo& header, const ReceivedMessage& message)
{
    if (channel == Channel::IoPub)
        return header.msgType == "status" || header.msgType == "shutdown_reply" ||
               header.msgType == "shutdown";
    if (header.msgType == "kernel_info_reply") {
        if (!m_heardReply) {
            const std::string_view content = message.view().content();
            if (content.size() <= kernelInfoLimit)
                if (auto info = wire::parseJsonObject(content)) m_kernelInfo = std::move(*info);
            m_nextProbe = steadyMs() + (m_heardIoPub ? probeMs : probeIoPubMs);
        }
        m_heardReply = true;
    } else if (header.msgType == "interrupt_reply") {
        answerInterrupts({});
    }
    return true;
}

void Kernel::noteStatus(const wire::HeaderInfo& parent, std::string_view content)
{
    if (isHousekeeping(parent.msgType) || parent.session == m_session) return;
    const std::optional<nlohmann::json> json = wire::parseJsonObject(content);
    if (!json) return;
    const auto state = json->find("execution_state");
    if (state == json->end()) return;
    if (*state == "busy")
        m_busy = true;
    else if (*state == "idle")
        m_busy = false;
}

void Kernel::dropped(Channel channel, const std::string& why)
{
    constexpr std::uint64_t logged = 10;
    if (++m_droppedCount <= logged || m_droppedCount % 1000 == 0)
        m_places.warn(std::format("kernel {}: dropped a message on {}: {} ({} dropped so far)", id(),
                                  nameOf(channel), why, m_droppedCount));
}

// Messages to the kernel

std::string Kernel::sendOwn(Channel channel, const char* type, const nlohmann::json& content)
{
    const wire::NewHeader header = wire::makeHeader(type, m_session);
    const std::string text = dump(content);
    const std::array<std::string_view, 4> parts = {header.json, "{}", "{}", text};
    if (const auto sent = m_sockets->send(channel, parts); !sent) m_places.warn(sent.error().message);
    return header.msgId;
}

void Kernel::probe()
{
    (void)sendOwn(Channel::Shell, "kernel_info_request", nlohmann::json::object());
    (void)sendOwn(Channel::Control, "kernel_info_request", nlohmann::json::object());
    m_nextProbe = steadyMs() + (m_heardReply ? probeIoPubMs : probeMs);
}

void Kernel::becomeReady()
{
    m_phase = KernelPhase::Ready;
    m_wasReady = true;
    nlohmann::json state = {{"state", "ready"}, {"busy", m_busy}};
    if (m_kernelInfo.is_object()) state["info"] = m_kernelInfo;
    recordState(state);
    for (const Held& held : std::exchange(m_held, {})) {
        const std::vector<std::string_view> parts(held.parts.begin(), held.parts.end());
        if (const auto sent = m_sockets->send(held.channel, parts); !sent)
            m_places.warn(sent.error().message);
    }
}

wire::Result<Kernel::SendAnswer> Kernel::send(Channel channel, std::span<const std::string_view> parts)
{
    if (parts.size() < 4)
        return wire::failure(wire::errorCodeBadRequest,
                             "A message needs four parts: header, parent header, metadata and content.");
    const wire::Result<wire::HeaderInfo> header = wire::parseHeader(parts[0]);
    if (!header || header->msgId.empty() || header->msgType.empty() || !nlohmann::json::accept(parts[0]))
        return wire::failure(wire::errorCodeBadRequest, "The message's header needs msg_id and msg_type.");
    if (!m_sentLoaded) {
        m_sentLoaded = true;
        journal().visitSent([this](std::uint64_t seq, std::string_view text) {
            if (const auto earlier = wire::parseHeader(text)) m_sent.add(earlier->msgId, seq);
        });
    }
    if (const auto earlier = m_sent.find(header->msgId)) return SendAnswer{*earlier, true};
    const bool gone = isDead() || (m_phase == KernelPhase::Draining && m_goal != Goal::Restart);
    if (m_phase != KernelPhase::Starting && m_phase != KernelPhase::Ready)
        return wire::failure(wire::errorCodeDead,
                             gone ? "The kernel is dead. Restart it, or start a new one."
                                  : "The kernel is ending. Send the request again once it runs.",
                             isDead() && m_record.death ? m_record.death->reason : std::string());
    if (!wire::fitsFrame(envelopeAllowance, parts))
        return wire::failure(wire::errorCodeBadRequest, "The message is too large to be passed on.");
    const std::uint64_t seq = m_journal->append(RecordKind::Message, channel, flagSent, parts);
    m_journal->commit();
    m_sent.add(header->msgId, seq);
    if (m_phase == KernelPhase::Starting) {
        m_held.push_back({channel, {parts.begin(), parts.end()}});
    } else if (const auto sent = m_sockets->send(channel, parts); !sent) {
        return std::unexpected(sent.error());
    }
    return SendAnswer{seq, false};
}

void Kernel::interrupt(Done done)
{
    if (isDead())
        return done(wire::failure(wire::errorCodeDead, "The kernel is dead: there is nothing to interrupt."));
    if (m_phase != KernelPhase::Ready)
        return done(wire::failure(wire::errorCodeBadRequest,
                                  "The kernel is not running cells yet: there is nothing to interrupt."));
    if (!m_spec.messageInterrupts) {
        m_process->signalGroup(SIGINT);
        return done({});
    }
    const std::string msgId = sendOwn(Channel::Control, "interrupt_request", nlohmann::json::object());
    m_interrupts.push_back({msgId, steadyMs() + interruptLimitMs, std::move(done)});
}

void Kernel::answerInterrupts(const wire::Result<void>& result)
{
    for (const PendingInterrupt& pending : std::exchange(m_interrupts, {}))
        pending.done(result);
}

} // namespace cahier::host
