// SPDX-License-Identifier: GPL-3.0-or-later
// Names and paths of a runtime's machine: '/' is between their parts, whatever this machine uses.
#pragma once

#include <QString>
#include <QStringList>

namespace cahier::widgets {

/// A name or path as it is shown: on one line, in the order of its characters. Control and formatting
/// characters, which could make it look like another one, are written as \n or \u202e.
[[nodiscard]] QString shownName(const QString& name);
/// Whether the machine finds a file by this name: one that is not UTF-8 arrives with replacement characters.
[[nodiscard]] bool canBeReached(const QString& name);
/// Why nothing can have this name, as a sentence; empty when it can.
[[nodiscard]] QString problemWithName(const QString& name);
/// "name (2).txt" for "name.txt".
[[nodiscard]] QString numberedName(const QString& name, int number);

[[nodiscard]] QString joinedPath(const QString& folder, const QString& name);
/// The folder that a path lies in; the root for itself.
[[nodiscard]] QString parentPath(const QString& path);
[[nodiscard]] QString lastName(const QString& path);
/// Whether it is the folder itself or lies in it, at any depth.
[[nodiscard]] bool isWithin(const QString& path, const QString& folder);
/// Without those that lie in others of them.
[[nodiscard]] QStringList outermost(const QStringList& paths);
/// The first few names, one a line, and how many more there are.
[[nodiscard]] QString nameList(const QStringList& paths);

} // namespace cahier::widgets
