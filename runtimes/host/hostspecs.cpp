// SPDX-License-Identifier: Apache-2.0
// Kernel specs: the installed ones, and the Pythons that have none.
#include <runtimes/host/host.h>
#include <runtimes/host/pythonplaces.h>

#include <format>

namespace cahier::host {

namespace {

constexpr const char* importIpykernel = "import ipykernel";

/// What several probes, which answer in any order, are gathered in.
struct Gathering {
    SpecSearch search;
    std::vector<PythonPlace> places;
    std::vector<bool> usable; ///< by place
    std::optional<wire::WireError> noPython;
    std::size_t open = 1; ///< probes without an answer, and one until all are started
    Host::SpecsDone done;

    void closeOne()
    {
        if (--open != 0) return;
        for (std::size_t at = 0; at < places.size(); ++at) {
            const std::string interpreter = places[at].interpreter();
            KernelSpec spec = specOf(places[at]);
            for (int count = 2; search.find(spec.name); ++count)
                spec.name = specOf(places[at]).name + std::format("-{}", count);
            if (usable[at])
                search.specs.push_back(std::move(spec));
            else
                search.problems.push_back(std::format("{} has no ipykernel. Install it with: {}", interpreter,
                                                      installCommand(interpreter)));
        }
        done(search, noPython);
    }
};

} // namespace

void Host::specs(const Environment& environment, const SpecQuery& query, SpecsDone done)
{
    const auto gathering = std::make_shared<Gathering>();
    gathering->search = findKernelSpecs(environment);
    gathering->done = std::move(done);
    const bool known = !query.name.empty() && gathering->search.find(query.name);
    if (query.places && !known) gathering->places = findPythonPlaces(environment, query.folder);
    gathering->usable.resize(gathering->places.size());
    if (!gathering->search.hasPython()) {
        ++gathering->open;
        const std::vector<std::string> interpreters = pythonInterpreters(environment);
        m_probe.start(importIpykernel, interpreters, environment,
                      [gathering, interpreters, environment](const std::optional<std::string>& found,
                                                             const std::string& output) {
                          if (found) {
                              gathering->search.specs.push_back(probedPythonSpec(*found));
                          } else {
                              gathering->noPython = noPythonError(interpreters, environment, output);
                              gathering->search.problems.push_back(gathering->noPython->message);
                          }
                          gathering->closeOne();
                      });
    }
    for (std::size_t at = 0; at < gathering->places.size(); ++at) {
        if (!mayHaveIpykernel(gathering->places[at])) continue;
        ++gathering->open;
        m_probe.start(importIpykernel, {gathering->places[at].interpreter()}, environment,
                      [gathering, at](const std::optional<std::string>& found, const std::string&) {
                          gathering->usable[at] = found.has_value();
                          gathering->closeOne();
                      });
    }
    gathering->closeOne();
}

} // namespace cahier::host
