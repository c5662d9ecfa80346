// SPDX-License-Identifier: GPL-3.0-or-later
// Where a notebook's kernel runs, on what, and how the way there stands.
#include <app/window/kernelcontroller.h>

#include <core/runtime/acceleratorwish.h>
#include <runtimes/local/hostruntime.h>

#include <nlohmann/json.hpp>

#include <QFileInfo>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

using runtime::AcceleratorChoice;
using runtime::AcceleratorWish;
using runtime::ConnectionState;
using runtime::RuntimeEntry;
using runtime::SessionState;
using widgets::Notice;

RuntimeEntry KernelController::place() const
{
    const std::vector<RuntimeEntry> entries = m_parts.runtimes.entries();
    const auto found = std::ranges::find(entries, m_place, &RuntimeEntry::id);
    return found == entries.end() ? RuntimeEntry{m_place, RuntimeEntry::Kind::Ssh, m_place, {}} : *found;
}

ConnectionState KernelController::connectionState() const
{
    return m_runtime ? m_runtime->connectionState() : ConnectionState();
}

QString KernelController::folder() const
{
    return m_path.isEmpty() ? QString() : QFileInfo(m_path).absolutePath();
}

void KernelController::lookNearby()
{
    const auto local = m_parts.runtimes.opened(QString::fromLatin1(runtime::RuntimeList::localId));
    if (const auto host = std::dynamic_pointer_cast<runtimes::HostRuntime>(local))
        host->setWorkingFolder(folder());
}

/// Gets the runtime that the notebook is to run on; `then` follows with it as m_runtime.
void KernelController::open(const std::function<void()>& then)
{
    m_parts.runtimes.open(m_place).then(this, [this, then, round = ++m_round](const Result<Place>& runtime) {
        if (round != m_round) return;
        if (!runtime) return fail(runtime.error());
        setRuntime(*runtime);
        lookNearby();
        then();
    });
}

void KernelController::setRuntime(const Place& runtime)
{
    if (runtime == m_runtime) return;
    disconnect(m_watched);
    m_lostTimer.stop();
    m_runtime = runtime;
    withdraw(placeTopic);
    if (runtime)
        m_watched = connect(runtime.get(), &runtime::Runtime::connectionChanged, this,
                            &KernelController::handleConnection);
    Q_EMIT changed();
}

/// How it stands is shown beside the kernel's state; here is said what needs a word.
void KernelController::handleConnection(const ConnectionState& state)
{
    Q_EMIT changed();
    if (state.phase == ConnectionState::Phase::Connected) {
        m_lostTimer.stop();
        withdraw(placeTopic);
    } else if (state.lostAt != 0 && m_parts.session.state() == SessionState::Reconnecting) {
        if (!m_lostTimer.isActive()) m_lostTimer.start();
    }
}

void KernelController::tellLoss()
{
    const ConnectionState state = connectionState();
    if (m_parts.session.state() != SessionState::Reconnecting) return;
    const QString reason = state.error ? state.error->message : QString();
    const Notice::Way again{tr("Connect now"), [runtime = m_runtime] { runtime->reconnect(); }};
    if (state.phase == ConnectionState::Phase::Idle)
        raise(placeTopic, Notice::Kind::Error, tr("There is no connection to %1.").arg(place().name), reason,
              {again, wayToChoose()});
    else
        raise(
            placeTopic, Notice::Kind::Warning,
            tr("The connection to %1 is lost. What runs there goes on, and what it prints is shown when the "
               "connection is back.")
                .arg(place().name),
            reason, {again});
}

/// Somebody disconnected from the runtime, for all notebooks.
void KernelController::handleOpened(const QString& id)
{
    if (id != m_place || !m_runtime || m_parts.runtimes.opened(id) == m_runtime) return;
    disconnectKernel();
    setRuntime(nullptr);
}

void KernelController::handleAccess(const QString& id)
{
    if (id != m_place || !m_refused) return;
    const auto cells = *std::exchange(m_refused, std::nullopt);
    withdraw(kernelTopic);
    m_waiting = cells;
    if (!m_preparing && m_parts.session.state() == SessionState::NoKernel) connectKernel();
}

void KernelController::connectKernel()
{
    if (m_preparing) return;
    if (m_parts.session.state() == SessionState::Reconnecting) return m_runtime->reconnect();
    if (m_parts.session.state() != SessionState::NoKernel) return;
    withdraw(kernelTopic);
    m_preparing = true;
    Q_EMIT changed();
    open([this] {
        m_runtime->kernels().then(
            this, [this, round = ++m_round](const Result<std::vector<runtime::KernelInfo>>& kernels) {
                if (round != m_round) return;
                if (!kernels) return fail(kernels.error());
                if (!attachToMine(*kernels)) chooseAndStart();
            });
    });
}

