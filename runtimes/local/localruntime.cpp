// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/localruntime.h>

#include <runtimes/local/localconnector.h>

namespace cahier::runtimes {

LocalRuntime::LocalRuntime(QString hostProgram)
    : LocalRuntime(std::make_unique<LocalConnector>(std::move(hostProgram)))
{
}

LocalRuntime::LocalRuntime(std::unique_ptr<HostConnector> connector)
    : HostRuntime(tr("This machine"), std::move(connector))
{
}

std::optional<QProcessEnvironment> LocalRuntime::clientEnvironment() const
{
    return QProcessEnvironment::systemEnvironment();
}

} // namespace cahier::runtimes
