// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/samplesubscription.h>

namespace cahier::widgets {

SampleSubscription::SampleSubscription(std::shared_ptr<runtime::Runtime> runtime, QObject* parent)
    : QObject(parent), m_runtime(std::move(runtime))
{
    connect(m_runtime.get(), &runtime::Runtime::sampled, this, &SampleSubscription::sampled);
}

SampleSubscription::~SampleSubscription()
{
    for (; m_asked > 0; --m_asked)
        m_runtime->unsubscribeSamples();
}

void SampleSubscription::ask()
{
    ++m_asked;
    m_runtime->subscribeSamples().then(this,
                                       [this](const Result<std::vector<runtime::ResourceSample>>& samples) {
                                           if (samples)
                                               Q_EMIT historyArrived(*samples);
                                           else
                                               Q_EMIT failed(samples.error());
                                       });
}

} // namespace cahier::widgets
