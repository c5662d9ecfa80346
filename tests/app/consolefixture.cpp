// SPDX-License-Identifier: GPL-3.0-or-later
#include "consolefixture.h"

#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>

#include <csignal>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace cahier::test;

namespace {

constexpr int longestRun = 120'000; // ms

ConsoleResult resultOf(QProcess& process)
{
    ConsoleResult result;
    if (process.exitStatus() == QProcess::NormalExit && process.error() == QProcess::UnknownError)
        result.status = process.exitCode();
    result.out = QString::fromUtf8(process.readAllStandardOutput());
    result.err = QString::fromUtf8(process.readAllStandardError());
    return result;
}

} // namespace

ConsoleFixture::ConsoleFixture() : m_environment(QProcessEnvironment::systemEnvironment())
{
    for (const QString& name : strayVariables())
        m_environment.remove(name);
    QDir(m_folder.path()).mkdir(u"s"_s);
    QDir(m_folder.path()).mkdir(u"home"_s);
    m_environment.insert(u"HOME"_s, path(u"home"_s));
    m_environment.insert(u"XDG_STATE_HOME"_s, path(u"s"_s));
    m_environment.insert(u"CAHIER_HOST_DIR"_s, path(u"h"_s));
    m_environment.insert(u"CAHIER_HOST_PROGRAM"_s, QStringLiteral(CAHIER_HOST_PROGRAM));
    m_environment.insert(u"IPYTHONDIR"_s, path(u"ipython"_s));
    m_environment.insert(u"MPLCONFIGDIR"_s, path(u"mpl"_s));
}

ConsoleFixture::~ConsoleFixture()
{
    HostClient client(path(u"h/host.sock"_s).toStdString());
    const nlohmann::json hello = client.isOpen() ? client.hello() : nlohmann::json();
    const qint64 pid = hello.is_object() ? hello.value("pid", qint64(0)) : 0;
    if (pid <= 0) return;
    ::kill(static_cast<pid_t>(pid), SIGTERM);
    if (!waitUntil([pid] { return !processLives(pid); })) qWarning("the host did not end");
}

QString ConsoleFixture::path(const QString& name) const
{
    return m_folder.filePath(name);
}

void ConsoleFixture::write(const QString& name, const QByteArray& bytes) const
{
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

QByteArray ConsoleFixture::read(const QString& name) const
{
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

nlohmann::json ConsoleFixture::json(const QString& name) const
{
    nlohmann::json value = nlohmann::json::parse(read(name).toStdString(), nullptr, false);
    return value.is_discarded() ? nlohmann::json() : value;
}

void ConsoleFixture::writeNotebook(const QString& name, const QStringList& sources) const
{
    nlohmann::json cells = nlohmann::json::array();
    for (const QString& source : sources) {
        cells.push_back({{"cell_type", "code"},
                         {"execution_count", nullptr},
                         {"id", "cell-" + std::to_string(cells.size())},
                         {"metadata", nlohmann::json::object()},
                         {"outputs", nlohmann::json::array()},
                         {"source", source.toStdString()}});
    }
    const nlohmann::json notebook{
        {"cells", cells},
        {"metadata",
         {{"kernelspec", {{"display_name", "Python 3"}, {"language", "python"}, {"name", "python3"}}},
          {"language_info", {{"name", "python"}}}}},
        {"nbformat", 4},
        {"nbformat_minor", 5}};
    write(name, QByteArray::fromStdString(notebook.dump(1)) + '\n');
}

ConsoleResult ConsoleFixture::run(const QStringList& arguments, const QByteArray& input) const
{
    const auto process = start(arguments);
    process->write(input);
    process->closeWriteChannel();
    if (!process->waitForFinished(longestRun)) {
        process->kill();
        process->waitForFinished();
    }
    return resultOf(*process);
}

std::unique_ptr<QProcess> ConsoleFixture::start(const QStringList& arguments,
                                                const std::function<void(QProcess&)>& prepare) const
{
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(m_environment);
    process->setWorkingDirectory(m_folder.path());
    process->setChildProcessModifier([] { ::setsid(); });
    if (prepare) prepare(*process);
    process->start(QStringLiteral(CAHIER_PROGRAM), arguments);
    return process;
}

void ConsoleFixture::setEnvironment(const QString& name, const QString& value)
{
    m_environment.insert(name, value);
}

QString streamText(const nlohmann::json& cell)
{
    QString text;
    for (const auto& output : cell["outputs"]) {
        if (output["output_type"] != "stream") continue;
        if (output["text"].is_string()) text += QString::fromStdString(output["text"].get<std::string>());
        for (const auto& line : output["text"]) {
            if (output["text"].is_array()) text += QString::fromStdString(line.get<std::string>());
        }
    }
    return text;
}
