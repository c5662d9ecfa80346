// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/files.h>

#include <core/notebook/savefile.h>

namespace cahier::console {

bool isSameFile(const QString& a, const QString& b)
{
    if (a.isEmpty() || b.isEmpty()) return false;
    const notebook::FileIdentity first = notebook::identityAt(a), second = notebook::identityAt(b);
    return first.exists() && first.device == second.device && first.inode == second.inode;
}

} // namespace cahier::console
