// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/filecopies.h>

#include <QHash>
#include <QTimer>

#include <optional>
#include <vector>

namespace cahier::widgets {

/// Copies files to and from runtimes, a few at a time for each runtime, and holds what it needs of them: it
/// goes on whatever a panel shows. Whoever shows it asks the user what is to be done where a target is there
/// already; the other copies go on meanwhile.
class TransferQueue : public QObject {
    Q_OBJECT
public:
    enum class Phase {
        Checking, ///< whether the target is there already
        Asking,   ///< it is: answer() is waited for
        Waiting,  ///< for its turn
        Running,
        Stalled, ///< waits for the connection
        Succeeded,
        Failed,
    };
    enum class Answer { Replace, KeepBoth, Skip };
    struct Item {
        quint64 id = 0;
        quint64 batch = 0; ///< what was asked for at once
        FileCopy copy;
        Phase phase = Phase::Checking;
        qint64 done = 0, total = 0; ///< bytes
        double speed = 0;           ///< bytes per second; 0: not known
        std::optional<Error> error;

        runtime::Replace replace = runtime::Replace::No;
        bool targetIsFolder = false;
        bool hasStarted = false;
        bool isBeingChecked = false;
        QString wantedTarget; ///< before it got a number
        int number = 0;       ///< in the target's name; 0: none
        qint64 measured = -1; ///< bytes done at the last measurement
        std::unique_ptr<runtime::FileTransfer> transfer;
        /// Seconds; nothing while it cannot be told.
        [[nodiscard]] std::optional<qint64> timeLeft() const;
        [[nodiscard]] bool isOver() const { return phase == Phase::Succeeded || phase == Phase::Failed; }
    };
    static constexpr int mostRunning = 2; ///< of each runtime

    explicit TransferQueue(QObject* parent = nullptr);
    /// Cancels what runs; partial files stay, and a later copy goes on with them.
    ~TransferQueue() override;

    /// One batch: an answer "for all" counts for these.
    void add(std::vector<FileCopy> copies);
    void cancel(quint64 id);
    void cancelAll();
    /// A failed one goes on where it was.
    void retry(quint64 id);
    /// Forgets one, or all, that are over.
    void clear(quint64 id);
    void clearFinished();
    /// How long a copy that succeeded is still listed; 5 s from the beginning.
    void setLingering(std::chrono::milliseconds time) { m_lingering = time; }

    /// In the order of their coming.
    [[nodiscard]] const std::vector<std::unique_ptr<Item>>& items() const { return m_items; }
    [[nodiscard]] const Item* find(quint64 id) const;
    [[nodiscard]] bool isBusy() const; ///< something is not over
    /// The first one whose target is there, once it is known that none comes before it; null: none.
    [[nodiscard]] const Item* question() const;
    /// Whether others of its batch may have the same question.
    [[nodiscard]] bool hasSiblings(const Item& item) const;
    void answer(quint64 id, Answer answer, bool forAll);

Q_SIGNALS:
    /// Items came, went or went on; ten times a second at most for what merely goes on.
    void changed();
    void questionRaised();
    void succeeded(const cahier::widgets::FileCopy& copy);
    void failed(const cahier::widgets::FileCopy& copy, const cahier::Error& error);

private:
    [[nodiscard]] Item* item(quint64 id) const;
    void startMore();
    void start(Item& item);
    [[nodiscard]] bool mayStart(const Item& item) const;
    void remove(quint64 id);
    void fail(Item& item, const Error& error);
    void finish(Item& item);
    void takeFailure(Item& item, const Error& error);
    void measure();
    void tellSoon();

    // transferchecks.cpp
    void checkMore();
    void goOnChecking();
    [[nodiscard]] Item* checked(quint64 id);
    void check(Item& item);
    void checkTarget(Item& item);
    void handleConflict(Item& item, bool targetIsFolder);
    void apply(Item& item, Answer answer);
    void makeReady(Item& item);

    std::vector<std::unique_ptr<Item>> m_items;
    QHash<quint64, Answer> m_answers; ///< for all of a batch
    quint64 m_nextId = 1, m_nextBatch = 1;
    int m_checking = 0;
    std::chrono::milliseconds m_lingering;
    QTimer m_news, m_measuring;
};

} // namespace cahier::widgets
