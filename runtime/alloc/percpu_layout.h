// How the first per-CPU chunk of a machine lies in memory (mm/percpu.c: pcpu_build_alloc_info() and
// pcpu_embed_first_chunk(); arch/x86/kernel/setup_percpu.c).
#pragma once

#include "runtime/kernel/layout.h"
#include "runtime/kernel/profile.h"

#include <optional>

namespace kmem::sim {

/// Bytes, as "percpu: Embedded ... s r d u" of the boot log says.
struct PercpuLayout {
  uint64_t staticSize, reservedSize, dynamicSize, unitSize;
  uint64_t chunkSize;  ///< of all units together
  uint64_t usedAtBoot; ///< of the dynamic part, from its beginning
  uint64_t firstFree() const { return staticSize + reservedSize; }
  uint64_t end() const { return firstFree() + dynamicSize; }
};

inline constexpr uint64_t percpuAtomSize = uint64_t(2) << 20; ///< PMD_SIZE

PercpuLayout percpuLayoutOf(const Profile &profile);
/// Where the first chunk lies in memory that was reserved during boot; nothing when no such range is large enough.
std::optional<Physical> firstPercpuChunk(const Profile &profile, const PercpuLayout &layout);

} // namespace kmem::sim
