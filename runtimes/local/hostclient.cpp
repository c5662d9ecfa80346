// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostclient.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hardwarecodec.h>

#include <QDateTime>
#include <QPromise>
#include <QRandomGenerator>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace runtime;
using nlohmann::json;

namespace {

/// Whether trying again by itself would only bother the user with the same question.
bool needsTheUser(const Error& error)
{
    return error.code == ErrorCode::Cancelled || error.code == ErrorCode::PermissionDenied;
}

Result<void> checkHello(const Result<json>& hello)
{
    if (!hello) return std::unexpected(hello.error());
    if (numberOf(*hello, "protocol") == wire::protocolVersion) return {};
    return failure(
        ErrorCode::Unsupported,
        u"The kernel host that is running (version %1) does not fit this version of Cahier. Close the "
        "other Cahier windows and shut their kernels down, then try again."_s.arg(
            textOf(*hello, "version", u"unknown"_s)));
}

} // namespace

HostClient::HostClient(std::unique_ptr<HostConnector> connector)
{
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &HostClient::connectNow);
    m_deadlineTimer.setInterval(1000ms);
    connect(&m_deadlineTimer, &QTimer::timeout, this, &HostClient::checkDeadlines);
    m_io = std::make_unique<HostIo>(std::move(connector), [this] {
        QMetaObject::invokeMethod(this, &HostClient::drain, Qt::QueuedConnection);
    });
}

HostClient::~HostClient()
{
    m_io.reset();
    m_state = State::Idle;
    m_attachments.clear();
    failPending({ErrorCode::Cancelled, u"The program let go of the kernel host."_s, {}, Retry::Fatal}, false);
}

void HostClient::request(const QString& op, json fields, const wire::Parts& parts, Callback done)
{
    post(op, std::move(fields), parts, std::move(done), false);
}

QFuture<Result<json>> HostClient::request(const QString& op, json fields)
{
    const auto promise = std::make_shared<QPromise<Result<json>>>();
    promise->start();
    request(op, std::move(fields), {}, [promise](Result<json> result) {
        promise->addResult(std::move(result));
        promise->finish();
    });
    return promise->future();
}

quint64 HostClient::post(const QString& op, json fields, const wire::Parts& parts, Callback done, bool now)
{
    const quint64 id = m_nextId++;
    if (!m_io) {
        done(failure(ErrorCode::Cancelled, u"The program let go of the kernel host."_s, {}, Retry::Fatal));
        return id;
    }
    fields["op"] = op.toStdString();
    fields["id"] = id;
    const std::string envelope = jsonText(fields);
    const std::vector<std::string_view> rest(parts.begin(), parts.end());
    if (!wire::fitsFrame(envelope.size(), rest)) {
        done(failure(ErrorCode::Unsupported, u"The message is too large for the kernel host (1 GiB)."_s));
        return id;
    }
    now = now || m_state == State::Ready;
    m_pending[id] = {std::move(done), std::chrono::steady_clock::now() + m_timeLimit, now};
    if (!m_deadlineTimer.isActive()) m_deadlineTimer.start();
    std::string frame = wire::encodeFrame(envelope, rest);
    if (now) {
        m_io->write(std::move(frame));
    } else {
        m_waiting.push_back({std::move(frame), id});
        connectSoon();
    }
    return id;
}

void HostClient::connectSoon()
{
    if (m_state != State::Idle || m_retryTimer.isActive()) return;
    const std::chrono::milliseconds pause = nextPause();
    if (pause == 0ms) return connectNow();
    m_retryTimer.start(pause);
    Q_EMIT stateChanged();
}

void HostClient::connectNow()
{
    m_retryTimer.stop();
    m_state = State::Connecting;
    m_io->connect();
    Q_EMIT stateChanged();
}

void HostClient::setRetryPauses(std::chrono::milliseconds first, std::chrono::milliseconds longest)
{
    m_firstPause = first;
    m_longestPause = longest;
}

std::chrono::milliseconds HostClient::nextPause() const
{
    if (m_losses < 2) return 0ms;
    const qint64 whole =
        std::min<qint64>(m_longestPause.count(), m_firstPause.count() << std::min(m_losses - 2, 16));
    return std::chrono::milliseconds(whole / 2 + QRandomGenerator::global()->bounded(whole / 2 + 1));
}

void HostClient::reconnect()
{
    if (m_state == State::Greeting || m_state == State::Ready) return m_io->drop();
    if (m_state == State::Idle && (hasStanding() || !m_waiting.empty())) connectNow();
}

