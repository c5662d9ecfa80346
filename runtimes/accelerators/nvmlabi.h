// SPDX-License-Identifier: Apache-2.0
// The part of NVML's binary interface that we use, declared here since machines without the CUDA Toolkit have
// no nvml.h. Source: NVIDIA's "NVML API Reference Guide", https://docs.nvidia.com/deploy/nvml-api/
// (structures nvmlMemory_t, nvmlMemory_v2_t, nvmlProcessInfo_v1_t, nvmlProcessInfo_v2_t, nvmlUtilization_t,
// enumeration nvmlReturn_t). A suffix _v2 or _v3 is part of a symbol's name: nvml.h maps plain names to the
// newest.
#pragma once

#include <cstdint>

namespace cahier::accelerators::nvmlabi {

enum Return : int {
    Success = 0,
    Uninitialized = 1,
    InvalidArgument = 2,
    NotSupported = 3,
    NoPermission = 4,
    NotFound = 6,
    InsufficientSize = 7,
    DriverNotLoaded = 9,
    FunctionNotFound = 13,
    GpuIsLost = 15,
    ResetRequired = 16,
    OperatingSystem = 17,
    LibraryVersionMismatch = 18, ///< NVML_ERROR_LIB_RM_VERSION_MISMATCH
    GpuNotFound = 28,
    Unknown = 999,
};

/// Opaque; of a GPU or of a MIG slice. (nvml.h of CUDA 13 wraps it in a structure, which is passed alike.)
using Device = struct DeviceTag*;

inline constexpr unsigned uuidSize = 96; ///< NVML_DEVICE_UUID_V2_BUFFER_SIZE
inline constexpr unsigned nameSize = 96; ///< NVML_DEVICE_NAME_V2_BUFFER_SIZE
inline constexpr unsigned versionSize = 80;
inline constexpr unsigned long long valueNotAvailable = ~0ull; ///< NVML_VALUE_NOT_AVAILABLE
inline constexpr unsigned temperatureOfGpu = 0;
inline constexpr unsigned migEnabled = 1;

struct Memory {
    unsigned long long total, free, used;
};
/// `used` leaves out what is reserved for the driver, as nvidia-smi does.
struct Memory2 {
    unsigned version;
    unsigned long long total, reserved, free, used;
};
inline constexpr unsigned memory2Version = sizeof(Memory2) | 2u << 24; ///< NVML_STRUCT_VERSION(Memory, 2)
struct ProcessInfo1 {
    unsigned pid;
    unsigned long long usedGpuMemory;
};
/// Also that of nvmlDeviceGetComputeRunningProcesses_v3.
struct ProcessInfo2 {
    unsigned pid;
    unsigned long long usedGpuMemory;
    unsigned gpuInstanceId, computeInstanceId;
};
struct Utilization {
    unsigned gpu, memory; ///< percent
};
static_assert(sizeof(Memory2) == 40 && sizeof(ProcessInfo2) == 24 && sizeof(ProcessInfo1) == 16);

/// Those that the library has; the others are null.
struct Functions {
    Return (*init)() = nullptr;
    Return (*shutdown)() = nullptr;
    const char* (*errorString)(Return) = nullptr;
    Return (*driverVersion)(char*, unsigned) = nullptr;
    Return (*cudaVersion)(int*) = nullptr; ///< 1000 times the major version and ten times the minor one
    Return (*count)(unsigned*) = nullptr;
    Return (*byIndex)(unsigned, Device*) = nullptr;
    Return (*uuid)(Device, char*, unsigned) = nullptr;
    Return (*name)(Device, char*, unsigned) = nullptr;
    Return (*memory2)(Device, Memory2*) = nullptr;
    Return (*memory)(Device, Memory*) = nullptr;
    Return (*utilization)(Device, Utilization*) = nullptr;
    Return (*temperature)(Device, unsigned sensor, unsigned* celsius) = nullptr;
    Return (*power)(Device, unsigned* milliwatts) = nullptr;
    /// A count that is too small is set to the one needed, and InsufficientSize returned.
    Return (*processes2)(Device, unsigned* count, ProcessInfo2*) = nullptr;
    Return (*processes1)(Device, unsigned* count, ProcessInfo1*) = nullptr;
    Return (*migMode)(Device, unsigned* current, unsigned* pending) = nullptr;
    Return (*maxMigCount)(Device, unsigned*) = nullptr;
    Return (*migByIndex)(Device, unsigned, Device*) = nullptr; ///< NotFound for a place without a slice
};

} // namespace cahier::accelerators::nvmlabi
