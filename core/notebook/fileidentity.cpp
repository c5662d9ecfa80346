// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/fileidentity.h>

#include <algorithm>
#include <cstring>
#include <sys/stat.h>

namespace cahier::notebook {
namespace {

/// FNV-1a over 8-byte words in four lanes, mixed at the end. Pieces are joined in a block of 32 bytes, so
/// that the result does not depend on where they are cut.
class Hasher {
public:
    void add(std::string_view bytes)
    {
        m_total += bytes.size();
        if (m_filled > 0) {
            const size_t part = std::min(bytes.size(), sizeof m_block - m_filled);
            std::memcpy(m_block + m_filled, bytes.data(), part);
            m_filled += part;
            bytes.remove_prefix(part);
            if (m_filled < sizeof m_block) return;
            mix(m_block);
            m_filled = 0;
        }
        while (bytes.size() >= sizeof m_block) {
            mix(bytes.data());
            bytes.remove_prefix(sizeof m_block);
        }
        if (!bytes.empty()) std::memcpy(m_block, bytes.data(), bytes.size());
        m_filled = bytes.size();
    }

    quint64 result()
    {
        std::memset(m_block + m_filled, 0, sizeof m_block - m_filled);
        mix(m_block);
        quint64 hash = m_total;
        for (const quint64 lane : m_lanes) {
            hash = (hash ^ lane) * prime;
            hash ^= hash >> 29;
        }
        return hash;
    }

private:
    static constexpr quint64 prime = 0x9E3779B97F4A7C15u;

    void mix(const char* block)
    {
        for (size_t i = 0; i < 4; ++i) {
            quint64 word;
            std::memcpy(&word, block + i * 8, 8);
            m_lanes[i] = (m_lanes[i] ^ word) * prime;
            m_lanes[i] ^= m_lanes[i] >> 32;
        }
    }

    quint64 m_lanes[4] = {1, 2, 3, 4};
    quint64 m_total = 0;
    char m_block[32] = {};
    size_t m_filled = 0;
};

} // namespace

FileIdentity FileIdentity::of(const struct stat& status)
{
    FileIdentity identity;
    identity.device = status.st_dev;
    identity.inode = status.st_ino;
    identity.size = status.st_size;
    identity.modifiedNs = qint64(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
    return identity;
}

quint64 contentHash(std::string_view bytes)
{
    return contentHash(std::span(&bytes, 1));
}

quint64 contentHash(std::span<const std::string_view> pieces)
{
    Hasher hasher;
    for (const auto piece : pieces)
        hasher.add(piece);
    return hasher.result();
}

} // namespace cahier::notebook
