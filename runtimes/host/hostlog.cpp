// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/hostlog.h>
#include <runtimes/host/uniquefd.h>

#include <runtimes/wire/ids.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <format>

namespace cahier::host {

void HostLog::warn(std::string_view text)
{
    struct stat info{};
    if (stat(m_path.c_str(), &info) == 0 && info.st_size > limit)
        std::rename(m_path.c_str(), (m_path + ".1").c_str());
    const UniqueFd file(open(m_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const std::string line = std::format("{} [{}] {}\n", wire::isoDateNow(), getpid(), text);
    if (file && write(file.get(), line.data(), line.size()) < 0) return;
}

} // namespace cahier::host
