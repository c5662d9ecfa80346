// SPDX-License-Identifier: GPL-3.0-or-later
// A libnvidia-ml.so.1 for machines without a GPU. It plays what the JSON file in $CAHIER_FAKE_NVML says, and
// reads it again when it changes; fakenvml.h writes such files.
//
//   {driver, cuda, errors:{FUNCTION:CODE}, gpus:[{uuid, name, total, used, utilisation, temperature,
//    power_mw, mig (absent: not supported), slices:[{uuid, name, total, used, processes, errors}],
//    processes:[{pid, memory}], growing:N, lost_after:N, errors:{FUNCTION:CODE}}], hang:PATH}
//
// FUNCTION is a symbol's name, CODE what it returns. lost_after: from the N-th call that concerns the GPU on
// it is lost. growing: the first N questions for its processes find one more than there was room for. An
// absent figure is NOT_SUPPORTED; a null memory is NVML_VALUE_NOT_AVAILABLE. With FAKE_NVML_OLD it has the
// names of an old driver only. hang: nvmlInit does not return as long as the file PATH is there.
#include <runtimes/accelerators/nvmlabi.h>

#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

using namespace cahier::accelerators::nvmlabi;
using nlohmann::json;

namespace {

std::recursive_mutex mutex;
json world;
timespec changed{};
int started = 0;
std::map<std::size_t, int> calls, growths;

void readWorld()
{
    const char* const path = std::getenv("CAHIER_FAKE_NVML");
    struct stat info{};
    if (!path || stat(path, &info) != 0) return;
    if (info.st_mtim.tv_sec == changed.tv_sec && info.st_mtim.tv_nsec == changed.tv_nsec) return;
    std::ifstream stream(path);
    json read = json::parse(stream, nullptr, false);
    if (!read.is_object()) return;
    changed = info.st_mtim;
    world = std::move(read);
}

/// GPU n is handle (n + 1) * 1000, its slice m one more than m above that.
struct Place {
    std::size_t gpu = 0;
    std::optional<std::size_t> slice;
};

Device handleOf(std::size_t gpu, std::size_t slice = 0)
{
    return reinterpret_cast<Device>((gpu + 1) * 1000 + slice);
}

std::optional<Place> placeOf(Device device)
{
    const auto number = reinterpret_cast<std::uintptr_t>(device);
    const auto gpus = world.value("gpus", json::array());
    if (number < 1000 || number / 1000 - 1 >= gpus.size()) return std::nullopt;
    Place place{number / 1000 - 1, {}};
    if (number % 1000 > 0) place.slice = number % 1000 - 1;
    if (place.slice && *place.slice >= gpus[place.gpu].value("slices", json::array()).size())
        return std::nullopt;
    return place;
}

Return errorIn(const json& object, const char* function)
{
    const json errors = object.value("errors", json::object());
    return static_cast<Return>(errors.value(function, 0));
}

Return enter(const char* function)
{
    readWorld();
    if (!started) return Uninitialized;
    return errorIn(world, function);
}

/// What a call with a device is to be answered; `object` becomes the GPU or slice when that is Success.
Return enter(const char* function, Device device, json& object)
{
    if (const Return result = enter(function); result != Success) return result;
    const std::optional<Place> place = placeOf(device);
    if (!place) return InvalidArgument;
    const json& gpu = world["gpus"][place->gpu];
    if (gpu.contains("lost_after") && calls[place->gpu]++ >= gpu["lost_after"]) return GpuIsLost;
    object = place->slice ? gpu["slices"][*place->slice] : gpu;
    return errorIn(object, function);
}

Return give(const json& object, const char* name, unsigned* value)
{
    if (!object.contains(name)) return NotSupported;
    *value = object[name].get<unsigned>();
    return Success;
}

Return give(const std::string& text, char* buffer, unsigned size)
{
    if (text.size() + 1 > size) return InsufficientSize;
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return Success;
}

unsigned long long amountIn(const json& object, const char* name)
{
    const json value = object.value(name, json(0));
    return value.is_null() ? valueNotAvailable : value.get<unsigned long long>();
}

template <typename Info>
Return giveProcesses(const char* function, Device device, unsigned* count, Info* infos)
{
    const std::scoped_lock lock(mutex);
    json object;
    if (const Return result = enter(function, device, object); result != Success) return result;
    const json processes = object.value("processes", json::array());
    const unsigned room = *count;
    *count = static_cast<unsigned>(processes.size());
    if (growths[placeOf(device)->gpu] < object.value("growing", 0)) {
        ++growths[placeOf(device)->gpu];
        *count = room + 1;
        return InsufficientSize;
    }
    if (processes.empty()) return NotFound; // as drivers do when nothing runs
    if (room < processes.size()) return InsufficientSize;
    for (std::size_t i = 0; i < processes.size(); ++i) {
        infos[i] = {};
        infos[i].pid = processes[i].value("pid", 0u);
        infos[i].usedGpuMemory = amountIn(processes[i], "memory");
    }
    return Success;
}

} // namespace

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))
#ifdef FAKE_NVML_OLD
#define FAKE_NAME(plain, newer) plain
#else
#define FAKE_NAME(plain, newer) newer
#endif
// Declared so that no definition comes without one.
#define FAKE(name, ...)                                                                                      \
    FAKE_EXPORT Return name(__VA_ARGS__);                                                                    \
    Return name(__VA_ARGS__)

