// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/runtimes/runtimeaddress.h>

#include <core/modules/module.h>
#include <runtimes/local/localruntime.h>
#include <runtimes/ssh/sshruntime.h>

#include <QCoreApplication>
#include <QThreadPool>

using namespace Qt::StringLiterals;

namespace cahier {

using runtime::RuntimeEntry;
using runtime::ServerAddress;
using runtime::ServerConnector;
using runtimes::SshTarget;

namespace {

constexpr auto sshPrefix = "ssh:"_L1;

QString tr(const char* text)
{
    return QCoreApplication::translate("RuntimeAddress", text);
}

QFuture<Result<OpenedRuntime>> ready(OpenedRuntime opened)
{
    return QtFuture::makeReadyValueFuture(Result<OpenedRuntime>(std::move(opened)));
}

/// The module, loaded: whoever makes something of it later does not wait.
QFuture<Result<std::shared_ptr<ServerConnector>>> loadConnector()
{
    using Loaded = Result<std::shared_ptr<ServerConnector>>;
    return QtFuture::makeReadyVoidFuture().then(QThreadPool::globalInstance(), []() -> Loaded {
        auto connector = makeFromModule<ServerConnector>(QLatin1StringView(runtime::serverModule),
                                                         runtime::serverConnectorFunction);
        if (!connector) return std::unexpected(connector.error());
        return std::shared_ptr<ServerConnector>(std::move(*connector));
    });
}

QFuture<Result<OpenedRuntime>> openServer(const ServerAddress& address, QObject* context,
                                          const std::vector<runtime::TrustedCertificate>& trusted)
{
    return loadConnector().then(context,
                                [address, trusted](const Result<std::shared_ptr<ServerConnector>>& connector)
                                    -> Result<OpenedRuntime> {
                                    if (!connector) return std::unexpected(connector.error());
                                    const std::shared_ptr<runtime::ServerConnection> server =
                                        (*connector)->connectTo(address, trusted);
                                    return OpenedRuntime{server->runtime(), nullptr, server};
                                });
}

} // namespace

Result<RuntimeAddress> parseRuntimeAddress(const QString& text)
{
    const QString address = text.trimmed();
    if (address == QLatin1StringView(runtime::RuntimeList::localId)) return LocalAddress();
    if (address.startsWith(sshPrefix)) {
        const bool isUrl = address.startsWith("ssh://"_L1);
        return SshTarget::parse(isUrl ? address : address.sliced(sshPrefix.size()))
            .transform([](const SshTarget& target) { return RuntimeAddress(target); });
    }
    if (address.startsWith("http://"_L1, Qt::CaseInsensitive) ||
        address.startsWith("https://"_L1, Qt::CaseInsensitive)) {
        return ServerAddress::parse(address).transform(
            [](const ServerAddress& server) { return RuntimeAddress(server); });
    }
    return failure(ErrorCode::InvalidFormat,
                   tr("A runtime is local, ssh:HOST, ssh:USER@HOST:PORT, or the address of a Jupyter Server "
                      "(https://HOST:PORT/)."));
}

RuntimeEntry entryOf(const RuntimeAddress& address)
{
    if (const auto* const target = std::get_if<SshTarget>(&address))
        return {sshPrefix + target->text(), RuntimeEntry::Kind::Ssh, target->text()};
    if (const auto* const server = std::get_if<ServerAddress>(&address))
        return {server->id(), RuntimeEntry::Kind::JupyterServer, server->displayName()};
    return {QString::fromLatin1(runtime::RuntimeList::localId), RuntimeEntry::Kind::Local,
            tr("This machine")};
}

QFuture<Result<OpenedRuntime>> openRuntime(const RuntimeAddress& address, QObject* context,
                                           OpenOptions options)
{
    if (const auto* const server = std::get_if<ServerAddress>(&address))
        return openServer(*server, context, options.trusted);
    if (const auto* const target = std::get_if<SshTarget>(&address)) {
        const auto ssh = std::make_shared<runtimes::SshRuntime>(*target, options.ssh);
        return ready({ssh, ssh, nullptr});
    }
    return ready({std::make_shared<runtimes::LocalRuntime>(), nullptr, nullptr});
}

} // namespace cahier
