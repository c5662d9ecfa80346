// SPDX-License-Identifier: GPL-3.0-or-later
// Files on a Jupyter Server, through its contents interface.
// Source: https://jupyter-server.readthedocs.io/en/stable/developers/contents.html
#pragma once

#include <core/runtime/contents.h>
#include <runtimes/server/serverclient.h>

namespace cahier::runtimes {

/// Notebooks are read and written as plain files (type=file, format=base64), so that the bytes stay the
/// user's; through type=notebook the server would sort the keys and indent anew.
class ServerContents : public QObject, public runtime::Contents {
    Q_OBJECT
public:
    explicit ServerContents(std::shared_ptr<ServerClient> client) : m_client(std::move(client)) {}

    [[nodiscard]] QFuture<Result<std::vector<runtime::ServerFile>>> list(const QString& folder) override;
    [[nodiscard]] QFuture<Result<runtime::ServerDocument>> read(const QString& path) override;
    [[nodiscard]] QFuture<Result<std::variant<runtime::ServerFile, runtime::SaveConflict>>>
    save(const runtime::ServerDocument& known) override;
    [[nodiscard]] QFuture<Result<runtime::ServerFile>> createFolder(const QString& path) override;
    [[nodiscard]] QFuture<Result<runtime::ServerFile>> rename(const QString& from,
                                                              const QString& to) override;
    [[nodiscard]] QFuture<Result<void>> remove(const QString& path) override;

private:
    using Saved = std::variant<runtime::ServerFile, runtime::SaveConflict>;
    using SavePromise = std::shared_ptr<QPromise<Result<Saved>>>;
    using ReadPromise = std::shared_ptr<QPromise<Result<runtime::ServerDocument>>>;

    void readAsNotebook(const QString& path, const ReadPromise& promise);
    void write(const runtime::ServerDocument& document, const SavePromise& promise);

    std::shared_ptr<ServerClient> m_client;
};

} // namespace cahier::runtimes
