#include "runtime/user/vma_merge.h"

#include <cerrno>

namespace kmem::sim {

namespace {

/// can_vma_merge_*() without the anon_vmas: `above` starts where `below` ends and continues it.
bool continues(const Vma &below, const Vma &above) {
  return below.end == above.start && !((below.flags ^ above.flags) & ~uint64_t(VmSoftDirty)) &&
         below.file == above.file && below.offset + below.pages() == above.offset;
}

/// is_mergeable_anon_vma(): a range without one joins a neighbour whose anon_vma is its own; never the other way round,
/// as the chain of a mapping without anon_vma is empty, not singular.
bool anonAgree(const Vma &neighbour, uint32_t anon) {
  return neighbour.anon == anon || (!anon && neighbour.anonChain == 1);
}

void takeAnon(Vma &into, const Vma &from) {
  if (into.anon || !from.anon)
    return;
  into.anon = from.anon;
  into.anonChain = from.anonChain;
}

constexpr uint64_t specialFlags = VmDontExpand; // of VM_SPECIAL, what this model knows

} // namespace

std::optional<Vma> VmaMerger::below(MmId mm, Address start) const {
  auto found = parts.now.vmas.startingBelow(mm, start);
  return found && found->end == start ? found : std::nullopt;
}

std::optional<Vma> VmaMerger::above(MmId mm, Address end) const {
  auto found = parts.now.vmas.at(mm, end);
  return found && found->start == end ? found : std::nullopt;
}

Vma VmaMerger::insert(MmId mm, const Vma &added, bool onlyGrowBelow) {
  VmaTree &tree = parts.now.vmas;
  const auto prev = below(mm, added.start);
  const auto next = onlyGrowBelow ? std::nullopt : above(mm, added.end);
  const bool special = added.flags & specialFlags;
  const bool left = !special && prev && continues(*prev, added) && anonAgree(*prev, added.anon);
  bool right = !special && next && continues(added, *next) && anonAgree(*next, added.anon);
  if (left && right && prev->anon != next->anon && prev->anon && next->anon)
    right = false; // are_anon_vmas_compatible()
  Vma merged = left ? *prev : added;
  merged.end = right ? next->end : added.end;
  takeAnon(merged, added);
  if (right)
    takeAnon(merged, *next);
  if (left)
    tree.erase(mm, *prev);
  if (right)
    tree.erase(mm, *next);
  tree.insert(mm, merged);
  parts.mm(mm).mapCount += 1 - uint32_t(left) - uint32_t(right);
  return *tree.at(mm, added.start);
}

Vma VmaMerger::extend(MmId mm, const Vma &vma, uint64_t bytes) {
  Vma longer = vma;
  longer.end += bytes;
  VmaTree &tree = parts.now.vmas;
  const auto next = above(mm, longer.end);
  if (next && continues(longer, *next) && anonAgree(*next, longer.anon)) {
    longer.end = next->end;
    takeAnon(longer, *next);
    tree.erase(mm, *next);
    --parts.mm(mm).mapCount;
  }
  tree.replace(mm, vma, longer);
  return longer;
}

void VmaMerger::cut(MmId mm, const Vma &vma, Address address) {
  assert(address > vma.start && address < vma.end);
  Vma low = vma, high = vma;
  low.end = high.start = address;
  high.offset = vma.pageOffsetOf(address);
  parts.now.vmas.erase(mm, vma);
  parts.now.vmas.insert(mm, low);
  parts.now.vmas.insert(mm, high);
  ++parts.mm(mm).mapCount;
}

int VmaMerger::split(MmId mm, const Vma &vma, Address address) {
  if (parts.mmOf(mm).mapCount >= maxMapCount)
    return -ENOMEM;
  cut(mm, vma, address);
  return 0;
}

VmaMerger::Outcome VmaMerger::modify(MmId mm, const Vma &vma, Address start, Address end, uint64_t flags) {
  VmaTree &tree = parts.now.vmas;
  Vma part = vma;
  part.start = start;
  part.end = end;
  part.offset = vma.pageOffsetOf(start);
  part.flags = flags;
  const bool special = flags & specialFlags;
  const auto prev = start == vma.start ? below(mm, start) : std::nullopt;
  const auto next = end == vma.end ? above(mm, end) : std::nullopt;
  const bool left = !special && prev && continues(*prev, part) && anonAgree(*prev, part.anon);
  bool right = !special && next && continues(part, *next) && anonAgree(*next, part.anon);
  if (left && right && prev->anon && next->anon && prev->anon != next->anon)
    right = false;
  if (!left && !right) {
    // vma_modify(): split first at the start, then at the end.
    if (start > vma.start)
      if (int error = split(mm, vma, start))
        return {error, {}};
    if (end < vma.end)
      if (int error = split(mm, *tree.at(mm, start), end))
        return {error, {}};
    const Vma alone = *tree.at(mm, start);
    Vma changed = alone;
    changed.flags = flags;
    tree.replace(mm, alone, changed);
    return {0, *tree.at(mm, start)};
  }
  // What remains of `vma` on the side that does not merge.
  Vma merged = left ? *prev : part;
  merged.end = right ? next->end : end;
  takeAnon(merged, part);
  if (right)
    takeAnon(merged, *next);
  tree.erase(mm, vma);
  if (left)
    tree.erase(mm, *prev);
  if (right)
    tree.erase(mm, *next);
  uint32_t rest = 0;
  if (start > vma.start) {
    Vma low = vma;
    low.end = start;
    tree.insert(mm, low);
    ++rest;
  }
  if (end < vma.end) {
    Vma high = vma;
    high.start = end;
    high.offset = vma.pageOffsetOf(end);
    tree.insert(mm, high);
    ++rest;
  }
  tree.insert(mm, merged);
  parts.mm(mm).mapCount += rest + 1 - 1 - uint32_t(left) - uint32_t(right);
  return {0, *tree.at(mm, start)};
}

void VmaMerger::prepareAnon(MmId mm, const Vma &vma) {
  if (vma.anon)
    return;
  // find_mergeable_anon_vma(): a neighbour's, when only the permissions differ.
  auto reusable = [](const Vma &old, const Vma &low, const Vma &high) {
    constexpr uint64_t mayDiffer = vmAccess | VmSoftDirty;
    const bool compatible = low.end == high.start && low.file == high.file &&
                            !((low.flags ^ high.flags) & ~mayDiffer) && high.offset == low.offset + low.pages();
    return compatible && old.anon && old.anonChain <= 1;
  };
  Vma changed = vma;
  changed.anonChain = 1;
  const auto next = above(mm, vma.end), prev = below(mm, vma.start);
  if (next && reusable(*next, vma, *next))
    changed.anon = next->anon;
  else if (prev && reusable(*prev, *prev, vma))
    changed.anon = prev->anon;
  else
    changed.anon = ++parts.now.lastAnon;
  parts.now.vmas.replace(mm, vma, changed);
}

} // namespace kmem::sim
