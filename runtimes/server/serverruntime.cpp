// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverruntime.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hostcodec.h>
#include <runtimes/server/serverkernel.h>

#include <QDateTime>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

/// Starting a kernel may load much from a slow disk.
constexpr std::chrono::seconds startLimit{120};

template <typename T> void keep(const std::shared_ptr<QPromise<Result<T>>>& promise, Result<T> result)
{
    promise->addResult(std::move(result));
    promise->finish();
}

KernelSpecs specsIn(const json& reply, const QString& server)
{
    KernelSpecs specs;
    specs.searched.append(server);
    for (const auto& [name, entry] : objectOf(reply, "kernelspecs").items()) {
        const json& spec = objectOf(entry, "spec");
        specs.specs.push_back({textOf(entry, "name", QString::fromStdString(name)),
                               textOf(spec, "display_name"),
                               textOf(spec, "language"),
                               textsOf(spec, "argv"),
                               {}});
    }
    // The server's default first.
    std::ranges::stable_partition(specs.specs, [chosen = textOf(reply, "default")](const KernelSpec& spec) {
        return spec.name == chosen;
    });
    return specs;
}

KernelInfo infoIn(const json& kernel, const QString& label)
{
    KernelInfo info;
    info.id = textOf(kernel, "id");
    info.spec = textOf(kernel, "name");
    info.label = label;
    const QString state = textOf(kernel, "execution_state");
    info.busy = state == "busy"_L1;
    info.state = state == "dead"_L1         ? KernelState::Dead
                 : state == "starting"_L1   ? KernelState::Starting
                 : state == "restarting"_L1 ? KernelState::Restarting
                                            : KernelState::Ready;
    const QDateTime activity = QDateTime::fromString(textOf(kernel, "last_activity"), Qt::ISODateWithMs);
    if (activity.isValid()) info.lastActivityAt = activity.toMSecsSinceEpoch();
    return info;
}

QByteArray bodyOf(const json& value)
{
    return QByteArray::fromStdString(jsonText(value));
}

} // namespace

ServerRuntime::ServerRuntime(std::shared_ptr<ServerClient> client) : m_client(std::move(client)) {}

QFuture<Result<KernelSpecs>> ServerRuntime::kernelSpecs()
{
    return m_client->requestJson({.path = u"api/kernelspecs"_s})
        .then(this, [name = displayName()](const Result<json>& reply) {
            return reply.transform([&](const json& specs) { return specsIn(specs, name); });
        });
}

QFuture<Result<std::vector<KernelInfo>>> ServerRuntime::kernels()
{
    using Kernels = Result<std::vector<KernelInfo>>;
    return m_client->requestJson({.path = u"api/kernels"_s})
        .then(this,
              [this](const Result<json>& kernels) -> QFuture<Kernels> {
                  if (!kernels)
                      return QtFuture::makeReadyValueFuture(Kernels(std::unexpected(kernels.error())));
                  return m_client->requestJson({.path = u"api/sessions"_s})
                      .then(this, [running = *kernels](const Result<json>& sessions) -> Kernels {
                          if (!sessions) return std::unexpected(sessions.error());
                          QHash<QString, QString> paths;
                          for (const json& session : *sessions)
                              paths.insert(textOf(objectOf(session, "kernel"), "id"),
                                           textOf(session, "path"));
                          std::vector<KernelInfo> infos;
                          for (const json& kernel : running)
                              infos.push_back(infoIn(kernel, paths.value(textOf(kernel, "id"))));
                          return infos;
                      });
              })
        .unwrap();
}

QFuture<Result<std::shared_ptr<KernelConnection>>> ServerRuntime::start(const StartOptions& options)
{
    const auto promise = std::make_shared<QPromise<Result<Connection>>>();
    promise->start();
    if (!options.environment.isEmpty() || options.accelerator) {
        keep<Connection>(promise, failure(ErrorCode::Unsupported,
                                          u"A Jupyter Server starts every kernel with its own environment: "
                                          "variables, an accelerator among them, cannot be chosen."_s));
    } else if (options.label.isEmpty()) {
        startAlone(options, promise);
    } else {
        startForNotebook(options, promise);
    }
    return promise->future();
}

QFuture<Result<Hardware>> ServerRuntime::hardware()
{
    return QtFuture::makeReadyValueFuture<Result<Hardware>>(failure(
        ErrorCode::Unsupported, u"A Jupyter Server does not tell what its machine has, and starts every "
                                "kernel with its own environment: an accelerator cannot be chosen."_s));
}

void ServerRuntime::startAlone(const StartOptions& options, const Promise& promise)
{
    // Without a path the kernel would run where the server was started, not in its root folder.
    const json body = {{"name", options.spec.toStdString()},
                       {"path", options.workingDirectory.toStdString()}};
    const ServerRequest request{
        .method = "POST", .path = u"api/kernels"_s, .body = bodyOf(body), .limit = startLimit};
    m_client->requestJson(request).then(this, [this, options, promise](const Result<json>& kernel) {
        if (!kernel) return explain(kernel.error(), options.spec, promise);
        keep<Connection>(promise, connectTo(textOf(*kernel, "id"), {}, 0, options.lifetime));
    });
}

