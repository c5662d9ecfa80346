// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/pci.h>

#include <runtimes/accelerators/smallfile.h>

#include <algorithm>
#include <charconv>

namespace cahier::accelerators {

namespace {

/// "0x1ae0" as a number; 0 for anything else.
std::uint32_t hexIn(const std::string& path)
{
    const std::string text = firstLine(path);
    std::uint32_t number = 0;
    if (text.starts_with("0x")) std::from_chars(text.data() + 2, text.data() + text.size(), number, 16);
    return number;
}

} // namespace

std::vector<PciDevice> pciDevices(const Roots& roots, std::uint32_t vendor)
{
    const std::string folder = roots.sys + "/bus/pci/devices/";
    std::vector<PciDevice> devices;
    for (const std::string& address : namesIn(folder)) {
        const std::string own = folder + address;
        if (hexIn(own + "/vendor") != vendor) continue;
        devices.push_back({address, own, vendor, hexIn(own + "/device"), hexIn(own + "/class")});
    }
    return devices;
}

bool hasNvidiaGpu(const Roots& roots)
{
    constexpr std::uint32_t nvidia = 0x10de, display = 0x03, accelerator = 0x12;
    return std::ranges::any_of(pciDevices(roots, nvidia), [](const PciDevice& device) {
        return device.kind >> 16 == display || device.kind >> 16 == accelerator;
    });
}

} // namespace cahier::accelerators
