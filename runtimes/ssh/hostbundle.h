// SPDX-License-Identifier: GPL-3.0-or-later
// cahier-host with everything it needs to run on another machine, as packaging/hostbundle makes it.
#pragma once

#include <core/error.h>

#include <QString>

namespace cahier::runtimes {

struct HostBundle {
    QString archive; ///< a gzipped tar: MANIFEST (as sha256sum writes it), cahier-host, lib/…
    qint64 size = 0; ///< of the archive, in bytes
    QString version; ///< the SHA-256 of MANIFEST, in hexadecimal digits
    QString system;  ///< what `uname -sm` says where it runs
    QString loader;  ///< the dynamic loader's name in lib/
    qint64 unpackedSize = 0;

    /// Reads FOLDER/host-bundle.json. An empty folder is $CAHIER_HOST_BUNDLE, else ../lib/cahier from this
    /// program.
    [[nodiscard]] static Result<HostBundle> find(const QString& folder = {});
};

/// The command for the far side's login shell, whichever that is: one line, which looks whether the bundle
/// is there and whole, else receives the archive from its standard input, checks it and puts it in place at
/// once, and then becomes `cahier-host attach`. Writes lines that begin with bootstrapMark to its standard
/// output: "have", "need" (send the archive now), "error WHAT …", and "ready", after which the host speaks.
[[nodiscard]] QString bootstrapCommand(const HostBundle& bundle);

inline constexpr const char* bootstrapMark = "CAHIER-HOST ";

/// What "error WHAT …" means. host is for the sentence, said the standard error so far.
[[nodiscard]] Error bootstrapError(const QString& what, const HostBundle& bundle, const QString& host,
                                   const QString& said);

} // namespace cahier::runtimes
