// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environments.h>
#include <core/runtime/process.h>

#include <QTimer>

#include <memory>
#include <vector>

namespace cahier::runtime {

class Runtime;

/// What a framework says when it is imported.
struct FrameworkState {
    QString name; ///< "torch", "tensorflow", "jax"
    QString version;
    QStringList devices; ///< the GPUs (or TPUs) that it sees
    bool builtForGpu = false;
    QString problem; ///< the end of what it printed, where it cannot be imported
};

/// Imports torch, tensorflow and jax, as far as an environment has them, each in a process of its own, and
/// asks for the GPU. That takes seconds, and the first time a minute.
class FrameworkCheck : public QObject {
    Q_OBJECT
public:
    /// The frameworks that an environment has.
    [[nodiscard]] static QStringList frameworksOf(const Environment& environment);

    /// Begins by itself. The runtime must outlive it; destroying it ends it.
    FrameworkCheck(Runtime& runtime, const Environment& environment, QObject* parent = nullptr);
    ~FrameworkCheck() override;

Q_SIGNALS:
    void found(const cahier::runtime::FrameworkState& state);
    // One of the two, once; nothing follows.
    void finished();
    void failed(const cahier::Error& error);

private:
    void take(const QByteArray& bytes);
    void end(const Result<void>& result);

    std::unique_ptr<Process> m_process;
    QTimer m_limit;
    QByteArray m_line; ///< begun
    bool m_over = false;
};

/// The state in a line of the check's output; nothing where the line is none of its answers.
[[nodiscard]] std::optional<FrameworkState> frameworkStateIn(const QByteArray& line);

} // namespace cahier::runtime
