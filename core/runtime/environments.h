// SPDX-License-Identifier: GPL-3.0-or-later
// The Pythons of a runtime's machine: what they have, and which kernel spec starts them.
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <vector>

namespace cahier::runtime {

struct KernelSpec;
struct KernelSpecs;

struct Environment {
    enum class Kind { System, Venv, Conda, Pyenv, Uv };

    Kind kind = Kind::System;
    QString interpreter;              ///< a path on that machine
    QStringList paths;                ///< every way to it that was found, the interpreter first
    QString prefix;                   ///< its folder
    QString name;                     ///< what its owner calls it; empty for the system's
    QString version;                  ///< of Python: "3.13.5"; empty where it does not run
    QHash<QString, QString> packages; ///< versions of those of knownPackages() that are installed
    bool managed = false;             ///< no packages are to be installed into it (PEP 668)
    bool canMake = false;             ///< it can make environments by itself: has venv and ensurepip
    QString problem;                  ///< a sentence, where it does not run

    [[nodiscard]] bool works() const { return problem.isEmpty(); }
    [[nodiscard]] bool hasIpykernel() const { return packages.contains(QStringLiteral("ipykernel")); }
};

struct Environments {
    std::vector<Environment> found; ///< the active one and those of PATH first
    QString uv;                     ///< the program's path; empty where it is not installed
    QString home;                   ///< the home folder on that machine
};

/// The packages that environments are asked for, as the package index names them.
[[nodiscard]] QStringList knownPackages();

/// The spec that starts a kernel in that environment; null where none does.
[[nodiscard]] const KernelSpec* specFor(const KernelSpecs& specs, const Environment& environment);

} // namespace cahier::runtime