/// The server gives a path's kernel, whichever it is, to who asks for a second one: so it is looked for
/// first.
void ServerRuntime::startForNotebook(const StartOptions& options, const Promise& promise)
{
    m_client->requestJson({.path = u"api/sessions"_s})
        .then(this, [this, options, promise](const Result<json>& sessions) {
            if (!sessions) return keep<Connection>(promise, std::unexpected(sessions.error()));
            for (const json& session : *sessions) {
                if (textOf(session, "path") == options.label) return join(session, options, promise);
            }
            createSession(options, promise);
        });
}

void ServerRuntime::createSession(const StartOptions& options, const Promise& promise)
{
    const QString name = options.label.section(u'/', -1);
    const json body = {{"path", options.label.toStdString()},
                       {"name", name.toStdString()},
                       {"type", "notebook"},
                       {"kernel", {{"name", options.spec.toStdString()}}}};
    const ServerRequest request{
        .method = "POST", .path = u"api/sessions"_s, .body = bodyOf(body), .limit = startLimit};
    m_client->requestJson(request).then(this, [this, options, promise](const Result<json>& session) {
        if (!session) return explain(session.error(), options.spec, promise);
        join(*session, options, promise);
    });
}

/// Servers say in various ways, or with a bare 500, that a kernel spec is not theirs.
void ServerRuntime::explain(const Error& error, const QString& spec, const Promise& promise)
{
    if (error.code != ErrorCode::NoKernel && error.code != ErrorCode::Io)
        return keep<Connection>(promise, std::unexpected(error));
    kernelSpecs().then(this, [this, error, spec, promise](const Result<KernelSpecs>& known) {
        const bool missing = known && std::ranges::none_of(known->specs, [&](const KernelSpec& entry) {
                                 return entry.name == spec;
                             });
        if (!missing) return keep<Connection>(promise, std::unexpected(error));
        keep<Connection>(promise,
                         failure(ErrorCode::NoKernel,
                                 u"The Jupyter Server %1 has no kernel named %2; choose another."_s.arg(
                                     displayName(), spec),
                                 error.detail));
    });
}

void ServerRuntime::join(const json& session, const StartOptions& options, const Promise& promise)
{
    const json& kernel = objectOf(session, "kernel");
    const QString spec = textOf(kernel, "name");
    if (spec == options.spec || options.spec.isEmpty()) {
        return keep<Connection>(promise,
                                connectTo(textOf(kernel, "id"), textOf(session, "id"), 0, options.lifetime));
    }
    keep<Connection>(promise, failure(ErrorCode::IllegalState,
                                      u"%1 runs on the server with the kernel %2 already; use that one or "
                                      "shut it down first."_s.arg(options.label, spec)));
}

QFuture<Result<std::shared_ptr<KernelConnection>>> ServerRuntime::attach(const QString& kernelId,
                                                                         quint64 after)
{
    const auto promise = std::make_shared<QPromise<Result<Connection>>>();
    promise->start();
    m_client->requestJson({.path = u"api/sessions"_s})
        .then(this, [this, kernelId, after, promise](const Result<json>& sessions) {
            if (!sessions) return keep<Connection>(promise, std::unexpected(sessions.error()));
            QString restSession;
            for (const json& session : *sessions) {
                if (textOf(objectOf(session, "kernel"), "id") == kernelId)
                    restSession = textOf(session, "id");
            }
            m_client->requestJson({.path = u"api/kernels/"_s + encodedPath(kernelId)})
                .then(this, [this, kernelId, restSession, after, promise](const Result<json>& kernel) {
                    keep(promise, kernel.transform([&](const json&) {
                        return connectTo(kernelId, restSession, after, Lifetime::Runtime);
                    }));
                });
        });
    return promise->future();
}

std::shared_ptr<KernelConnection> ServerRuntime::connectTo(const QString& kernelId,
                                                           const QString& restSession, quint64 after,
                                                           Lifetime lifetime)
{
    QString session = m_sessions.value(kernelId);
    if (session.isEmpty()) {
        session = makeMessageId();
        m_sessions.insert(kernelId, session);
        Q_EMIT knownSessionsChanged();
    }
    return std::make_shared<ServerKernel>(
        m_client, ServerKernel::Identity{kernelId, restSession, session, after, lifetime});
}

QFuture<Result<void>> ServerRuntime::forget(const QString& kernelId)
{
    if (m_sessions.remove(kernelId)) Q_EMIT knownSessionsChanged();
    const ServerRequest request{.method = "DELETE", .path = u"api/kernels/"_s + encodedPath(kernelId)};
    return chained<void>(m_client->request(request), this,
                         [this](const Result<ServerReply>& reply) -> Result<void> {
                             if (!reply) return std::unexpected(reply.error());
                             if (reply->isOk() || reply->status == 404) return {};
                             return std::unexpected(m_client->errorIn(*reply));
                         });
}

} // namespace cahier::runtimes
