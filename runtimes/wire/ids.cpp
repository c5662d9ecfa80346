// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/ids.h>

#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <format>
#include <vector>

namespace cahier::wire {

namespace {

void fillRandom(unsigned char* bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t got = getrandom(bytes, size, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            std::abort(); // a kernel without getrandom: no key may be made up otherwise
        }
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
}

} // namespace

std::string randomHex(std::size_t digits)
{
    std::vector<unsigned char> bytes((digits + 1) / 2);
    fillRandom(bytes.data(), bytes.size());
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes)
        std::format_to(std::back_inserter(text), "{:02x}", byte);
    text.resize(digits);
    return text;
}

std::string makeUuid()
{
    std::string hex = randomHex(32);
    hex[12] = '4';
    hex[16] = "89ab"[static_cast<unsigned>(hex[16]) % 4];
    return std::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

std::int64_t nowMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string isoDateNow()
{
    using namespace std::chrono;
    return std::format("{:%FT%T}Z", floor<microseconds>(system_clock::now()));
}

} // namespace cahier::wire
