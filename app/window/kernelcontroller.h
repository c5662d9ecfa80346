// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/window/kernelmemory.h>
#include <core/notebook/notebook.h>
#include <core/runtime/runtimelist.h>
#include <core/runtime/session.h>
#include <widgets/panels/noticelist.h>

#include <QTimer>

#include <chrono>
#include <functional>

namespace cahier::runtime {
struct AcceleratorWish;
}

namespace cahier::window {

/// Gets a notebook its kernel, and tells what is wrong with it and what can be done. Starts one when a cell
/// is to be run, finds one that was left running, and never starts a new one in place of a dead one by
/// itself.
class KernelController : public QObject {
    Q_OBJECT
public:
    struct Parts {
        runtime::RuntimeList& runtimes;
        notebook::Notebook& notebook;
        runtime::Session& session; ///< the notebook's
        KernelMemory& memory;
    };
    /// Topics of its notices.
    static constexpr const char *kernelTopic = "kernel", *interruptTopic = "interrupt",
                                *problemTopic = "problem", *startTopic = "start", *placeTopic = "place",
                                *wishTopic = "wish";

    /// `path`: the notebook's, empty before it is saved. The parts must outlive it.
    KernelController(const Parts& parts, QString path, QObject* parent = nullptr);

    void setInterruptPatience(std::chrono::milliseconds patience) { m_patience = patience; }
    /// The notebook has another file name.
    void setPath(const QString& path);

    /// Joins this notebook's kernel where one still runs, and shows what it said meanwhile; else does
    /// nothing. Where it takes a connection that is not there it is offered. hostRuns: this machine may have
    /// kernels.
    void findRunning(bool hostRuns);
    /// Gets the kernel that was left, or starts one, where there is none. Cells of a dead one are not run:
    /// that is said.
    void run(const std::vector<notebook::CellKey>& cells);
    void runAll();
    /// Where the kernel does not react in time a notice offers what else can be done.
    void interrupt();
    /// Cells that ran or waited end. Also for a dead kernel, and starts one where there is none.
    void restart(bool runAllAfterwards);
    /// The present kernel ends.
    void shutdown();
    /// The present kernel ends and one of this choice is started or joined. Where only the accelerator is
    /// another one it is restarted. The notebook remembers the choice.
    void changeTo(const runtime::RuntimeChoice& choice);
    /// Gets a kernel without running anything: the one that was left, or a new one.
    void connectKernel();
    /// Lets go of the kernel, which runs on and is found again.
    void disconnectKernel();

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
    /// Where it runs, or would.
    [[nodiscard]] runtime::RuntimeEntry place() const;
    /// The notebook's, on this machine; empty before it is saved.
    [[nodiscard]] QString folder() const;
    /// This machine's kernels are those of environments beside this notebook, too, when they are asked for
    /// next.
    void lookNearby();
    /// Null before it was needed.
    [[nodiscard]] const std::shared_ptr<runtime::Runtime>& runtime() const { return m_runtime; }
    [[nodiscard]] const std::optional<runtime::AcceleratorChoice>& accelerator() const
    {
        return m_accelerator;
    }
    [[nodiscard]] runtime::ConnectionState connectionState() const;

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
    using Place = std::shared_ptr<runtime::Runtime>;
    void watchSession();
    void handleState(runtime::SessionState state);
    void handleDeath(const runtime::KernelDeath& death);
    void handleRunChanged(notebook::CellKey cell);
    void prepare();
    void chooseAndStart();
    void join(const QString& kernelId);
    bool attachToMine(const std::vector<runtime::KernelInfo>& kernels);
    [[nodiscard]] std::optional<KernelMemory::Entry> leftKernel() const;
    void restartWith(const std::optional<runtime::AcceleratorChoice>& accelerator);
    void chooseSpec(const Result<runtime::KernelSpecs>& specs);
    void startKernel();
    void attach(const Connection& connection, quint64 after);
    void attachTo(const runtime::KernelInfo& kernel, quint64 after);
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
    [[nodiscard]] QString label() const;

    // kernelplace.cpp
    void open(const std::function<void()>& then);
    void setRuntime(const Place& runtime);
    void setSpec(const runtime::KernelSpec& spec);
    void setAccelerator(const std::optional<runtime::AcceleratorChoice>& accelerator);
    void handleConnection(const runtime::ConnectionState& state);
    void tellLoss();
    void handleOpened(const QString& id);
    void handleAccess(const QString& id);
    void rememberChoice();
    void offerLeftKernel();
    void offerWished();
    void tellWished(const runtime::AcceleratorWish& wish, const runtime::Hardware& hardware);

    Parts m_parts;
    QString m_path;
    Connection m_connection; ///< the session's
    QString m_place = QString::fromLatin1(runtime::RuntimeList::localId);
    Place m_runtime;
    QMetaObject::Connection m_watched;         ///< to m_runtime
    std::optional<KernelMemory::Entry> m_left; ///< what was disconnected from
    /// What waited when the runtime refused who we are; it goes on when that is settled.
    std::optional<std::vector<notebook::CellKey>> m_refused;
    std::optional<runtime::AcceleratorChoice> m_accelerator;
    bool m_isChosen = false; ///< by the user, for this notebook
    bool m_wishTold = false;
    QTimer m_lostTimer; ///< a connection that is back at once is not worth a word
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
