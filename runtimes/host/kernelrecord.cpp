// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernelrecord.h>

#include <runtimes/wire/connectionfile.h>
#include <runtimes/wire/jsonparse.h>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace cahier::host {

namespace {

std::string fileIn(const std::string& folder)
{
    return folder + "/kernel.json";
}

std::string text(const nlohmann::json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<int> number(const nlohmann::json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_integer()) return std::nullopt;
    return found->get<int>();
}

} // namespace

void Death::addTo(nlohmann::json& object) const
{
    object["reason"] = reason;
    if (signal) object["signal"] = *signal;
    if (exit) object["exit"] = *exit;
    if (outOfMemory) object["oom"] = true;
    object["stderr"] = stderrTail;
}

wire::Result<void> KernelRecord::write(const std::string& folder) const
{
    nlohmann::json json = {{"kernel", id},
                           {"spec", spec},
                           {"label", label},
                           {"language", language},
                           {"cwd", workingDirectory},
                           {"boot_id", bootId},
                           {"started", started},
                           {"pid", pid},
                           {"client_lifetime", clientLifetime}};
    if (accelerator) json["accelerator"] = *accelerator;
    if (death) death->addTo(json["death"]);
    return wire::writePrivateFile(fileIn(folder),
                                  json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<KernelRecord> KernelRecord::read(const std::string& folder)
{
    std::ifstream stream(fileIn(folder), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    const std::optional<nlohmann::json> parsed = wire::parseJsonObject(bytes);
    if (!parsed || text(*parsed, "kernel").empty()) return std::nullopt;
    const nlohmann::json& json = *parsed;
    KernelRecord record;
    record.id = text(json, "kernel");
    record.spec = text(json, "spec");
    record.label = text(json, "label");
    record.language = text(json, "language");
    record.workingDirectory = text(json, "cwd");
    record.bootId = text(json, "boot_id");
    record.pid = number(json, "pid").value_or(0);
    if (const auto started = json.find("started"); started != json.end() && started->is_number_integer())
        record.started = started->get<std::int64_t>();
    if (const auto lifetime = json.find("client_lifetime"); lifetime != json.end() && lifetime->is_boolean())
        record.clientLifetime = lifetime->get<bool>();
    if (const auto accelerator = json.find("accelerator");
        accelerator != json.end() && accelerator->is_object())
        record.accelerator = *accelerator;
    if (const auto death = json.find("death"); death != json.end() && death->is_object()) {
        record.death = Death{text(*death, "reason"), number(*death, "signal"), number(*death, "exit"),
                             death->contains("oom"), text(*death, "stderr")};
    }
    return record;
}

void KernelRecord::remove(const std::string& folder)
{
    std::remove(fileIn(folder).c_str());
}

std::string currentBootId()
{
    std::ifstream stream("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(stream, id);
    return id;
}

} // namespace cahier::host
