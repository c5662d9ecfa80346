// SPDX-License-Identifier: GPL-3.0-or-later
// From what names a runtime (`--runtime`, RuntimeEntry::id) to the runtime.
#pragma once

#include <core/runtime/runtimelist.h>
#include <core/runtime/serverconnection.h>
#include <runtimes/ssh/sshoptions.h>
#include <runtimes/ssh/sshtarget.h>

#include <variant>

namespace cahier::runtimes {
class SshRuntime;
}

namespace cahier {

struct LocalAddress {
    friend bool operator==(const LocalAddress&, const LocalAddress&) = default;
};

using RuntimeAddress = std::variant<LocalAddress, runtimes::SshTarget, runtime::ServerAddress>;

/// Reads "local", "ssh:HOST" with all that SshTarget::parse() takes for HOST, and addresses of Jupyter
/// Servers that begin with http:// or https:// (ServerAddress::parse()). InvalidFormat for anything else;
/// what was given is not repeated, since it may hold a token.
[[nodiscard]] Result<RuntimeAddress> parseRuntimeAddress(const QString& text);

/// Id, kind, and a name for people; nothing of it is secret. parseRuntimeAddress() reads the id again.
[[nodiscard]] runtime::RuntimeEntry entryOf(const RuntimeAddress& address);

/// A runtime, and beside it what its kind has to say and to ask.
struct OpenedRuntime {
    std::shared_ptr<runtime::Runtime> runtime;
    std::shared_ptr<runtimes::SshRuntime> ssh;         ///< the runtime itself, where it is one; else null
    std::shared_ptr<runtime::ServerConnection> server; ///< the runtime's, where it is a server's; else null
};

struct OpenOptions {
    runtimes::SshOptions ssh = {};
    std::vector<runtime::TrustedCertificate> trusted = {}; ///< of earlier questions
};

/// Makes the runtime in context's thread; nothing connects before it is used. A server's waits for its
/// module, which is loaded in a thread of the pool: NotFound where the installation is incomplete.
[[nodiscard]] QFuture<Result<OpenedRuntime>> openRuntime(const RuntimeAddress& address, QObject* context,
                                                         OpenOptions options = {});

} // namespace cahier
