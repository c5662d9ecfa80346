// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/socketpath.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <format>

namespace cahier::wire {

namespace {

bool isPrivateFolder(const std::string& path)
{
    struct stat info{};
    return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
           (info.st_mode & 077) == 0;
}

Result<std::string> makePrivateFolder(std::string path)
{
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return failure(errorCodeIo,
                       std::format("Cannot make the folder {}: {}.", path, systemMessage(errno)));
    if (!isPrivateFolder(path))
        return failure(
            errorCodeIo,
            std::format("The folder {} is not private to you, so kernels cannot be run from it. Remove it, "
                        "or run: chmod 700 {}",
                        path, path));
    return path;
}

} // namespace

Result<std::string> hostDirectory()
{
    if (const char* const own = std::getenv(hostDirVariable); own && *own) return makePrivateFolder(own);
    if (const char* const runtime = std::getenv("XDG_RUNTIME_DIR"); runtime && *runtime == '/') {
        if (isPrivateFolder(runtime)) return makePrivateFolder(std::string(runtime) + "/cahier");
    }
    return makePrivateFolder(std::format("/tmp/cahier-{}", geteuid()));
}

Result<std::string> hostSocketPath()
{
    Result<std::string> folder = hostDirectory();
    if (!folder) return folder;
    std::string path = *folder + "/host.sock";
    if (path.size() > maxSocketPath)
        return failure(
            errorCodeIo,
            std::format("The path {} is too long for a socket ({} bytes; {} are allowed). Set {} to a "
                        "folder with a shorter path.",
                        path, path.size(), maxSocketPath, hostDirVariable));
    return path;
}

Result<int> connectToHost(const std::string& socketPath)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socketPath.size() > maxSocketPath)
        return failure(errorCodeIo, std::format("The path {} is too long for a socket.", socketPath));
    std::memcpy(address.sun_path, socketPath.data(), socketPath.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure(errorCodeIo, std::format("Cannot make a socket: {}.", systemMessage(errno)));
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        close(fd);
        const bool absent = error == ENOENT || error == ECONNREFUSED;
        return failure(
            absent ? errorCodeNotFound : errorCodeIo,
            std::format("Cannot reach the kernel host at {}: {}.", socketPath, systemMessage(error)));
    }
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid()) {
        close(fd);
        return failure(errorCodeIo, std::format("The socket {} belongs to another user.", socketPath));
    }
    return fd;
}

} // namespace cahier::wire
