// SPDX-License-Identifier: Apache-2.0
// The connection file that tells a kernel where to listen.
// Source: https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files
#pragma once

#include <runtimes/wire/error.h>

#include <string>
#include <string_view>

namespace cahier::wire {

struct ConnectionInfo {
    std::string transport = "ipc"; ///< "ipc" or "tcp"
    std::string ip;                ///< for ipc the common beginning of the sockets' paths
    int shellPort = 1, iopubPort = 2, stdinPort = 3, controlPort = 4, heartbeatPort = 5;
    std::string key; ///< signs the messages
    std::string kernelName;

    /// ipc://IP-PORT or tcp://IP:PORT
    [[nodiscard]] std::string address(int port) const;
    [[nodiscard]] std::string toJson() const;
};

/// Writes a file that only its owner can read, whole or not at all, whatever ends this process or the machine
/// (temporary file, synced, then renamed).
[[nodiscard]] Result<void> writePrivateFile(const std::string& path, std::string_view bytes);

} // namespace cahier::wire
