// SPDX-License-Identifier: Apache-2.0
// The Pythons of a machine and what each of them has.
#pragma once

#include <runtimes/host/pythonplaces.h>
#include <runtimes/host/pythonprobe.h>

#include <optional>
#include <string>
#include <vector>

namespace cahier::host {

/// As hostprotocol.h describes it.
struct PythonEnvironment {
    std::string interpreter;
    std::vector<std::string> paths;
    std::string prefix;
    std::string kind;
    std::string name;
    std::string version;
    std::map<std::string, std::string> packages;
    bool managed = false;
    bool canMake = false;
    std::string problem;
};

[[nodiscard]] nlohmann::json toJson(const PythonEnvironment& environment);

/// An interpreter to ask, and the place it was found in, where it is one of findPythonPlaces().
struct PythonCandidate {
    std::string interpreter;
    std::optional<PythonPlace> place = {};
};

/// Those of PATH and the active environment first, python3.N among them, then the places. Reads folders, runs
/// nothing.
[[nodiscard]] std::vector<PythonCandidate> pythonCandidates(const Environment& environment,
                                                            const std::string& workingFolder);

/// What an interpreter is asked for all of that; it imports none of the packages.
[[nodiscard]] std::string describeCode(const std::vector<std::string>& packages);

/// What it said to that.
[[nodiscard]] PythonEnvironment environmentOf(const PythonCandidate& candidate,
                                              const PythonProbe::Said& said);

/// Takes environments that are one together: the first stays, with all paths.
[[nodiscard]] std::vector<PythonEnvironment> mergeSame(std::vector<PythonEnvironment> environments);

/// The path of uv, also where its installer puts it; empty when it is not there.
[[nodiscard]] std::string findUv(const Environment& environment);

} // namespace cahier::host
