// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/files.h>
#include <runtimes/local/hostclient.h>

namespace cahier::runtimes {

/// The files of the machine that a cahier-host runs on.
class HostFiles : public runtime::Files {
public:
    explicit HostFiles(std::shared_ptr<HostClient> client) : m_client(std::move(client)) {}

    [[nodiscard]] QFuture<Result<runtime::FileListing>> list(const QString& folder,
                                                             const QString& from = {}) override;
    [[nodiscard]] QFuture<Result<runtime::FileEntry>> stat(const QString& path) override;
    [[nodiscard]] QFuture<Result<void>> makeFolder(const QString& path) override;
    [[nodiscard]] QFuture<Result<void>> rename(const QString& from, const QString& to) override;
    [[nodiscard]] QFuture<Result<void>> remove(const QString& path, runtime::Removal removal) override;
    [[nodiscard]] std::unique_ptr<runtime::FileTransfer>
    upload(const QString& localPath, const QString& farPath, runtime::Replace replace) override;
    [[nodiscard]] std::unique_ptr<runtime::FileTransfer>
    download(const QString& farPath, const QString& localPath, runtime::Replace replace) override;

private:
    [[nodiscard]] QFuture<Result<void>> change(const QString& op, nlohmann::json fields);

    std::shared_ptr<HostClient> m_client;
};

[[nodiscard]] runtime::FileEntry parseFileEntry(const nlohmann::json& object);
[[nodiscard]] runtime::FileListing parseListing(const nlohmann::json& reply);

} // namespace cahier::runtimes
