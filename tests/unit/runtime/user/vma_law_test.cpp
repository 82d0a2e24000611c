// Whatever was called, the list of mappings says of every page what a plain table of pages says.
#include "machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cerrno>

using namespace kmem::sim;

namespace {

constexpr Address base = 0x10000000;
constexpr unsigned windowPages = 40;

struct PageFacts {
  bool mapped = false;
  uint64_t flags = 0;
  FileId file = 0;
  uint64_t offset = 0;
  bool operator==(const PageFacts &) const = default;
};
using Table = std::array<PageFacts, windowPages>;

constexpr uint64_t comparedFlags = vmAccess | VmShared | VmLocked | VmSequentialRead;

Table tableOf(const Machine &machine, MmId mm) {
  Table table;
  for (const Vma &vma : machine.user.mappingsOf(mm))
    for (Address at = vma.start; at < vma.end; at += pageSize)
      if (at >= base && at < base + windowPages * pageSize)
        table[(at - base) >> pageShift] = {true, vma.flags & comparedFlags, vma.file, vma.pageOffsetOf(at)};
  return table;
}

/// One call, decoded from a number so that rapidcheck can shrink it, done to the machine and to the table.
struct Call {
  uint64_t code;
  unsigned pick(unsigned shift, unsigned choices) const { return unsigned(code >> shift) % choices; }
  unsigned first() const { return pick(8, windowPages); }
  unsigned count() const { return 1 + pick(16, std::min(12u, windowPages - first())); }
  Address start() const { return base + first() * pageSize; }
  uint64_t length() const { return count() * pageSize; }
};

struct Model {
  Machine machine;
  MmId mm = machine.user.spaces.create();
  FileId file = machine.user.files.create("data", 64 * pageSize);
  Table table{};

