// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/localstage.h>

#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <csignal>

namespace cahier::test {

using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

/// Kernel specs "scripted" and "missing" (whose program is not there).
void writeSpecs(const QString& folder)
{
    json scriptedSpec = scripted();
    scriptedSpec["display_name"] = "Scripted";
    const json missing = {{"argv", {"/no/such/python", "{connection_file}"}},
                          {"display_name", "Missing"},
                          {"language", "python"}};
    for (const auto& [name, spec] : {std::pair{u"scripted"_s, scriptedSpec}, {u"missing"_s, missing}}) {
        const QString path = folder + u"/kernels/"_s + name;
        QDir().mkpath(path);
        QFile file(path + u"/kernel.json"_s);
        if (file.open(QIODevice::WriteOnly)) file.write(QByteArray::fromStdString(spec.dump()));
    }
}

} // namespace

LocalStage::LocalStage()
{
    QDir(m_folder.path()).mkdir(u"h"_s);
    QFile::setPermissions(folder(u"h"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    writeSpecs(folder(u"jupyter"_s));
    const auto set = [this](const char* name, const QString& child) {
        qputenv(name, folder(child).toLocal8Bit());
    };
    for (const QString& name : strayVariables())
        qunsetenv(name.toLocal8Bit());
    set("CAHIER_HOST_DIR", u"h"_s);
    set("XDG_STATE_HOME", u"state"_s);
    set("JUPYTER_PATH", u"jupyter"_s);
    set("IPYTHONDIR", u"ipython"_s);
    set("HOME", {});
    qputenv("CAHIER_HOST_PROGRAM", hostProgram().toLocal8Bit());
}

LocalStage::~LocalStage()
{
    const qint64 pid = hostPid();
    if (pid == 0) return;
    ::kill(static_cast<pid_t>(pid), SIGTERM);
    if (!waitUntil([pid] { return !processLives(pid); })) qWarning("the host did not end");
}

std::unique_ptr<runtimes::LocalRuntime> LocalStage::makeRuntime() const
{
    return std::make_unique<runtimes::LocalRuntime>();
}

qint64 LocalStage::hostPid() const
{
    HostClient client(folder(u"h/host.sock"_s).toStdString());
    const json hello = client.isOpen() ? client.hello() : json();
    return hello.is_object() ? hello.value("pid", qint64(0)) : 0;
}

void LocalStage::killHost()
{
    const qint64 pid = hostPid();
    QVERIFY(pid != 0);
    ::kill(static_cast<pid_t>(pid), SIGKILL);
    QVERIFY(waitUntil([pid] { return !processLives(pid); }));
}

bool LocalStage::waitUntil(const std::function<bool()>& holds)
{
    return waitFor(holds);
}

} // namespace cahier::test
