// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loop of reading: most of a notebook's bytes are inside long strings.
#pragma once

#include <cstddef>

namespace cahier::notebook {

/// The first byte in [from, end) that is a quote, a backslash, a control character or above 0x7f; `end` if
/// there is none. Uses the widest vectors that the processor has.
[[nodiscard]] const char* skipPlain(const char* from, const char* end);

} // namespace cahier::notebook
