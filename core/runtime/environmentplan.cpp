// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/environmentplan.h>

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

/// What the tools print comes at once, and none of them asks.
QHash<QString, std::optional<QString>> toolEnvironment()
{
    return {{u"PYTHONUNBUFFERED"_s, u"1"_s},
            {u"PIP_NO_INPUT"_s, u"1"_s},
            {u"PIP_DISABLE_PIP_VERSION_CHECK"_s, u"1"_s},
            {u"VIRTUAL_ENV"_s, std::nullopt},
            {u"PYTHONHOME"_s, std::nullopt}};
}

EnvironmentStep step(const QString& title, const QStringList& argv)
{
    return {title, {argv, {}, toolEnvironment()}};
}

EnvironmentStep installStep(const QString& python, const QString& uv, const QStringList& options,
                            const QStringList& packages)
{
    const QStringList argv = uv.isEmpty() ? QStringList{python, u"-m"_s, u"pip"_s, u"install"_s}
                                          : QStringList{uv, u"pip"_s, u"install"_s, u"--python"_s, python};
    const QString title =
        packages.size() == 1 ? u"Install %1"_s.arg(packages.first()) : u"Install packages"_s;
    return step(title, argv + options + packages);
}

QString folderOf(const QString& path)
{
    return path.first(std::max<qsizetype>(1, path.lastIndexOf(u'/')));
}

QString lastLines(const QString& output)
{
    constexpr int count = 12;
    return output.trimmed().section(u'\n', -count);
}

/// The first group of a pattern in the output.
QString found(const QString& output, const QString& pattern)
{
    return QRegularExpression(pattern).match(output).captured(1).trimmed();
}

struct Meaning {
    QLatin1StringView sign;
    ErrorCode code;
    QLatin1StringView message;
};

constexpr auto managed =
    "The system manages the packages of this Python. Make an environment of it instead."_L1;
constexpr auto noNetwork =
    "The package index cannot be reached. Check the machine's network, then try again."_L1;

// In this order: a full disk is what to say, whatever else it caused.
constexpr std::array meanings{
    Meaning{"No space left on device"_L1, ErrorCode::NoSpace,
            "There is no space left on the disk. Make room, then try again."_L1},
    Meaning{"Disk quota exceeded"_L1, ErrorCode::NoSpace,
            "Your disk quota is used up. Make room, then try again."_L1},
    Meaning{"externally-managed-environment"_L1, ErrorCode::Unsupported, managed},
    Meaning{"externally managed"_L1, ErrorCode::Unsupported, managed},
    Meaning{"name resolution"_L1, ErrorCode::Disconnected, noNetwork},
    Meaning{"Name or service not known"_L1, ErrorCode::Disconnected, noNetwork},
    Meaning{"Failed to establish a new connection"_L1, ErrorCode::Disconnected, noNetwork},
    Meaning{"Network is unreachable"_L1, ErrorCode::Disconnected, noNetwork},
    Meaning{
        "ProxyError"_L1, ErrorCode::Disconnected,
        "The package index cannot be reached through the machine's proxy. Check its network settings."_L1},
    Meaning{"ReadTimeoutError"_L1, ErrorCode::Timeout,
            "The package index does not answer. Try again in a while."_L1},
    Meaning{"dns error"_L1, ErrorCode::Disconnected, noNetwork},
    Meaning{"error sending request"_L1, ErrorCode::Disconnected, noNetwork},
    Meaning{"Permission denied"_L1, ErrorCode::PermissionDenied,
            "You may not write there. Choose another folder, or make an environment of your own."_L1},
};

/// Python's own venv module says by itself which package it lacks.
std::optional<Error> venvError(const QString& program, const QString& output)
{
    static const QRegularExpression incomplete(u"ensurepip is not\\s+available"_s);
    if (!output.contains(incomplete) &&
        !output.contains(QRegularExpression(u"No module named '?(venv|ensurepip)"_s)))
        return std::nullopt;
    const QString package = found(output, u"apt(?:-get)? install (\\S+)"_s);
    const QString command =
        package.isEmpty() ? u"sudo apt install python3-venv"_s : u"sudo apt install %1"_s.arg(package);
    return Error{ErrorCode::Unsupported,
                 u"%1 cannot make environments: a part of Python is missing. Install it with: %2"_s.arg(
                     program, command),
                 lastLines(output)};
}

} // namespace

