// SPDX-License-Identifier: GPL-3.0-or-later
// What the user asks for. kernelstart.cpp finds and starts kernels.
#include <app/window/kernelcontroller.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

using notebook::CellKey;
using runtime::SessionState;
using widgets::Notice;

namespace {

constexpr std::chrono::seconds lossPatience{2};

} // namespace

KernelController::KernelController(const Parts& parts, QString path, QObject* parent)
    : QObject(parent), m_parts(parts), m_path(std::move(path))
{
    m_interruptTimer.setSingleShot(true);
    connect(&m_interruptTimer, &QTimer::timeout, this, &KernelController::offerAfterInterrupt);
    m_lostTimer.setSingleShot(true);
    m_lostTimer.setInterval(lossPatience);
    connect(&m_lostTimer, &QTimer::timeout, this, &KernelController::tellLoss);
    watchSession();
    connect(&parts.runtimes, &runtime::RuntimeList::openedChanged, this, &KernelController::handleOpened);
    connect(&parts.runtimes, &runtime::RuntimeList::accessChanged, this, &KernelController::handleAccess);
    if (const auto choice = m_path.isEmpty() ? std::nullopt : parts.memory.findChoice(m_path)) {
        m_isChosen = true;
        m_place = choice->runtime;
        m_accelerator = choice->accelerator;
    }
}

void KernelController::watchSession()
{
    using runtime::Session;
    const Session& session = m_parts.session;
    connect(&session, &Session::stateChanged, this, &KernelController::handleState);
    connect(&session, &Session::queueChanged, this, &KernelController::changed);
    connect(&session, &Session::kernelDied, this, &KernelController::handleDeath);
    connect(&session, &Session::runChanged, this, &KernelController::handleRunChanged);
    connect(&session, &Session::problemOccurred, this, [this](const Error& error) {
        m_lastProblem = error;
        raise(problemTopic, Notice::Kind::Warning, error.message, error.detail, {});
    });
    connect(&session, &Session::startTimedOut, this, [this] {
        withdraw(problemTopic);
        raise(startTopic, Notice::Kind::Warning, m_lastProblem.message, m_lastProblem.detail,
              {wayToRestart(), wayToChoose()});
    });
    connect(&session, &Session::outputLost, this, [this] {
        raise(problemTopic, Notice::Kind::Warning,
              tr("Some of what the kernel said is lost: it was more than is kept for a window that is away."),
              {}, {});
    });
}

void KernelController::setPath(const QString& path)
{
    if (path == m_path) return;
    if (!m_path.isEmpty()) m_parts.memory.forget(m_path);
    m_path = path;
    if (m_isChosen) rememberChoice();
}

bool KernelController::isBusy() const
{
    const SessionState state = m_parts.session.state();
    return m_parts.session.hasWork() || state == SessionState::Busy ||
           (state == SessionState::Reconnecting && m_parts.session.runningCell()) || !m_waiting.empty();
}

bool KernelController::hasKernel() const
{
    const SessionState state = m_parts.session.state();
    return state != SessionState::NoKernel && state != SessionState::Dead;
}

QString KernelController::specName() const
{
    return m_spec.name.isEmpty() ? m_parts.notebook.kernelName() : m_spec.name;
}

QString KernelController::kernelTitle() const
{
    if (!m_spec.displayName.isEmpty()) return m_spec.displayName;
    const nlohmann::json metadata = m_parts.notebook.metadata();
    if (const auto spec = metadata.find("kernelspec"); spec != metadata.end() && spec->is_object()) {
        if (const auto name = spec->find("display_name"); name != spec->end() && name->is_string())
            return QString::fromStdString(name->get<std::string>());
    }
    return specName();
}

void KernelController::handleState(SessionState state)
{
    if (state == SessionState::Idle || state == SessionState::Busy) {
        withdraw(startTopic);
        withdraw(kernelTopic);
    }
    if (state == SessionState::NoKernel) m_connection.reset();
    if (state != SessionState::Busy) {
        m_interruptTimer.stop();
        withdraw(interruptTopic);
    }
    Q_EMIT changed();
}

