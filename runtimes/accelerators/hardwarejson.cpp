// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/hardwarejson.h>

#include <runtimes/wire/hostprotocol.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace cahier::accelerators {

using Json = nlohmann::json;

namespace {

constexpr std::size_t maxDevices = 256;
constexpr std::size_t maxDeviceName = 256;
constexpr std::array kindNames{std::pair{Kind::None, "none"}, std::pair{Kind::Gpu, "gpu"},
                               std::pair{Kind::MigSlice, "mig"}, std::pair{Kind::Tpu, "tpu"}};

template <typename T> void put(Json& object, const char* name, const std::optional<T>& value)
{
    if (value) object[name] = *value;
}

template <typename T> Json list(const std::vector<T>& values, Json (*convert)(const T&))
{
    Json array = Json::array();
    for (const T& value : values)
        array.push_back(convert(value));
    return array;
}

/// A figure of cores or watts: two decimals are enough, and shorter.
double rounded(double value)
{
    return std::round(value * 100) / 100;
}

const char* nameOf(DeviceState state)
{
    switch (state) {
    case DeviceState::None:
        return "none";
    case DeviceState::Usable:
        return "usable";
    case DeviceState::Broken:
        return "broken";
    case DeviceState::Lost:
        break;
    }
    return "lost";
}

Json statusJson(const Status& status)
{
    Json json = {{"state", nameOf(status.state)}, {"message", status.message}};
    if (!status.detail.empty()) json["detail"] = status.detail;
    return json;
}

Json diskJson(const DiskSpace& disk)
{
    return {{"folder", disk.folder}, {"total", disk.total}, {"available", disk.available}};
}

Json sliceJson(const MigSlice& slice)
{
    Json json = {{"uuid", slice.uuid}, {"name", slice.name}, {"profile", slice.profile}};
    put(json, "memory_total", slice.memoryTotal);
    return json;
}

Json gpuJson(const Gpu& gpu)
{
    Json json = {{"index", gpu.index},
                 {"uuid", gpu.uuid},
                 {"name", gpu.name},
                 {"mig", gpu.migEnabled},
                 {"slices", list(gpu.slices, sliceJson)},
                 {"status", statusJson(gpu.status)}};
    put(json, "memory_total", gpu.memoryTotal);
    return json;
}

Json chipJson(const TpuChip& chip)
{
    return {{"index", chip.index}, {"kind", chip.kind}, {"pci", chip.pciAddress}, {"device", chip.device}};
}

Json processJson(const GpuProcess& process)
{
    Json json = {{"pid", process.pid}};
    put(json, "memory", process.memory);
    return json;
}

Json sliceSampleJson(const SliceSample& slice)
{
    Json json = {{"uuid", slice.uuid}, {"processes", list(slice.processes, processJson)}};
    put(json, "memory_used", slice.memoryUsed);
    put(json, "memory_total", slice.memoryTotal);
    return json;
}

Json gpuSampleJson(const GpuSample& gpu)
{
    Json json = {{"uuid", gpu.uuid},
                 {"index", gpu.index},
                 {"status", statusJson(gpu.status)},
                 {"processes", list(gpu.processes, processJson)},
                 {"slices", list(gpu.slices, sliceSampleJson)}};
    put(json, "memory_used", gpu.memoryUsed);
    put(json, "memory_total", gpu.memoryTotal);
    put(json, "utilisation", gpu.utilisation);
    put(json, "temperature", gpu.temperature);
    if (gpu.power) json["power"] = rounded(*gpu.power);
    return json;
}

Json kernelSampleJson(const KernelSample& kernel)
{
    Json json = {{"kernel", kernel.kernel},
                 {"cpu_cores", rounded(kernel.cpuCores)},
                 {"memory", kernel.memory},
                 {"processes", kernel.processes}};
    put(json, "gpu_memory", kernel.gpuMemory);
    if (kernel.disk) json["disk"] = diskJson(*kernel.disk);
    return json;
}

wire::Result<Choice> badChoice(std::string message)
{
    return wire::failure(wire::errorCodeBadRequest, std::move(message));
}

/// Whether a text can be a UUID or a chip's number: it becomes part of a variable that commas divide.
bool isDeviceName(const Json& value)
{
    if (!value.is_string()) return false;
    const std::string& text = value.get_ref<const std::string&>();
    return !text.empty() && text.size() <= maxDeviceName && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '/';
    });
}

} // namespace

