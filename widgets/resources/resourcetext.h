// SPDX-License-Identifier: GPL-3.0-or-later
// How amounts, kernels and times are called where the machine's resources are shown.
#pragma once

#include <core/runtime/runtime.h>

#include <QString>

namespace cahier::widgets {

/// "3.1 GiB"
[[nodiscard]] QString amountText(double bytes);
/// "3.1 of 12.7 GiB (24 %)"; "3.1 GiB" where the total is 0.
[[nodiscard]] QString shareText(double used, double total);
/// "24 %"
[[nodiscard]] QString percentText(double percent);
/// "1.5 cores"
[[nodiscard]] QString coresText(double cores);
/// "3 min ago". Both are ms since 1970; empty for a `then` of 0.
[[nodiscard]] QString agoText(qint64 then, qint64 now);

/// What the kernel does, in a word.
[[nodiscard]] QString kernelStateText(const runtime::KernelInfo& kernel);
/// The notebook's file name.
[[nodiscard]] QString kernelTitle(const QString& label);
/// The notebook's folder, with ~ for the home folder of this machine; empty where the label names none.
[[nodiscard]] QString kernelFolder(const QString& label);
/// The path with ~ for the home folder.
[[nodiscard]] QString shortPath(const QString& path);

} // namespace cahier::widgets
