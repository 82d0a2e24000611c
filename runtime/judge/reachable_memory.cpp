#include "runtime/judge/reachable_memory.h"

namespace kmem::replay {

static constexpr uint64_t wordBytes = 8;
static constexpr uint64_t maxScanned = uint64_t(16) << 20; ///< bytes of one range

namespace {
class Marker {
public:
  Marker(const Machine &machine, const ModelState &models) : machine(machine), models(models) {
    models.allocations.forEach([&](Address address, const Allocation &memory) {
      if (!memory.freed)
        lost.insert(address);
      return true;
    });
  }

  /// A pointer that somebody holds.
  void hold(Address pointer) {
    const auto below = models.allocations.atOrBelow(pointer);
    if (below && pointer - below->key < std::max<uint64_t>(below->value.size, 1) && lost.erase(below->key))
      work.push_back(below->value);
  }
  void scan(Address begin, uint64_t size) {
    const Address end = begin + std::min(size, maxScanned);
    for (Address at = begin; at + wordBytes <= end; at += wordBytes) {
      if (!machine.system.kernel.memory.translate(at))
        at |= sim::pageSize - wordBytes; // the next page, after the step
      else
        hold(machine.system.kernel.memory.load<uint64_t>(at));
    }
  }
  std::set<Address> finish() {
    while (!work.empty()) {
      const Allocation memory = work.back();
      work.pop_back();
      scan(memory.address, memory.size);
    }
    return std::move(lost);
  }

private:
  const Machine &machine;
  const ModelState &models;
  std::set<Address> lost;
  std::vector<Allocation> work;
};
} // namespace

std::set<Address> unreachable(const Machine &machine, const ModelState &models, std::vector<Address> roots) {
  Marker marker(machine, models);
  for (Address root : roots)
    marker.hold(root);
  const Arena &space = machine.objects.space();
  for (Address slot = space.begin; slot < space.end; slot += LazyObjects::slotSize)
    if (machine.objects.at(slot))
      marker.scan(slot, LazyObjects::slotSize);
  const Arena variables = machine.program.layout().variablesThatChange();
  marker.scan(variables.begin, variables.end - variables.begin);
  return marker.finish();
}

} // namespace kmem::replay