FAKE(FAKE_NAME(nvmlInit, nvmlInit_v2), void)
{
    const std::scoped_lock lock(mutex);
    readWorld();
    while (world.contains("hang") && access(world["hang"].get_ref<const std::string&>().c_str(), F_OK) == 0)
        usleep(5000);
    const Return result = errorIn(world, "nvmlInit");
    started += result == Success ? 1 : 0;
    return result;
}

FAKE(nvmlShutdown, void)
{
    const std::scoped_lock lock(mutex);
    if (started == 0) return Uninitialized;
    --started;
    return Success;
}

FAKE_EXPORT const char* nvmlErrorString(Return code);
const char* nvmlErrorString(Return code)
{
    switch (code) {
    case DriverNotLoaded:
        return "Driver Not Loaded";
    case LibraryVersionMismatch:
        return "Driver/library version mismatch";
    case GpuIsLost:
        return "GPU is lost";
    case NoPermission:
        return "Insufficient Permissions";
    default:
        return "Unknown Error";
    }
}

FAKE(nvmlSystemGetDriverVersion, char* text, unsigned size)
{
    const std::scoped_lock lock(mutex);
    const Return result = enter("nvmlSystemGetDriverVersion");
    return result == Success ? give(world.value("driver", "580.65.06"), text, size) : result;
}

FAKE(FAKE_NAME(nvmlSystemGetCudaDriverVersion, nvmlSystemGetCudaDriverVersion_v2), int* version)
{
    const std::scoped_lock lock(mutex);
    const Return result = enter("nvmlSystemGetCudaDriverVersion");
    if (result == Success) *version = world.value("cuda", 13000);
    return result;
}

FAKE(FAKE_NAME(nvmlDeviceGetCount, nvmlDeviceGetCount_v2), unsigned* count)
{
    const std::scoped_lock lock(mutex);
    const Return result = enter("nvmlDeviceGetCount");
    if (result == Success) *count = static_cast<unsigned>(world.value("gpus", json::array()).size());
    return result;
}

FAKE(FAKE_NAME(nvmlDeviceGetHandleByIndex, nvmlDeviceGetHandleByIndex_v2), unsigned index, Device* device)
{
    const std::scoped_lock lock(mutex);
    json gpu;
    const Return result = enter("nvmlDeviceGetHandleByIndex", handleOf(index), gpu);
    if (result == Success) *device = handleOf(index);
    return result;
}

FAKE(nvmlDeviceGetUUID, Device device, char* text, unsigned size)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetUUID", device, object);
    return result == Success ? give(object.value("uuid", ""), text, size) : result;
}

FAKE(nvmlDeviceGetName, Device device, char* text, unsigned size)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetName", device, object);
    return result == Success ? give(object.value("name", ""), text, size) : result;
}

FAKE(nvmlDeviceGetMemoryInfo, Device device, Memory* memory)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetMemoryInfo", device, object);
    if (result != Success) return result;
    *memory = {amountIn(object, "total"), 0, amountIn(object, "used")};
    return Success;
}

FAKE(nvmlDeviceGetUtilizationRates, Device device, Utilization* utilization)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetUtilizationRates", device, object);
    return result == Success ? give(object, "utilisation", &utilization->gpu) : result;
}

FAKE(nvmlDeviceGetTemperature, Device device, unsigned, unsigned* celsius)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetTemperature", device, object);
    return result == Success ? give(object, "temperature", celsius) : result;
}

FAKE(nvmlDeviceGetPowerUsage, Device device, unsigned* milliwatts)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetPowerUsage", device, object);
    return result == Success ? give(object, "power_mw", milliwatts) : result;
}

#ifdef FAKE_NVML_OLD

FAKE(nvmlDeviceGetComputeRunningProcesses, Device device, unsigned* count, ProcessInfo1* infos)
{
    return giveProcesses("nvmlDeviceGetComputeRunningProcesses", device, count, infos);
}

#else

FAKE(nvmlDeviceGetComputeRunningProcesses_v3, Device device, unsigned* count, ProcessInfo2* infos)
{
    return giveProcesses("nvmlDeviceGetComputeRunningProcesses", device, count, infos);
}

FAKE(nvmlDeviceGetMemoryInfo_v2, Device device, Memory2* memory)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetMemoryInfo_v2", device, object);
    if (result != Success) return result;
    if (memory->version != memory2Version) return static_cast<Return>(25); // ARGUMENT_VERSION_MISMATCH
    *memory = {memory->version, amountIn(object, "total"), 0, 0, amountIn(object, "used")};
    return Success;
}

FAKE(nvmlDeviceGetMigMode, Device device, unsigned* current, unsigned* pending)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetMigMode", device, object);
    if (result != Success) return result;
    *pending = object.value("mig", 0u);
    return give(object, "mig", current);
}

FAKE(nvmlDeviceGetMaxMigDeviceCount, Device device, unsigned* count)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetMaxMigDeviceCount", device, object);
    if (result == Success) *count = 7;
    return result;
}

FAKE(nvmlDeviceGetMigDeviceHandleByIndex, Device device, unsigned index, Device* slice)
{
    const std::scoped_lock lock(mutex);
    json object;
    const Return result = enter("nvmlDeviceGetMigDeviceHandleByIndex", device, object);
    if (result != Success) return result;
    // Slices take every other place, as after some were removed.
    if (index % 2 == 1 || index / 2 >= object.value("slices", json::array()).size()) return NotFound;
    *slice = handleOf(placeOf(device)->gpu, index / 2 + 1);
    return Success;
}

#endif
