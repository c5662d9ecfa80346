// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cahier::host {

/// Warnings of the host, one per line with its moment, in a file of at most 1 MiB; the one before is kept as
/// PATH.1. A log that cannot be written is given up silently: it must not stop kernels.
class HostLog {
public:
    explicit HostLog(std::string path) : m_path(std::move(path)) {}
    void warn(std::string_view text);

private:
    static constexpr std::int64_t limit = 1 << 20;
    std::string m_path;
};

} // namespace cahier::host
