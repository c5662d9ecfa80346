// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QString>

namespace cahier::console {

void printOut(const QString& text);    ///< to the standard output, as it is
void printError(const QString& text);  ///< to the standard error, as it is
void printFailure(const Error& error); ///< "cahier: message" and its detail to the standard error

/// Wrong usage: says what is wrong and which help to read; returns the exit status.
[[nodiscard]] int usageError(const QString& problem, const QString& command);

[[nodiscard]] bool isTerminal(int fileDescriptor);

} // namespace cahier::console
