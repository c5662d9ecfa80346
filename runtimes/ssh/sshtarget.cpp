// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshtarget.h>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

/// The characters that OpenSSH refuses in names on its command line, and blanks.
bool isName(const QString& name)
{
    constexpr QStringView bad = u"'`\"$\\;&<>|(){},@/?#*!";
    return !name.isEmpty() && !name.startsWith(u'-') && std::ranges::none_of(name, [&](QChar c) {
        return c.isSpace() || c.category() == QChar::Other_Control || bad.contains(c);
    });
}

/// Takes ":PORT" off the end. False when what follows the colon is no port.
bool takePort(QString& host, int& port)
{
    const qsizetype colon = host.lastIndexOf(u':');
    const bool bracketed = host.startsWith(u'[');
    if (bracketed ? colon < host.indexOf(u']') : colon < 0 || host.indexOf(u':') != colon) return true;
    bool isNumber = false;
    port = QStringView(host).sliced(colon + 1).toInt(&isNumber);
    host.truncate(colon);
    return isNumber && port > 0 && port < 65536;
}

} // namespace

Result<SshTarget> SshTarget::parse(const QString& text)
{
    QString rest = text.trimmed();
    if (rest.startsWith("ssh://"_L1)) rest = rest.sliced(6);
    if (rest.endsWith(u'/')) rest.chop(1);
    SshTarget target;
    const qsizetype at = rest.lastIndexOf(u'@');
    if (at >= 0) target.user = rest.first(at);
    target.host = rest.sliced(at + 1);
    const bool portFits = takePort(target.host, target.port);
    if (target.host.startsWith(u'[') && target.host.endsWith(u']'))
        target.host = target.host.sliced(1, target.host.size() - 2);
    if (portFits && isName(target.host) && (at < 0 || isName(target.user))) return target;
    return failure(ErrorCode::InvalidFormat,
                   u"“%1” names no machine. Type HOST, USER@HOST or USER@HOST:PORT."_s.arg(text.trimmed()));
}

QString SshTarget::text() const
{
    QString text = user.isEmpty() ? host : user + u'@' + host;
    if (port == 0) return text;
    if (host.contains(u':')) text = (user.isEmpty() ? QString() : user + u'@') + u'[' + host + u']';
    return text + u':' + QString::number(port);
}

QStringList SshTarget::arguments() const
{
    QStringList arguments;
    if (!user.isEmpty()) arguments << u"-l"_s << user;
    if (port != 0) arguments << u"-p"_s << QString::number(port);
    return arguments << u"--"_s << host;
}

} // namespace cahier::runtimes
