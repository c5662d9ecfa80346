// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/terminal.h>

#include <app/console/commands.h>

#include <QByteArray>

#include <cstdio>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

void print(std::FILE* stream, const QString& text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stream);
    std::fflush(stream);
}

} // namespace

void printOut(const QString& text)
{
    print(stdout, text);
}

void printError(const QString& text)
{
    print(stderr, text);
}

void printFailure(const Error& error)
{
    printError(u"cahier: "_s + error.text() + u'\n');
}

int usageError(const QString& problem, const QString& command)
{
    const QString help = command.isEmpty() ? u"cahier --help"_s : u"cahier %1 --help"_s.arg(command);
    printError(u"cahier: %1\nSee `%2`.\n"_s.arg(problem, help));
    return exitUsage;
}

bool isTerminal(int fileDescriptor)
{
    return ::isatty(fileDescriptor) == 1;
}

} // namespace cahier::console
