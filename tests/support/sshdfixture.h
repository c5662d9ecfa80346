// SPDX-License-Identifier: GPL-3.0-or-later
// A real sshd on loopback, with keys, configuration and a home folder of its own: the far machine.
#pragma once

#include <runtimes/ssh/sshoptions.h>

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace cahier::test {

class SshdFixture {
public:
    SshdFixture();
    ~SshdFixture(); ///< ends sshd, the far host, and with it its kernels

    static constexpr const char* passphrase = "a pass phrase"; ///< of the key "phrase"
    static constexpr const char* password = "open sesame";     ///< where canTakePasswords()

    /// Listens at the port that it had before, if any. An explanation when that fails; empty on success.
    [[nodiscard]] QString start();
    /// Kills sshd and its sessions: every connection breaks.
    void stop();
    /// Another host key from the next start on.
    void changeHostKey();
    /// From the next start on it asks for the password through PAM after the key was accepted. Only where
    /// canTakePasswords().
    void requireSecondFactor() const;
    /// Whether passwords can be tried: that takes root, and a mount namespace with a shadow file of our own.
    [[nodiscard]] bool canTakePasswords() const { return m_ownAccounts; }

    /// The far machine's folder of that name in its home.
    [[nodiscard]] QString far(const QString& name = {}) const;
    [[nodiscard]] QString folder(const QString& name = {}) const { return m_folder.filePath(name); }
    [[nodiscard]] QString log() const;
    [[nodiscard]] int port() const { return m_port; }
    [[nodiscard]] qint64 serverPid() const { return m_process.processId(); }
    /// SHA256:… of the host key.
    [[nodiscard]] QString fingerprint() const;
    /// The pid of the host on the far side; 0 when none listens.
    [[nodiscard]] qint64 hostPid() const;

    /// Hosts of the client's configuration: "far" (a key that is accepted), "phrase" (a key with a
    /// passphrase), "wrong" (a key that is not accepted), "password", "closed" (a port where nothing listens)
    /// and "unknown.invalid".
    [[nodiscard]] runtimes::SshOptions options() const;
    [[nodiscard]] QString clientConfig() const { return folder(QStringLiteral("client")); }
    [[nodiscard]] QString knownHosts() const { return folder(QStringLiteral("known_hosts")); }
    /// Makes the client know the host key.
    void trust() const;
    /// Adds lines to the client's configuration.
    void configure(const QString& lines) const;

private:
    void makeKeys();
    void writeServerConfig() const;
    void writeClientConfig() const;
    void writeAccounts() const;
    [[nodiscard]] QStringList command() const;

    QTemporaryDir m_folder{QStringLiteral("/tmp/cahier-XXXXXX")};
    QProcess m_process;
    int m_port = 0;
    bool m_ownAccounts = false;
};

/// The ssh processes that this process runs.
[[nodiscard]] QList<qint64> sshChildren();

/// A process's children and theirs.
[[nodiscard]] QList<qint64> descendants(qint64 pid);

} // namespace cahier::test
