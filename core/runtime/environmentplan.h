// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that make a Python environment, or change one: worked out before anything runs, so that people
// see them first.
#pragma once

#include <core/runtime/environments.h>
#include <core/runtime/process.h>

#include <vector>

namespace cahier::runtime {

struct EnvironmentStep {
    QString title;
    Command command;
    bool makesFolder = false; ///< after it, the plan's folder is one that we made
};

struct EnvironmentPlan {
    std::vector<EnvironmentStep> steps;
    QString folder; ///< goes again when a step fails; empty where nothing is made
    QString python; ///< the interpreter that has ipykernel afterwards
};

struct NewEnvironment {
    QString folder;              ///< absolute; must not exist yet
    QString python;              ///< the interpreter that it is made of
    QString uv = {};             ///< the program's path, to use it; empty: venv and pip
    bool systemPackages = false; ///< it sees what its interpreter has
    QStringList packages = {};   ///< beside ipykernel, as pip takes them: "numpy", "torch==2.9"
    QStringList installOptions = {};
};

[[nodiscard]] EnvironmentPlan planOf(const NewEnvironment& wanted);

/// Adds ipykernel to an environment that lacks it, through uv where its path is given and there is no pip.
/// Unsupported, with a sentence, for one that the system manages and one that nothing can install into.
[[nodiscard]] Result<EnvironmentPlan> ipykernelPlan(const Environment& environment, const QString& uv);

/// Makes an environment that has ipykernel a kernel for every notebook, by a spec in the user's data folder.
[[nodiscard]] EnvironmentPlan registrationPlan(const Environment& environment);

/// The packages named in a text, by blanks. InvalidFormat for an option.
[[nodiscard]] Result<QStringList> packagesIn(const QString& text);

/// Whether a text can be the name of an environment in a folder of them: InvalidFormat says why not.
[[nodiscard]] Result<void> checkEnvironmentName(const QString& name);

/// A command as it is typed into a shell.
[[nodiscard]] QString shellText(const Command& command);

/// What is wrong when a step exits with a status other than 0, by the end of what it printed.
[[nodiscard]] Error stepError(const EnvironmentStep& step, int status, const QString& output);

} // namespace cahier::runtime
