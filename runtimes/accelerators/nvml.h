// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/accelerators/hardware.h>
#include <runtimes/accelerators/nvmlabi.h>

namespace cahier::accelerators {

inline constexpr const char* nvmlLibrary = "libnvidia-ml.so.1";

/// NVIDIA's GPUs, by the library that comes with the driver: loaded at run time, so that the program starts
/// where there is none. For one thread; calls may take long (the driver wakes GPUs, or hangs).
///
/// Processes of other process namespaces: the driver numbers processes as the machine's first namespace does
/// or leaves them out, so that in a container a kernel's may not be found among them.
class Nvml {
public:
    /// library: a name that is looked for as the system does, or a path. Nothing is loaded yet.
    explicit Nvml(const Roots& roots, std::string library = nvmlLibrary);
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    /// Loads and starts the library where that has not been done, and finds the GPUs there are now. Tries
    /// anew after a failure.
    void open();
    /// Stops the library: the driver may power unused GPUs down.
    void close();

    /// Sets driverVersion, cudaVersion, gpus and gpuStatus. Opens.
    void describe(Hardware& hardware);
    /// What is in use now. Opens the first time only: a machine without a driver costs nothing.
    [[nodiscard]] std::vector<GpuSample> sample();
    [[nodiscard]] const Status& status() const { return m_status; }

private:
    using Return = nvmlabi::Return;
    struct Slice {
        nvmlabi::Device handle = nullptr;
        MigSlice slice;
    };
    struct Device {
        nvmlabi::Device handle = nullptr; ///< null when it was lost before it gave one
        Gpu gpu;
        std::vector<Slice> slices;
    };

    // nvml.cpp
    [[nodiscard]] bool load();
    [[nodiscard]] bool start();
    void loadFunctions();
    void findDevices();
    [[nodiscard]] Device deviceAt(unsigned index);
    void findSlices(Device& device);
    [[nodiscard]] Status statusOf(Return code, const std::string& who) const;
    [[nodiscard]] Status failedStart(Return code) const;
    [[nodiscard]] std::string errorText(Return code) const;

    // nvmlsample.cpp
    [[nodiscard]] GpuSample sampleOf(Device& device);
    [[nodiscard]] SliceSample sampleOf(const Slice& slice);
    [[nodiscard]] Return readMemory(nvmlabi::Device handle, std::optional<std::uint64_t>& used,
                                    std::optional<std::uint64_t>& total) const;
    [[nodiscard]] std::vector<GpuProcess> processesOf(nvmlabi::Device handle) const;

    Roots m_roots;
    std::string m_library;
    void* m_handle = nullptr;
    nvmlabi::Functions m_call;
    bool m_started = false;
    bool m_tried = false; ///< sample() opened once
    bool m_stale = false; ///< handles are not valid any more: slices were made anew
    Status m_status;
    std::string m_driverVersion, m_cudaVersion;
    std::vector<Device> m_devices;
};

} // namespace cahier::accelerators
