// Laws of the page allocator after any sequence of calls: no frame is lost or handed out twice, the lists say what the
// struct pages say, everything merges back, and a snapshot takes everything back.
#include "runtime/alloc/page_allocator_parts.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <map>

namespace kmem::sim {
namespace {

class NeverFails : public Oracle {
public:
  bool decide(const Question &) override { return false; }
};

struct Machine {
  explicit Machine(const Profile &profile) : kernel(profile), pages(kernel, oracle) {}
  Kernel kernel;
  NeverFails oracle;
  PageAllocator pages;
};

Profile profileOf(const char *name) { return *profileNamed(name); }

/// One step: an allocation of some kind, or a free of one of the live blocks.
struct Step {
  bool allocates;
  unsigned order, kind, victim;
};

rc::Gen<std::vector<Step>> steps() {
  const auto step = rc::gen::construct<Step>(
      rc::gen::weightedElement<bool>({{3, true}, {2, false}}),
      rc::gen::weightedOneOf<unsigned>({{6, rc::gen::inRange(0u, 4u)}, {2, rc::gen::inRange(4u, orderCount)}}),
      rc::gen::inRange(0u, 6u), rc::gen::inRange(0u, 1000u));
  return rc::gen::container<std::vector<Step>>(step);
}

class Run {
public:
  explicit Run(const char *profile) : machine(profileOf(profile)) {}

  void apply(const std::vector<Step> &sequence) {
    for (const Step &step : sequence)
      step.allocates ? allocate(step) : freeOne(step.victim);
  }

  void allocate(const Step &step) {
    const GfpFlags &gfp = machine.kernel.profile.gfp;
    const Gfp kinds[] = {gfp.kernel() | gfp.noretry | gfp.nowarn,
                         gfp.atomicAllocation() | gfp.nowarn,
                         gfp.kswapdReclaim | gfp.nowarn | gfp.movable,
                         gfp.kswapdReclaim | gfp.nowarn | gfp.reclaimable,
                         gfp.dma | gfp.nowarn,
                         gfp.kernel() | gfp.noretry | gfp.nowarn | gfp.comp};
    const auto pfn = machine.pages.allocate(kinds[step.kind], step.order);
    if (!pfn)
      return;
    RC_ASSERT(*pfn % (Pfn(1) << step.order) == 0u);
    for (Pfn each = *pfn; each < *pfn + (Pfn(1) << step.order); ++each)
      RC_ASSERT(owned.emplace(each, true).second); // nobody has it yet
    blocks.emplace_back(*pfn, step.order);
    livePages += Pfn(1) << step.order;
  }

  void freeOne(unsigned victim) {
    if (blocks.empty())
      return;
    std::swap(blocks[victim % blocks.size()], blocks.back());
    const auto [pfn, order] = blocks.back();
    blocks.pop_back();
    machine.pages.free(pfn, order);
    for (Pfn each = pfn; each < pfn + (Pfn(1) << order); ++each)
      owned.erase(each);
    livePages -= Pfn(1) << order;
  }

  void freeAll() {
    while (!blocks.empty())
      freeOne(0);
    machine.pages.drainAll();
  }

