// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/faultguard.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace cahier::notebook {
namespace {

struct Slot {
    std::atomic<bool> taken = false;
    std::atomic<uintptr_t> begin = 0;
    std::atomic<uintptr_t> end = 0;
    std::atomic<std::atomic<bool>*> damaged = nullptr;
};

constinit std::array<Slot, 256> slots;
struct sigaction previousAction;
std::atomic<uintptr_t> pageSize = 4096;

/// Everything from the faulting page to the end of its range reads as zeroes from now on. Only calls that are
/// safe in a signal handler (mmap is a plain system call on Linux).
bool coverWithZeroes(uintptr_t address)
{
    for (Slot& slot : slots) {
        const uintptr_t begin = slot.begin.load(std::memory_order_acquire);
        const uintptr_t end = slot.end.load(std::memory_order_acquire);
        if (address < begin || address >= end) continue;
        const uintptr_t page = address & ~(pageSize.load(std::memory_order_relaxed) - 1);
        if (auto* damaged = slot.damaged.load(std::memory_order_acquire)) damaged->store(true);
        return mmap(reinterpret_cast<void*>(page), end - page, PROT_READ,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

void onBusError(int number, siginfo_t* info, void* context)
{
    if (coverWithZeroes(reinterpret_cast<uintptr_t>(info->si_addr))) return;
    if (previousAction.sa_flags & SA_SIGINFO) {
        previousAction.sa_sigaction(number, info, context);
    } else if (previousAction.sa_handler != SIG_DFL && previousAction.sa_handler != SIG_IGN) {
        previousAction.sa_handler(number);
    } else {
        signal(number, SIG_DFL); // returning repeats the access, which ends the process as it would have
    }
}

void install()
{
    pageSize = uintptr_t(sysconf(_SC_PAGESIZE));
    struct sigaction action = {};
    action.sa_sigaction = onBusError;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previousAction);
}

std::once_flag installed;

} // namespace

bool FaultGuard::protect(void* address, size_t size)
{
    std::call_once(installed, install);
    for (size_t i = 0; i < slots.size(); ++i) {
        Slot& slot = slots[i];
        if (slot.taken.exchange(true, std::memory_order_acq_rel)) continue;
        const auto begin = reinterpret_cast<uintptr_t>(address);
        slot.damaged.store(&m_damaged, std::memory_order_release);
        slot.begin.store(begin, std::memory_order_release);
        slot.end.store(begin + size, std::memory_order_release);
        m_slot = int(i);
        return true;
    }
    return false;
}

FaultGuard::~FaultGuard()
{
    if (m_slot < 0) return;
    Slot& slot = slots[size_t(m_slot)];
    slot.end.store(0, std::memory_order_release);
    slot.begin.store(0, std::memory_order_release);
    slot.damaged.store(nullptr, std::memory_order_release);
    slot.taken.store(false, std::memory_order_release);
}

} // namespace cahier::notebook
