// SPDX-License-Identifier: Apache-2.0
// The Pythons of a machine that are on no PATH: environments of conda, venv, pyenv and uv.
#pragma once

#include <runtimes/host/environment.h>
#include <runtimes/host/kernelspecs.h>

#include <string>
#include <vector>

namespace cahier::host {

struct PythonPlace {
    enum class Kind { Conda, Venv, Pyenv, Uv };
    Kind kind = Kind::Venv;
    std::string prefix; ///< the environment's folder
    std::string name;   ///< what its owner calls it: the folder's last name, "base" for conda's own

    [[nodiscard]] std::string interpreter() const { return prefix + "/bin/python"; }
};

/// "conda", "venv", "pyenv", "uv"
[[nodiscard]] std::string kindName(PythonPlace::Kind kind);

/// Looks where these tools keep what they make: ~/.conda/environments.txt and the envs folders of conda's
/// usual places, ~/.virtualenvs, ~/venvs, ~/.venvs, ~/.pyenv/versions, ~/.local/share/uv/python, and .venv
/// and venv in the given folder and the home folder. Each environment once, those that PATH, VIRTUAL_ENV or
/// CONDA_PREFIX lead to left out. None where CAHIER_KERNEL_PATH replaces the search.
/// Reads folders, runs nothing.
[[nodiscard]] std::vector<PythonPlace> findPythonPlaces(const Environment& environment,
                                                        const std::string& workingFolder = {});

/// Whether ipykernel seems to be installed there, going by its folders alone. Where an environment takes
/// packages from the Python it was made of, only running it tells: true.
[[nodiscard]] bool mayHaveIpykernel(const PythonPlace& place);

/// The spec offered for such an environment: named "python-KIND-NAME", with its programs first on PATH.
[[nodiscard]] KernelSpec specOf(const PythonPlace& place);

} // namespace cahier::host
