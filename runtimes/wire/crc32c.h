// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace cahier::wire {

/// The CRC-32C (Castagnoli) of the bytes, as iSCSI and ext4 use it (RFC 3720, appendix B.4). Pass the value
/// of the bytes before to go on.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

} // namespace cahier::wire
