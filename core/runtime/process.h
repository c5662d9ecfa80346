// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that run on a runtime's machine for what they print: the making of an environment, a check of the
// accelerator. Kernels are not started this way.
#pragma once

#include <core/error.h>

#include <QHash>
#include <QObject>
#include <QStringList>

#include <optional>

namespace cahier::runtime {

struct Command {
    QStringList argv;              ///< the program, looked up in PATH, and its arguments
    QString workingDirectory = {}; ///< empty: the home folder
    QHash<QString, std::optional<QString>> environment = {}; ///< nullopt removes a variable
};

/// A run of a command; begins by itself, with nothing to read on its standard input. It outlives a lost
/// connection: what it printed meanwhile follows. Whoever takes its output slowly slows it down. It has ended
/// once the program itself has: what that left running in its process group is killed. Destroying it cancels.
/// Lives in the runtime's thread.
class Process : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Ends the program and what it started: asked first, killed after a few seconds. failed() follows, with
    /// Cancelled, once it has ended; at once where the connection is lost, then the machine ends it by
    /// itself.
    virtual void cancel() = 0;

Q_SIGNALS:
    /// Standard output and standard error in the order in which they were written, in pieces of any size.
    void outputArrived(const QByteArray& bytes);
    /// It waits for the connection, or goes on after that.
    void stalled(bool waiting);
    // One of the two, once; nothing follows.
    void exited(int status);                 ///< 128 + n for a program that signal n ended
    void failed(const cahier::Error& error); ///< it could not be started, or its end is not known
};

} // namespace cahier::runtime
