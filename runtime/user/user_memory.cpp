#include "runtime/user/user_memory.h"

#include <cinttypes>
#include <cstdio>

namespace kmem::sim {

UserMemory::UserMemory(Kernel &kernel, PageAllocator &pages, Oracle &oracle)
    : parts(kernel, pages, oracle), files(parts), reclaim(parts, files), faults(parts, files),
      mappings(parts, files, faults, reclaim), spaces(parts, files, mappings), copy(parts, faults),
      heap(parts, faults, mappings) {
  pages.addReclaimer(&reclaim);
  pages.setOomKiller(&reclaim);
}

std::optional<Pfn> UserMemory::pageAt(MmId mm, Address address) const {
  const uint64_t entry = parts.pte(mm, address);
  if (!pteIsMapped(entry))
    return std::nullopt;
  return pfnOfEntry(entry);
}

void UserMemory::setOvercommit(Overcommit mode, uint32_t ratioPercent) {
  parts.now.overcommit = mode;
  parts.now.overcommitRatio = ratioPercent;
}

void UserMemory::restore(const State &state) {
  parts.now = state.user;
  files.restore(state.files);
}

std::string UserMemory::describeFlags(uint64_t vmFlags) {
  static constexpr struct {
    uint64_t flag;
    const char *name;
  } names[] = {{VmRead, "rd"},      {VmWrite, "wr"},      {VmExec, "ex"},           {VmShared, "sh"},
               {VmMayRead, "mr"},   {VmMayWrite, "mw"},   {VmMayExec, "me"},        {VmMayShare, "ms"},
               {VmGrowsDown, "gd"}, {VmLocked, "lo"},     {VmSequentialRead, "sr"}, {VmRandomRead, "rr"},
               {VmDontCopy, "dc"},  {VmDontExpand, "de"}, {VmLockOnFault, "lf"},    {VmAccount, "ac"},
               {VmNoReserve, "nr"}, {VmWipeOnFork, "wf"}, {VmDontDump, "dd"},       {VmHugePage, "hg"},
               {VmNoHugePage, "nh"}};
  std::string text;
  for (const auto &[flag, name] : names)
    if (vmFlags & flag)
      text += std::string(text.empty() ? "" : " ") + name;
  return text;
}

std::vector<std::string> UserMemory::maps(MmId id) const {
  std::vector<std::string> lines;
  const Mm &space = mm(id);
  for (const Vma &vma : mappingsOf(id)) {
    std::string name;
    if (vma.file)
      name = files[vma.file].isShmem ? "/dev/zero (deleted)" : std::string("/") + files[vma.file].name;
    else if (vma.start < space.brk && vma.end > space.startBrk)
      name = "[heap]";
    else if (vma.contains(space.stackTop - 1))
      name = "[stack]";
    char line[160];
    std::snprintf(line, sizeof(line), "%" PRIx64 "-%" PRIx64 " %c%c%c%c %08" PRIx64 "%s%s", vma.start, vma.end,
                  vma.flags & VmRead ? 'r' : '-', vma.flags & VmWrite ? 'w' : '-', vma.flags & VmExec ? 'x' : '-',
                  vma.flags & VmMayShare ? 's' : 'p', vma.file ? vma.offset << pageShift : 0, name.empty() ? "" : " ",
                  name.c_str());
    lines.push_back(line);
  }
  return lines;
}

} // namespace kmem::sim
