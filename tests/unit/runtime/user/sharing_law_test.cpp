// Frames are neither lost nor shared by mistake: every page's counts say who maps it, every process reads what it
// wrote, and when all processes have ended every frame is back.
#include "machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace kmem::sim;

namespace {

constexpr Address privateStart = 0x10000000, fileStart = 0x20000000, sharedStart = 0x30000000;
constexpr unsigned areaPages = 12, maxProcesses = 4;

struct Model {
  Machine machine;
  UserMemory &user = machine.user;
  FileId file = 0;
  uint64_t freeAtStart = 0;
  std::vector<MmId> processes;
  std::map<std::pair<MmId, Address>, uint8_t> privateBytes; ///< what each process sees
  std::map<Address, uint8_t> sharedBytes;

  Model() {
    user.setSwapPages(256);
    freeAtStart = machine.freePages();
    file = user.files.create("data", areaPages * pageSize);
    const MmId mm = user.spaces.create();
    processes.push_back(mm);
    const uint32_t both = ProtRead | ProtWrite;
    machine.map(mm, areaPages * pageSize, both, MapPrivate | MapFixed, privateStart);
    machine.map(mm, areaPages * pageSize, both, MapShared | MapFixed, sharedStart);
    user.mappings.mmap(mm, {.address = fileStart,
                            .length = areaPages * pageSize,
                            .prot = both,
                            .flags = MapPrivate | MapFixed,
                            .file = file});
  }
  void fork(MmId mm) {
    if (processes.size() == maxProcesses)
      return;
    const MmId child = user.spaces.fork(mm);
    processes.push_back(child);
    std::map<std::pair<MmId, Address>, uint8_t> copies;
    for (const auto &[where, value] : privateBytes)
      if (where.first == mm)
        copies[{child, where.second}] = value;
    privateBytes.insert(copies.begin(), copies.end());
  }
  void exit(MmId mm) {
    if (processes.size() == 1)
      return;
    user.spaces.exit(mm);
    std::erase(processes, mm);
    std::erase_if(privateBytes, [&](const auto &entry) { return entry.first.first == mm; });
  }
  uint8_t expected(MmId mm, Address at) {
    if (at >= sharedStart)
      return sharedBytes[at];
    return privateBytes[{mm, at}];
  }
  void run(uint64_t code) {
    const MmId mm = processes[(code >> 8) % processes.size()];
    const Address area = (code >> 16) % 3 == 0 ? privateStart : (code >> 16) % 3 == 1 ? fileStart : sharedStart;
    const Address at = area + (code >> 20) % areaPages * pageSize;
    const uint8_t value = uint8_t(code >> 32);
    switch (code % 9) {
    case 0:
      return fork(mm);
    case 1:
      return exit(mm);
    case 2:
    case 3:
    case 4:
      machine.setByte(mm, at, value);
      (area == sharedStart ? sharedBytes[at] : privateBytes[{mm, at}]) = value;
      return;
    case 5:
      user.reclaim.pageOut(mm, at, at + 3 * pageSize);
      return;
    case 6:
      user.reclaim.takeBackAll();
      return;
    case 7:
      if (area == sharedStart)
        return;
      user.mappings.madvise(mm, at, pageSize, Advice::DontNeed);
      privateBytes.erase({mm, at});
      return;
    default:
      RC_ASSERT(machine.byteAt(mm, at) == expected(mm, at));
    }
  }
  void checkCounts() {
    std::map<Pfn, int> mapped;
    std::map<SwapSlot, uint32_t> swapped;
    for (const MmId mm : processes) {
      std::array<uint64_t, rssKinds> rss{};
      for (const Vma &vma : user.mappingsOf(mm))
        for (Address at = vma.start; at < vma.end; at += pageSize) {
          const uint64_t entry = user.pte(mm, at);
          if (pteIsSwap(entry)) {
            ++swapped[slotOfEntry(entry)];
            ++rss[unsigned(RssKind::SwapEntries)];
          } else if (entry && !user.isZeroPage(pfnOfEntry(entry))) {
            ++mapped[pfnOfEntry(entry)];
            const Page &page = machine.kernel.memory.page(pfnOfEntry(entry));
            const RssKind kind = page.owner == PageOwner::User     ? RssKind::Anonymous
                                 : page.pageFlags & PageSwapBacked ? RssKind::Shmem
                                                                   : RssKind::File;
            ++rss[unsigned(kind)];
          }
        }
      RC_ASSERT(user.mm(mm).rss == rss);
    }
    for (const auto &[pfn, count] : mapped) {
      const Page &page = machine.kernel.memory.page(pfn);
      RC_ASSERT(page.mapCount + 1 == count);
      RC_ASSERT(page.refCount == count + (page.owner == PageOwner::PageCache) + bool(page.pageFlags & PageSwapCache));
      RC_ASSERT(user.mappingsOfPage(pfn).size() == size_t(count));
    }
    for (const auto &[slot, count] : swapped)
      RC_ASSERT(user.swap().referencesOf(slot) == count);
  }
};

RC_GTEST_PROP(SharingLaw, everyPageIsCountedAndEveryByteKept, (const std::vector<uint64_t> &codes)) {
  Model model;
  for (const uint64_t code : codes)
    model.run(code * 0x9e3779b97f4a7c15u);
  model.checkCounts();
  for (const MmId mm : model.processes)
    for (const Address area : {privateStart, fileStart, sharedStart})
      for (unsigned i = 0; i < areaPages; ++i)
        RC_ASSERT(model.machine.byteAt(mm, area + i * pageSize) == model.expected(mm, area + i * pageSize));
  model.checkCounts();
  while (!model.processes.empty()) {
    model.user.spaces.exit(model.processes.back());
    model.processes.pop_back();
  }
  model.user.files.remove(model.file);
  RC_ASSERT(model.machine.freePages() == model.freeAtStart);
  RC_ASSERT(model.user.swap().freePages() == model.user.swap().totalPages());
  RC_ASSERT(model.user.committedPages() == 0u);
}

RC_GTEST_PROP(SharingLaw, restoringASnapshotUndoesEverything,
              (const std::vector<uint64_t> &before, const std::vector<uint64_t> &after)) {
  Model model;
  for (const uint64_t code : before)
    model.run(code * 0x9e3779b97f4a7c15u);
  auto picture = [&] {
    std::vector<uint64_t> words;
    for (const MmId mm : model.processes) {
      for (const std::string &line : model.user.maps(mm))
        words.push_back(std::hash<std::string>()(line));
      for (const Address area : {privateStart, fileStart, sharedStart})
        for (unsigned i = 0; i < areaPages; ++i) {
          const uint64_t entry = model.user.pte(mm, area + i * pageSize);
          words.push_back(entry);
          if (pteIsMapped(entry)) {
            words.push_back(uint64_t(model.machine.kernel.memory.page(pfnOfEntry(entry)).refCount));
            words.push_back(uint64_t(model.machine.kernel.memory.frame(pfnOfEntry(entry))[0]));
          }
        }
      words.push_back(model.user.mm(mm).minorFaults);
    }
    words.push_back(model.machine.pages.freePageCount());
    words.push_back(model.user.swap().freePages());
    return words;
  };
  const auto processes = model.processes;
  const auto snapshot = model.machine.snapshot();
  const auto then = picture();
  for (const uint64_t code : after)
    model.run(code * 0xbf58476d1ce4e5b9u);
  model.machine.restore(snapshot);
  model.processes = processes;
  RC_ASSERT(picture() == then);
}

} // namespace