void KernelController::handleDeath(const runtime::KernelDeath& death)
{
    QString sentence;
    if (death.outOfMemory)
        sentence = tr("The kernel was killed: the machine ran out of memory. Its variables are lost.");
    else if (death.reason.isEmpty())
        sentence = tr("The kernel died. Its variables are lost.");
    else
        sentence = tr("The kernel died: %1. Its variables are lost.").arg(death.reason);
    raise(kernelTopic, Notice::Kind::Error, sentence, death.stderrTail, {wayToRestart(), wayToChoose()});
    Q_EMIT changed();
}

void KernelController::handleRunChanged(CellKey cell)
{
    const std::optional<CellKey> running = m_parts.session.runningCell();
    if (running == m_running) return;
    m_running = running;
    // The request's own event may be the last that was handled, or is still to come.
    if (running == cell) m_seqOfRun = std::max<quint64>(m_parts.session.lastSeq(), 1) - 1;
    m_interruptTimer.stop();
    withdraw(interruptTopic);
}

/// After this event a later window goes on: what the running cell said so far is built anew.
quint64 KernelController::resumeSeq() const
{
    return m_parts.session.runningCell() ? m_seqOfRun : m_parts.session.lastSeq();
}

void KernelController::run(const std::vector<CellKey>& cells)
{
    if (cells.empty()) return;
    if (m_preparing) {
        m_waiting.insert(m_waiting.end(), cells.begin(), cells.end());
    } else if (m_parts.session.state() == SessionState::NoKernel) {
        m_waiting = cells;
        leftKernel() ? connectKernel() : prepare();
    } else if (m_parts.session.state() == SessionState::Dead) {
        raise(kernelTopic, Notice::Kind::Error,
              tr("The kernel is dead, so nothing was run. Restart it first; its variables are lost."),
              m_parts.session.death().stderrTail,
              {{tr("Restart and run"),
                [this, cells] {
                    restart(false);
                    run(cells);
                }},
               wayToRestart(),
               wayToChoose()});
    } else if (const Result<void> queued = m_parts.session.enqueue(cells); !queued) {
        raise(problemTopic, Notice::Kind::Warning, queued.error().message, queued.error().detail, {});
    }
}

void KernelController::runAll()
{
    std::vector<CellKey> cells;
    for (int index = 0; index < m_parts.notebook.cellCount(); ++index) {
        const notebook::Cell& cell = m_parts.notebook.cellAt(index);
        if (cell.type() == notebook::CellType::Code) cells.push_back(cell.key());
    }
    run(cells);
}

void KernelController::interrupt()
{
    if (m_preparing) {
        m_waiting.clear();
        Q_EMIT changed();
        return;
    }
    m_parts.session.interrupt().then(this, [this](const Result<void>& sent) {
        if (!sent)
            raise(interruptTopic, Notice::Kind::Warning, sent.error().message, sent.error().detail, {});
    });
    if (m_parts.session.state() == SessionState::Busy) m_interruptTimer.start(m_patience);
}

void KernelController::offerAfterInterrupt()
{
    if (m_parts.session.state() != SessionState::Busy) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_patience).count();
    raise(interruptTopic, Notice::Kind::Warning,
          tr("The kernel has not reacted to the interrupt for %n second(s). A restart ends what runs and "
             "loses its variables.",
             nullptr, static_cast<int>(seconds)),
          {},
          {{tr("Restart"), [this] { restart(false); }},
           {tr("Interrupt again"), [this] { interrupt(); }},
           {tr("Wait"), [this] { m_interruptTimer.start(m_patience); }}});
}

