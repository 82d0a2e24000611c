// When two mappings that touch become one, and how one is cut in two (mm/vma.c; mm/mmap.c in 6.1, with the same
// outcome). Neighbours merge when flags, file and page offsets continue and their anon_vmas agree: equal, or one absent
// and the other not inherited by a fork.
#pragma once

#include "runtime/user/user_state.h"

namespace kmem::sim {

class VmaMerger {
public:
  explicit VmaMerger(UserParts &parts) : parts(parts) {}

  /// vma_merge_new_range(): puts a mapping where nothing is, as part of its neighbours where it can be. What contains
  /// it afterwards.
  Vma insert(MmId mm, const Vma &added, bool onlyGrowBelow = false);
  /// vma_modify(): the part [start, end) of `vma` gets `flags`: merged with neighbours, or split off. The mapping that
  /// contains the part afterwards, or -ENOMEM at the limit of mappings.
  struct Outcome {
    int error;
    Vma vma;
  };
  Outcome modify(MmId mm, const Vma &vma, Address start, Address end, uint64_t flags);
  /// split_vma(): cuts at `address`; -ENOMEM at the limit of mappings.
  int split(MmId mm, const Vma &vma, Address address);
  /// The same without the limit, as munmap does at its edges.
  void cut(MmId mm, const Vma &vma, Address address);
  /// anon_vma_prepare(): a private page is about to be mapped there.
  void prepareAnon(MmId mm, const Vma &vma);
  /// vma_merge_extend(): `vma` grows by `bytes` at its end, and merges with what it then touches.
  Vma extend(MmId mm, const Vma &vma, uint64_t bytes);

private:
  struct Neighbours {
    std::optional<Vma> prev, next;
  };
  Neighbours mergeable(const Vma &range, const std::optional<Vma> &prev, const std::optional<Vma> &next) const;
  void joinWith(MmId mm, const Vma &range, const Neighbours &join);
  void mergePart(MmId mm, const Vma &vma, const Vma &part, const Neighbours &join);
  int splitOff(MmId mm, const Vma &vma, const Vma &part);
  std::optional<Vma> below(MmId mm, Address start) const;
  std::optional<Vma> above(MmId mm, Address end) const;

  UserParts &parts;
};

} // namespace kmem::sim
