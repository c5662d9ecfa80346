// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <chrono>

namespace cahier::runtimes {

/// What a connection is made with; the defaults are what a user needs.
struct SshOptions {
    QString program = QStringLiteral("ssh"); ///< a path, or a name on PATH
    QString keygenProgram = QStringLiteral("ssh-keygen");
    QStringList arguments = {};        ///< before all others: -F FILE
    QString bundleFolder = {};         ///< see HostBundle::find()
    QString askpassProgram = {};       ///< empty: cahier-askpass beside this program
    int connectTimeout = 15;           ///< s, for one machine to answer at all
    int aliveInterval = 10;            ///< s between signs of life on a silent connection
    int aliveCount = 3;                ///< so many without an answer end it
    std::chrono::seconds patience{60}; ///< without any progress; a question that is open stops the clock
};

} // namespace cahier::runtimes
