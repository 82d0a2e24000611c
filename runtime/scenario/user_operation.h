// What the operations on user memory share: how a system call's result is told, and their usual arguments.
#pragma once

#include "runtime/scenario/operation_families.h"
#include "runtime/sim/system.h"

namespace kmem::sim {

inline constexpr Argument processArgument{"process", ArgumentKind::Named, "whose memory", true,
                                          ValueKind::AddressSpace};
inline constexpr Argument userPointerArgument{"ptr", ArgumentKind::Pointer, "an address of the process"};
inline constexpr Argument lengthArgument{"length", ArgumentKind::Size, "bytes"};
inline constexpr Argument fileArgument{"file", ArgumentKind::Named, "a file", true, ValueKind::File};

inline MmId processOf(const Step &step) { return MmId(step.named("process").value); }
inline FileId fileOf(const Step &step) { return FileId(step.named("file").value); }

/// Runs `body` when the process lives and the file is there; says so otherwise.
template <void (*body)(Step &)> void onProcess(Step &step) {
  if (step.system.user.spaces.exists(processOf(step)) &&
      (!step.has("file") || step.system.user.files.exists(fileOf(step))))
    return body(step);
  step.say(step.has("file") && !step.system.user.files.exists(fileOf(step)) ? "-EBADF" : "-ESRCH");
  step.produce({ValueKind::None, 0, 0});
}
template <void (*body)(Step &)> void onFile(Step &step) {
  if (step.system.user.files.exists(fileOf(step)))
    return body(step);
  step.say("-EBADF");
}

/// "-ENOMEM"; the number where it has no name here.
std::string errnoName(SysResult error);
/// A number, or the name of the error.
void saySysResult(Step &step, SysResult result);
/// An address of the process, or the name of the error.
void produceUserPointer(Step &step, SysResult address);
/// What kind of fault it was, or the signal.
std::string faultName(const FaultResult &fault);
/// What the page tables say of an address: zero page, frame, swap slot, and the entry's flags.
void describeUserPage(System &system, MmId mm, Address address, Record &record, bool withFrame);
/// Resident pages, swap entries, faults.
void tellCounters(System &system, MmId mm, Record &record);

} // namespace kmem::sim
