// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/authentication.h>

#include <QByteArray>

namespace cahier::runtimes {

/// What the ssh program asks, from the text that it gives to SSH_ASKPASS and the value of
/// SSH_ASKPASS_PROMPT (both as in OpenSSH's readpass.c, sshconnect.c and sshconnect2.c). The id is not set.
[[nodiscard]] runtime::AuthenticationQuestion questionOf(const QString& prompt, const QByteArray& hint);

} // namespace cahier::runtimes
