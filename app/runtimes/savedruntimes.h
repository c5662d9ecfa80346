// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/authentication.h>
#include <core/runtime/runtimelist.h>
#include <runtimes/ssh/sshoptions.h>
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
    /// Its kernels live on. This machine cannot be removed.
    void remove(const QString& id);
    /// Lets go of the runtime; its kernels live on. This machine's stays.
    void disconnectFrom(const QString& id);

    /// The answer to a question of a runtime: a text, or any text for yes.
    void answer(const QString& id, quint64 question, const QString& text);
    /// No, or giving the connection up.
    void refuse(const QString& id, quint64 question);

Q_SIGNALS:
    void questionAsked(const QString& id, const cahier::runtime::AuthenticationQuestion& question);
    /// Nobody waits for the answer any more.
    void questionWithdrawn(const QString& id, quint64 question);

private:
    void load();
    void store();
    [[nodiscard]] Result<std::shared_ptr<runtime::Runtime>> make(const runtime::RuntimeEntry& entry);

    widgets::IniFile m_file;
    runtimes::SshOptions m_ssh;
    std::vector<runtime::RuntimeEntry> m_entries;
    std::map<QString, std::shared_ptr<runtime::Runtime>> m_opened;
};

} // namespace cahier
