// SPDX-License-Identifier: GPL-3.0-or-later
// The requests that answer with one reply: completion, inspection, is_complete, history, kernel_info.
// Source of the formats: https://jupyter-client.readthedocs.io/en/stable/messaging.html
#pragma once

#include <core/runtime/message.h>

#include <core/error.h>

#include <QFuture>
#include <QHash>
#include <QObject>

#include <chrono>
#include <functional>
#include <vector>

namespace cahier::runtime {

/// Positions are UTF-16 units of the text that was sent: [start, end) is replaced by a match.
struct Completions {
    struct Match {
        QString text;
        QString type;      ///< "function", "module", …; empty when the kernel does not say
        QString signature; ///< likewise
    };
    std::vector<Match> matches;
    qsizetype start = 0, end = 0;
};

struct Inspection {
    bool found = false;
    nlohmann::json data = nlohmann::json::object(); ///< a MIME bundle
    nlohmann::json metadata = nlohmann::json::object();
};

struct Completeness {
    enum class Status { Complete, Incomplete, Invalid, Unknown };
    Status status = Status::Unknown;
    QString indent; ///< for Incomplete: what the next line begins with
};

struct HistoryEntry {
    qint64 session = 0, line = 0;
    QString input;
};

struct KernelInfoReply {
    QString implementation; ///< "ipython", …
    QString banner;
    nlohmann::json languageInfo = nlohmann::json::object(); ///< what metadata.language_info holds
};

/// Keeps who waits for which reply. Each future finishes: with the reply, or with an Error (Timeout,
/// Cancelled when a newer request of the same kind superseded it, KernelDied, Protocol).
class Requests : public QObject {
    Q_OBJECT
public:
    /// session: our own header.session.
    explicit Requests(QString session, QObject* parent = nullptr);
    ~Requests() override;

    /// How long a reply may take; a busy kernel answers when it is idle again.
    void setTimeLimit(std::chrono::milliseconds limit) { m_limit = limit; }

    /// cursor is a UTF-16 unit of code.
    [[nodiscard]] QFuture<Result<Completions>> complete(const QString& code, qsizetype cursor);
    /// detail: 0 or 1, as in pressing Shift+Tab twice.
    [[nodiscard]] QFuture<Result<Inspection>> inspect(const QString& code, qsizetype cursor, int detail);
    [[nodiscard]] QFuture<Result<Completeness>> isComplete(const QString& code);
    /// The last `count` inputs of this and earlier sessions, oldest first.
    [[nodiscard]] QFuture<Result<std::vector<HistoryEntry>>> history(int count);
    /// Shell or Control: a busy kernel answers on Control only.
    [[nodiscard]] QFuture<Result<KernelInfoReply>> kernelInfo(Channel channel);

    /// True when the message answers one of them.
    bool handleReply(const Message& message);
    void fail(const QString& messageId, const Error& error);
    void failAll(const Error& error);

Q_SIGNALS:
    void requestMade(const cahier::runtime::Message& message);

private:
    using Finish = std::function<void(Result<const nlohmann::json*>)>;
    struct Pending {
        QString type;
        Finish finish;
    };
    template <typename T, typename Parse>
    QFuture<Result<T>> submit(Channel channel, const QString& type, nlohmann::json content, Parse parse);
    void supersede(const QString& type);

    QString m_session;
    std::chrono::milliseconds m_limit{10000};
    QHash<QString, Pending> m_pending; ///< by message id
};

} // namespace cahier::runtime
