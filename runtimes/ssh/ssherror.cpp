// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/ssherror.h>

#include <QRegularExpression>
#include <QStringList>

#include <array>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

struct Meaning {
    const char* said;
    ErrorCode code;
    Retry retry;
    const char* sentence; ///< %1 is the host
};

// The first that fits counts: what comes later may follow from it.
constexpr std::array meanings = {
    Meaning{
        "REMOTE HOST IDENTIFICATION HAS CHANGED", ErrorCode::PermissionDenied, Retry::No,
        "The machine %1 shows another host key than the one that is known. It was set up anew, or someone "
        "stands in between."},
    Meaning{"Host key verification failed", ErrorCode::PermissionDenied, Retry::No,
            "The host key of %1 was not accepted."},
    Meaning{"Too many authentication failures", ErrorCode::PermissionDenied, Retry::No,
            "%1 refused too many keys. Name the right one in ~/.ssh/config (IdentityFile, IdentitiesOnly)."},
    Meaning{"Permission denied (", ErrorCode::PermissionDenied, Retry::No,
            "%1 did not let you in: none of the keys and passwords was accepted."},
    Meaning{"Could not resolve hostname", ErrorCode::NotFound, Retry::Later,
            "The name %1 is not known. Check it, or the network."},
    Meaning{"Connection refused", ErrorCode::Disconnected, Retry::Later,
            "%1 refused the connection: no ssh server listens there now."},
    Meaning{"timed out", ErrorCode::Timeout, Retry::Later, "%1 did not answer in time."},
    Meaning{"No route to host", ErrorCode::Disconnected, Retry::Later,
            "There is no way to %1. Is it switched on, and are you in its network?"},
    Meaning{"Network is unreachable", ErrorCode::Disconnected, Retry::Later,
            "There is no way to %1: this machine has no network that leads there."},
    Meaning{
        "Bad owner or permissions", ErrorCode::Unsupported, Retry::No,
        "The way to %1 is not set up: the ssh program refuses its configuration, which others could change."},
    Meaning{"Bad configuration option", ErrorCode::Unsupported, Retry::No,
            "The way to %1 is not set up: the ssh program cannot read its configuration."},
    Meaning{"Unable to negotiate", ErrorCode::Unsupported, Retry::No,
            "This machine's ssh program and %1 have no method in common."},
    Meaning{"Connection closed by", ErrorCode::Disconnected, Retry::Later, "%1 closed the connection."},
    Meaning{"Connection reset by", ErrorCode::Disconnected, Retry::Later, "%1 closed the connection."},
    Meaning{"kex_exchange_identification", ErrorCode::Disconnected, Retry::Later,
            "%1 closed the connection."},
};

QString captured(const QString& text, const QString& pattern)
{
    return QRegularExpression(pattern, QRegularExpression::MultilineOption).match(text).captured(1);
}

} // namespace

Error sshError(const QByteArray& said, const QString& host)
{
    const QString detail = sshDetail(said);
    for (const Meaning& meaning : meanings) {
        if (said.contains(meaning.said))
            return {meaning.code, QString::fromUtf8(meaning.sentence).arg(host), detail, meaning.retry};
    }
    return {ErrorCode::Disconnected, u"The connection to %1 could not be made."_s.arg(host), detail,
            Retry::Later};
}

ChangedHostKey changedHostKey(const QByteArray& bytes)
{
    const QString said = QString::fromUtf8(bytes);
    ChangedHostKey key;
    if (!said.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"_L1)) return key;
    key.host = captured(said, u"[Hh]ost key for (\\S+) has changed"_s);
    key.keyType = captured(said, u"fingerprint for the (\\S+) key"_s);
    key.fingerprint = captured(said, u"^([A-Z0-9]+:[A-Za-z0-9+/=:]+)\\.?\\s*$"_s);
    key.knownHostsFile = captured(said, u"Offending \\S+ key in (.+):\\d+\\s*$"_s);
    return key;
}

QString sshDetail(const QByteArray& said)
{
    QStringList lines;
    for (const QString& line : QString::fromUtf8(said).split(u'\n', Qt::SkipEmptyParts)) {
        const QString text = line.trimmed();
        if (!text.isEmpty() && !text.contains("to the list of known hosts"_L1) && !text.startsWith(u'@'))
            lines << text;
    }
    constexpr qsizetype most = 20;
    return lines.sliced(std::max<qsizetype>(0, lines.size() - most)).join(u'\n');
}

} // namespace cahier::runtimes