void KernelController::restart(bool runAllAfterwards)
{
    for (const char* const topic : {kernelTopic, interruptTopic, startTopic, problemTopic})
        withdraw(topic);
    m_interruptTimer.stop();
    if (m_parts.session.state() == SessionState::NoKernel) {
        if (!m_preparing) prepare();
    } else {
        restartWith({});
    }
    if (runAllAfterwards) runAll();
}

void KernelController::restartWith(const std::optional<runtime::AcceleratorChoice>& accelerator)
{
    m_parts.session.restart(accelerator).then(this, [this](const Result<void>& done) {
        if (!done)
            raise(kernelTopic, Notice::Kind::Error, done.error().message, done.error().detail,
                  {{tr("Start a new kernel"),
                    [this] {
                        letGo();
                        prepare();
                    }},
                   wayToChoose()});
    });
}

void KernelController::shutdown()
{
    ++m_round;
    m_preparing = false;
    m_waiting.clear();
    if (!m_path.isEmpty()) m_parts.memory.forget(m_path);
    if (m_parts.session.state() == SessionState::NoKernel) {
        Q_EMIT changed();
        return;
    }
    for (const char* const topic : {kernelTopic, interruptTopic, startTopic})
        withdraw(topic);
    const QString id = m_parts.session.kernelId();
    const bool dead = m_parts.session.state() == SessionState::Dead;
    m_parts.session.shutdown().then(this, [this, id, dead](const Result<void>& done) {
        if (!done && dead && m_parts.session.kernelId() == id) m_parts.session.detach();
        if (!done && !dead)
            raise(kernelTopic, Notice::Kind::Error, done.error().message, done.error().detail, {});
    });
}

void KernelController::noteSaved()
{
    rememberKernel(m_seqOfSave);
}

void KernelController::rememberKernel(quint64 seq)
{
    const QString id = m_parts.session.kernelId();
    if (!m_path.isEmpty() && !id.isEmpty()) m_parts.memory.remember(m_path, {id, seq, m_place});
}

QFuture<Result<void>> KernelController::stop()
{
    ++m_round;
    m_waiting.clear();
    disconnect(&m_parts.session, nullptr, this, nullptr);
    if (!m_path.isEmpty()) m_parts.memory.forget(m_path);
    return endDetached();
}

void KernelController::leaveRunning()
{
    ++m_round;
    m_waiting.clear();
    disconnect(&m_parts.session, nullptr, this, nullptr);
    m_connection.reset();
    m_parts.session.detach();
}

/// The present kernel ends on its own; nobody waits for it.
void KernelController::letGo()
{
    ++m_round;
    m_preparing = false;
    m_left.reset();
    if (m_parts.session.state() == SessionState::NoKernel) return;
    if (!m_path.isEmpty()) m_parts.memory.forget(m_path);
    endDetached();
}

/// The connection is kept until the kernel has ended, whatever becomes of this object.
QFuture<Result<void>> KernelController::endDetached()
{
    const bool isDead = m_parts.session.state() == SessionState::Dead;
    const Connection connection = std::exchange(m_connection, nullptr);
    m_parts.session.detach();
    if (!connection) return QtFuture::makeReadyValueFuture(Result<void>());
    if (isDead && m_runtime) return m_runtime->forget(connection->kernelId());
    return connection->shutdown().then([connection](const Result<void>& done) { return done; });
}

void KernelController::raise(const char* topic, Notice::Kind kind, const QString& sentence,
                             const QString& detail, std::vector<Notice::Way> ways)
{
    Q_EMIT noticeRaised({QString::fromLatin1(topic), kind, sentence, detail, std::move(ways), true});
}

void KernelController::withdraw(const char* topic)
{
    Q_EMIT noticeWithdrawn(QString::fromLatin1(topic));
}

Notice::Way KernelController::wayToChoose()
{
    return {tr("Choose another kernel…"), [this] { Q_EMIT choiceRequested(); }};
}

Notice::Way KernelController::wayToRestart()
{
    return {tr("Restart"), [this] { restart(false); }};
}

} // namespace cahier::window
