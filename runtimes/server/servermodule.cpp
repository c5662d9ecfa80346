// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverconnection.h>

extern "C" Q_DECL_EXPORT cahier::runtime::ServerConnector* cahierMakeServerConnector()
{
    return new cahier::runtimes::ServerConnector;
}
