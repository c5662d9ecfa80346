// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace cahier::convert {

/// HTML of a notebook's own making, changed so that it can stand inside of a page: what it leaves open is
/// closed or cut off as a parser does at the end of its input, and it ends nothing that it did not begin.
/// Elements that reach beyond their place are left out: script, meta, link, base, and html, head, body,
/// frameset, plaintext. That it runs and fetches nothing is up to the page's policy.
[[nodiscard]] QString containedHtml(QStringView html);

} // namespace cahier::convert
