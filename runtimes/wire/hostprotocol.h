// SPDX-License-Identifier: Apache-2.0
// The protocol between cahier-host and its clients, over any reliable byte stream: a Unix socket on this
// machine, the standard input and output of `cahier-host attach` over ssh. Version 1.
//
// Framing. All integers little-endian.
//
//     u32 size        of everything after this field; at most maxFrameSize
//     u32 parts       number of parts, 1 .. maxParts
//     u32 length[parts]
//     bytes           the parts, one after another
//
// Part 0 is a JSON object, the envelope, with the string "op". The other parts are kernel message frames.
// A peer that receives a frame that breaks these rules closes the connection.
//
// Requests (client to host) carry "id", a number that the answer repeats. The first one is hello.
//
//   op         envelope fields                            answer, besides {"op":"reply","id":N,"ok":true}
//   hello      protocol:1, client:"cahier 0.1.0"          protocol, version, pid, host (a UUID per host
//                                                         process), and what specs answers without looking
//                                                         for environments
//   specs      environ:{NAME:VALUE}, cwd                  specs:[KernelSpec], searched:[folder],
//                                                         problems:[text]
//   environments  environ:{NAME:VALUE}, cwd,              environments:[PythonEnvironment], uv (the program's
//              packages:[NAME]                            path, where it is), home (the home folder)
//   start      spec:NAME | argv:[…] interrupt_mode,       kernel:ID
//              language, cwd, env:{NAME:VALUE|null},
//              environ:{NAME:VALUE}, label,
//              lifetime:"host"|"client",
//              accelerator:Accelerator
//   list                                                  kernels:[KernelInfo]
//   attach     kernel, after:SEQ (0: everything)          first, last: the numbers the journal still holds;
//                                                         state, busy: as in KernelInfo, as of number last
//   detach     kernel                                     nothing more about that kernel will come
//   send       kernel, channel:"shell"|"control"|         seq: the number of the journal's own record of it;
//              "stdin"; parts header, parent,             duplicate:true when this msg_id was sent before
//              metadata, content, buffers…                (then nothing is sent again)
//   interrupt  kernel                                     once delivered
//   restart    kernel, accelerator:Accelerator            once the new process runs (it is not ready yet)
//   shutdown   kernel                                     once the process is gone and its files removed;
//                                                         the journal is kept until every client attached
//                                                         then has read it to the end or left
//   forget     kernel                                     drops a dead kernel and its journal
//   hardware   environ:{NAME:VALUE}                       hardware:Hardware, found anew; libtpu is looked for
//                                                         in environ's Pythons where there is a TPU
//   subscribe_samples  after:TIME (0: everything)         samples:[Sample] that are kept and younger, oldest
//                                                         first; from then on sample events come
//   unsubscribe_samples                                   no more of them
//   file_list  path, after                                folder, entries:[FileEntry] by name, the first some
//                                                         thousand; next where there are more: "after" then
//                                                         gives those
//   file_stat  path                                       a FileEntry's fields
//   file_mkdir path, parents:bool                         once it is there
//   file_rename path, to                                  never replaces anything
//   file_remove path, for_good:bool                       once it is in the trash, or gone
//   file_read  path, offset, size                         size, modified (ns since 1970); a second part, the
//                                                         bytes, fewer than asked for at the end
//   file_begin path, token, replace:bool                  offset: how much of that upload is there
//   file_write path, token, offset; part: bytes           (at most 4 MiB) once written
//   file_finish path, token, size, replace:bool           once it is whole, on the disk and in place
//   file_abandon path, token                              drops what was uploaded
//   run        token, argv:[…], cwd, environ:{NAME:VALUE}, once the program runs; or when that token's
//   already
//              env:{NAME:VALUE|null}                      does
//   run_read   token, offset                              once there is output from that offset on, the
//   program
//                                                         has ended, or 15 seconds have passed: size, the
//                                                         bytes in all so far; a second part, those from
//                                                         offset on, at most 256 KiB; exit or signal
//                                                         (numbers) with the last of them
//   run_cancel token                                      once the program was asked to end
//   run_release token                                     ends the program if it runs, and drops its output
//
// A request that fails is answered {"op":"reply","id":N,"ok":false,"code":CODE,"message":TEXT,"detail":TEXT},
// CODE one of the errorCode… names below.
//
// The starter of a kernel is not attached by starting it: it attaches with after:0 and gets everything.
// "lifetime":"client": the kernel is shut down when no client is attached to it any more, as by shutdown: it
// leaves the list and its journal goes with it. One that dies before that stays as any dead kernel does. A
// client that went without detach (its connection broke) counts as attached for ten more seconds: it may come
// back.
// "lifetime":"host": it stays until it is shut down.
// environ is the whole environment to start from, in which specs, interpreters and programs are looked for;
// without it that is the host's own, which is the one of whoever started the host. A kernel gets it with the
// spec's env merged over it, then env, where null removes a variable. JPY_PARENT_PID is always removed.
//
// An accelerator's variables come last, over env: what was chosen holds. Without an accelerator the kernel
// sees what the environment lets it see; a restart without one keeps what there was. A device that is not
// there or cannot be used is "not_found" with what there is, and nothing is started or restarted.
//
// Amounts of memory and disk are bytes; a figure that the driver does not give is left out.
// Accelerator {kind:"none"|"gpu"|"mig"|"tpu", devices:[TEXT]}: GPUs' UUIDs, the UUID of one MIG slice, the
//             numbers of TPU chips (none: all of them); in KernelInfo with name, for people
// Status      {state:"none"|"usable"|"broken"|"lost", message: a sentence, detail: the driver's own words}
// Disk        {folder, total, available}
// Hardware    {cpu:{model, physical_cores, logical_cores, allowed_cores, quota_cores (of the cgroup)},
//             memory:{total, limit (of the cgroup, where it is less)}, disk:Disk (the home folder's),
//             driver (NVIDIA's version), cuda (the newest version it supports), gpus:[{index, uuid, name,
//             memory_total, mig:bool, slices:[{uuid, name, profile, memory_total}], status:Status}],
//             gpu_status:Status, tpus:[{index, kind, pci, device}], tpu_status:Status, libtpu:bool}
// Sample      {time (ms since 1970), cpu:{busy_cores, cores, of:"machine"|"cgroup"}, memory:{used, total,
//             of:"machine"|"cgroup"}, disk:Disk, gpus:[{uuid, index, memory_used, memory_total, utilisation
//             (percent), temperature (degrees Celsius), power (watts), processes:[{pid, memory}],
//             slices:[{uuid, memory_used, memory_total, processes}], status:Status}], kernels:[{kernel,
//             cpu_cores, memory, processes (their number), gpu_memory, disk:Disk (the working folder's)}]}
//
// Samples are taken once a second while kernels run or clients are subscribed; those of 15 minutes are kept.
// They have no numbers: a client that does not take what it was sent misses some.
//
// KernelSpec  {name, display_name, language, argv:[…], interrupt_mode:"signal"|"message", env:{…},
//             resource_dir (empty for one found by probing an interpreter)}
// KernelInfo  {kernel, spec, label, language, cwd, lifetime, state, busy, pid (0 when dead), started (ms
//             since 1970), first, last (numbers in the journal, 0 when empty), accelerator:Accelerator
//             (where one was chosen)}; for dead ones also reason,
//             signal or exit, oom, stderr as in the state event
//
// PythonEnvironment  {interpreter, paths:[…] (all ways to it that were found), prefix, kind:"system"|"venv"|
//             "conda"|"pyenv"|"uv", name (what its owner calls it; empty for the system's), version,
//             packages:{NAME:VERSION} (those of the request that are installed), managed:bool (packages are
//             not to be installed into it: https://peps.python.org/pep-0668/), can_make:bool (it has venv and
//             ensurepip), problem (a sentence, where it does not run; then there is no version)}
//
// FileEntry   {name, kind:"file"|"folder"|"other", link:bool, size, modified (ms since 1970)}; of what a link
//             leads to
//
// A path is absolute, or "", "~" or "~/…" for the home folder. What is uploaded goes to a file beside the
// target and takes its name at last; token, hexadecimal digits, stands for the contents, so that a later
// upload goes on where one was cut.
//
// Programs. What a client runs has nothing to read on its standard input; its standard output and error are
// one stream. token, hexadecimal digits that the client makes up, names the run: a client that does not know
// whether its request came asks again, on another connection as well. Output before the offset of a run_read
// is dropped; while 1 MiB is not taken, the program waits in its writes. Ended means that the program itself
// has; what is left of its process group is killed then. Asked to end (SIGTERM to its group), it has three
// seconds until it and all that it started are killed. A run whose client's connection broke waits 30 seconds
// for requests about it on another; then it is ended, and dropped. A host with runs does not end itself.
//
// Events (host to client), for every attached kernel in the order of their numbers, each number once:
//
//   op      envelope fields
//   msg     kernel, seq, channel:"iopub"|"shell"|"control"|"stdin", sent:true for a client's own request
//           (as recorded), time (ms since 1970); parts header, parent, metadata, content, buffers… exactly
//           as they crossed the kernel's socket
//   state   kernel, seq, time, state:"starting"|"ready"|"restarting"|"dead"; "starting" carries pid;
//           "ready" carries busy:bool and info (the content of kernel_info_reply); "dead" carries reason (a
//           sentence), signal or exit (numbers), oom:true when the machine's memory ran out, stderr (its
//           tail)
//   gap     kernel, from, to, outputs: numbers that the bounded journal no longer holds, and how many of
//           them were outputs
//   sample  sample:Sample, for clients that are subscribed
//   error   message: the host will close the connection
//
// Numbers start at 1 for each kernel and have no holes but those that a gap names. A record is written to
// the journal before any client sees it. The host's own requests and what they cause (kernel_info_request
// while the kernel starts, interrupt_request, shutdown_request) are not recorded.
//
// A kernel whose host died is dead with it. The next host lists it as dead and serves its journal until it
// is forgotten or nothing was written to it for seven days.
//
// Part 0 and the JSON of kernels is refused where it is nested deeper than 500 levels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::wire {