  Machine machine;
  std::map<Pfn, bool> owned;
  std::vector<std::pair<Pfn, unsigned>> blocks;
  uint64_t livePages = 0;
};

uint64_t pagesKnown(const PageAllocator &pages) {
  uint64_t all = 0;
  for (const ZoneIndex index : pages.zones()) {
    const ZoneView zone = pages.zone(index);
    all += zone.free;
    for (const uint32_t count : zone.perCpuPages)
      all += count;
  }
  return all;
}

/// Every list against the struct pages: links both ways, order, type, alignment, no buddies left unmerged.
void checkLists(const Machine &machine) {
  const Memory &memory = machine.kernel.memory;
  for (const Zone &zone : machine.pages.state().zones) {
    uint64_t free = uint64_t(zone.untouchedCount) << maxPageOrder;
    for (unsigned order = 0; order < orderCount; ++order) {
      uint64_t blocks = order == maxPageOrder ? zone.untouchedCount : 0;
      for (unsigned type = 0; type < migrateTypeCount; ++type) {
        const BlockList &list = zone.lists[order][type];
        uint32_t previous = 0, count = 0;
        for (uint32_t link = list.first; link; link = memory.page(frameOf(link)).list.next, ++count) {
          const Pfn pfn = frameOf(link);
          const Page &page = memory.page(pfn);
          RC_ASSERT(page.owner == PageOwner::Free);
          RC_ASSERT(unsigned(page.order) == order);
          RC_ASSERT(unsigned(page.migrateType) == type);
          RC_ASSERT(page.list.previous == previous);
          RC_ASSERT(page.refCount == 0);
          RC_ASSERT(zone.spans(pfn));
          RC_ASSERT(pfn % (Pfn(1) << order) == 0u);
          previous = link;
        }
        RC_ASSERT(list.last == previous);
        RC_ASSERT(list.count == count);
        blocks += count;
      }
      RC_ASSERT(blocks == zone.freeBlocks[order]);
      free += (blocks - (order == maxPageOrder ? zone.untouchedCount : 0)) << order;
    }
    RC_ASSERT(free == zone.free);
  }
}

const char *const profiles[] = {"612dbg-64M", "61dbg-64M", "612dbg-64M-noboost"};

RC_GTEST_PROP(PageAllocatorLaws, framesAreNeitherLostNorShared, ()) {
  Run run(profiles[*rc::gen::inRange(0, 3)]);
  const uint64_t atStart = pagesKnown(run.machine.pages);
  run.apply(*steps());
  RC_ASSERT(pagesKnown(run.machine.pages) + run.livePages == atStart);
  checkLists(run.machine);
}

RC_GTEST_PROP(PageAllocatorLaws, everythingMergesBack, ()) {
  Run run(profiles[*rc::gen::inRange(0, 3)]);
  std::vector<ZoneView> before;
  for (const ZoneIndex zone : run.machine.pages.zones())
    before.push_back(run.machine.pages.zone(zone));
  run.apply(*steps());
  run.freeAll();
  checkLists(run.machine);
  size_t i = 0;
  for (const ZoneIndex zone : run.machine.pages.zones()) {
    const ZoneView now = run.machine.pages.zone(zone);
    RC_ASSERT(now.free == before[i].free);
    // Blocks set aside for high-priority requests do not merge with others.
    if (!now.reservedHighatomic)
      RC_ASSERT(now.freeBlocks == before[i].freeBlocks);
    ++i;
  }
}

RC_GTEST_PROP(PageAllocatorLaws, aSnapshotTakesEverythingBack, ()) {
  Run run(profiles[*rc::gen::inRange(0, 3)]);
  run.apply(*steps());
  const PageAllocator::State state = run.machine.pages.state();
  const Memory::State memory = run.machine.kernel.memory.state();
  const std::vector<Step> more = *steps();
  auto replay = [&] {
    std::vector<std::optional<Pfn>> got;
    for (const Step &step : more)
      if (step.allocates)
        got.push_back(run.machine.pages.allocate(
            run.machine.kernel.profile.gfp.kswapdReclaim | run.machine.kernel.profile.gfp.nowarn, step.order));
    return got;
  };
  const auto first = replay();
  run.machine.pages.restore(state);
  run.machine.kernel.memory.restore(memory);
  checkLists(run.machine);
  RC_ASSERT(replay() == first);
}

FreeBlocksByType someBlocks() {
  FreeBlocksByType blocks{};
  for (unsigned type = 0; type < pcpMigrateTypeCount; ++type)
    for (unsigned order = 0; order <= pageblockOrder; ++order)
      blocks[type][order] = *rc::gen::inRange<uint64_t>(0, order < pageblockOrder ? 4 : 2);
  blocks[unsigned(MigrateType::Movable)][maxPageOrder] = *rc::gen::inRange<uint64_t>(0, 24);
  return blocks;
}

RC_GTEST_PROP(PageAllocatorLaws, zonesAreArrangedAsAsked, ()) {
  Run run(*rc::gen::element("612dbg-256M", "61dbg-256M"));
  const ZoneIndex zone = run.machine.pages.zones().back();
  const FreeBlocksByType blocks = someBlocks();
  run.machine.pages.arrange(zone, blocks);
  RC_ASSERT(run.machine.pages.zone(zone).freeBlocksByType == blocks);
  checkLists(run.machine);
  const uint64_t pages = *rc::gen::inRange<uint64_t>(0, run.machine.pages.zone(zone).free + 100);
  run.machine.pages.holdUntilFree(zone, pages);
  RC_ASSERT(run.machine.pages.zone(zone).free == pages);
  checkLists(run.machine);
  run.apply(*steps());
  checkLists(run.machine);
}

TEST(PageAllocator, kswapdGivesUpOnANodeWithNothingToReclaim) {
  constexpr unsigned attempts = 16; // MAX_RECLAIM_RETRIES
  Machine machine(profileOf("612dbg-64M-noboost"));
  const GfpFlags &gfp = machine.kernel.profile.gfp;
  auto takeAll = [&] {
    while (machine.pages.allocate(gfp.kswapdReclaim | gfp.nowarn, 0)) {
    }
  };
  takeAll();
  for (unsigned i = 0; i < attempts; ++i) {
    EXPECT_TRUE(machine.pages.kswapdIsAwake());
    machine.pages.runKswapd();
  }
  EXPECT_FALSE(machine.pages.kswapdIsAwake());
  takeAll();
  EXPECT_FALSE(machine.pages.kswapdIsAwake());
  EXPECT_EQ(machine.pages.events().kswapdRuns, attempts);
}

} // namespace
} // namespace kmem::sim
