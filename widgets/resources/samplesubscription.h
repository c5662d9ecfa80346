// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>

#include <QObject>

#include <memory>

namespace cahier::widgets {

/// One view's wish for the samples of a runtime. Any number of them share the runtime's subscription, which
/// ends with the last of them.
class SampleSubscription : public QObject {
    Q_OBJECT
public:
    /// Says nothing before ask().
    explicit SampleSubscription(std::shared_ptr<runtime::Runtime> runtime, QObject* parent = nullptr);
    ~SampleSubscription() override;

    /// Subscribes, and so connects a runtime that is not connected. Again: after a failure that passed. What
    /// is known already is told before it returns.
    void ask();

Q_SIGNALS:
    /// What the runtime kept, oldest first. Samples may come before it.
    void historyArrived(const std::vector<cahier::runtime::ResourceSample>& samples);
    void failed(const cahier::Error& error);
    void sampled(const cahier::runtime::ResourceSample& sample);

private:
    std::shared_ptr<runtime::Runtime> m_runtime;
    int m_asked = 0; ///< subscriptions to be ended
};

} // namespace cahier::widgets
