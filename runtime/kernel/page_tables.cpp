#include "runtime/kernel/page_tables.h"

#include "runtime/kernel/memory.h"

#include <cstring>

namespace kmem::sim {

namespace {

// Level 4 is the top (PGD), 1 the last (PTE).
constexpr unsigned shiftOf(unsigned level) { return pageShift + 9 * (level - 1); }
constexpr unsigned indexAt(unsigned level, Address address) {
  return (address >> shiftOf(level)) & (entriesPerTable - 1);
}
constexpr uint64_t tableFlags = PtePresent | PteWrite | PteAccessed | PteDirty; // _KERNPG_TABLE
constexpr bool isUserAddress(Address address) { return int64_t(address) >= 0; }

} // namespace

uint64_t PageTables::load(Pfn table, unsigned index) const {
  uint64_t entry;
  std::memcpy(&entry, memory.frame(table) + index * sizeof(entry), sizeof(entry));
  return entry;
}

void PageTables::store(Pfn table, unsigned index, uint64_t entry) {
  std::memcpy(memory.frameForWrite(table) + index * sizeof(entry), &entry, sizeof(entry));
}

uint64_t PageTables::entry(Pfn top, Address address, uint64_t *leafSize) const {
  Pfn table = top;
  for (unsigned level = tableLevels; level > 1; --level) {
    const uint64_t entry = load(table, indexAt(level, address));
    if (!(entry & PtePresent))
      return 0;
    if (entry & PteHuge) {
      if (leafSize)
        *leafSize = uint64_t(1) << shiftOf(level);
      return leafSize ? entry : 0;
    }
    table = pfnOfEntry(entry);
  }
  if (leafSize)
    *leafSize = pageSize;
  return load(table, indexAt(1, address));
}

std::optional<Pfn> PageTables::nextTable(Pfn table, unsigned index, Address address) {
  const uint64_t entry = load(table, index);
  assert(!(entry & PteHuge) && "a huge mapping is split by its owner first");
  if (entry & PtePresent)
    return pfnOfEntry(entry);
  const std::optional<Pfn> added = source ? source->allocateTable() : std::nullopt;
  if (added)
    store(table, index, makeEntry(*added, tableFlags | (isUserAddress(address) ? PteUser : 0)));
  return added;
}

bool PageTables::setEntry(Pfn top, Address address, uint64_t entry) {
  Pfn table = top;
  for (unsigned level = tableLevels; level > 1; --level) {
    const std::optional<Pfn> next = nextTable(table, indexAt(level, address), address);
    if (!next)
      return false;
    table = *next;
  }
  store(table, indexAt(1, address), entry);
  return true;
}

TableWalk PageTables::walk(Pfn top, Address address) const {
  TableWalk walk;
  Pfn table = top;
  for (unsigned level = tableLevels; level > 0; --level) {
    const uint64_t entry = load(table, indexAt(level, address));
    walk.entries[walk.levels++] = entry;
    if (!(entry & PtePresent) || (entry & PteHuge && level > 1))
      break;
    table = pfnOfEntry(entry);
  }
  return walk;
}

void PageTables::release(Pfn top, Address begin, Address end) {
  const Address base = isUserAddress(begin) ? 0 : Address(0xffff) << 48;
  releaseBelow(top, tableLevels, base, begin, end);
}

void PageTables::releaseBelow(Pfn table, unsigned level, Address base, Address begin, Address end) {
  const uint64_t covers = uint64_t(1) << shiftOf(level);
  for (unsigned index = begin > base ? (begin - base) / covers : 0; index < entriesPerTable; ++index) {
    const Address from = base + index * covers, last = from + (covers - 1);
    if (from >= end)
      break;
    const uint64_t entry = load(table, index);
    if (!(entry & PtePresent) || entry & PteHuge)
      continue;
    if (level > 2)
      releaseBelow(pfnOfEntry(entry), level - 1, from, begin, end);
    if (from < begin || last > end - 1)
      continue;
    store(table, index, 0);
    source->freeTable(pfnOfEntry(entry));
  }
}

} // namespace kmem::sim
