// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hostruntime.h>

namespace cahier::runtimes {

/// The kernels of this machine, owned by the cahier-host of this user: joined when it runs, else started.
/// Making one does nothing yet; the first request connects.
class LocalRuntime : public HostRuntime {
    Q_OBJECT
public:
    /// hostProgram: empty for $CAHIER_HOST_PROGRAM, cahier-host beside this program, or on PATH.
    explicit LocalRuntime(QString hostProgram = {});
    /// With another way to this machine's host.
    explicit LocalRuntime(std::unique_ptr<HostConnector> connector);

protected:
    /// This process's own: whoever started the host may have had another one.
    [[nodiscard]] std::optional<QProcessEnvironment> clientEnvironment() const override;
};

} // namespace cahier::runtimes
