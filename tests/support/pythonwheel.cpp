// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/pythonwheel.h>

#include <QDir>
#include <QProcess>

namespace cahier::test {

using namespace Qt::StringLiterals;

namespace {

constexpr auto wheelCode = R"(
import sys, zipfile
folder, name, version = sys.argv[1:]
info = f'{name}-{version}.dist-info'
files = {f'{name}/__init__.py': '',
         f'{info}/METADATA': f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n',
         f'{info}/WHEEL': 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n'}
files[f'{info}/RECORD'] = ''.join(f'{path},,\n' for path in [*files, f'{info}/RECORD'])
with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl', 'w') as wheel:
    for path, text in files.items():
        wheel.writestr(path, text)
)"_L1;

} // namespace

bool writeWheel(const QString& folder, const QString& name, const QString& version)
{
    return QDir().mkpath(folder) &&
           QProcess::execute(u"python3"_s, {u"-c"_s, wheelCode, folder, name, version}) == 0;
}

QString findVenvMaker()
{
    QStringList candidates{u"python3"_s};
    const QDir pyenv(QDir::homePath() + u"/.pyenv/versions"_s);
    for (const QString& version : pyenv.entryList({u"3.1?.*"_s}, QDir::Dirs, QDir::Name | QDir::Reversed))
        candidates << pyenv.filePath(version) + u"/bin/python"_s;
    for (const QString& candidate : candidates) {
        QProcess process;
        process.start(candidate, {u"-c"_s, u"import sys, venv, ensurepip; print(sys.executable)"_s});
        if (process.waitForFinished() && process.exitStatus() == QProcess::NormalExit &&
            process.exitCode() == 0)
            return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
    }
    return {};
}

} // namespace cahier::test
