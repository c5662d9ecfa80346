// SPDX-License-Identifier: GPL-3.0-or-later
// The places that a user runs kernels at: this machine, and those that were added.
#pragma once

#include <core/runtime/runtime.h>

#include <memory>
#include <vector>

namespace cahier::runtime {

struct RuntimeEntry {
    enum class Kind { Local, Ssh, JupyterServer };
    QString id; ///< "local", "ssh:HOST", or the server's address without its token; what --runtime takes
    Kind kind = Kind::Local;
    QString name;   ///< what the user calls it
    QString folder; ///< on that machine: where kernels start and files are shown; empty: the home folder
    friend bool operator==(const RuntimeEntry&, const RuntimeEntry&) = default;
};

/// Where a notebook's code is to run, and on what.
struct RuntimeChoice {
    QString runtime;                              ///< an entry's id
    KernelSpec spec;                              ///< without a name: the one that the notebook asks for
    QString kernel;                               ///< the id of a running one to join; empty: a new one
    std::optional<AcceleratorChoice> accelerator; ///< nothing: whatever the kernel finds by itself
};

/// Makes runtimes when they are first asked for; nothing connects before it is used. Lives in one thread, as
/// its runtimes do.
class RuntimeList : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    static constexpr const char* localId = "local";

    /// This machine first.
    [[nodiscard]] virtual std::vector<RuntimeEntry> entries() const = 0;
    /// The runtime of an entry, made where it is not there yet; it lives on in those who hold it when the
    /// entry is removed. NotFound for an id that is in no entry.
    [[nodiscard]] virtual QFuture<Result<std::shared_ptr<Runtime>>> open(const QString& id) = 0;
    /// Null before it was opened.
    [[nodiscard]] virtual std::shared_ptr<Runtime> opened(const QString& id) const = 0;

Q_SIGNALS:
    void entriesChanged();
    /// opened(id) gives one now, or none any more.
    void openedChanged(const QString& id);
    /// The user answered what a runtime wanted to know: what it refused may be tried again.
    void accessChanged(const QString& id);
};

} // namespace cahier::runtime
