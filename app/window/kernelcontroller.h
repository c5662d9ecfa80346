// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/window/kernelmemory.h>
#include <core/notebook/notebook.h>
#include <core/runtime/runtime.h>
#include <core/runtime/session.h>
#include <widgets/panels/noticelist.h>

#include <QTimer>

#include <chrono>

namespace cahier::window {

/// Gets a notebook its kernel, and tells what is wrong with it and what can be done. Starts one when a cell
/// is to be run, finds one that was left running, and never starts a new one in place of a dead one by
/// itself.
class KernelController : public QObject {
    Q_OBJECT
public:
    struct Parts {
        runtime::Runtime& runtime;
        notebook::Notebook& notebook;
        runtime::Session& session; ///< the notebook's
        KernelMemory& memory;
    };
    /// Topics of its notices.
    static constexpr const char *kernelTopic = "kernel", *interruptTopic = "interrupt",
                                *problemTopic = "problem", *startTopic = "start";

    /// `path`: the notebook's, empty before it is saved. The parts must outlive it.
    KernelController(const Parts& parts, QString path, QObject* parent = nullptr);

    void setInterruptPatience(std::chrono::milliseconds patience) { m_patience = patience; }
    /// The notebook has another file name.
    void setPath(const QString& path);

    /// Joins this notebook's kernel where one still runs, and shows what it said meanwhile; else does
    /// nothing.
    void findRunning();
    /// Starts a kernel where there is none. Cells of a dead one are not run: that is said.
    void run(const std::vector<notebook::CellKey>& cells);
    void runAll();
    /// Where the kernel does not react in time a notice offers what else can be done.
    void interrupt();
    /// Cells that ran or waited end. Also for a dead kernel, and starts one where there is none.
    void restart(bool runAllAfterwards);
    /// The present kernel ends.
    void shutdown();
    /// The present kernel ends and one of this spec is started; the notebook remembers the spec.
    void changeTo(const runtime::KernelSpec& spec);
    /// The present kernel ends and a running one is joined, from its beginning.
    void join(const QString& kernelId);

    /// A save begins, one that began succeeded: what the file holds is known.
    void noteSaveBegan() { m_seqOfSave = resumeSeq(); }
    void noteSaved();
    /// For good, when the notebook is closed. The future is finished when nothing is left to wait for.
    QFuture<Result<void>> stop();
    /// The kernel lives on; what the notebook's file does not hold is shown when it is opened again.
    void leaveRunning();

    /// A kernel was asked for and is not attached yet.
    [[nodiscard]] bool isPreparing() const { return m_preparing; }
    [[nodiscard]] bool isBusy() const;
    /// It has a kernel that ran something, or may have.
    [[nodiscard]] bool hasKernel() const;
    /// "Python 3"; empty when there is neither a kernel nor a wish.
    [[nodiscard]] QString kernelTitle() const;
    /// The name of the kernel's spec, or of the one that the notebook wants.
    [[nodiscard]] QString specName() const;

Q_SIGNALS:
    /// What is to be shown of the kernel, or what can be done with it, is new.
    void changed();
    void noticeRaised(const cahier::widgets::Notice& notice);
    void noticeWithdrawn(const QString& topic);
    /// Something that needs no answer.
    void told(const QString& sentence);
    /// The user wants to choose a kernel.
    void choiceRequested();

private:
    using Connection = std::shared_ptr<runtime::KernelConnection>;
    void watchSession();
    void handleState(runtime::SessionState state);
    void handleDeath(const runtime::KernelDeath& death);
    void handleRunChanged(notebook::CellKey cell);
    void prepare();
    void chooseSpec(const Result<runtime::KernelSpecs>& specs);
    void startKernel();
    void attach(const Connection& connection, quint64 after);
    void attachTo(const runtime::KernelInfo& kernel, quint64 after);
    void chooseRunning(const std::vector<runtime::KernelInfo>& kernels);
    void fail(const Error& error);
    void letGo();
    QFuture<Result<void>> endDetached();
    void rememberKernel(quint64 seq);
    void offerAfterInterrupt();
    void raise(const char* topic, widgets::Notice::Kind kind, const QString& sentence, const QString& detail,
               std::vector<widgets::Notice::Way> ways);
    void withdraw(const char* topic);
    [[nodiscard]] widgets::Notice::Way wayToChoose();
    [[nodiscard]] widgets::Notice::Way wayToRestart();
    [[nodiscard]] quint64 resumeSeq() const;

    Parts m_parts;
    QString m_path;
    Connection m_connection; ///< the session's
    std::chrono::milliseconds m_patience{10000};
    runtime::KernelSpec m_spec; ///< the chosen one; without a name before there is a choice
    bool m_preparing = false;
    int m_round = 0;                            ///< answers to earlier requests are dropped
    std::vector<notebook::CellKey> m_waiting;   ///< for the kernel
    std::optional<notebook::CellKey> m_running; ///< the cell that runs
    quint64 m_seqOfRun = 0;                     ///< before the running cell's request
    quint64 m_seqOfSave = 0;
    Error m_lastProblem;
    QTimer m_interruptTimer;
};

} // namespace cahier::window
