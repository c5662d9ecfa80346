// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hoststream.h>

#include <QString>
#include <QStringList>

#include <chrono>
#include <vector>

#include <sys/types.h>

namespace cahier::runtimes {

/// Joins the host of this user over its Unix socket (socketpath.h), or starts `cahier-host serve --daemon`
/// and joins that.
class LocalConnector : public HostConnector {
public:
    /// program: empty for findHostProgram().
    explicit LocalConnector(QString program = {}, std::chrono::milliseconds limit = std::chrono::seconds(10));
    ~LocalConnector() override;
    [[nodiscard]] Result<HostStream> connect(const std::stop_token& stop) override;

private:
    [[nodiscard]] Result<void> startHost(const std::stop_token& stop);
    void reapChildren();

    QString m_program;
    std::chrono::milliseconds m_limit;
    std::vector<pid_t> m_children; ///< that had not ended within the limit
};

/// $CAHIER_HOST_PROGRAM, else cahier-host beside this program, else on PATH. The error lists where it looked.
[[nodiscard]] Result<QString> findHostProgram();

} // namespace cahier::runtimes
