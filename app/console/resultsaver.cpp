// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/resultsaver.h>

#include <QElapsedTimer>

namespace cahier::console {

namespace {

constexpr std::chrono::milliseconds shortestPause{1000};
constexpr int pauseFactor = 10; ///< pause after a save, as a multiple of how long it took

} // namespace

ResultSaver::ResultSaver(notebook::Document& document, RunReport& report)
    : m_document(document), m_report(report)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(shortestPause);
    connect(&m_timer, &QTimer::timeout, this, &ResultSaver::save);
}

void ResultSaver::start()
{
    if (!m_timer.isActive()) m_timer.start();
}

void ResultSaver::save()
{
    if (!m_document.notebook().isModified()) {
        m_timer.start();
        return;
    }
    QElapsedTimer clock;
    clock.start();
    m_document.save().then(this, [this, clock](const Result<void>& saved) {
        if (!saved && !m_failureSaid) {
            m_failureSaid = true;
            m_report.notice(saved.error().text());
        }
        m_timer.start(std::max(shortestPause, std::chrono::milliseconds(clock.elapsed() * pauseFactor)));
    });
}

Result<void> ResultSaver::finish()
{
    m_timer.stop();
    return m_document.saveNow();
}

} // namespace cahier::console
