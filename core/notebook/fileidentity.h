// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTypes>

#include <optional>
#include <span>
#include <string_view>

struct stat;

namespace cahier::notebook {

/// Says whether a file on disk is still the one that was read or written. A file system keeps all of these
/// through a rename, and any program that changes the contents changes at least one of them.
struct FileIdentity {
    quint64 device = 0;
    quint64 inode = 0;
    qint64 size = -1; ///< bytes; -1: there is no file
    qint64 modifiedNs = 0;

    [[nodiscard]] bool exists() const { return size >= 0; }
    [[nodiscard]] static FileIdentity of(const struct stat& status);
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// A file that was read or written. Some file systems give the same contents another inode or time: where
/// only those differ, the hash decides, if it is known.
struct FileVersion {
    FileIdentity identity;
    std::optional<quint64> hash; ///< contentHash() of the whole file
};

/// A fast 64-bit hash of contents: tells versions of a file apart, withstands no attacker.
[[nodiscard]] quint64 contentHash(std::string_view bytes);
/// The same for bytes in pieces.
[[nodiscard]] quint64 contentHash(std::span<const std::string_view> pieces);

} // namespace cahier::notebook
