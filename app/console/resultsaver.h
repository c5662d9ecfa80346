// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/console/runreport.h>
#include <core/notebook/document.h>

#include <QObject>
#include <QTimer>

namespace cahier::console {

/// Saves the results of a run while they come: a second after a change, and never so often that saving takes
/// more than a tenth of the time. A file that another program changed since is not written over. The document
/// and the report must outlive it.
class ResultSaver : public QObject {
    Q_OBJECT
public:
    ResultSaver(notebook::Document& document, RunReport& report);

    /// Saving begins: the first result is there.
    void start();
    /// Saves what is not saved yet, waiting for the disk.
    [[nodiscard]] Result<void> finish();

private:
    void save();

    notebook::Document& m_document;
    RunReport& m_report;
    QTimer m_timer;
    bool m_failureSaid = false;
};

} // namespace cahier::console
