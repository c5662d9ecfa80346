// SPDX-License-Identifier: GPL-3.0-or-later
// What every fallible function of Cahier returns.
#pragma once

#include <QString>

#include <expected>

namespace cahier {

/// The kind of failure, for code that decides by it. The sentence is for people.
enum class ErrorCode {
    NotFound,         ///< a file, folder, kernel or program is not there
    PermissionDenied, ///< it is there and may not be used
    NotAFile,         ///< a folder, FIFO, socket or device where a regular file is needed
    InvalidFormat,    ///< bytes that do not parse
    Unsupported,      ///< understood, and not something this version handles
    NoSpace,          ///< disk or quota full
    ReadOnly,         ///< a read-only file system or file
    ChangedOnDisk,    ///< the file is not what was read
    Io,               ///< any other failure of a read or write
    Protocol,         ///< the other side broke the protocol
    Disconnected,     ///< the other side is gone
    Timeout,          ///< it took longer than allowed
    Cancelled,        ///< the user or the program gave up waiting
    KernelDied,       ///< the kernel process is gone
    NoKernel,         ///< no kernel can be started: no interpreter, no ipykernel, unknown kernel spec
    IllegalState,     ///< the request makes no sense in the present state
    Internal,         ///< a broken promise inside Cahier
};

/// Whether trying the same thing again can help.
enum class Retry {
    No,    ///< the same call fails the same way until the user changes something
    Later, ///< a passing condition: try again after a pause
    Fatal, ///< the object that returned this can no longer be used
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    QString message; ///< one sentence for the user: what happened, to what, and the way out
    QString detail;  ///< technical addition (system message, tail of a log), may be empty
    Retry retry = Retry::No;

    /// Message and detail in one text, for a console or a log.
    [[nodiscard]] QString text() const;
};

template <typename T> using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, QString message, QString detail = {},
                                                    Retry retry = Retry::No)
{
    return std::unexpected(Error{code, std::move(message), std::move(detail), retry});
}

/// The code that a failed system call's errno stands for.
[[nodiscard]] ErrorCode errorCodeFromErrno(int errnoValue);

} // namespace cahier
