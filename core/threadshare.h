// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace cahier {

/// The calling thread leaves the processor to the others when there are more threads than cores, for good:
/// for workers whose result nobody waits for. Qt's thread priorities do nothing under Linux's usual
/// scheduler.
void yieldToOtherThreads();

} // namespace cahier
