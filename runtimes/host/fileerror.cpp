// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/fileerror.h>

#include <runtimes/wire/hostprotocol.h>

#include <cerrno>
#include <format>

namespace cahier::host {

namespace {

std::string_view codeOf(int errnoValue)
{
    switch (errnoValue) {
    case ENOENT:
    case ENOTDIR:
        return wire::errorCodeNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
        return wire::errorCodeDenied;
    case ENOSPC:
    case EDQUOT:
        return wire::errorCodeNoSpace;
    case EEXIST:
    case ENOTEMPTY:
        return wire::errorCodeExists;
    default:
        return wire::errorCodeIo;
    }
}

} // namespace

std::unexpected<wire::WireError> fileFailure(const char* what, const std::string& path, int errnoValue)
{
    return wire::failure(codeOf(errnoValue),
                         std::format("Cannot {} {}: {}.", what, path, wire::systemMessage(errnoValue)));
}

} // namespace cahier::host
