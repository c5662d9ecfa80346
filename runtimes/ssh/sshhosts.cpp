// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshhosts.h>

#include <runtimes/ssh/sshtarget.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QPromise>
#include <QThreadPool>
#include <QTimer>

#include <memory>

#include <glob.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

constexpr int deepest = 16; // as in ssh
constexpr int resolveLimitMs = 15000;

/// The words of a configuration line: blanks and one = after the keyword part them, double quotes keep them
/// together, # at the beginning of a word ends the line.
QStringList wordsOf(const QString& line)
{
    QStringList words;
    QString word;
    bool quoted = false;
    bool inWord = false;
    const auto finish = [&] {
        if (inWord) words << std::exchange(word, {});
        inWord = false;
    };
    for (const QChar c : line) {
        if (c == u'"') {
            quoted = !quoted;
            inWord = true;
        } else if (!quoted && (c.isSpace() || (c == u'=' && words.size() + (inWord ? 1 : 0) <= 1))) {
            finish();
        } else if (!quoted && !inWord && c == u'#') {
            break;
        } else {
            word += c;
            inWord = true;
        }
    }
    finish();
    return words;
}

bool isPattern(const QString& name)
{
    return name.contains(u'*') || name.contains(u'?') || name.startsWith(u'!');
}

/// The files that an Include names, sorted as glob(3) does.
QStringList includedFiles(QString pattern, const QString& homeFolder)
{
    if (pattern.startsWith("~/"_L1)) pattern = homeFolder + pattern.sliced(1);
    if (!pattern.startsWith(u'/')) pattern = homeFolder + u"/.ssh/"_s + pattern;
    QStringList files;
    glob_t found{};
    if (::glob(QFile::encodeName(pattern).constData(), 0, nullptr, &found) == 0) {
        for (std::size_t at = 0; at < found.gl_pathc; ++at)
            files << QFile::decodeName(found.gl_pathv[at]);
    }
    ::globfree(&found);
    return files;
}

void readFile(const QString& path, const QString& homeFolder, int depth, QStringList& hosts)
{
    QFile file(path);
    if (depth > deepest || !file.open(QIODevice::ReadOnly)) return;
    while (!file.atEnd()) {
        QStringList words = wordsOf(QString::fromUtf8(file.readLine()));
        if (words.size() < 2) continue;
        const QString keyword = words.takeFirst().toLower();
        for (const QString& word : std::as_const(words)) {
            if (keyword == "include"_L1) {
                for (const QString& included : includedFiles(word, homeFolder))
                    readFile(included, homeFolder, depth + 1, hosts);
            } else if (keyword == "host"_L1 && !isPattern(word) && !hosts.contains(word) &&
                       SshTarget::parse(word)) {
                hosts << word;
            }
        }
    }
}

} // namespace

QStringList SshHosts::read(const QString& configFile, const QString& homeFolder)
{
    QStringList hosts;
    readFile(configFile, homeFolder, 0, hosts);
    return hosts;
}

QFuture<QStringList> SshHosts::readOwn()
{
    auto promise = std::make_shared<QPromise<QStringList>>();
    promise->start();
    QThreadPool::globalInstance()->start([promise] {
        promise->addResult(read(QDir::homePath() + u"/.ssh/config"_s, QDir::homePath()));
        promise->finish();
    });
    return promise->future();
}

QFuture<Result<ResolvedSshHost>> SshHosts::resolve(const QString& host, const QStringList& sshArguments)
{
    auto promise = std::make_shared<QPromise<Result<ResolvedSshHost>>>();
    promise->start();
    const Result<SshTarget> target = SshTarget::parse(host);
    const auto give = [promise](Result<ResolvedSshHost> result) {
        if (promise->future().isFinished()) return;
        promise->addResult(std::move(result));
        promise->finish();
    };
    if (!target) {
        give(std::unexpected(target.error()));
        return promise->future();
    }
    auto* process = new QProcess;
    QObject::connect(process, &QProcess::finished, process, [process, give](int code) {
        if (code == 0)
            give(parseResolved(process->readAllStandardOutput()));
        else
            give(failure(ErrorCode::InvalidFormat, u"The ssh program cannot read its configuration."_s,
                         QString::fromLocal8Bit(process->readAllStandardError()).trimmed()));
        process->deleteLater();
    });
    QObject::connect(
        process, &QProcess::errorOccurred, process, [process, give](QProcess::ProcessError error) {
            if (error != QProcess::FailedToStart) return; // finished() tells
            give(failure(ErrorCode::NotFound, u"The program ssh was not found. Install OpenSSH's client."_s));
            process->deleteLater();
        });
    QTimer::singleShot(resolveLimitMs, process, &QProcess::kill);
    process->setStandardInputFile(QProcess::nullDevice());
    process->start(u"ssh"_s, QStringList(sshArguments) << u"-G"_s << target->arguments());
    return promise->future();
}

ResolvedSshHost SshHosts::parseResolved(const QByteArray& output)
{
    ResolvedSshHost host;
    for (const QByteArray& line : output.split('\n')) {
        const qsizetype blank = line.indexOf(' ');
        if (blank < 0) continue;
        const QByteArray keyword = line.first(blank).toLower();
        const QString value = QString::fromUtf8(line.sliced(blank + 1)).trimmed();
        if (keyword == "hostname") host.hostName = value;
        if (keyword == "user") host.user = value;
        if (keyword == "port") host.port = value.toInt();
        if (keyword == "identityfile") host.identityFiles << value;
        if (keyword == "proxyjump" && value != "none"_L1) host.proxyJump = value;
    }
    return host;
}

} // namespace cahier::runtimes
