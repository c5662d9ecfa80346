// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/runtime.h>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

Error untold()
{
    return {ErrorCode::Unsupported, u"This runtime does not tell what its machine has."_s, {}, Retry::No};
}

} // namespace

QFuture<Result<Hardware>> Runtime::hardware()
{
    return QtFuture::makeReadyValueFuture<Result<Hardware>>(std::unexpected(untold()));
}

QFuture<Result<Environments>> Runtime::environments(const QString& folder)
{
    Q_UNUSED(folder)
    return QtFuture::makeReadyValueFuture<Result<Environments>>(std::unexpected(untold()));
}

QFuture<Result<std::vector<ResourceSample>>> Runtime::subscribeSamples()
{
    return QtFuture::makeReadyValueFuture<Result<std::vector<ResourceSample>>>(std::unexpected(untold()));
}

void Runtime::unsubscribeSamples() {}

std::unique_ptr<Process> Runtime::run(const Command& command)
{
    Q_UNUSED(command)
    return nullptr;
}

} // namespace cahier::runtime
