// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/hostbundle.h>

#include <core/runtime/jsonaccess.h>

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <nlohmann/json.hpp>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

// No single quote, exclamation mark or line break, and no backslash before anything: then sh, csh and fish
// pass it on as it is. Sizes of files are in bytes, of folders in KiB.
constexpr const char* script =
    R"sh(v=%VERSION%; n=%SIZE%; k=%KIB%; m="%SYSTEM%"; l=%LOADER%; )sh"
    R"sh(say() { echo; echo "CAHIER-HOST $*"; }; die() { say "error $*"; exit 9; }; )sh"
    R"sh([ "$(uname -sm)" = "$m" ] || die "system $(uname -sm)"; )sh"
    R"sh(for p in tar gzip head mktemp sha256sum cut df tail grep; do )sh"
    R"sh(command -v $p >/dev/null 2>&1 || die "missing $p"; done; )sh"
    R"sh(c="${XDG_CACHE_HOME:-}"; case "$c" in /*) ;; *) c="$HOME/.cache";; esac; )sh"
    R"sh(d="$c/cahier/host"; h="$d/$v"; mkdir -p "$d" 2>/dev/null; [ -w "$d" ] || die "folder $d"; )sh"
    R"sh(good() { [ "$(sha256sum <"$1/MANIFEST" 2>/dev/null | cut -c 1-64)" = "$v" ] && )sh"
    R"sh((cd "$1" && sha256sum -c MANIFEST >/dev/null 2>&1); }; )sh"
    R"sh(if good "$h"; then say have; else )sh"
    R"sh(set -- $(df -Pk "$d" 2>/dev/null | tail -n 1); )sh"
    R"sh([ "${4:-0}" -ge 0 ] 2>/dev/null && [ "${4:-$k}" -lt "$k" ] && die "space $4 $k $d"; )sh"
    R"sh(find "$d" -maxdepth 1 -name ".new.*" -mmin +60 -exec rm -rf {} + 2>/dev/null; )sh"
    R"sh(t="$(mktemp -d "$d/.new.XXXXXX")" || die "folder $d"; clean() { rm -rf "$t"; }; )sh"
    R"sh(trap clean EXIT; trap "exit 9" HUP INT TERM PIPE; say need; )sh"
    R"sh(head -c $n | gzip -dc | tar -xf - -C "$t" || die unpack; good "$t" || die broken; )sh"
    R"sh("$t/lib/$l" --library-path "$t/lib" "$t/cahier-host" --version >/dev/null || die "run $d"; )sh"
    R"sh(good "$h" || { rm -rf "$h"; mv "$t" "$h"; }; rm -rf "$t"; trap - EXIT HUP INT TERM PIPE; )sh"
    R"sh(good "$h" || die broken; )sh"
    R"sh(for o in "$d"/*; do [ "$o" = "$h" ] && continue; [ -d "$o" ] || continue; )sh"
    R"sh(ls -l /proc/[0-9]*/exe 2>/dev/null | grep -q -F "$o/" || rm -rf "$o"; done; fi; )sh"
    R"sh(say ready; exec "$h/lib/$l" --library-path "$h/lib" "$h/cahier-host" attach)sh";

bool fits(const QString& text, const QString& pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern)).match(text).hasMatch();
}

std::unexpected<Error> unusable(const QString& folder, const QString& detail)
{
    return failure(ErrorCode::NotFound,
                   u"The program for other machines (host-bundle.tar.gz) cannot be used. Install Cahier "
                   "again, or set CAHIER_HOST_BUNDLE to its folder."_s,
                   u"%1: %2"_s.arg(folder, detail));
}

} // namespace

Result<HostBundle> HostBundle::find(const QString& folder)
{
    QString place = folder.isEmpty() ? qEnvironmentVariable("CAHIER_HOST_BUNDLE") : folder;
    if (place.isEmpty()) place = QCoreApplication::applicationDirPath() + u"/../lib/cahier"_s;
    QFile file(place + u"/host-bundle.json"_s);
    if (!file.open(QIODevice::ReadOnly)) return unusable(place, file.errorString());
    const nlohmann::json json = nlohmann::json::parse(file.readAll().toStdString(), nullptr, false);
    if (!json.is_object()) return unusable(place, u"host-bundle.json is not a JSON object"_s);
    HostBundle bundle;
    bundle.archive = place + u"/host-bundle.tar.gz"_s;
    bundle.size = QFileInfo(bundle.archive).size();
    bundle.version = runtime::textOf(json, "version");
    bundle.system = runtime::textOf(json, "system");
    bundle.loader = runtime::textOf(json, "loader");
    bundle.unpackedSize = runtime::numberOf(json, "unpacked").value_or(0);
    // These become part of a command.
    if (!fits(bundle.version, u"[0-9a-f]{64}"_s) || !fits(bundle.system, u"[A-Za-z0-9_ ]+"_s) ||
        !fits(bundle.loader, u"[A-Za-z0-9_.-]+"_s) || bundle.size <= 0 || bundle.unpackedSize <= 0)
        return unusable(place, u"host-bundle.json says something impossible"_s);
    return bundle;
}

QString bootstrapCommand(const HostBundle& bundle)
{
    QString text = QString::fromLatin1(script);
    const qint64 kib = (bundle.unpackedSize * 5 / 4 >> 10) + 1024; // with blocks and folders
    text.replace("%VERSION%"_L1, bundle.version);
    text.replace("%SIZE%"_L1, QString::number(bundle.size));
    text.replace("%KIB%"_L1, QString::number(kib));
    text.replace("%SYSTEM%"_L1, bundle.system);
    text.replace("%LOADER%"_L1, bundle.loader);
    return u"exec sh -c '%1'"_s.arg(text);
}

Error bootstrapError(const QString& what, const HostBundle& bundle, const QString& host, const QString& said)
{
    const QString kind = what.section(u' ', 0, 0);
    const QString rest = what.section(u' ', 1);
    const auto error = [&](ErrorCode code, const QString& message) {
        return Error{code, message, said.isEmpty() ? what : what + u'\n' + said, Retry::No};
    };
    if (kind == "system"_L1)
        return error(ErrorCode::Unsupported,
                     u"%1 is a machine of another kind (%2); this Cahier brings a program for %3."_s.arg(
                         host, rest, bundle.system));
    if (kind == "missing"_L1)
        return error(ErrorCode::Unsupported,
                     u"%1 lacks the program %2, which setting up the kernel host there needs. Install it "
                     "there."_s.arg(host, rest));
    if (kind == "folder"_L1)
        return error(ErrorCode::PermissionDenied,
                     u"The folder %1 on %2 cannot be written to."_s.arg(rest, host));
    if (kind == "space"_L1)
        return error(ErrorCode::NoSpace,
                     u"%1 has %2 KiB free in %4; the kernel host needs %3 KiB."_s.arg(
                         host, rest.section(u' ', 0, 0), rest.section(u' ', 1, 1), rest.section(u' ', 2)));
    if (kind == "run"_L1)
        return error(ErrorCode::Unsupported,
                     u"Programs in %1 on %2 cannot be run. Set XDG_CACHE_HOME there to a folder from which "
                     "they can."_s.arg(rest, host));
    return error(ErrorCode::Io, u"The kernel host did not arrive whole on %1."_s.arg(host));
}

} // namespace cahier::runtimes
