// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hosttransfer.h>

#include <QFile>

namespace cahier::runtimes {

/// Copies a local file, or a folder with all in it, to the host's machine.
class FileUpload : public HostTransfer {
    Q_OBJECT
public:
    FileUpload(std::shared_ptr<HostClient> client, QString localPath, QString farPath,
               runtime::Replace replace);

private:
    struct Item {
        QString localPath;
        QString farPath;
        bool isFolder = false;
        qint64 size = 0;
        qint64 modified = 0; ///< ms since 1970
    };
    struct Chunk {
        qint64 offset = 0;
        Result<std::string> bytes;
    };
    [[nodiscard]] static Result<std::vector<Item>> look(const QString& localPath, const QString& farPath,
                                                        const std::atomic_bool& stop);
    [[nodiscard]] static Chunk read(const Item& item, qint64 offset, qint64 size);

    void resume() override;
    void nextItem();
    void pump();
    void send(Chunk chunk);
    void written(qint64 size, std::chrono::steady_clock::time_point sentAt);
    void beginFile();
    void finishItem();
    void itemDone();
    [[nodiscard]] nlohmann::json about(const Item& item) const;

    QString m_localPath, m_farPath;
    runtime::Replace m_replace;
    std::vector<Item> m_items;
    bool m_looked = false;
    std::size_t m_at = 0;
    qint64 m_read = 0;        ///< of the present file: asked of the disk
    qint64 m_written = 0;     ///< of the present file: the host has it
    int m_open = 0;           ///< chunks between the two
    bool m_finishing = false; ///< the host was told that the present file is whole
};

} // namespace cahier::runtimes
