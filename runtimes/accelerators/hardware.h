// SPDX-License-Identifier: Apache-2.0
// What a machine has to compute with, and what of it is in use. Plain values; hardwarejson.h writes them.
// Amounts of memory and disk are bytes everywhere, a nullopt is "the driver does not say".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cahier::accelerators {

enum class DeviceState {
    None,   ///< there is no such device
    Usable, ///< it works
    Broken, ///< it is there, or its driver is, and programs cannot use it
    Lost,   ///< it worked and does not answer any more
};

/// How things stand with a device, or with all of a kind, in words for the user.
struct Status {
    DeviceState state = DeviceState::None;
    std::string message; ///< one sentence: what is so and, where something helps, what does
    std::string detail;  ///< the driver's own text; may be empty
};

struct CpuInfo {
    std::string model;     ///< empty where the machine does not say
    int physicalCores = 0; ///< in the machine
    int logicalCores = 0;  ///< in the machine, with hyper-threads
    int allowedCores = 0;  ///< logical ones that this process may run on (affinity, cpuset)
    /// Cores' worth of time that the cgroup's quota allows; nullopt without a quota. May be fractional.
    std::optional<double> quotaCores;
};

struct MemoryInfo {
    std::uint64_t total = 0;            ///< of the machine
    std::optional<std::uint64_t> limit; ///< of the cgroup, where it is less than the machine has
};

/// A file system, by a folder in it.
struct DiskSpace {
    std::string folder;
    std::uint64_t total = 0;
    std::uint64_t available = 0; ///< to this user
};

struct MigSlice {
    std::string uuid;    ///< "MIG-…"
    std::string name;    ///< as the driver calls it: "NVIDIA A100-SXM4-40GB MIG 1g.5gb"
    std::string profile; ///< "1g.5gb"; empty where the name does not say
    std::optional<std::uint64_t> memoryTotal;
};

struct Gpu {
    int index = 0;    ///< NVML's; changes between boots, so that a choice is made by uuid
    std::string uuid; ///< "GPU-…"; empty for one that was lost before it could say
    std::string name; ///< "NVIDIA H100 80GB HBM3"
    std::optional<std::uint64_t> memoryTotal;
    bool migEnabled = false; ///< then programs use the slices, not the GPU
    std::vector<MigSlice> slices;
    Status status;
};

struct TpuChip {
    int index = 0;          ///< as in TPU_VISIBLE_CHIPS
    std::string kind;       ///< "TPU v5e"
    std::string pciAddress; ///< "0000:00:05.0"
    std::string device;     ///< "/dev/accel0" or "/dev/vfio/0"; empty when there is none
};

struct Hardware {
    CpuInfo cpu;
    MemoryInfo memory;
    DiskSpace disk;            ///< of the home folder
    std::string driverVersion; ///< NVIDIA's: "580.65.06"; empty without a working one
    std::string cudaVersion;   ///< the newest that the driver supports: "13.0"
    std::vector<Gpu> gpus;
    Status gpuStatus;
    std::vector<TpuChip> tpus;
    Status tpuStatus;
    /// Whether libtpu can be imported; nullopt when there is no TPU to look for it for, or nobody looked.
    std::optional<bool> hasLibtpu;
};

// What is in use

struct CpuSample {
    double busyCores = 0; ///< cores' worth of time used since the last sample
    double cores = 0;     ///< how much that can become at most
    bool ofCgroup = false;
};

struct MemorySample {
    std::uint64_t used = 0;  ///< without what the system can take back (page cache)
    std::uint64_t total = 0; ///< how much that can become at most
    bool ofCgroup = false;
};

struct GpuProcess {
    std::int64_t pid = 0; ///< as the driver knows it: in a container that may be the machine's number
    std::optional<std::uint64_t> memory;
};

struct SliceSample {
    std::string uuid;
    std::optional<std::uint64_t> memoryUsed, memoryTotal;
    std::vector<GpuProcess> processes;
};

struct GpuSample {
    std::string uuid;
    int index = 0;
    std::optional<std::uint64_t> memoryUsed, memoryTotal;
    std::optional<int> utilisation;    ///< percent of the last moment in which a kernel ran; never under MIG
    std::optional<int> temperature;    ///< degrees Celsius
    std::optional<double> power;       ///< watts
    std::vector<GpuProcess> processes; ///< those that compute
    std::vector<SliceSample> slices;
    Status status;
};

struct KernelSample {
    std::string kernel;  ///< its id
    double cpuCores = 0; ///< cores' worth of time that its processes used since the last sample
    /// Resident memory of its processes, each page that is private to a process once for every process that
    /// has it: what processes share after a fork counts for each of them. Files and shared memory count as
    /// much as the process with the most of them has.
    std::uint64_t memory = 0;
    int processes = 0;
    /// On all GPUs together; nullopt when the driver does not say, or numbers processes as another process
    /// namespace does.
    std::optional<std::uint64_t> gpuMemory;
    std::optional<DiskSpace> disk; ///< of its working folder
};

struct Sample {
    std::int64_t time = 0; ///< ms since 1970
    CpuSample cpu;
    MemorySample memory;
    DiskSpace disk; ///< of the home folder
    std::vector<GpuSample> gpus;
    std::vector<KernelSample> kernels;
};

/// Where the system's files are; other folders in tests.
struct Roots {
    std::string proc = "/proc";
    std::string sys = "/sys";
    std::string dev = "/dev";
};

} // namespace cahier::accelerators
