// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/resources/resourcehistory.h>
#include <widgets/resources/samplesubscription.h>

#include <QElapsedTimer>
#include <QSet>

#include <optional>

class QWidget;

namespace cahier::widgets {

/// What is in use on the machine of one runtime, now and in the last quarter of an hour, for any number of
/// views. Asks nothing of the runtime unless it is in use and a view can be seen.
class ResourceMonitor : public QObject {
    Q_OBJECT
public:
    enum class State {
        Off,          ///< there is no runtime, or it is not in use
        Loading,      ///< no sample came yet
        Live,         ///< the last sample is about a second old
        Disconnected, ///< the way to the runtime is broken; the history stays
        Unsupported,  ///< the runtime cannot tell
        Failed,       ///< it could not be asked
    };

    explicit ResourceMonitor(QObject* parent = nullptr);
    ~ResourceMonitor() override;

    /// Null: none. What was known of another one is forgotten, and setActive() is asked for anew.
    void setRuntime(std::shared_ptr<runtime::Runtime> runtime);
    [[nodiscard]] const std::shared_ptr<runtime::Runtime>& runtime() const { return m_runtime; }
    /// Whether the runtime is in use. Before it is, nothing is asked of it, since that would connect it.
    void setActive(bool active);
    /// Watches as long as the view and its window are shown, and the window is not minimised.
    void addView(QWidget& view);
    [[nodiscard]] bool isWatched() const { return !m_watching.isEmpty(); }

    [[nodiscard]] State state() const;
    /// A sentence for the user where the state is not Live; empty otherwise.
    [[nodiscard]] QString stateText() const;
    [[nodiscard]] const std::optional<runtime::Hardware>& hardware() const { return m_hardware; }
    /// The last one, which is old while the state is not Live.
    [[nodiscard]] const std::optional<runtime::ResourceSample>& sample() const { return m_sample; }
    [[nodiscard]] const ResourceHistory& history() const { return m_history; }
    /// Now, by the clock of the runtime's machine, in ms since 1970; 0 before the first sample.
    [[nodiscard]] qint64 now() const;

Q_SIGNALS:
    void stateChanged();
    void hardwareChanged();
    /// There is a new sample(), and perhaps more in the history().
    void sampled();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void update();
    void updateView(QWidget& view);
    void follow();
    void takeHistory(const std::vector<runtime::ResourceSample>& samples);
    void take(const runtime::ResourceSample& sample);
    void note(const runtime::ResourceSample& sample);
    void askHardware();
    void handleConnection();
    void tellState();

    std::shared_ptr<runtime::Runtime> m_runtime;
    std::unique_ptr<SampleSubscription> m_subscription;
    QSet<const QObject*> m_views, m_watching;
    std::optional<runtime::Hardware> m_hardware;
    std::optional<runtime::ResourceSample> m_sample;
    std::vector<runtime::ResourceSample> m_early; ///< those that came before the history
    ResourceHistory m_history;
    std::optional<Error> m_error;
    QElapsedTimer m_age; ///< of m_sample
    QStringList m_devices;
    State m_told = State::Off;
    int m_round = 0; ///< answers about another runtime are dropped
    bool m_isActive = false;
    bool m_hasHistory = false, m_isLive = false;
};

} // namespace cahier::widgets