Json toJson(const Hardware& hardware)
{
    Json cpu = {{"model", hardware.cpu.model},
                {"physical_cores", hardware.cpu.physicalCores},
                {"logical_cores", hardware.cpu.logicalCores},
                {"allowed_cores", hardware.cpu.allowedCores}};
    if (hardware.cpu.quotaCores) cpu["quota_cores"] = rounded(*hardware.cpu.quotaCores);
    Json memory = {{"total", hardware.memory.total}};
    put(memory, "limit", hardware.memory.limit);
    Json json = {{"cpu", std::move(cpu)},
                 {"memory", std::move(memory)},
                 {"disk", diskJson(hardware.disk)},
                 {"driver", hardware.driverVersion},
                 {"cuda", hardware.cudaVersion},
                 {"gpus", list(hardware.gpus, gpuJson)},
                 {"gpu_status", statusJson(hardware.gpuStatus)},
                 {"tpus", list(hardware.tpus, chipJson)},
                 {"tpu_status", statusJson(hardware.tpuStatus)}};
    put(json, "libtpu", hardware.hasLibtpu);
    return json;
}

Json toJson(const Sample& sample)
{
    return {{"time", sample.time},
            {"cpu",
             {{"busy_cores", rounded(sample.cpu.busyCores)},
              {"cores", rounded(sample.cpu.cores)},
              {"of", sample.cpu.ofCgroup ? "cgroup" : "machine"}}},
            {"memory",
             {{"used", sample.memory.used},
              {"total", sample.memory.total},
              {"of", sample.memory.ofCgroup ? "cgroup" : "machine"}}},
            {"disk", diskJson(sample.disk)},
            {"gpus", list(sample.gpus, gpuSampleJson)},
            {"kernels", list(sample.kernels, kernelSampleJson)}};
}

Json toJson(const Choice& choice)
{
    const auto name = std::ranges::find(kindNames, choice.kind, [](const auto& each) { return each.first; });
    return {{"kind", name->second}, {"devices", choice.devices}};
}

wire::Result<Choice> parseChoice(const Json& value)
{
    const std::string shape = "accelerator is an object with a kind (none, gpu, mig, tpu) and devices.";
    if (!value.is_object()) return badChoice(shape);
    const auto kind = value.find("kind");
    if (kind == value.end() || !kind->is_string()) return badChoice(shape);
    const auto known = std::ranges::find_if(
        kindNames, [&](const auto& each) { return kind->get_ref<const std::string&>() == each.second; });
    if (known == kindNames.end()) return badChoice(shape);
    Choice choice{known->first, {}};
    const auto devices = value.find("devices");
    if (devices != value.end() && !devices->is_null()) {
        if (!devices->is_array() || devices->size() > maxDevices ||
            !std::ranges::all_of(*devices, isDeviceName))
            return badChoice("The devices of an accelerator are an array of UUIDs, or of a TPU's chip "
                             "numbers as texts.");
        choice.devices = devices->get<std::vector<std::string>>();
    }
    const std::size_t count = choice.devices.size();
    if (choice.kind == Kind::None && count > 0) return badChoice("The accelerator “none” has no devices.");
    if (choice.kind == Kind::Gpu && count == 0)
        return badChoice("The accelerator “gpu” needs the UUID of at least one.");
    if (choice.kind == Kind::MigSlice && count != 1)
        return badChoice("The accelerator “mig” needs the UUID of one slice: CUDA uses one at a time.");
    return choice;
}

} // namespace cahier::accelerators
