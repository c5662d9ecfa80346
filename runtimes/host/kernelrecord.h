// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/wire/error.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cahier::host {

/// How a kernel ended, as the dead state of hostprotocol.h says it.
struct Death {
    std::string reason;
    std::optional<int> signal;
    std::optional<int> exit;
    bool outOfMemory = false;
    std::string stderrTail;

    void addTo(nlohmann::json& object) const;
};

/// What is known of a kernel without its process: kept as kernel.json beside the journal, so that the next
/// host can tell of kernels that died with this one. Holds no environment: that may have secrets.
struct KernelRecord {
    std::string id;
    std::string spec;
    std::string label;
    std::string language;
    std::string workingDirectory;
    std::string bootId;       ///< of the machine's run in which the host wrote it
    std::int64_t started = 0; ///< ms since 1970
    int pid = 0;
    bool clientLifetime = false;
    std::optional<nlohmann::json> accelerator; ///< as in KernelInfo; nothing when none was chosen
    std::optional<Death> death;                ///< nothing while it runs

    [[nodiscard]] wire::Result<void> write(const std::string& folder) const;
    [[nodiscard]] static std::optional<KernelRecord> read(const std::string& folder);
    static void remove(const std::string& folder);
};

/// Identifies this run of the machine.
[[nodiscard]] std::string currentBootId();

} // namespace cahier::host
