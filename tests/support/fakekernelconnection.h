// SPDX-License-Identifier: GPL-3.0-or-later
// A kernel that says exactly what a test tells it to, and a place for results without a notebook file.
#pragma once

#include <core/runtime/kernelconnection.h>
#include <core/runtime/outputtarget.h>

#include <QPromise>

#include <map>

namespace cahier::test {

using runtime::CellKey;
using runtime::Channel;
using runtime::KernelEvent;
using runtime::KernelState;
using runtime::Message;

class FakeKernelConnection : public runtime::KernelConnection {
    Q_OBJECT
public:
    using KernelConnection::KernelConnection;

    [[nodiscard]] QString kernelId() const override { return QStringLiteral("fake"); }
    [[nodiscard]] KernelState state() const override { return current; }
    void open() override { opened = true; }
    QFuture<Result<void>> send(Message message) override;
    QFuture<Result<void>> interrupt() override;
    QFuture<Result<void>> restart(const std::optional<runtime::AcceleratorChoice>& accelerator) override;
    QFuture<Result<void>> shutdown() override;

    // What the test makes happen.
    void deliver(std::vector<KernelEvent> events);
    void deliver(std::vector<Message> messages);
    void changeState(KernelState state, runtime::KernelDeath death = {});
    void catchUp(KernelState state = KernelState::Ready, bool busy = false);

    // Messages as the kernel would send them in answer to a request.
    [[nodiscard]] Message iopub(const Message& request, const char* type, nlohmann::json content) const;
    [[nodiscard]] Message status(const Message& request, const char* state) const;
    [[nodiscard]] Message stream(const Message& request, const char* text, const char* name = "stdout") const;
    [[nodiscard]] Message reply(const Message& request, nlohmann::json content) const;
    [[nodiscard]] Message inputRequest(const Message& request, const char* prompt) const;
    /// The journal's own record of a client's request.
    [[nodiscard]] static Message record(Message request);
    /// busy, execute_input, ok reply, idle.
    [[nodiscard]] std::vector<Message> okRun(const Message& request, int count) const;

    /// The requests of this type that were sent, in order.
    [[nodiscard]] std::vector<Message> requests(const char* type) const;
    [[nodiscard]] Message lastRequest(const char* type) const;

    std::vector<Message> sent;
    std::optional<Error> sendError; ///< every send fails with it
    std::optional<Error> restartError;
    std::optional<QPromise<Result<void>>> heldRestart; ///< set: what restart() gives is finished by the test
    int interrupts = 0, restarts = 0, shutdowns = 0;
    std::optional<runtime::AcceleratorChoice> restartAccelerator; ///< of the last restart()
    bool opened = false;
    QString session = QStringLiteral("kernel-session-1");
    KernelState current = KernelState::Starting;

private:
    quint64 m_seq = 0;
};

class FakeTarget : public runtime::OutputTarget {
    Q_OBJECT
public:
    struct FakeCell {
        QString source;
        QString id;
        bool mayRaise = false;
        std::optional<qint64> count;
        std::vector<nlohmann::json> outputs;
    };

    using OutputTarget::OutputTarget;
    CellKey add(const QString& source, const QString& id = {}, bool mayRaise = false);
    [[nodiscard]] FakeCell& cell(CellKey key) { return cells.at(key); }
    /// The text of all streams of this name.
    [[nodiscard]] QString text(CellKey key, const char* name = "stdout") const;
    [[nodiscard]] QStringList outputTypes(CellKey key) const;

    [[nodiscard]] std::optional<runtime::RunnableCell> runnableCell(CellKey key) const override;
    [[nodiscard]] std::optional<CellKey> cellWithId(const QString& id) const override;
    void setExecutionCount(CellKey key, std::optional<qint64> count) override;
    void clearRunOutputs(CellKey key) override;
    int appendOutput(CellKey key, const nlohmann::json& output) override;
    void appendStream(CellKey key, const QString& name, const QString& text) override;
    void replaceOutput(CellKey key, int index, const nlohmann::json& output) override;
    void setLanguageInfo(const nlohmann::json& info) override { languageInfo = info; }

    std::map<CellKey, FakeCell> cells;
    nlohmann::json languageInfo;
};

} // namespace cahier::test
