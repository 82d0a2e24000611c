#include "runtime/exec/machine.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace kmem::replay {

static constexpr uint64_t blockBytes = sim::pageSize << sim::maxPageOrder;
static constexpr uint64_t arenaBytes = uint64_t(512) << 20; ///< 8192 objects
static constexpr uint64_t stackBytes = uint64_t(1) << 20;   ///< a kernel's are 16 KiB; locals here are not optimised

/// A row of frames that nothing else uses, from the page allocator of a machine that has just booted: its largest
/// blocks follow one another there.
static sim::Pfn takeFrames(sim::System &system, uint64_t bytes) {
  const uint64_t wanted = llvm::divideCeil(bytes, blockBytes);
  std::vector<sim::Pfn> row;
  while (row.size() < wanted) {
    const auto block = system.pages.allocate(system.profile().gfp.kernel(), sim::maxPageOrder);
    assert(block && "the profile's memory is too small for a replay");
    if (!row.empty() && *block != row.back() + (blockBytes >> sim::pageShift))
      row.clear();
    row.push_back(*block);
  }
  return row.front();
}

static Arena arenaOf(sim::System &system) {
  const Address begin = sim::pageToVirt(takeFrames(system, arenaBytes));
  return {begin, begin + arenaBytes};
}

Machine::Machine(const sim::Profile &profile, Program &program, TermPool &pool)
    : system(profile), program(program), pool(pool), memory(system.kernel, pool),
      objects(program.layout(), arenaOf(system)), stackBottom(sim::pageToVirt(takeFrames(system, stackBytes))),
      stackTop(stackBottom + stackBytes) {
  [[maybe_unused]] const bool loaded =
      program.load(system.kernel, takeFrames(system, program.pages() << sim::pageShift));
  assert(loaded && "a machine that has just booted has frames for page tables");
  const Arena variables = program.layout().variablesThatChange();
  memory.setLazy({objects.space(), variables});
}

void Machine::restore(const State &state) {
  system.restore(state.system);
  memory.restore(state.memory);
  objects.restore(state.objects);
}

} // namespace kmem::replay
