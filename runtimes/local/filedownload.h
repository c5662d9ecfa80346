// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hosttransfer.h>

namespace cahier::runtimes {

/// Copies a file of the host's machine, or a folder with all in it, to this one.
class FileDownload : public HostTransfer {
    Q_OBJECT
public:
    FileDownload(std::shared_ptr<HostClient> client, QString farPath, QString localPath,
                 runtime::Replace replace);

private:
    struct Item {
        QString farPath;
        QString localPath;
        bool isFolder = false;
    };
    /// What the present file is, as the host's first answer said.
    struct Source {
        qint64 size = -1;
        qint64 modified = 0; ///< ns since 1970
    };
    void resume() override;
    void nextItem();
    void listFolder();
    void take(const runtime::FileListing& listing, const Item& folder);
    void beginFile();
    void learnSource(const nlohmann::json& reply);
    void pump();
    void arrived(const nlohmann::json& reply, qint64 asked, std::chrono::steady_clock::time_point askedAt);
    void finishItem();
    [[nodiscard]] QString partPath() const;

    QString m_farPath;
    runtime::Replace m_replace;
    std::deque<Item> m_items; ///< the first is the present one
    bool m_stated = false;
    QString m_listNext; ///< of the present folder, where its next listing begins
    Source m_source;
    qint64 m_asked = 0;   ///< of the present file: requested
    qint64 m_arrived = 0; ///< of the present file: given to the disk
    qint64 m_written = 0; ///< of the present file: on the disk
    int m_open = 0;       ///< requests and writes between the two
};

} // namespace cahier::runtimes
