// SPDX-License-Identifier: GPL-3.0-or-later
// What the machine that kernels run on has to compute with, and what of it is in use. Amounts of memory and
// disk are bytes; a nullopt is a figure that nobody knows.
#pragma once

#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <vector>

namespace cahier::runtime {

enum class AcceleratorKind { None, Gpu, MigSlice, Tpu };

/// What a kernel is to compute with. A kernel started without one sees what its environment lets it see.
struct AcceleratorChoice {
    AcceleratorKind kind = AcceleratorKind::None;
    /// UUIDs of GPUs, the UUID of one MIG slice, or numbers of TPU chips (none: all of them).
    QStringList devices = {};
    bool operator==(const AcceleratorChoice&) const = default;
};

enum class DeviceState {
    None,   ///< there is no such device
    Usable, ///< it works
    Broken, ///< it is there, or its driver is, and programs cannot use it
    Lost,   ///< it worked and does not answer any more
};

struct DeviceStatus {
    DeviceState state = DeviceState::None;
    QString message; ///< a sentence for the user, with the way out where there is one
    QString detail;  ///< the driver's own words; may be empty
};

struct CpuInfo {
    QString model; ///< empty where the machine does not say
    int physicalCores = 0, logicalCores = 0;
    int allowedCores = 0;             ///< logical ones that kernels may run on
    std::optional<double> quotaCores; ///< cores' worth of time that a control group allows
};

struct DiskSpace {
    QString folder;
    std::uint64_t total = 0, available = 0;
};

struct MigSlice {
    QString uuid, name;
    QString profile; ///< "1g.5gb"; may be empty
    std::optional<std::uint64_t> memoryTotal;
};

struct Gpu {
    int index = 0;
    QString uuid; ///< what a choice names; empty for one that was lost before it could say
    QString name;
    std::optional<std::uint64_t> memoryTotal;
    bool migEnabled = false; ///< then the slices can be chosen, not the GPU
    std::vector<MigSlice> slices;
    DeviceStatus status;
};

struct TpuChip {
    int index = 0;
    QString kind;   ///< "TPU v5e"
    QString device; ///< "/dev/accel0"; empty when there is none
};

struct Hardware {
    CpuInfo cpu;
    std::uint64_t memoryTotal = 0;            ///< of the machine
    std::optional<std::uint64_t> memoryLimit; ///< of a control group, where it is less
    DiskSpace disk;                           ///< of the home folder
    QString driverVersion, cudaVersion;       ///< NVIDIA's; empty without a working driver
    std::vector<Gpu> gpus;
    DeviceStatus gpuStatus;
    std::vector<TpuChip> tpus;
    DeviceStatus tpuStatus;
};

// What is in use

struct SliceSample {
    QString uuid;
    std::optional<std::uint64_t> memoryUsed, memoryTotal;
};

struct GpuSample {
    QString uuid;
    int index = 0;
    std::optional<std::uint64_t> memoryUsed, memoryTotal;
    std::optional<int> utilisation; ///< percent; never under MIG
    std::optional<int> temperature; ///< degrees Celsius
    std::optional<double> power;    ///< watts
    std::vector<SliceSample> slices;
    DeviceStatus status;
};

struct KernelSample {
    QString kernel;           ///< its id
    double cpuCores = 0;      ///< cores' worth of time
    std::uint64_t memory = 0; ///< of all its processes
    int processes = 0;
    std::optional<std::uint64_t> gpuMemory; ///< on all GPUs together
    std::optional<DiskSpace> disk;          ///< of its working folder
};

/// What was in use at one moment.
struct ResourceSample {
    qint64 time = 0;                       ///< ms since 1970, of the machine that was sampled
    double cpuBusyCores = 0, cpuCores = 0; ///< cores' worth of time used, and what there is at most
    bool cpuOfCgroup = false;              ///< of what a control group may use, not of the machine
    std::uint64_t memoryUsed = 0, memoryTotal = 0;
    bool memoryOfCgroup = false;
    DiskSpace disk; ///< of the home folder
    std::vector<GpuSample> gpus;
    std::vector<KernelSample> kernels;
};

} // namespace cahier::runtime
