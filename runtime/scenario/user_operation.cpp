#include "runtime/scenario/user_operation.h"

#include "runtime/scenario/experiment.h"

#include <cerrno>

namespace kmem::sim {

std::string errnoName(SysResult error) {
  static constexpr struct {
    int number;
    const char *name;
  } names[] = {{EPERM, "EPERM"},   {ENOENT, "ENOENT"},         {ESRCH, "ESRCH"},        {EBADF, "EBADF"},
               {EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"},         {EACCES, "EACCES"},      {EFAULT, "EFAULT"},
               {EBUSY, "EBUSY"},   {EEXIST, "EEXIST"},         {ENODEV, "ENODEV"},      {EINVAL, "EINVAL"},
               {EFBIG, "EFBIG"},   {EOPNOTSUPP, "EOPNOTSUPP"}, {EOVERFLOW, "EOVERFLOW"}};
  for (const auto &[number, name] : names)
    if (error == -number)
      return std::string("-") + name;
  return std::to_string(error);
}

void saySysResult(Step &step, SysResult result) {
  if (isSysError(result))
    step.say(errnoName(result));
  else
    step.say(int64_t(result));
}

void produceUserPointer(Step &step, SysResult address) {
  if (isSysError(address)) {
    step.say(errnoName(address));
    step.produce({ValueKind::Pointer, 0, 0});
    return;
  }
  step.producePointer(Address(address));
}

std::string faultName(const FaultResult &fault) {
  static constexpr const char *signals[] = {"", "SIGSEGV", "SIGBUS", "killed: out of memory"};
  static constexpr const char *kinds[] = {"failed",    "none",      "zero page",  "new page",   "copy",   "reuse",
                                          "file page", "file copy", "file write", "make write", "swap in"};
  if (!fault.ok()) {
    std::string text = signals[unsigned(fault.signal)];
    if (fault.signal == Signal::Segv)
      text += fault.code == segvMapError ? " SEGV_MAPERR" : " SEGV_ACCERR";
    if (fault.signal == Signal::Bus)
      text += " BUS_ADRERR";
    return text;
  }
  return std::string(kinds[unsigned(fault.kind)]) + (fault.major ? ", major" : "");
}

void describeUserPage(System &system, MmId mm, Address address, Record &record, bool withFrame) {
  const uint64_t entry = system.user.pte(mm, address);
  if (!entry) {
    record["page"] = "none";
    return;
  }
  if (pteIsSwap(entry)) {
    record["page"] = "swap";
    record["slot"] = int64_t(slotOfEntry(entry));
    return;
  }
  const Pfn page = pfnOfEntry(entry);
  record["writable"] = bool(entry & PteWrite);
  if (system.user.isZeroPage(page)) {
    record["page"] = "zero page";
    return;
  }
  const Page &state = system.kernel.memory.page(page);
  record["page"] = state.owner == PageOwner::User ? "anonymous" : state.pageFlags & PageSwapBacked ? "shared" : "file";
  if (withFrame)
    record["frame"] = int64_t(page);
  record["refcount"] = state.refCount;
  record["mapcount"] = state.mapCount + 1;
  record["dirty"] = bool(entry & PteDirty) || (state.pageFlags & PageDirty);
}

void tellCounters(System &system, MmId mm, Record &record) {
  const Mm &space = system.user.mm(mm);
  record["rss_anon"] = int64_t(space.rss[unsigned(RssKind::Anonymous)]);
  record["rss_file"] = int64_t(space.rss[unsigned(RssKind::File)]);
  record["rss_shmem"] = int64_t(space.rss[unsigned(RssKind::Shmem)]);
  record["swap"] = int64_t(space.rss[unsigned(RssKind::SwapEntries)]);
  record["minor_faults"] = int64_t(space.minorFaults);
  record["major_faults"] = int64_t(space.majorFaults);
  record["total_vm"] = int64_t(space.totalVm);
  record["locked_vm"] = int64_t(space.lockedVm);
}

} // namespace kmem::sim