ConnectionState HostClient::connectionState() const
{
    ConnectionState state;
    state.lostAt = m_lostAt;
    state.failures = m_losses;
    state.error = m_lossError;
    if (m_state == State::Ready) {
        state.phase = ConnectionState::Phase::Connected;
    } else if (m_state != State::Idle) {
        state.phase = ConnectionState::Phase::Connecting;
    } else if (m_retryTimer.isActive()) {
        state.phase = ConnectionState::Phase::Waiting;
        state.nextAttempt = QDateTime::currentMSecsSinceEpoch() + m_retryTimer.remainingTime();
    }
    return state;
}

HostListener* HostClient::listenerOf(const QString& kernel) const
{
    return m_attachments.value(kernel).listener;
}

QStringList HostClient::establishedKernels() const
{
    QStringList kernels;
    for (auto entry = m_attachments.cbegin(); entry != m_attachments.cend(); ++entry) {
        if (entry->established) kernels.append(entry.key());
    }
    return kernels;
}

void HostClient::attach(const QString& kernel, HostListener& listener, Callback done)
{
    if (m_attachments.contains(kernel)) {
        done(failure(ErrorCode::IllegalState, u"This program is attached to that kernel already."_s));
        return;
    }
    m_attachments.insert(kernel, {&listener, false});
    const json fields = {{"kernel", kernel.toStdString()}, {"after", listener.lastSeq()}};
    request(u"attach"_s, fields, {},
            [this, kernel, &listener, done = std::move(done)](const Result<json>& reply) {
                if (listenerOf(kernel) != &listener) {
                    done(failure(ErrorCode::Cancelled, u"The kernel was let go of."_s));
                    return;
                }
                if (reply) {
                    m_attachments[kernel].established = true;
                    listener.attached(*reply);
                } else {
                    m_attachments.remove(kernel);
                }
                done(reply);
            });
}

void HostClient::detach(const QString& kernel)
{
    if (m_attachments.remove(kernel) == 0 || m_state != State::Ready) return;
    request(u"detach"_s, {{"kernel", kernel.toStdString()}}, {}, [](const Result<json>&) {
        // A kernel that is gone by now needs no detaching.
    });
}

void HostClient::attachAgain(const QString& kernel)
{
    const HostListener* const listener = listenerOf(kernel);
    const json fields = {{"kernel", kernel.toStdString()}, {"after", listener->lastSeq()}};
    const auto handle = [this, kernel, listener](const Result<json>& reply) {
        HostListener* const now = listenerOf(kernel);
        if (!now || now != listener) return;
        if (reply) {
            now->attached(*reply);
        } else if (reply.error().code == ErrorCode::Timeout) {
            m_io->drop();
        } else if (reply.error().code != ErrorCode::Disconnected) {
            m_attachments.remove(kernel);
            now->attachFailed(reply.error());
        }
    };
    post(u"attach"_s, fields, {}, handle, true);
}

void HostClient::subscribeSamples(Callback done)
{
    ++m_watchers;
    request(u"subscribe_samples"_s, {{"after", 0}}, {}, [this, done = std::move(done)](Result<json> reply) {
        if (reply && m_watchers > 0) {
            m_subscribed = true;
            const std::vector<ResourceSample> samples = parseSamples(*reply);
            if (!samples.empty()) m_lastSample = samples.back().time;
        }
        done(std::move(reply));
    });
}

void HostClient::unsubscribeSamples()
{
    if (m_watchers == 0 || --m_watchers > 0) return;
    m_subscribed = false;
    if (m_state != State::Ready && m_waiting.empty()) return; // nobody has subscribed
    request(u"unsubscribe_samples"_s, json::object(), {}, [](const Result<json>&) {
        // Without a connection there is nothing to end.
    });
}

void HostClient::subscribeAgain()
{
    const auto handle = [this](const Result<json>& reply) {
        if (!reply || m_watchers == 0) return;
        for (const ResourceSample& sample : parseSamples(*reply))
            takeSample(sample);
    };
    post(u"subscribe_samples"_s, {{"after", m_lastSample}}, {}, handle, true);
}

void HostClient::takeSample(const ResourceSample& sample)
{
    if (m_watchers == 0) return;
    m_lastSample = sample.time;
    Q_EMIT sampled(sample);
}

void HostClient::drain()
{
    const std::shared_ptr<HostClient> self = shared_from_this();
    HostInbox::Batch batch = m_io->take();
    if (batch.more) QMetaObject::invokeMethod(this, &HostClient::drain, Qt::QueuedConnection);
    dispatch(std::move(batch.items));
}

