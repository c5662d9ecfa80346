// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/tpu.h>

#include <runtimes/accelerators/pci.h>
#include <runtimes/accelerators/smallfile.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <utility>

namespace cahier::accelerators {

namespace {

constexpr std::uint32_t google = 0x1ae0;
constexpr std::array knownChips{std::pair{0x0027u, "TPU v2 or v3"}, std::pair{0x0056u, "TPU"},
                                std::pair{0x005eu, "TPU v4"},       std::pair{0x0062u, "TPU v5p"},
                                std::pair{0x0063u, "TPU v5e"},      std::pair{0x006fu, "TPU v6e"},
                                std::pair{0x0076u, "TPU v7x"}};

/// What kind of chip it is; empty for Google's other devices (network and disk controllers).
std::string kindOf(const PciDevice& device)
{
    for (const auto& [id, name] : knownChips)
        if (device.device == id) return name;
    constexpr std::uint32_t processingAccelerator = 0x12;
    return device.kind >> 16 == processingAccelerator ? std::format("TPU (PCI {:04x})", device.device)
                                                      : std::string();
}

bool exists(const std::string& path)
{
    return access(path.c_str(), F_OK) == 0;
}

/// The file through which programs use the chip: what sysfs says, else (containers hide that) the `index`-th
/// of those that there are.
std::string deviceOf(const PciDevice& chip, std::size_t index, const Roots& roots)
{
    std::error_code error;
    const std::filesystem::path group = std::filesystem::read_symlink(chip.folder + "/iommu_group", error);
    if (!error)
        if (std::string path = roots.dev + "/vfio/" + group.filename().string(); exists(path)) return path;
    for (const std::string& name : namesIn(chip.folder + "/accel"))
        if (std::string path = roots.dev + "/" + name; exists(path)) return path;
    std::vector<std::string> accels = namesIn(roots.dev);
    std::erase_if(accels, [](const std::string& name) {
        return !name.starts_with("accel") || !toNumber(name.substr(5));
    });
    // By number: accel10 comes after accel9.
    std::ranges::sort(accels, {}, [](const std::string& name) { return toNumber(name.substr(5)); });
    return index < accels.size() ? roots.dev + "/" + accels[index] : std::string();
}

std::string countOf(const std::vector<TpuChip>& chips)
{
    return chips.size() == 1 ? std::format("one {} chip", chips[0].kind)
                             : std::format("{} {} chips", chips.size(), chips[0].kind);
}

Status statusOf(const std::vector<TpuChip>& chips)
{
    if (chips.empty()) return {DeviceState::None, "There is no TPU on this machine.", {}};
    std::string refused;
    bool missing = false;
    for (const TpuChip& chip : chips) {
        if (chip.device.empty())
            missing = true;
        else if (access(chip.device.c_str(), R_OK | W_OK) != 0)
            refused = chip.device;
    }
    if (missing)
        return {DeviceState::Broken,
                std::format("This machine has {}, but there is no device file for every one: load the "
                            "driver, or give the container its devices.",
                            countOf(chips)),
                "Looked for /dev/accel* and /dev/vfio/*."};
    if (!refused.empty())
        return {DeviceState::Broken,
                std::format("This machine has {}, but you may not use them: ask for access to {}.",
                            countOf(chips), refused),
                {}};
    return {DeviceState::Usable, std::format("This machine has {}.", countOf(chips)), {}};
}

} // namespace

void detectTpus(const Roots& roots, Hardware& hardware)
{
    for (const PciDevice& device : pciDevices(roots, google)) {
        std::string kind = kindOf(device);
        if (kind.empty()) continue;
        const std::size_t index = hardware.tpus.size();
        hardware.tpus.push_back(
            {static_cast<int>(index), std::move(kind), device.address, deviceOf(device, index, roots)});
    }
    hardware.tpuStatus = statusOf(hardware.tpus);
}

void noteLibtpu(Hardware& hardware, bool found, const std::string& interpreter)
{
    hardware.hasLibtpu = found;
    if (found || hardware.tpuStatus.state != DeviceState::Usable) return;
    hardware.tpuStatus = {DeviceState::Broken,
                          std::format("This machine has {}, but {} has no libtpu to use them with. Install "
                                      "it with: {} -m pip install libtpu",
                                      countOf(hardware.tpus), interpreter, interpreter),
                          {}};
}

} // namespace cahier::accelerators
