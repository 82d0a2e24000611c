// What a finding claims to happen at its site, as something a run can be held against.
#pragma once

#include "runtime/models/models.h"

#include <string>
#include <vector>

namespace kmem::replay {

enum class TargetKind : uint8_t {
  Sleep, ///< the simulated kernel reports that sleeping is forbidden here, or that the call must not be made here
  Size,  ///< more bytes are asked for than `limit`
  Free,  ///< memory is released by a function that it does not belong to
  Gfp,   ///< flags that the function refuses or ignores
  Reach, ///< the call is made
};

struct Target {
  TargetKind kind = TargetKind::Sleep;
  std::vector<int> sizes;         ///< Size: the product of these arguments
  uint64_t limit = 0;             ///< Size: the largest that is fine
  int order = -1, gfp = -1;       ///< arguments
  uint64_t allOf = 0, noneOf = 0; ///< bits of the tree; Gfp: all and none of them, Size: none
  int minOrder = 0;
  int pointer = -1;               ///< Free
  int cache = -1;                 ///< Free: the argument that must be the memory's cache
  int size = -1;                  ///< Free: the argument that must be the memory's size
  std::vector<uint32_t> accepted; ///< Free: families as Allocation counts them
  bool acceptsErrorPointer = false;
};

} // namespace kmem::replay