void HostClient::dispatch(std::vector<InboxItem> items)
{
    QString kernel;
    std::vector<KernelEvent> events;
    const auto flush = [&] {
        if (!events.empty()) deliver(kernel, std::exchange(events, {}));
    };
    for (InboxItem& item : items) {
        if (auto* event = std::get_if<HostEvent>(&item)) {
            if (event->kernel != kernel) flush();
            kernel = event->kernel;
            events.push_back(std::move(event->event));
            continue;
        }
        flush();
        if (auto* reply = std::get_if<HostReply>(&item)) handleReply(std::move(*reply));
        if (const auto* sample = std::get_if<ResourceSample>(&item)) takeSample(*sample);
        if (const auto* goodbye = std::get_if<HostGoodbye>(&item)) m_goodbye = goodbye->message;
        if (std::holds_alternative<HostConnected>(item)) handleConnected();
        if (const auto* loss = std::get_if<HostLost>(&item)) handleLost(*loss);
    }
    flush();
}

void HostClient::deliver(const QString& kernel, std::vector<KernelEvent> events)
{
    // What comes before the answer to attach belongs to an attachment that was given up.
    const Attachment attachment = m_attachments.value(kernel);
    if (attachment.established) attachment.listener->takeEvents(std::move(events));
}

void HostClient::handleReply(HostReply reply)
{
    const auto found = m_pending.find(reply.id);
    if (found == m_pending.end()) return; // it took longer than its time limit
    const Callback done = std::move(found->second.done);
    m_pending.erase(found);
    done(std::move(reply.result));
}

void HostClient::handleConnected()
{
    m_state = State::Greeting;
    m_goodbye.clear();
    const json hello = {{"protocol", wire::protocolVersion}, {"client", "cahier " CAHIER_VERSION}};
    post(u"hello"_s, hello, {}, [this](const Result<json>& reply) { handleHello(reply); }, true);
}

void HostClient::handleHello(const Result<json>& hello)
{
    if (m_state != State::Greeting) return;
    if (const Result<void> fits = checkHello(hello); !fits) {
        m_waiting.clear();
        failPending(fits.error(), false);
        m_io->drop();
        return;
    }
    m_hostId = textOf(*hello, "host");
    becomeReady();
}

void HostClient::becomeReady()
{
    m_state = State::Ready;
    m_losses = 0;
    m_lostAt = 0;
    m_lossError.reset();
    for (const QString& kernel : establishedKernels())
        attachAgain(kernel);
    if (m_subscribed) subscribeAgain();
    for (Waiting& waiting : std::exchange(m_waiting, {})) {
        const auto pending = m_pending.find(waiting.id);
        if (pending == m_pending.end()) continue;
        pending->second.sent = true;
        m_io->write(std::move(waiting.frame));
    }
    Q_EMIT connected(m_hostId);
    Q_EMIT stateChanged();
}

void HostClient::handleLost(const HostLost& loss)
{
    Error error = loss.error;
    if (!m_goodbye.isEmpty()) error.detail = m_goodbye;
    noteLoss(error, loss.wasConnected);
    if (!loss.wasConnected) m_waiting.clear();
    failPending(error, loss.wasConnected);
    for (const QString& kernel : establishedKernels()) {
        if (HostListener* const listener = listenerOf(kernel)) listener->connectionLost();
    }
    if (loss.wasConnected) {
        Q_EMIT connectionLost(error);
    } else {
        Q_EMIT reconnectFailed(error);
    }
    const bool wanted = hasStanding() || !m_waiting.empty();
    if (wanted && !(needsTheUser(error) && !loss.wasConnected)) return connectSoon();
    m_losses = 1; // the user's next wish is tried at once
    Q_EMIT stateChanged();
}

void HostClient::noteLoss(const Error& error, bool wasConnected)
{
    if (m_state == State::Ready && wasConnected) m_lostAt = QDateTime::currentMSecsSinceEpoch();
    m_state = State::Idle;
    m_lossError = error;
    ++m_losses;
}

void HostClient::failPending(const Error& error, bool sentOnly)
{
    std::vector<Callback> failed;
    for (auto entry = m_pending.begin(); entry != m_pending.end();) {
        if (sentOnly && !entry->second.sent) {
            ++entry;
            continue;
        }
        failed.push_back(std::move(entry->second.done));
        entry = m_pending.erase(entry);
    }
    for (const Callback& done : failed)
        done(std::unexpected(error));
}

void HostClient::checkDeadlines()
{
    const std::shared_ptr<HostClient> self = shared_from_this();
    const auto now = std::chrono::steady_clock::now();
    std::vector<Callback> late;
    for (auto entry = m_pending.begin(); entry != m_pending.end();) {
        if (entry->second.deadline > now) {
            ++entry;
            continue;
        }
        late.push_back(std::move(entry->second.done));
        entry = m_pending.erase(entry);
    }
    if (m_pending.empty()) m_deadlineTimer.stop();
    for (const Callback& done : late)
        done(failure(ErrorCode::Timeout, u"The kernel host did not answer in time."_s, {}, Retry::Later));
}

} // namespace cahier::runtimes
