// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/error.h>

#include <cstring>

namespace cahier::wire {

std::string systemMessage(int errnoValue)
{
    char buffer[256] = {};
    return strerror_r(errnoValue, buffer, sizeof buffer);
}

} // namespace cahier::wire
