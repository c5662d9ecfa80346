// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/threadshare.h>

#include <sys/resource.h>
#include <unistd.h>

namespace cahier {

void yieldToOtherThreads()
{
    constexpr int niceness = 10; // a tenth of an ordinary thread's share
    // On Linux a niceness belongs to a thread; without the right to change it everything works as before.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
}

} // namespace cahier
