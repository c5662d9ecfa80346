// SPDX-License-Identifier: GPL-3.0-or-later
// Python packages for environments that tests make without a network.
#pragma once

#include <QString>

namespace cahier::test {

/// Writes a wheel of a package with one empty module into a folder, for pip's --find-links.
[[nodiscard]] bool writeWheel(const QString& folder, const QString& name, const QString& version);

/// An interpreter with venv and ensurepip: python3, or one of ~/.pyenv. Empty where there is none.
[[nodiscard]] QString findVenvMaker();

} // namespace cahier::test
