// SPDX-License-Identifier: GPL-3.0-or-later
// What a benchmark sees of its own process: paints, stalls of the event loop, memory.
#pragma once

#include <QElapsedTimer>
#include <QEvent>
#include <QEventLoop>
#include <QObject>
#include <QTimer>
#include <QWidget>

#include <functional>

namespace cahier::bench {

/// Monotonic, the same clock in all processes, in ms.
[[nodiscard]] double now();

/// Since the process was asked for: the time in the environment variable CAHIER_BENCH_START, by now(), in ms.
[[nodiscard]] double sinceStart();

/// Notes when widgets are painted. Install it on the application.
class PaintWatch : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    /// Only paints of this widget and those in it count; null: of all.
    void setRoot(QWidget* root) { m_root = root; }
    [[nodiscard]] int count() const { return m_count; }
    [[nodiscard]] double last() const { return m_last; } ///< by now()
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* m_root = nullptr;
    int m_count = 0;
    double m_last = 0;
};

/// How long an event had to wait for the event loop at most, while this lives. In ms.
class StallWatch : public QObject {
    Q_OBJECT
public:
    StallWatch();
    [[nodiscard]] double longest() const { return m_longest; }
    /// Of the longest, the time that the thread itself ran: the rest the machine gave to others.
    [[nodiscard]] double longestOwn() const { return m_longestOwn; }
    [[nodiscard]] int above33() const { return m_above33; }

private:
    void tick();
    QTimer m_timer;
    double m_lastTick, m_lastCpu;
    double m_longest = 0, m_longestOwn = 0;
    int m_above33 = 0;
};

/// Runs the event loop until it holds; false after `timeoutMs`.
bool waitUntil(const std::function<bool()>& holds, int timeoutMs = 120'000);
/// Runs the event loop until nothing was painted for `quietMs`.
void waitForQuiet(const PaintWatch& watch, int quietMs);

/// "VmRSS", "RssAnon": of this process, in MB.
[[nodiscard]] double memory(const char* what);

} // namespace cahier::bench
