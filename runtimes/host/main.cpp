// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/serve.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <string_view>

namespace {

constexpr const char* usage =
    "usage: cahier-host serve [--daemon] [--idle-exit SECONDS] [--journal-limit BYTES]\n"
    "       cahier-host attach\n"
    "       cahier-host --version | --help\n"
    "\n"
    "Runs Jupyter kernels and keeps their output for Cahier.\n"
    "\n"
    "serve    runs the host of this user; does nothing when one runs already\n"
    "  --daemon               returns once the host listens, which goes on in the background\n"
    "  --idle-exit SECONDS    ends after this long with no kernel and no client (30)\n"
    "  --journal-limit BYTES  what is kept of one kernel's messages (536870912)\n"
    "attach   connects standard input and output to the host, starting it where needed\n";

std::optional<long long> number(std::string_view text)
{
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

int complain(const char* what, std::string_view argument)
{
    std::fprintf(stderr, "cahier-host: %s: %.*s\n%s", what, static_cast<int>(argument.size()),
                 argument.data(), usage);
    return 2;
}

int serve(std::span<char*> arguments)
{
    cahier::host::ServeOptions options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--daemon") {
            options.daemon = true;
            continue;
        }
        if (argument != "--idle-exit" && argument != "--journal-limit")
            return complain("unknown option", argument);
        const auto value = i + 1 < arguments.size() ? number(arguments[i + 1]) : std::nullopt;
        if (!value) return complain("a number is needed after", argument);
        ++i;
        if (argument == "--idle-exit")
            options.idleExitMs = *value * 1000;
        else
            options.journalLimit = static_cast<std::uint64_t>(*value);
    }
    return cahier::host::serve(options);
}

} // namespace

int main(int argc, char** argv)
{
    const std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
    const std::string_view command = arguments.empty() ? std::string_view("serve") : arguments.front();
    if (command == "--help" || command == "-h") {
        std::fputs(usage, stdout);
        return 0;
    }
    if (command == "--version") {
        std::puts("cahier-host " CAHIER_VERSION);
        return 0;
    }
    if (command == "attach")
        return arguments.size() == 1 ? cahier::host::attach() : complain("unknown option", arguments[1]);
    if (command == "serve") return serve(arguments.empty() ? arguments : arguments.subspan(1));
    return complain("unknown command", command);
}
