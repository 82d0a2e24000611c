#include "runtime/user/swap_space.h"

namespace kmem::sim {

void SwapSpace::resize(uint64_t pages) {
  assert(used == 0 && "a device in use keeps its size");
  *this = SwapSpace();
  slots = pages;
}

std::optional<SwapSlot> SwapSpace::allocate() {
  SwapSlot slot;
  if (auto lowest = returned.first()) {
    slot = SwapSlot(lowest->key);
    returned.erase(slot);
  } else if (next < slots) {
    slot = next++;
  } else {
    return std::nullopt;
  }
  ++used;
  references.write(slot) = 1;
  return slot;
}

bool SwapSpace::put(SwapSlot slot) {
  assert(references.read(slot) > 0);
  if (--references.write(slot) > 0)
    return false;
  returned.set(slot, 1);
  data.drop(slot);
  --used;
  return true;
}

} // namespace kmem::sim
