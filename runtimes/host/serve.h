// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/wire/error.h>

#include <cstdint>
#include <string>

namespace cahier::host {

struct ServeOptions {
    bool daemon = false;
    std::uint64_t journalLimit = 512ull << 20;
    std::int64_t idleExitMs = 30000;
};

/// `cahier-host serve`: becomes the host of this user, unless one runs already (then 0 at once). With
/// `daemon` the caller's process returns 0 when a host listens; the host goes on in the background.
[[nodiscard]] int serve(const ServeOptions& options);

/// `cahier-host attach`: copies bytes between standard input and output and the host, starting one when none
/// runs. Ends when either side does.
[[nodiscard]] int attach();

/// The folder for journals and the log: $XDG_STATE_HOME/cahier, else ~/.local/state/cahier.
[[nodiscard]] wire::Result<std::string> stateFolder();

} // namespace cahier::host
