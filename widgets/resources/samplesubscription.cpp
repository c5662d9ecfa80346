// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/samplesubscription.h>

#include <QVariant>

namespace cahier::widgets {

namespace {

/// How many subscriptions a runtime serves: kept with it, so that those who do not know each other agree.
constexpr const char* countName = "_cahier_sample_subscriptions";

int changeCount(runtime::Runtime& runtime, int by)
{
    const int count = runtime.property(countName).toInt() + by;
    runtime.setProperty(countName, count);
    return count;
}

} // namespace

SampleSubscription::SampleSubscription(std::shared_ptr<runtime::Runtime> runtime, QObject* parent)
    : QObject(parent), m_runtime(std::move(runtime))
{
    changeCount(*m_runtime, 1);
    connect(m_runtime.get(), &runtime::Runtime::sampled, this, &SampleSubscription::sampled);
}

SampleSubscription::~SampleSubscription()
{
    if (changeCount(*m_runtime, -1) == 0) m_runtime->unsubscribeSamples();
}

void SampleSubscription::ask()
{
    m_runtime->subscribeSamples().then(this,
                                       [this](const Result<std::vector<runtime::ResourceSample>>& samples) {
                                           if (samples)
                                               Q_EMIT historyArrived(*samples);
                                           else
                                               Q_EMIT failed(samples.error());
                                       });
}

} // namespace cahier::widgets
