// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/mathematics/formula.h>

#include <QCache>
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QThread>
#include <QTimer>

#include <chrono>
#include <memory>
#include <vector>

namespace cahier::widgets {

class MathEngine;

/// Typesets formulas with MathJax, one after the other, on a worker thread that is started by the first
/// request, and keeps those used last. One for the program; used from the window's thread.
class MathRenderer : public QObject {
    Q_OBJECT
public:
    enum class Urgency {
        Visible, ///< before all others
        Soon,
    };

    explicit MathRenderer(QObject* parent = nullptr);
    ~MathRenderer() override;

    /// The formula if it is ready. One that MathJax refuses is ready too: it holds the error.
    [[nodiscard]] std::shared_ptr<const Formula> find(const FormulaKey& key) const;
    /// Asks for a formula that is not ready; formulaReady() says when it is. Forgotten when `owner` is gone
    /// or cancels. Of equal urgency, what was asked for first is drawn first.
    void request(const FormulaKey& key, const QObject* owner, Urgency urgency = Urgency::Visible);
    /// Withdraws all requests of this owner.
    void cancel(const QObject* owner);

    /// Requests wait: what is loaded for the first one would take the window's first painting its time.
    void setHeld(bool held);
    /// A formula that takes longer ends with an error: 5 s unless told.
    void setTimeLimit(std::chrono::milliseconds limit) { m_limit = limit; }

Q_SIGNALS:
    void formulaReady(const cahier::widgets::FormulaKey& key);

private:
    struct Wish {
        std::vector<QPointer<const QObject>> owners;
        Urgency urgency = Urgency::Soon;
        quint64 order = 0;
    };

    void start();
    void next();
    void keep(const FormulaKey& key, std::shared_ptr<const Formula> formula);

    mutable QCache<FormulaKey, std::shared_ptr<const Formula>> m_ready; ///< cost in bytes
    QHash<FormulaKey, Wish> m_wishes;
    quint64 m_order = 0;
    bool m_busy = false;
    bool m_held = false;
    std::chrono::milliseconds m_limit;
    QTimer m_watch;
    QThread m_thread;
    MathEngine* m_engine = nullptr; ///< lives in m_thread, which deletes it
};

} // namespace cahier::widgets
