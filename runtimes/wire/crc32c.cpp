// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/crc32c.h>

#include <array>
#include <cstring>

namespace cahier::wire {

namespace {

constexpr std::uint32_t polynomial = 0x82F63B78u; // reflected
using Table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Table makeTable()
{
    Table table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) ? polynomial : 0);
        table[0][i] = value;
    }
    for (std::size_t slice = 1; slice < 8; ++slice)
        for (std::size_t i = 0; i < 256; ++i)
            table[slice][i] = (table[slice - 1][i] >> 8) ^ table[0][table[slice - 1][i] & 255];
    return table;
}

constexpr Table table = makeTable();

std::uint32_t software(const char* at, std::size_t size, std::uint32_t crc)
{
    for (; size >= 8; at += 8, size -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        word ^= crc;
        crc = 0;
        for (std::size_t i = 0; i < 8; ++i)
            crc ^= table[7 - i][(word >> (8 * i)) & 255];
    }
    for (; size > 0; ++at, --size)
        crc = (crc >> 8) ^ table[0][(crc ^ static_cast<unsigned char>(*at)) & 255];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t hardware(const char* at, std::size_t size, std::uint32_t crc)
{
    std::uint64_t wide = crc;
    for (; size >= 8; at += 8, size -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    auto narrow = static_cast<std::uint32_t>(wide);
    for (; size > 0; ++at, --size)
        narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
    return narrow;
}
#endif

} // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before)
{
    const std::uint32_t start = ~before;
#if defined(__x86_64__)
    static const bool fast = __builtin_cpu_supports("sse4.2");
    if (fast) return ~hardware(bytes.data(), bytes.size(), start);
#endif
    return ~software(bytes.data(), bytes.size(), start);
}

} // namespace cahier::wire
