// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/commands.h>
#include <app/window/windowmain.h>

#include <QCoreApplication>

#include <clocale>
#include <csignal>
#include <cstring>

#include <langinfo.h>

namespace {

/// Qt works in UTF-8 and warns about other locales at each start; what we print is UTF-8 in any case.
void useUtf8Locale()
{
    std::setlocale(LC_ALL, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) qputenv("LC_ALL", "C.UTF-8");
}

/// A token in an address is nothing for the list of processes that every user sees.
void hideTokens(int argc, char* argv[])
{
    constexpr const char* mark = "token=";
    for (int argument = 1; argument < argc; ++argument) {
        char* secret = std::strstr(argv[argument], mark);
        if (!secret) continue;
        for (secret += std::strlen(mark); *secret != '\0' && *secret != '&' && *secret != '#'; ++secret)
            *secret = 'x';
    }
}

} // namespace

int main(int argc, char* argv[])
{
    // Who reads our messages may go away; the run goes on.
    std::signal(SIGPIPE, SIG_IGN);
    const bool hadLocale = qEnvironmentVariableIsSet("LC_ALL");
    const QByteArray locale = qgetenv("LC_ALL");
    useUtf8Locale();
    // Kernels get the environment as it was.
    const auto restoreLocale = [&] {
        if (hadLocale)
            qputenv("LC_ALL", locale);
        else
            qunsetenv("LC_ALL");
    };
    if (!cahier::console::isForConsole(argc, argv))
        return cahier::window::runWindow(argc, argv, restoreLocale);
    QCoreApplication application(argc, argv);
    restoreLocale();
    QCoreApplication::setApplicationName(QStringLiteral("cahier"));
    QCoreApplication::setApplicationVersion(QStringLiteral(CAHIER_VERSION));
    const QStringList arguments = QCoreApplication::arguments().sliced(1);
    hideTokens(argc, argv);
    return cahier::console::runCommand(arguments);
}
