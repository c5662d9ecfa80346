// SPDX-License-Identifier: GPL-3.0-or-later
// The interface to a place where kernels run: this machine, a machine over ssh, a Jupyter Server.
#pragma once

#include <core/error.h>
#include <core/runtime/connectionstate.h>
#include <core/runtime/environments.h>
#include <core/runtime/files.h>
#include <core/runtime/hardware.h>
#include <core/runtime/kernelconnection.h>
#include <core/runtime/process.h>

#include <QFuture>
#include <QHash>
#include <QObject>
#include <QStringList>

#include <memory>
#include <optional>

namespace cahier::runtime {

/// An installed kernel, from a kernel.json (https://jupyter-client.readthedocs.io/en/stable/kernels.html).
struct KernelSpec {
    QString name; ///< the folder's name in lower case, what metadata.kernelspec.name says
    QString displayName;
    QString language;
    QStringList argv;
    QString resourceDir; ///< folder of the kernel.json; empty for one found by probing an interpreter
};

struct KernelSpecs {
    std::vector<KernelSpec> specs;
    QStringList searched; ///< folders looked into, in order of precedence
    QStringList problems; ///< sentences: unreadable kernel.json files, an interpreter without ipykernel, …
};

/// A kernel of this runtime, running or dead with its journal still there.
struct KernelInfo {
    QString id;
    QString spec;
    QString label; ///< what the starter called it: the notebook's path
    KernelState state = KernelState::Starting;
    bool busy = false;
    qint64 pid = 0;
    quint64 lastSeq = 0;
    qint64 startedAt = 0;      ///< ms since 1970; 0 when unknown
    qint64 lastActivityAt = 0; ///< ms since 1970, when it last said something; 0: unknown
    std::optional<AcceleratorChoice> accelerator = {}; ///< where one was chosen
    QString acceleratorName = {};                      ///< for people: "NVIDIA H100 80GB HBM3", "CPU only"
};

enum class Lifetime {
    Runtime, ///< until shut down; outlives the program
    Client,  ///< until the last client detaches
};

struct StartOptions {
    QString spec = {};                                       ///< name of a kernel spec
    QString workingDirectory = {};                           ///< empty: the home folder
    QHash<QString, std::optional<QString>> environment = {}; ///< nullopt removes a variable
    QString label = {};
    Lifetime lifetime = Lifetime::Runtime;
    std::optional<AcceleratorChoice> accelerator = {};
};

/// Lives in the thread that made it; no call blocks. Connections hold what they need of it and may outlive
/// it.
class Runtime : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] virtual QString displayName() const = 0;
    [[nodiscard]] virtual QFuture<Result<KernelSpecs>> kernelSpecs() = 0;
    [[nodiscard]] virtual QFuture<Result<std::vector<KernelInfo>>> kernels() = 0;
    /// Starts a kernel and attaches to it.
    [[nodiscard]] virtual QFuture<Result<std::shared_ptr<KernelConnection>>>
    start(const StartOptions& options) = 0;
    /// Attaches to a running (or dead, journal kept) kernel and replays every event after number `after`.
    [[nodiscard]] virtual QFuture<Result<std::shared_ptr<KernelConnection>>> attach(const QString& kernelId,
                                                                                    quint64 after) = 0;
    /// Drops a dead kernel and its journal.
    [[nodiscard]] virtual QFuture<Result<void>> forget(const QString& kernelId) = 0;

    // What the machine has. Runtimes that cannot tell answer Unsupported, which is also the default.

    /// Looks now; a driver that wakes a GPU may take seconds.
    [[nodiscard]] virtual QFuture<Result<Hardware>> hardware();
    /// Looks for Pythons, in the given folder (may be empty) too, and asks each what it has; ten seconds at
    /// most.
    [[nodiscard]] virtual QFuture<Result<Environments>> environments(const QString& folder);
    /// Gives the last minutes' samples, oldest first, and lets sampled() follow, about once a second, until
    /// unsubscribeSamples(), once for each subscription, successful or not. After a lost connection it goes
    /// on by itself, and what was missed comes too.
    [[nodiscard]] virtual QFuture<Result<std::vector<ResourceSample>>> subscribeSamples();
    virtual void unsubscribeSamples();

    /// The files of that machine; null where the runtime gives no access to them. Lives as long as this.
    [[nodiscard]] virtual Files* files() { return nullptr; }
    /// Runs a program on that machine; null where the runtime runs none.
    [[nodiscard]] virtual std::unique_ptr<Process> run(const Command& command);

    /// How the way there stands; connectionChanged() tells of each change.
    [[nodiscard]] virtual ConnectionState connectionState() const { return {}; }
    /// Drops the connection, if there is one, and makes a new one at once: after the machine slept, or
    /// instead of waiting for the next attempt.
    virtual void reconnect() {}

Q_SIGNALS:
    void sampled(const cahier::runtime::ResourceSample& sample);
    void connectionChanged(const cahier::runtime::ConnectionState& state);
};

} // namespace cahier::runtime
