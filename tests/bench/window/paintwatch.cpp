// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/bench/window/paintwatch.h>

#include <QFile>

#include <algorithm>
#include <ctime>

using namespace Qt::StringLiterals;

namespace cahier::bench {

namespace {

double clockMs(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

} // namespace

double now()
{
    return clockMs(CLOCK_MONOTONIC);
}

double sinceStart()
{
    return now() - qgetenv("CAHIER_BENCH_START").toDouble();
}

bool PaintWatch::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::Paint || !watched->isWidgetType()) return false;
    auto* const widget = static_cast<QWidget*>(watched);
    if (m_root && widget != m_root && !m_root->isAncestorOf(widget)) return false;
    ++m_count;
    m_last = now();
    return false;
}

StallWatch::StallWatch() : m_lastTick(now()), m_lastCpu(clockMs(CLOCK_THREAD_CPUTIME_ID))
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StallWatch::tick);
    m_timer.start(1);
}

void StallWatch::tick()
{
    const double time = now(), cpu = clockMs(CLOCK_THREAD_CPUTIME_ID);
    const double gap = time - m_lastTick;
    if (gap > 33) ++m_above33;
    m_longest = std::max(m_longest, gap);
    m_longestOwn = std::max(m_longestOwn, cpu - m_lastCpu);
    m_lastTick = time;
    m_lastCpu = cpu;
}

bool waitUntil(const std::function<bool()>& holds, int timeoutMs)
{
    QElapsedTimer elapsed;
    elapsed.start();
    QEventLoop loop;
    QTimer tick;
    tick.setTimerType(Qt::PreciseTimer);
    QObject::connect(&tick, &QTimer::timeout, &loop, [&] {
        if (holds() || elapsed.elapsed() > timeoutMs) loop.quit();
    });
    tick.start(1);
    if (!holds()) loop.exec();
    return holds();
}

void waitForQuiet(const PaintWatch& watch, int quietMs)
{
    const double begin = now();
    waitUntil([&] { return now() - std::max(begin, watch.last()) > quietMs; });
}

double memory(const char* what)
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& line : status.readAll().split('\n')) {
        if (line.startsWith(QByteArray(what) + ':'))
            return line.simplified().split(' ').at(1).toDouble() / 1024;
    }
    return 0;
}

} // namespace cahier::bench
