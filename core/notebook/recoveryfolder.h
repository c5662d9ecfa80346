// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook: the names in the recovery folder.
#pragma once

#include <core/notebook/recovery.h>

namespace cahier::notebook {

/// The base that belongs to NAME.journal.
[[nodiscard]] QString baseOf(const QString& journal);
/// How journals write down where a notebook is: links followed where it exists.
[[nodiscard]] QString absoluteNotebook(const QString& path);
/// The file has a name still: nobody deleted it, or put another in its place, before it was locked.
[[nodiscard]] bool isNamed(int fd);
/// Deletes what killed processes left and nobody can use: journals without a change, files that were not
/// finished, and bases without a journal. A writer has its journal locked before it makes another file.
void removeLeftovers(const QString& folder);

} // namespace cahier::notebook
