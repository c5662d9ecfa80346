// SPDX-License-Identifier: GPL-3.0-or-later
// A real Jupyter Server on loopback, with folders of its own.
#pragma once

#include <runtimes/server/serverclient.h>

#include <QProcess>
#include <QTemporaryDir>

namespace cahier::test {

class JupyterServer {
public:
    enum Option { Plain = 0, Tls = 1, Password = 2, Unlimited = 4, Legacy = 8 };
    static constexpr char password[] = "open sesame & more";

    /// options: of Option; Unlimited lifts the limits of what kernels may print. basePath: as in
    /// "/some/where/".
    explicit JupyterServer(int options = Plain, QString basePath = QStringLiteral("/"));
    ~JupyterServer();
    Q_DISABLE_COPY_MOVE(JupyterServer)

    QStringList arguments; ///< more of them, before start()

    /// Waits until it answers.
    [[nodiscard]] bool start();
    /// SIGTERM, which ends its kernels too, and waits until it is gone.
    void stop();
    /// kill -9 of the server alone, and waits until it is gone; its kernels notice by themselves.
    void kill();
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] const QString& token() const { return m_token; }
    [[nodiscard]] QString path(const QString& file) const
    {
        return m_folder.filePath(QStringLiteral("root/") + file);
    }
    [[nodiscard]] QString log() const;

    /// Where a client finds it; port for a proxy's. Without token where there is a password.
    [[nodiscard]] runtime::ServerAddress address(quint16 port = 0) const;
    [[nodiscard]] std::shared_ptr<runtimes::ServerClient> client(quint16 port = 0) const;

private:
    [[nodiscard]] bool makeCertificate();
    [[nodiscard]] QStringList commandLine() const;

    int m_options;
    QString m_basePath;
    QString m_token;
    QTemporaryDir m_folder{QStringLiteral("/tmp/cahier-XXXXXX")};
    QProcess m_process;
    quint16 m_port = 0;
};

} // namespace cahier::test