  void map(const Call &call) {
    const unsigned kind = call.pick(24, 4);
    const uint32_t prot = call.pick(26, 4) & 3;
    const bool isFile = kind >= 2, isShared = kind % 2;
    const uint64_t offset = isFile ? call.pick(30, 8) : 0;
    const SysResult got =
        machine.user.mappings.mmap(mm, {.address = call.start(),
                                        .length = call.length(),
                                        .prot = prot,
                                        .flags = MapFixed | (isShared ? uint32_t(MapShared) : uint32_t(MapPrivate)) |
                                                 (isFile ? 0 : uint32_t(MapAnonymous)),
                                        .file = isFile ? file : 0,
                                        .offset = offset << pageShift});
    RC_ASSERT(got == SysResult(call.start()));
    // The internal file of shared anonymous memory is new each time.
    const FileId object = isFile ? file : isShared ? tableOf(machine, mm)[call.first()].file : 0;
    for (unsigned i = 0; i < call.count(); ++i) {
      const unsigned at = call.first() + i;
      const uint64_t page = isFile ? offset + i : isShared ? i : (base >> pageShift) + at;
      table[at] = {true, prot | (isShared ? uint64_t(VmShared) : 0), object, page};
    }
  }
  void unmap(const Call &call) {
    RC_ASSERT(machine.user.mappings.munmap(mm, call.start(), call.length()) == 0);
    for (unsigned i = 0; i < call.count(); ++i)
      table[call.first() + i] = {};
  }
  /// mprotect and mlock stop at the first hole.
  template <typename Change> SysResult changeUpToHole(const Call &call, Change change) {
    for (unsigned i = 0; i < call.count(); ++i) {
      if (!table[call.first() + i].mapped)
        return -ENOMEM;
      change(table[call.first() + i]);
    }
    return 0;
  }
  void protect(const Call &call) {
    const uint32_t prot = call.pick(24, 4);
    const SysResult got = machine.user.mappings.mprotect(mm, call.start(), call.length(), prot);
    RC_ASSERT(got == changeUpToHole(call, [&](PageFacts &page) { page.flags = (page.flags & ~vmAccess) | prot; }));
  }
  void lock(const Call &call) {
    const bool on = call.pick(24, 2);
    const SysResult got = on ? machine.user.mappings.mlock(mm, call.start(), call.length(), MlockOnFault)
                             : machine.user.mappings.munlock(mm, call.start(), call.length());
    RC_ASSERT(got == changeUpToHole(call, [&](PageFacts &page) {
                page.flags = (page.flags & ~uint64_t(VmLocked)) | (on ? uint64_t(VmLocked) : 0);
              }));
  }
  void advise(const Call &call) {
    const bool on = call.pick(24, 2);
    machine.user.mappings.madvise(mm, call.start(), call.length(), on ? Advice::Sequential : Advice::Normal);
    for (unsigned i = 0; i < call.count(); ++i) {
      PageFacts &page = table[call.first() + i];
      if (page.mapped) // holes are skipped
        page.flags = (page.flags & ~uint64_t(VmSequentialRead)) | (on ? uint64_t(VmSequentialRead) : 0);
    }
  }
  void move(const Call &call) {
    const unsigned target = call.pick(24, windowPages - call.count() + 1);
    const auto vmas = machine.user.mappingsOf(mm);
    const auto source =
        std::find_if(vmas.begin(), vmas.end(), [&](const Vma &vma) { return vma.contains(call.start()); });
    const bool overlaps = target < call.first() + call.count() && call.first() < target + call.count();
    const SysResult got = machine.user.mappings.mremap(mm, call.start(), call.length(), call.length(),
                                                       MremapMayMove | MremapFixed, base + target * pageSize);
    if (source == vmas.end()) {
      RC_ASSERT(got == -EFAULT);
      return;
    }
    if (overlaps) {
      RC_ASSERT(got == -EINVAL);
      return;
    }
    const Vma vma = *source;
    for (unsigned i = 0; i < call.count(); ++i)
      table[target + i] = {}; // the target is unmapped first, whatever comes then
    if (call.start() + call.length() > vma.end) {
      RC_ASSERT(got == -EFAULT);
      return;
    }
    RC_ASSERT(got == SysResult(base + target * pageSize));
    for (unsigned i = 0; i < call.count(); ++i) {
      PageFacts page = std::exchange(table[call.first() + i], {});
      if (!page.file) // untouched private memory takes the offset of its address
        page.offset = (base >> pageShift) + target + i;
      table[target + i] = page;
    }
  }
  void run(const Call &call) {
    switch (call.pick(0, 7)) {
    case 0:
    case 1:
      return map(call);
    case 2:
      return unmap(call);
    case 3:
      return protect(call);
    case 4:
      return lock(call);
    case 5:
      return advise(call);
    default:
      return move(call);
    }
  }
};

RC_GTEST_PROP(VmaLaw, mappingsEqualATableOfPages, (const std::vector<uint64_t> &codes)) {
  Model model;
  for (const uint64_t code : codes) {
    model.run({code * 0x9e3779b97f4a7c15u});
    RC_ASSERT(tableOf(model.machine, model.mm) == model.table);
  }
  uint64_t pages = 0, locked = 0;
  const Vma *before = nullptr;
  const auto vmas = model.machine.user.mappingsOf(model.mm);
  for (const Vma &vma : vmas) {
    pages += vma.pages();
    locked += vma.flags & VmLocked ? vma.pages() : 0;
    const Address endBefore = before ? before->end : 0;
    RC_ASSERT(vma.gapBelow == vma.start - endBefore);
    // Nothing that could be one mapping is left as two: no page was touched, so no anon_vma forbids it.
    const bool couldMerge = before && before->end == vma.start && before->flags == vma.flags &&
                            before->file == vma.file && before->offset + before->pages() == vma.offset;
    RC_ASSERT(!couldMerge);
    before = &vma;
  }
  const Mm &mm = model.machine.user.mm(model.mm);
  RC_ASSERT(mm.mapCount == vmas.size());
  RC_ASSERT(mm.totalVm == pages);
  RC_ASSERT(mm.lockedVm == locked);
  model.machine.user.spaces.exit(model.mm);
  RC_ASSERT(model.machine.user.committedPages() == 0u);
}

} // namespace
