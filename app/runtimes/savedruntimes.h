// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/runtimes/runtimeaddress.h>
#include <core/runtime/authentication.h>
#include <core/runtime/runtimelist.h>
#include <widgets/settings/inifile.h>

#include <map>

namespace cahier {

/// The user's runtimes, kept in a small file. This machine is always among them.
class SavedRuntimes : public runtime::RuntimeList {
    Q_OBJECT
public:
    /// `local`: this machine's. `file`: empty for ${XDG_CONFIG_HOME:-~/.config}/cahier/runtimes.ini
    explicit SavedRuntimes(std::shared_ptr<runtime::Runtime> local, const QString& file = {},
                           runtimes::SshOptions ssh = {});
    ~SavedRuntimes() override;

    [[nodiscard]] std::vector<runtime::RuntimeEntry> entries() const override { return m_entries; }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::Runtime>>> open(const QString& id) override;
    [[nodiscard]] std::shared_ptr<runtime::Runtime> opened(const QString& id) const override;

    /// The entry of this id; the local one's where there is none.
    [[nodiscard]] runtime::RuntimeEntry entry(const QString& id) const;
    /// Adds it, or replaces the entry of its id.
    void save(const runtime::RuntimeEntry& entry);
    /// Likewise, in the place of the entry `before`, which goes where its id is another one.
    void replace(const QString& before, const runtime::RuntimeEntry& entry);
    /// Its kernels live on. This machine cannot be removed.
    void remove(const QString& id);
    /// Lets go of the runtime; its kernels live on. This machine's stays.
    void disconnectFrom(const QString& id);

    /// The answer to a question of a machine over ssh: a text, or any text for yes.
    void answer(const QString& id, quint64 question, const QString& text);
    /// No, or giving the connection up.
    void refuse(const QString& id, quint64 question);

    /// Null unless it is a Jupyter Server that was opened. Its kernels are opened()'s.
    [[nodiscard]] runtime::ServerConnection* server(const QString& id) const;
    /// For a server that is not opened yet; kept in memory only.
    void setToken(const QString& id, const QString& token);
    /// The user's yes to a certificate; remembered.
    void trust(const QString& id, const runtime::TrustedCertificate& certificate);

Q_SIGNALS:
    void questionAsked(const QString& id, const cahier::runtime::AuthenticationQuestion& question);
    /// Nobody waits for the answer any more.
    void questionWithdrawn(const QString& id, quint64 question);
    /// A server wants to know who asks: give its server() a token or a password.
    void credentialsRefused(const QString& id);
    void certificateQuestioned(const QString& id, const cahier::runtime::CertificateQuestion& question);

private:
    using Opened = Result<std::shared_ptr<runtime::Runtime>>;
    void load();
    void store();
    [[nodiscard]] std::shared_ptr<runtime::Runtime> take(const QString& id, const OpenedRuntime& made);
    void watchMachine(const QString& id, runtimes::SshRuntime& machine);
    void watchServer(const QString& id, runtime::ServerConnection& server);
    [[nodiscard]] std::vector<runtime::TrustedCertificate> trustedCertificates() const;
    void storeSessions(const QString& id, const QHash<QString, QString>& sessions);
    [[nodiscard]] QHash<QString, QString> storedSessions(const QString& id) const;

    widgets::IniFile m_file;
    runtimes::SshOptions m_ssh;
    std::vector<runtime::RuntimeEntry> m_entries;
    std::map<QString, OpenedRuntime> m_opened;
    QHash<QString, QString> m_tokens; ///< of servers that are not opened yet
};

} // namespace cahier
