// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/nvml.h>

#include <runtimes/accelerators/pci.h>

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace cahier::accelerators {

using namespace nvmlabi;

namespace {

/// Sets a function to the first of these symbols that the library has.
template <typename Function>
void find(void* library, Function& function, std::initializer_list<const char*> names)
{
    function = nullptr;
    for (const char* const name : names)
        if (!function) function = reinterpret_cast<Function>(dlsym(library, name));
}

/// The text that a call writes into a buffer; empty when it fails.
template <unsigned size, typename Call> std::string textOf(const Call& call)
{
    std::array<char, size> buffer{};
    if (call(buffer.data(), size) != Success) return {};
    buffer.back() = '\0';
    return buffer.data();
}

/// "1g.5gb" of "NVIDIA A100-SXM4-40GB MIG 1g.5gb".
std::string profileIn(const std::string& name)
{
    constexpr std::string_view mark = " MIG ";
    const std::size_t at = name.rfind(mark);
    return at == std::string::npos ? std::string() : name.substr(at + mark.size());
}

} // namespace

Nvml::Nvml(const Roots& roots, std::string library) : m_roots(roots), m_library(std::move(library)) {}

Nvml::~Nvml()
{
    close();
}

void Nvml::close()
{
    if (m_started && m_call.shutdown) (void)m_call.shutdown();
    if (m_handle) dlclose(m_handle);
    m_handle = nullptr;
    m_call = {};
    m_started = m_tried = m_stale = false;
    m_devices.clear();
}

void Nvml::open()
{
    m_tried = true;
    m_stale = false;
    if (!load() || !start()) {
        m_devices.clear();
        return;
    }
    findDevices();
}

bool Nvml::load()
{
    if (m_handle) return true;
    m_handle = dlopen(m_library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (m_handle) {
        loadFunctions();
        return true;
    }
    const char* const said = dlerror();
    const std::string detail = said ? said : "";
    if (!detail.contains("No such file"))
        m_status = {DeviceState::Broken,
                    std::format("The NVIDIA driver's library {} cannot be loaded. Install the driver again.",
                                m_library),
                    detail};
    else if (hasNvidiaGpu(m_roots))
        m_status = {DeviceState::Broken,
                    "This machine has an NVIDIA GPU, but no driver for it. Install NVIDIA's driver.", detail};
    else
        m_status = {DeviceState::None, "There is no NVIDIA GPU on this machine.", detail};
    return false;
}

void Nvml::loadFunctions()
{
    find(m_handle, m_call.init, {"nvmlInit_v2", "nvmlInit"});
    find(m_handle, m_call.shutdown, {"nvmlShutdown"});
    find(m_handle, m_call.errorString, {"nvmlErrorString"});
    find(m_handle, m_call.driverVersion, {"nvmlSystemGetDriverVersion"});
    find(m_handle, m_call.cudaVersion,
         {"nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"});
    find(m_handle, m_call.count, {"nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"});
    find(m_handle, m_call.byIndex, {"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"});
    find(m_handle, m_call.uuid, {"nvmlDeviceGetUUID"});
    find(m_handle, m_call.name, {"nvmlDeviceGetName"});
    find(m_handle, m_call.memory2, {"nvmlDeviceGetMemoryInfo_v2"});
    find(m_handle, m_call.memory, {"nvmlDeviceGetMemoryInfo"});
    find(m_handle, m_call.utilization, {"nvmlDeviceGetUtilizationRates"});
    find(m_handle, m_call.temperature, {"nvmlDeviceGetTemperature"});
    find(m_handle, m_call.power, {"nvmlDeviceGetPowerUsage"});
    find(m_handle, m_call.processes2,
         {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2"});
    find(m_handle, m_call.processes1, {"nvmlDeviceGetComputeRunningProcesses"});
    find(m_handle, m_call.migMode, {"nvmlDeviceGetMigMode"});
    find(m_handle, m_call.maxMigCount, {"nvmlDeviceGetMaxMigDeviceCount"});
    find(m_handle, m_call.migByIndex, {"nvmlDeviceGetMigDeviceHandleByIndex"});
}

bool Nvml::start()
{
    if (m_started) return true;
    const bool complete = m_call.init && m_call.count && m_call.byIndex && m_call.uuid && m_call.name;
    const Return result = complete ? m_call.init() : FunctionNotFound;
    if (result != Success) {
        m_status = failedStart(result);
        return false;
    }
    m_started = true;
    if (m_call.driverVersion) m_driverVersion = textOf<versionSize>(m_call.driverVersion);
    int version = 0;
    if (m_call.cudaVersion && m_call.cudaVersion(&version) == Success && version > 0)
        m_cudaVersion = std::format("{}.{}", version / 1000, version % 1000 / 10);
    return true;
}

std::string Nvml::errorText(Return code) const
{
    const char* const text = m_call.errorString ? m_call.errorString(code) : nullptr;
    return text ? std::format("NVML: {} (error {})", text, static_cast<int>(code))
                : std::format("NVML: error {}", static_cast<int>(code));
}

Status Nvml::failedStart(Return code) const
{
    const std::string detail = errorText(code);
    switch (code) {
    case DriverNotLoaded:
        return {DeviceState::Broken,
                "NVIDIA's driver is installed but not loaded: load its kernel module (modprobe nvidia), or "
                "restart the machine.",
                detail};
    case LibraryVersionMismatch:
        return {DeviceState::Broken,
                "NVIDIA's driver was updated while the machine ran, and the old one is still loaded: restart "
                "the machine.",
                detail};
    case NoPermission:
        return {DeviceState::Broken, "You may not use the NVIDIA GPUs: ask for access to /dev/nvidia*.",
                detail};
    case NotFound:
    case GpuNotFound:
        return {DeviceState::Broken,
                "NVIDIA's driver is loaded but finds no GPU: see that one is built in and, in a container, "
                "passed on.",
                detail};
    case FunctionNotFound:
        return {DeviceState::Broken, "NVIDIA's driver is too old to be used. Install a newer one.", detail};
    default:
        return {DeviceState::Broken, std::format("NVIDIA's driver does not work: {}.", detail), detail};
    }
}

Status Nvml::statusOf(Return code, const std::string& who) const
{
    if (code == Success) return {DeviceState::Usable, std::format("{} works.", who), {}};
    const std::string detail = errorText(code);
    if (code == GpuIsLost || code == ResetRequired)
        return {DeviceState::Lost,
                std::format("{} does not answer any more: it has failed or was taken away. Restart the "
                            "machine to get it back.",
                            who),
                detail};
    return {DeviceState::Broken, std::format("{} cannot be used: {}.", who, detail), detail};
}

void Nvml::findDevices()
{
    unsigned count = 0;
    const Return result = m_call.count(&count);
    if (result != Success || count == 0) {
        m_devices.clear();
        m_status = failedStart(result == Success ? GpuNotFound : result);
        return;
    }
    std::vector<Device> found;
    for (unsigned index = 0; index < count; ++index)
        found.push_back(deviceAt(index));
    m_devices = std::move(found);
    const auto usable = std::ranges::count_if(
        m_devices, [](const Device& device) { return device.gpu.status.state == DeviceState::Usable; });
    if (usable == 0)
        m_status = m_devices.front().gpu.status;
    else if (static_cast<unsigned>(usable) < count)
        m_status = {DeviceState::Usable, std::format("{} of {} NVIDIA GPUs can be used.", usable, count), {}};
    else
        m_status = {DeviceState::Usable,
                    count == 1 ? "One NVIDIA GPU can be used."
                               : std::format("{} NVIDIA GPUs can be used.", count),
                    {}};
}

Nvml::Device Nvml::deviceAt(unsigned index)
{
    Device device;
    device.gpu.index = static_cast<int>(index);
    device.gpu.name = "NVIDIA GPU";
    Return result = m_call.byIndex(index, &device.handle);
    if (result == Success) {
        const auto uuid = [&](char* text, unsigned size) {
            return result = m_call.uuid(device.handle, text, size);
        };
        const auto name = [&](char* text, unsigned size) { return m_call.name(device.handle, text, size); };
        device.gpu.uuid = textOf<uuidSize>(uuid);
        if (std::string text = textOf<nameSize>(name); !text.empty()) device.gpu.name = std::move(text);
    } else {
        device.handle = nullptr;
    }
    std::optional<std::uint64_t> used;
    if (result == Success) result = readMemory(device.handle, used, device.gpu.memoryTotal);
    if (result == NotSupported || result == FunctionNotFound) result = Success; // it shares the system's
    // One that was lost since: what it was called is known from before.
    for (const Device& known : m_devices)
        if (device.gpu.uuid.empty() && known.gpu.index == device.gpu.index) {
            device.gpu = known.gpu;
            device.handle = known.handle;
        }
    device.gpu.status = statusOf(result, std::format("{} (GPU {})", device.gpu.name, index));
    if (result == Success) findSlices(device);
    return device;
}

void Nvml::findSlices(Device& device)
{
    device.gpu.slices.clear();
    unsigned current = 0, pending = 0, count = 0;
    device.gpu.migEnabled = m_call.migMode && m_call.migByIndex &&
                            m_call.migMode(device.handle, &current, &pending) == Success &&
                            current == nvmlabi::migEnabled;
    if (!device.gpu.migEnabled || !m_call.maxMigCount || m_call.maxMigCount(device.handle, &count) != Success)
        return;
    for (unsigned index = 0; index < count; ++index) {
        Slice slice;
        if (m_call.migByIndex(device.handle, index, &slice.handle) != Success) continue;
        slice.slice.uuid = textOf<uuidSize>(
            [&](char* text, unsigned size) { return m_call.uuid(slice.handle, text, size); });
        slice.slice.name = textOf<nameSize>(
            [&](char* text, unsigned size) { return m_call.name(slice.handle, text, size); });
        if (slice.slice.uuid.empty()) continue;
        slice.slice.profile = profileIn(slice.slice.name);
        std::optional<std::uint64_t> used;
        (void)readMemory(slice.handle, used, slice.slice.memoryTotal);
        device.gpu.slices.push_back(slice.slice);
        device.slices.push_back(std::move(slice));
    }
}

void Nvml::describe(Hardware& hardware)
{
    open();
    hardware.gpuStatus = m_status;
    hardware.driverVersion = m_driverVersion;
    hardware.cudaVersion = m_cudaVersion;
    hardware.gpus.clear();
    for (const Device& device : m_devices)
        hardware.gpus.push_back(device.gpu);
}

} // namespace cahier::accelerators
