#include "runtime/user/vma_tree.h"

#include <algorithm>

namespace kmem::sim {

VmaTree::GapSummary &VmaTree::GapSummary::operator+=(const GapSummary &other) {
  largestGap = std::max(largestGap, other.largestGap);
  lowestKey = std::min(lowestKey, other.lowestKey);
  highestKey = std::max(highestKey, other.highestKey);
  return *this;
}

std::optional<Vma> VmaTree::at(MmId mm, Address address) const {
  if (address >> addressBits)
    return std::nullopt;
  auto found = tree.atOrBelow(key(mm, address));
  if (!found || found->key < key(mm, 0) || !found->value.contains(address))
    return std::nullopt;
  return found->value;
}

std::optional<Vma> VmaTree::from(MmId mm, Address address) const {
  if (address >> addressBits)
    return std::nullopt;
  if (auto found = at(mm, address))
    return found;
  auto found = tree.atOrAbove(key(mm, address));
  if (!found || found->key >= key(mm + 1, 0))
    return std::nullopt;
  return found->value;
}

std::optional<Vma> VmaTree::startingBelow(MmId mm, Address address) const {
  if (address == 0)
    return std::nullopt;
  const Address last = std::min(address - 1, (Address(1) << addressBits) - 1);
  auto found = tree.atOrBelow(key(mm, last));
  if (!found || found->key < key(mm, 0))
    return std::nullopt;
  return found->value;
}

std::optional<Vma> VmaTree::intersection(MmId mm, Address start, Address end) const {
  auto found = from(mm, start);
  if (!found || found->start >= end)
    return std::nullopt;
  return found;
}

std::vector<Vma> VmaTree::within(MmId mm, Address start, Address end) const {
  std::vector<Vma> found;
  for (auto vma = from(mm, start); vma && vma->start < end; vma = from(mm, vma->end))
    found.push_back(*vma);
  return found;
}

Address VmaTree::endBelow(MmId mm, Address start) const {
  auto below = startingBelow(mm, start);
  return below ? below->end : 0;
}

void VmaTree::updateGap(MmId mm, Address from) {
  auto found = this->from(mm, from);
  if (!found)
    return;
  const uint64_t gap = found->start - endBelow(mm, found->start);
  if (gap == found->gapBelow)
    return;
  found->gapBelow = gap;
  tree.set(key(mm, found->start), *found);
}

void VmaTree::insert(MmId mm, Vma vma) {
  assert(!intersection(mm, vma.start, vma.end) && "mappings never overlap");
  vma.gapBelow = vma.start - endBelow(mm, vma.start);
  tree.set(key(mm, vma.start), vma);
  updateGap(mm, vma.end);
}

void VmaTree::erase(MmId mm, const Vma &vma) {
  tree.erase(key(mm, vma.start));
  updateGap(mm, vma.end);
}

void VmaTree::replace(MmId mm, const Vma &before, const Vma &after) {
  if (before.start == after.start && before.end == after.end) {
    Vma same = after;
    same.gapBelow = before.gapBelow;
    tree.set(key(mm, same.start), same);
    return;
  }
  erase(mm, before);
  insert(mm, after);
}

std::optional<VmaTree::Gap> VmaTree::highestGap(MmId mm, Address low, Address high, uint64_t length) const {
  auto clipped = [&](Address start, Address end) { return Gap{std::max(start, low), std::min(end, high)}; };
  auto fits = [&](const Gap &gap) { return gap.end > gap.start && gap.end - gap.start >= length; };
  // The hole that `high` cuts, or that lies above every mapping.
  if (Gap top = clipped(endBelow(mm, high), high); fits(top))
    return top;
  auto mayFit = [&](const GapSummary &below) {
    return below.largestGap >= length && below.lowestKey < key(mm, high) && below.highestKey >= key(mm, low);
  };
  auto fitsBelow = [&](uint64_t at, const Vma &vma) {
    return at >= key(mm, 0) && at < key(mm, high) && fits(clipped(vma.start - vma.gapBelow, vma.start));
  };
  auto found = tree.findLast(mayFit, fitsBelow);
  if (!found)
    return std::nullopt;
  return clipped(found->value.start - found->value.gapBelow, found->value.start);
}

std::optional<VmaTree::Gap> VmaTree::lowestGap(MmId mm, Address low, Address high, uint64_t length) const {
  auto clipped = [&](Address start, Address end) { return Gap{std::max(start, low), std::min(end, high)}; };
  auto fits = [&](const Gap &gap) { return gap.end > gap.start && gap.end - gap.start >= length; };
  auto mayFit = [&](const GapSummary &below) {
    return below.largestGap >= length && below.lowestKey < key(mm + 1, 0) && below.highestKey >= key(mm, low);
  };
  auto fitsBelow = [&](uint64_t at, const Vma &vma) {
    return at >= key(mm, low) && at < key(mm + 1, 0) && fits(clipped(vma.start - vma.gapBelow, vma.start));
  };
  if (auto found = tree.findFirst(mayFit, fitsBelow))
    return clipped(found->value.start - found->value.gapBelow, found->value.start);
  if (Gap top = clipped(endBelow(mm, Address(1) << addressBits), high); fits(top))
    return top;
  return std::nullopt;
}

} // namespace kmem::sim
