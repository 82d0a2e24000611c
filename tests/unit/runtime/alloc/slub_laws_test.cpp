// Laws of the slab allocator, whatever is allocated and freed in whichever order.
#include "runtime/alloc/page_allocator_state.h"
#include "runtime/alloc/slub_state.h"
#include "tests/unit/runtime/alloc/slub_machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace kmem::sim;

namespace {

/// A step: allocate that many bytes, or free the n-th of what is live.
struct Step {
  uint16_t size;
  bool frees;
};

rc::Gen<std::vector<Step>> steps() {
  return rc::gen::container<std::vector<Step>>(
      rc::gen::construct<Step>(rc::gen::inRange<uint16_t>(0, 9000), rc::gen::arbitrary<bool>()));
}

/// Live objects by address, with their usable size.
using Live = std::map<Address, uint64_t>;

void take(SlubMachine &machine, const Step &step, Live &live) {
  if (!step.frees || live.empty()) {
    const Address object = machine.kmalloc.kmalloc(step.size, machine.gfp());
    if (!isZeroOrNull(object))
      RC_ASSERT(live.emplace(object, machine.kmalloc.ksize(object)).second);
    return;
  }
  const auto freed = std::next(live.begin(), step.size % live.size());
  machine.kmalloc.kfree(freed->first);
  live.erase(freed);
}

const char *const profiles[] = {"612dbg", "612dbg-FZPU", "61dbg", "deb612"};

RC_GTEST_PROP(SlubLaws, LiveObjectsDoNotOverlap, ()) {
  SlubMachine machine(*rc::gen::elementOf(std::vector<std::string_view>(std::begin(profiles), std::end(profiles))));
  Live live;
  for (const Step &step : *steps())
    take(machine, step, live);
  Address end = 0;
  for (const auto &[object, size] : live) {
    RC_ASSERT(object >= end);
    end = object + size;
  }
}

RC_GTEST_PROP(SlubLaws, TheAllocatorCountsWhatIsLive, ()) {
  SlubMachine machine;
  const CacheId cache = machine.ownCache(700);
  std::vector<Address> live;
  for (const Step &step : *steps()) {
    if (!step.frees || live.empty()) {
      live.push_back(machine.slub.allocate(cache, machine.gfp()));
    } else {
      std::swap(live[step.size % live.size()], live.back());
      machine.slub.free(cache, live.back());
      live.pop_back();
    }
  }
  RC_ASSERT(machine.slub.liveObjects(cache) == live.size());
}

RC_GTEST_PROP(SlubLaws, WhenAllIsFreedTheSlabsGoBack, (bool debugged)) {
  SlubMachine machine(debugged ? "612dbg-FZPU" : "deb612");
  const CacheId cache = machine.ownCache(700);
  const unsigned count = *rc::gen::inRange(1, 200);
  std::vector<Address> objects(count);
  machine.slub.allocateBulk(cache, machine.gfp(), objects);
  RC_ASSERT(machine.slub.node(cache).objectCount >= count);
  machine.slub.freeBulk(cache, objects);
  RC_ASSERT(machine.slub.shrink(cache) == 0);
  RC_ASSERT(machine.slub.node(cache).objectCount == 0u);
  RC_ASSERT(machine.printed().empty());
}

RC_GTEST_PROP(SlubLaws, GoingBackToASnapshotForgetsEverything, ()) {
  SlubMachine machine;
  Live live;
  for (const Step &step : *steps())
    take(machine, step, live);
  const Slub::State slabs = machine.slub.state();
  const PageAllocator::State pages = machine.pages.state();
  const Memory::State memory = machine.kernel.memory.state();
  auto nextOnes = [&] {
    std::vector<Address> next;
    for (const uint64_t size : {8, 64, 700, 4096, 9000})
      next.push_back(machine.kmalloc.kmalloc(size, machine.gfp()));
    return next;
  };
  const auto expected = nextOnes();
  for (const Step &step : *steps())
    take(machine, step, live);
  machine.slub.restore(slabs);
  machine.pages.restore(pages);
  machine.kernel.memory.restore(memory);
  RC_ASSERT(nextOnes() == expected);
}

RC_GTEST_PROP(SlubLaws, TheSameSeedGivesTheSameAddresses, ()) {
  SlubMachine one("deb612"), other("deb612");
  Live liveInOne, liveInOther;
  for (const Step &step : *steps()) {
    take(one, step, liveInOne);
    take(other, step, liveInOther);
  }
  RC_ASSERT(liveInOne == liveInOther);
}

} // namespace
