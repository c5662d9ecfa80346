// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/host.h>

namespace cahier::host {

/// Answers one frame of a client, as hostprotocol.h describes. Frames that are no requests end the
/// connection.
void handleRequest(Host& host, Client& client, wire::Parts& parts);

} // namespace cahier::host
