// SPDX-License-Identifier: Apache-2.0
// Where the host of this user listens.
#pragma once

#include <runtimes/wire/error.h>

#include <string>

namespace cahier::wire {

/// The longest path a Unix socket can have, without its terminator (sun_path of unix(7)).
inline constexpr std::size_t maxSocketPath = 107;

/// The environment variable that overrides the folder of hostSocketPath().
inline constexpr const char* hostDirVariable = "CAHIER_HOST_DIR";

/// The folder of the host's socket, lock and kernel sockets, made when missing (0700). It is
/// $CAHIER_HOST_DIR, else $XDG_RUNTIME_DIR/cahier where XDG_RUNTIME_DIR is a private folder of ours, else
/// /tmp/cahier-UID. A folder that others may enter, that belongs to someone else or that is a symbolic link
/// is refused (errorCodeIo).
[[nodiscard]] Result<std::string> hostDirectory();

/// hostDirectory() + "/host.sock". Refuses a path that is too long for a socket.
[[nodiscard]] Result<std::string> hostSocketPath();

/// A connected stream socket (close-on-exec, blocking), after making sure that its other end runs as this
/// user. errorCodeNotFound when nothing listens there.
[[nodiscard]] Result<int> connectToHost(const std::string& socketPath);

} // namespace cahier::wire