EnvironmentPlan planOf(const NewEnvironment& wanted)
{
    EnvironmentPlan plan;
    plan.folder = wanted.folder;
    plan.python = wanted.folder + u"/bin/python"_s;
    plan.steps.push_back(step(u"Make the folder"_s, {u"mkdir"_s, u"-p"_s, u"--"_s, folderOf(wanted.folder)}));
    plan.steps.push_back(step(u"Make the folder"_s, {u"mkdir"_s, u"--"_s, wanted.folder}));
    plan.steps.back().makesFolder = true;
    QStringList make = wanted.uv.isEmpty() ? QStringList{wanted.python, u"-m"_s, u"venv"_s}
                                           : QStringList{wanted.uv, u"venv"_s, u"--python"_s, wanted.python};
    if (wanted.systemPackages) make << u"--system-site-packages"_s;
    plan.steps.push_back(step(u"Make the environment"_s, make << wanted.folder));
    QStringList packages{u"ipykernel"_s};
    for (const QString& package : wanted.packages)
        if (!packages.contains(package)) packages << package;
    plan.steps.push_back(installStep(plan.python, wanted.uv, wanted.installOptions, packages));
    return plan;
}

Result<EnvironmentPlan> ipykernelPlan(const Environment& environment, const QString& uv)
{
    if (environment.managed)
        return failure(
            ErrorCode::Unsupported,
            u"The system manages the packages of %1. Make an environment of it instead, or install "
            "ipykernel with the system's own tools."_s.arg(environment.interpreter));
    const bool hasPip = environment.packages.contains(u"pip"_s);
    if (!hasPip && uv.isEmpty())
        return failure(ErrorCode::Unsupported,
                       u"%1 has no pip to install ipykernel with. Make a new environment instead."_s.arg(
                           environment.interpreter));
    return EnvironmentPlan{
        {installStep(environment.interpreter, hasPip ? QString() : uv, {}, {u"ipykernel"_s})},
        {},
        environment.interpreter};
}

EnvironmentPlan registrationPlan(const Environment& environment)
{
    const QString title = environment.name.isEmpty()
                              ? u"Python %1"_s.arg(environment.version)
                              : u"Python %1 (%2)"_s.arg(environment.version, environment.name);
    QString name = u"python-"_s + (environment.name.isEmpty() ? environment.version : environment.name);
    static const QRegularExpression unfit(u"[^A-Za-z0-9._-]"_s);
    name = name.replace(unfit, u"-"_s).toLower();
    return {{step(u"Make it a kernel"_s, {environment.interpreter, u"-m"_s, u"ipykernel"_s, u"install"_s,
                                          u"--user"_s, u"--name"_s, name, u"--display-name"_s, title})},
            {},
            environment.interpreter};
}

Result<QStringList> packagesIn(const QString& text)
{
    static const QRegularExpression blanks(u"\\s+"_s);
    QStringList packages;
    for (QString package : text.split(blanks, Qt::SkipEmptyParts)) {
        while (package.endsWith(u','))
            package.chop(1);
        if (package.startsWith(u'-'))
            return failure(ErrorCode::InvalidFormat,
                           u"“%1” is no package. Write names such as numpy or torch==2.9."_s.arg(package));
        if (!package.isEmpty() && !packages.contains(package)) packages << package;
    }
    return packages;
}

Result<void> checkEnvironmentName(const QString& name)
{
    if (name.isEmpty()) return failure(ErrorCode::InvalidFormat, u"The environment needs a name."_s);
    static const QRegularExpression fit(u"^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\\z"_s);
    if (fit.match(name).hasMatch()) return {};
    return failure(ErrorCode::InvalidFormat,
                   u"A name has letters, digits, “.”, “-” and “_”, and begins with a letter or a digit."_s);
}

QString shellText(const Command& command)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9_@%+=:,./~-]+$"_s);
    QStringList words;
    for (const QString& word : command.argv) {
        const bool isPlain = plain.match(word).hasMatch() && !word.startsWith(u'~');
        words << (isPlain ? word : u'\'' + QString(word).replace(u'\'', u"'\\''"_s) + u'\'');
    }
    return words.join(u' ');
}

Error stepError(const EnvironmentStep& step, int status, const QString& output)
{
    const QString program = step.command.argv.value(0);
    if (step.makesFolder && output.contains("File exists"_L1))
        return {ErrorCode::IllegalState,
                u"There is something at %1 already. Choose another name."_s.arg(step.command.argv.last())};
    if (const auto error = venvError(program, output)) return *error;
    for (const Meaning& meaning : meanings)
        if (output.contains(meaning.sign, Qt::CaseInsensitive))
            return {meaning.code, QString(meaning.message), lastLines(output)};
    const QString missing = found(output, u"No matching distribution found for ([^\\n]+)"_s);
    if (!missing.isEmpty())
        return {ErrorCode::NotFound,
                u"There is no package “%1” for this Python. Check its name and version."_s.arg(missing),
                lastLines(output)};
    const QString conflict = found(output, u"No solution found[^\\n]*\\n([^\\n]+)"_s);
    if (!conflict.isEmpty())
        return {ErrorCode::NotFound, u"The packages do not go together: %1"_s.arg(conflict),
                lastLines(output)};
    return {ErrorCode::Io,
            u"“%1” did not work: %2 ended with status %3."_s.arg(step.title, program).arg(status),
            lastLines(output)};
}

} // namespace cahier::runtime
