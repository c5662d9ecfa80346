// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/connectionfile.h>
#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/ids.h>

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <format>

namespace cahier::wire {

std::string ConnectionInfo::address(int port) const
{
    return std::format("{}://{}{}{}", transport, ip, transport == "ipc" ? '-' : ':', port);
}

std::string ConnectionInfo::toJson() const
{
    const nlohmann::ordered_json fields = {
        {"transport", transport},    {"ip", ip},
        {"shell_port", shellPort},   {"iopub_port", iopubPort},
        {"stdin_port", stdinPort},   {"control_port", controlPort},
        {"hb_port", heartbeatPort},  {"key", key},
        {"kernel_name", kernelName}, {"signature_scheme", "hmac-sha256"},
    };
    return fields.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> writePrivateFile(const std::string& path, std::string_view bytes)
{
    const std::string temporary = path + "." + randomHex(8) + ".tmp";
    const auto refuse = [&](int error) {
        unlink(temporary.c_str());
        return failure(errorCodeIo, std::format("Cannot write {}: {}.", path, systemMessage(error)));
    };
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return refuse(errno);
    while (!bytes.empty()) {
        const ssize_t written = write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int error = errno;
            close(fd);
            return refuse(error);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    // Without this a machine that loses its power may keep the new name and none of the bytes.
    if (fdatasync(fd) != 0) {
        const int error = errno;
        close(fd);
        return refuse(error);
    }
    if (close(fd) != 0 || rename(temporary.c_str(), path.c_str()) != 0) return refuse(errno);
    return {};
}

} // namespace cahier::wire
