// SPDX-License-Identifier: Apache-2.0
// The request about the machine's Pythons.
#include <runtimes/host/pythonenvironments.h>
#include <runtimes/host/requestparts.h>

namespace cahier::host {

namespace {

constexpr std::int64_t limitMs = 10000;

/// What the interpreters, which answer in any order, are gathered in.
struct Gathering {
    Reply reply;
    Json fields;
    std::vector<PythonEnvironment> environments;
    std::size_t open = 1; ///< interpreters without an answer, and one until all are asked

    void closeOne()
    {
        if (--open != 0) return;
        Json list = Json::array();
        for (const PythonEnvironment& environment : mergeSame(std::move(environments)))
            list.push_back(toJson(environment));
        fields["environments"] = std::move(list);
        reply.ok(std::move(fields));
    }
};

std::vector<std::string> namesIn(const Json& list)
{
    std::vector<std::string> names;
    if (!list.is_array()) return names;
    for (const Json& name : list)
        if (name.is_string()) names.push_back(name.get<std::string>());
    return names;
}

} // namespace

void environments(const Request& request)
{
    const std::optional<Environment> environment = request.environment();
    if (!environment) return;
    const std::string code = describeCode(namesIn(request.envelope.value("packages", Json())));
    const std::vector<PythonCandidate> candidates = pythonCandidates(*environment, request.text("cwd"));
    const auto gathering = std::make_shared<Gathering>(Gathering{request.reply, Json::object(), {}});
    gathering->fields["home"] = valueOf(*environment, "HOME");
    if (std::string uv = findUv(*environment); !uv.empty()) gathering->fields["uv"] = std::move(uv);
    gathering->environments.resize(candidates.size());
    const std::int64_t until = steadyMs() + limitMs;
    for (std::size_t at = 0; at < candidates.size(); ++at) {
        ++gathering->open;
        request.host.probe().ask(code, candidates[at].interpreter, *environment, until,
                                 [gathering, at, candidate = candidates[at]](const PythonProbe::Said& said) {
                                     gathering->environments[at] = environmentOf(candidate, said);
                                     gathering->closeOne();
                                 });
    }
    gathering->closeOne();
}

} // namespace cahier::host
