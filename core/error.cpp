// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/error.h>

#include <cerrno>

namespace cahier {

QString Error::text() const
{
    return detail.isEmpty() ? message : message + QLatin1Char('\n') + detail;
}

ErrorCode errorCodeFromErrno(int errnoValue)
{
    switch (errnoValue) {
    case ENOENT:
    case ENOTDIR:
        return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
        return ErrorCode::PermissionDenied;
    case EISDIR:
        return ErrorCode::NotAFile;
    case ENOSPC:
    case EDQUOT:
        return ErrorCode::NoSpace;
    case EROFS:
        return ErrorCode::ReadOnly;
    case ETIMEDOUT:
        return ErrorCode::Timeout;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return ErrorCode::Disconnected;
    default:
        return ErrorCode::Io;
    }
}

} // namespace cahier
