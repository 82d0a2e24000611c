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

VmaMerger::Neighbours VmaMerger::mergeable(const Vma &range, const std::optional<Vma> &prev,
                                           const std::optional<Vma> &next) const {
  Neighbours join;
  if (prev && continues(*prev, range) && anonAgree(*prev, range.anon))
    join.prev = prev;
  if (next && continues(range, *next) && anonAgree(*next, range.anon))
    join.next = next;
  if (join.prev && join.next && prev->anon && next->anon && prev->anon != next->anon)
    join.next.reset(); // are_anon_vmas_compatible()
  return join;
}

/// One mapping takes the place of `range` and the neighbours, which lie in the tree.
void VmaMerger::joinWith(MmId mm, const Vma &range, const Neighbours &join) {
  Vma merged = join.prev ? *join.prev : range;
  merged.end = join.next ? join.next->end : range.end;
  takeAnon(merged, range);
  if (join.next)
    takeAnon(merged, *join.next);
  for (const auto &neighbour : {join.prev, join.next})
    if (neighbour)
      parts.now.vmas.erase(mm, *neighbour);
  parts.now.vmas.insert(mm, merged);
  parts.mm(mm).mapCount += 1 - uint32_t(join.prev.has_value()) - uint32_t(join.next.has_value());
}

Vma VmaMerger::insert(MmId mm, const Vma &added, bool onlyGrowBelow) {
  Neighbours join;
  if (!(added.flags & specialFlags))
    join = mergeable(added, below(mm, added.start), onlyGrowBelow ? std::nullopt : above(mm, added.end));
  joinWith(mm, added, join);
  return *parts.now.vmas.at(mm, added.start);
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
  Vma part = vma;
  part.start = start;
  part.end = end;
  part.offset = vma.pageOffsetOf(start);
  part.flags = flags;
  // Only a part at an edge of the mapping can join a neighbour.
  Neighbours join;
  if (!(flags & specialFlags))
    join = mergeable(part, start == vma.start ? below(mm, start) : std::nullopt,
                     end == vma.end ? above(mm, end) : std::nullopt);
  if (join.prev || join.next)
    mergePart(mm, vma, part, join);
  else if (const int error = splitOff(mm, vma, part))
    return {error, {}};
  return {0, *parts.now.vmas.at(mm, start)};
}

/// vma_modify() without a merge: split first at the start, then at the end.
int VmaMerger::splitOff(MmId mm, const Vma &vma, const Vma &part) {
  if (part.start > vma.start)
    if (const int error = split(mm, vma, part.start))
      return error;
  if (part.end < vma.end)
    if (const int error = split(mm, *parts.now.vmas.at(mm, part.start), part.end))
      return error;
  const Vma alone = *parts.now.vmas.at(mm, part.start);
  Vma changed = alone;
  changed.flags = part.flags;
  parts.now.vmas.replace(mm, alone, changed);
  return 0;
}

/// vma_merge_existing_range(): the neighbours grow over the part, what remains of `vma` shrinks.
void VmaMerger::mergePart(MmId mm, const Vma &vma, const Vma &part, const Neighbours &join) {
  VmaTree &tree = parts.now.vmas;
  tree.erase(mm, vma);
  uint32_t rest = 0;
  if (part.start > vma.start) {
    Vma low = vma;
    low.end = part.start;
    tree.insert(mm, low);
    ++rest;
  }
  if (part.end < vma.end) {
    Vma high = vma;
    high.start = part.end;
    high.offset = vma.pageOffsetOf(part.end);
    tree.insert(mm, high);
    ++rest;
  }
  parts.mm(mm).mapCount += rest - 1;
  joinWith(mm, part, join);
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
