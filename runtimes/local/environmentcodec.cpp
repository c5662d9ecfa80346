// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/environmentcodec.h>

#include <core/runtime/jsonaccess.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

Environment::Kind kindOf(const QString& name)
{
    if (name == "venv"_L1) return Environment::Kind::Venv;
    if (name == "conda"_L1) return Environment::Kind::Conda;
    if (name == "pyenv"_L1) return Environment::Kind::Pyenv;
    if (name == "uv"_L1) return Environment::Kind::Uv;
    return Environment::Kind::System;
}

Environment parseEnvironment(const json& value)
{
    Environment environment;
    environment.kind = kindOf(textOf(value, "kind"));
    environment.interpreter = textOf(value, "interpreter");
    environment.paths = textsOf(value, "paths");
    environment.prefix = textOf(value, "prefix");
    environment.name = textOf(value, "name");
    environment.version = textOf(value, "version");
    environment.managed = flagOf(value, "managed");
    environment.canMake = flagOf(value, "can_make");
    environment.problem = textOf(value, "problem");
    for (const auto& [name, version] : objectOf(value, "packages").items())
        if (version.is_string())
            environment.packages.insert(QString::fromStdString(name),
                                        QString::fromStdString(version.get<std::string>()));
    return environment;
}

} // namespace

Environments parseEnvironments(const json& reply)
{
    Environments environments;
    environments.uv = textOf(reply, "uv");
    environments.home = textOf(reply, "home");
    for (const json& value : arrayOf(reply, "environments"))
        if (value.is_object()) environments.found.push_back(parseEnvironment(value));
    return environments;
}

} // namespace cahier::runtimes
