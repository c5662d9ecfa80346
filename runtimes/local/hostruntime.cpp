// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostruntime.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/environmentcodec.h>
#include <runtimes/local/hardwarecodec.h>
#include <runtimes/local/hostcodec.h>
#include <runtimes/local/hostkernel.h>
#include <runtimes/local/hostprocess.h>

#include <QPromise>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

template <typename T> using Promise = std::shared_ptr<QPromise<Result<T>>>;
using ConnectionPromise = Promise<std::shared_ptr<KernelConnection>>;

template <typename T> Promise<T> makePromise()
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    return promise;
}

template <typename T> void keep(const Promise<T>& promise, Result<T> result)
{
    promise->addResult(std::move(result));
    promise->finish();
}

void attachKernel(const std::shared_ptr<HostClient>& client, const QString& kernelId, quint64 after,
                  const ConnectionPromise& promise)
{
    const auto kernel = std::make_shared<HostKernel>(client, kernelId, after);
    kernel->attach([kernel, promise](const Result<json>& reply) {
        if (reply) {
            keep(promise, Result<std::shared_ptr<KernelConnection>>(kernel));
        } else {
            keep(promise, Result<std::shared_ptr<KernelConnection>>(std::unexpected(reply.error())));
        }
    });
}

} // namespace

HostRuntime::HostRuntime(QString displayName, std::unique_ptr<HostConnector> connector)
    : m_displayName(std::move(displayName)), m_client(std::make_shared<HostClient>(std::move(connector)))
{
    connect(m_client.get(), &HostClient::sampled, this, &HostRuntime::sampled);
    connect(m_client.get(), &HostClient::stateChanged, this,
            [this] { Q_EMIT connectionChanged(connectionState()); });
}

json HostRuntime::withEnvironment(json request) const
{
    if (const auto environment = clientEnvironment()) request["environ"] = encodeEnvironment(*environment);
    return request;
}

QFuture<Result<KernelSpecs>> HostRuntime::kernelSpecs()
{
    const auto promise = makePromise<KernelSpecs>();
    json request = withEnvironment(json::object());
    if (!m_workingFolder.isEmpty()) request["cwd"] = m_workingFolder.toStdString();
    m_client->request(u"specs"_s, std::move(request), {}, [promise](const Result<json>& reply) {
        keep<KernelSpecs>(promise, reply.transform(parseSpecs));
    });
    return promise->future();
}

QFuture<Result<std::vector<KernelInfo>>> HostRuntime::kernels()
{
    const auto promise = makePromise<std::vector<KernelInfo>>();
    m_client->request(u"list"_s, json::object(), {}, [promise](const Result<json>& reply) {
        keep<std::vector<KernelInfo>>(promise, reply.transform(parseKernels));
    });
    return promise->future();
}

QFuture<Result<std::shared_ptr<KernelConnection>>> HostRuntime::start(const StartOptions& options)
{
    const ConnectionPromise promise = makePromise<std::shared_ptr<KernelConnection>>();
    // Not owned by the callback: the client would keep itself alive while it waits.
    const std::weak_ptr<HostClient> weak = m_client;
    m_client->request(
        u"start"_s, withEnvironment(encodeStart(options)), {}, [weak, promise](const Result<json>& reply) {
            const std::shared_ptr<HostClient> client = weak.lock();
            if (!reply) {
                keep(promise, Result<std::shared_ptr<KernelConnection>>(std::unexpected(reply.error())));
            } else if (client) {
                attachKernel(client, textOf(*reply, "kernel"), 0, promise);
            } else {
                promise->finish();
            }
        });
    return promise->future();
}

QFuture<Result<std::shared_ptr<KernelConnection>>> HostRuntime::attach(const QString& kernelId, quint64 after)
{
    const ConnectionPromise promise = makePromise<std::shared_ptr<KernelConnection>>();
    attachKernel(m_client, kernelId, after, promise);
    return promise->future();
}

QFuture<Result<Hardware>> HostRuntime::hardware()
{
    const auto promise = makePromise<Hardware>();
    m_client->request(
        u"hardware"_s, withEnvironment(json::object()), {},
        [promise](const Result<json>& reply) { keep<Hardware>(promise, reply.transform(parseHardware)); });
    return promise->future();
}

QFuture<Result<Environments>> HostRuntime::environments(const QString& folder)
{
    const auto promise = makePromise<Environments>();
    json request = withEnvironment({{"packages", json::array()}});
    for (const QString& name : knownPackages())
        request["packages"].push_back(name.toStdString());
    if (!folder.isEmpty()) request["cwd"] = folder.toStdString();
    m_client->request(u"environments"_s, std::move(request), {}, [promise](const Result<json>& reply) {
        keep<Environments>(promise, reply.transform(parseEnvironments));
    });
    return promise->future();
}

QFuture<Result<std::vector<ResourceSample>>> HostRuntime::subscribeSamples()
{
    const auto promise = makePromise<std::vector<ResourceSample>>();
    m_client->subscribeSamples([promise](const Result<json>& reply) {
        keep<std::vector<ResourceSample>>(promise, reply.transform(parseSamples));
    });
    return promise->future();
}

void HostRuntime::unsubscribeSamples()
{
    m_client->unsubscribeSamples();
}

std::unique_ptr<Process> HostRuntime::run(const Command& command)
{
    return std::make_unique<HostProcess>(m_client, withEnvironment(encodeCommand(command)));
}

QFuture<Result<void>> HostRuntime::forget(const QString& kernelId)
{
    const auto promise = makePromise<void>();
    m_client->request(
        u"forget"_s, {{"kernel", kernelId.toStdString()}}, {}, [promise](const Result<json>& reply) {
            keep<void>(promise, reply ? Result<void>() : Result<void>(std::unexpected(reply.error())));
        });
    return promise->future();
}

} // namespace cahier::runtimes