void KernelController::disconnectKernel()
{
    ++m_round;
    m_preparing = false;
    m_waiting.clear();
    for (const char* const topic : {kernelTopic, interruptTopic, startTopic, placeTopic})
        withdraw(topic);
    if (m_parts.session.state() != SessionState::NoKernel) {
        m_left = KernelMemory::Entry{m_parts.session.kernelId(), resumeSeq(), m_place};
        m_parts.session.detach();
        m_connection.reset();
        Q_EMIT told(tr("Disconnected. The kernel runs on; Runtime > Connect brings it back."));
    }
    Q_EMIT changed();
}

void KernelController::changeTo(const runtime::RuntimeChoice& choice)
{
    const bool restarts = hasKernel() && choice.runtime == m_place && choice.kernel.isEmpty() &&
                          choice.spec.name == specName() && choice.accelerator &&
                          choice.accelerator != m_accelerator;
    for (const char* const topic : {kernelTopic, interruptTopic, startTopic, problemTopic, wishTopic})
        withdraw(topic);
    if (!restarts) letGo();
    m_isChosen = true;
    m_wishTold = true;
    setAccelerator(choice.accelerator);
    if (restarts) {
        rememberChoice();
        return restartWith(choice.accelerator);
    }
    if (choice.runtime != m_place) setRuntime(nullptr);
    m_place = choice.runtime;
    if (choice.kernel.isEmpty()) setSpec(choice.spec);
    rememberChoice();
    if (choice.kernel.isEmpty()) return prepare();
    open([this, kernel = choice.kernel] { join(kernel); });
}

/// The notebook's own metadata says which kernel it is for.
void KernelController::setSpec(const runtime::KernelSpec& spec)
{
    m_spec = spec;
    if (spec.name.isEmpty()) return;
    nlohmann::json metadata = m_parts.notebook.metadata();
    const nlohmann::json wanted = {{"display_name", spec.displayName.toStdString()},
                                   {"language", spec.language.toStdString()},
                                   {"name", spec.name.toStdString()}};
    if (const auto present = metadata.find("kernelspec"); present == metadata.end() || *present != wanted) {
        metadata["kernelspec"] = wanted;
        m_parts.notebook.setMetadata(metadata);
    }
}

void KernelController::setAccelerator(const std::optional<AcceleratorChoice>& accelerator)
{
    if (accelerator && accelerator != m_accelerator) {
        nlohmann::json metadata = m_parts.notebook.metadata();
        if (runtime::writeWish(metadata, *accelerator)) m_parts.notebook.setMetadata(metadata);
    }
    m_accelerator = accelerator;
}

void KernelController::rememberChoice()
{
    if (!m_path.isEmpty()) m_parts.memory.rememberChoice(m_path, {m_place, m_spec, {}, m_accelerator});
}

/// A kernel of this notebook was left where nothing is connected to: connecting may ask for a password.
void KernelController::offerLeftKernel()
{
    raise(kernelTopic, Notice::Kind::Info,
          tr("This notebook's kernel was left running on %1.").arg(place().name), {},
          {{tr("Connect"), [this] { connectKernel(); }}, wayToChoose()});
}

/// A notebook that asks for an accelerator, and nothing was chosen yet.
void KernelController::offerWished()
{
    const AcceleratorWish wish = runtime::wishIn(m_parts.notebook.metadata());
    if (m_wishTold || m_accelerator || wish.kind == AcceleratorWish::Kind::None) return;
    m_wishTold = true;
    m_runtime->hardware().then(this,
                               [this, wish, place = m_place](const Result<runtime::Hardware>& hardware) {
                                   if (hardware && place == m_place && !m_accelerator)
                                       tellWished(wish, *hardware);
                               });
}

void KernelController::tellWished(const AcceleratorWish& wish, const runtime::Hardware& hardware)
{
    const auto proposed = runtime::proposalFor(wish, hardware);
    const Notice::Way change{tr("Change runtime type…"), [this] { Q_EMIT choiceRequested(); }};
    if (!proposed) {
        const runtime::DeviceStatus& status =
            wish.kind == AcceleratorWish::Kind::Tpu ? hardware.tpuStatus : hardware.gpuStatus;
        const bool isBroken = status.state == runtime::DeviceState::Broken;
        return raise(wishTopic, Notice::Kind::Info,
                     (isBroken
                          ? tr("The notebook asks for %1, and %2 has none that works. Another runtime may "
                               "have one.")
                          : tr("The notebook asks for %1, and %2 has none. Another runtime may have one."))
                         .arg(wish.text(), place().name),
                     isBroken ? status.message : QString(), {change});
    }
    const QString name = runtime::nameOf(*proposed, hardware);
    raise(wishTopic, Notice::Kind::Info,
          tr("The notebook asks for %1; %2 has: %3. Choosing it restarts the kernel.")
              .arg(wish.text(), place().name, name),
          {},
          {{tr("Use it"),
            [this, proposed] {
                setAccelerator(proposed);
                m_isChosen = true;
                rememberChoice();
                restartWith(proposed);
            }},
           change});
}

} // namespace cahier::window