inline constexpr int protocolVersion = 1;
inline constexpr std::uint32_t maxFrameSize = 1u << 30;
inline constexpr std::uint32_t maxParts = 4096;

inline constexpr std::string_view errorCodeNotFound = "not_found";
inline constexpr std::string_view errorCodeNoKernel = "no_kernel";
inline constexpr std::string_view errorCodeDead = "kernel_dead";
inline constexpr std::string_view errorCodeBadRequest = "bad_request";
inline constexpr std::string_view errorCodeVersion = "version";
inline constexpr std::string_view errorCodeIo = "io";
inline constexpr std::string_view errorCodeDenied = "denied";
inline constexpr std::string_view errorCodeNoSpace = "no_space";
inline constexpr std::string_view errorCodeExists = "exists";
inline constexpr std::string_view errorCodeNoTrash = "no_trash";
inline constexpr std::string_view errorCodeTimeout = "timeout";

using Parts = std::vector<std::string>;

/// The bytes of one frame. The parts are copied once.
[[nodiscard]] std::string encodeFrame(std::string_view envelope, std::span<const std::string_view> rest = {});

/// Appends everything of a frame that comes before the bytes of its parts, for parts of these lengths.
void appendFrameHead(std::string& out, std::span<const std::uint32_t> lengths);

/// Whether such a frame keeps to maxFrameSize and maxParts.
[[nodiscard]] bool fitsFrame(std::size_t envelopeSize, std::span<const std::string_view> rest);

/// Takes a byte stream in pieces of any size and gives whole frames. Memory is bounded by maxFrameSize.
class FrameReader {
public:
    void append(std::string_view bytes);
    /// The next whole frame, an empty vector when more bytes are needed, or a sentence when the stream is
    /// broken (then it stays broken).
    [[nodiscard]] std::expected<Parts, std::string> next();

private:
    std::string m_buffer;
    std::size_t m_begin = 0;
    std::string m_broken;
};

} // namespace cahier::wire
