#include "runtime/kernel/memory.h"

#include "runtime/kernel/host_window.h"
#include "runtime/kernel/kernel.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr Pfn pagesPerSection = Pfn(1) << (27 - pageShift); // SECTION_SIZE_BITS
constexpr uint64_t imageSpan = uint64_t(512) << 20;         // KERNEL_IMAGE_SIZE without KASLR
constexpr Pfn tablesOfVmalloc = 1;                          // offsets in kernelTablesOf()
constexpr Pfn tablesOfImage = tablesOfVmalloc + 64;
constexpr Pfn tablesOfModules = tablesOfImage + 1;
constexpr Pfn tablesOfFixmap = tablesOfModules + 1;
constexpr unsigned entrySize = 8;
constexpr uint64_t bootTable = PtePresent | PteWrite | PteAccessed | PteDirty;

constexpr unsigned topIndex(Address address) { return (address >> 39) & (entriesPerTable - 1); }
constexpr bool isUserHalf(Address address) { return int64_t(address) >= 0; }

/// The tables that are in the image from the start, so that mapping a page asks for as many frames as in the kernel.
void buildBootTables(Memory &memory, PfnRange tables) {
  auto link = [&](Pfn table, unsigned index, Pfn next) {
    const uint64_t entry = makeEntry(next, bootTable);
    std::memcpy(memory.frameForWrite(table) + index * entrySize, &entry, entrySize);
  };
  const Pfn top = tables.begin;
  for (unsigned i = topIndex(vmallocStart); i <= topIndex(vmallocEnd); ++i)
    link(top, i, top + tablesOfVmalloc + i - topIndex(vmallocStart));
  link(top, topIndex(kernelTextStart), top + tablesOfImage);
  link(top + tablesOfImage, entriesPerTable - 2, top + tablesOfModules);
  link(top + tablesOfImage, entriesPerTable - 1, top + tablesOfFixmap);
}

} // namespace

Memory::Memory(Kernel &kernel, std::unique_ptr<HostWindow> newWindow)
    : kernel(kernel), window(std::move(newWindow)), host(window ? window->directMap() : nullptr),
      directMap(directMapOf(kernel.profile)), imageParts(kernelImageOf(kernel.profile)),
      image{imageParts.text >> pageShift, imageParts.data >> pageShift}, kernelTables(kernelTablesOf(kernel.profile)),
      tables(*this) {
  assert((!window || window->bytes() >= frameCount() << pageShift) && "the window holds all frames");
  buildBootTables(*this, kernelTables);
}

Memory::~Memory() = default;

bool Memory::hasPage(Pfn pfn) const {
  const Pfn section = pfn / pagesPerSection;
  auto covers = [&](const PfnRange &range) {
    return range.end > range.begin && section >= range.begin / pagesPerSection &&
           section <= (range.end - 1) / pagesPerSection;
  };
  return covers(directMap.low) || covers(directMap.high);
}

void Memory::dropFrame(Pfn pfn) {
  if (window)
    window->zero(pfn);
  else
    now.frames.drop(pfn);
}

bool Memory::map(Pfn table, Address address, Pfn pfn, uint64_t flags) {
  return setEntry(table, address, makeEntry(pfn, flags));
}

uint64_t Memory::unmap(Pfn table, Address address) {
  const uint64_t former = entry(table, address);
  if (former)
    setEntry(table, address, 0);
  return former;
}

bool Memory::setEntry(Pfn table, Address address, uint64_t entry) {
  if (!tables.setEntry(table, address, entry))
    return false;
  if (!window || table != kernelTable())
    return true;
  if (entry & PtePresent && hasFrame(pfnOfEntry(entry)))
    return window->map(address, pfnOfEntry(entry));
  window->unmap(address);
  return true;
}

TableWalk Memory::walk(Address address) const {
  if (isUserHalf(address))
    return now.userTable ? tables.walk(now.userTable, address) : TableWalk{{}, 1};
  return tables.walk(kernelTable(), address);
}

uint64_t Memory::imageFlags(Physical physical) const {
  if (physical >= imageParts.data || physical < imageParts.text)
    return PtePresent | PteWrite | PteNoExec;
  return PtePresent | (physical >= imageParts.rodata ? uint64_t(PteNoExec) : 0);
}

std::optional<Translation> Memory::translateImage(Address address) const {
  const Physical physical = address - kernelTextStart;
  if (physical < imageParts.text || physical >= imageParts.end)
    return std::nullopt;
  return Translation{physical, imageFlags(physical)};
}

std::optional<Translation> Memory::translateByTables(Address address, Pfn table) const {
  uint64_t leafSize = 0;
  const uint64_t entry = tables.entry(table, address, &leafSize);
  if (!(entry & PtePresent))
    return std::nullopt;
  const Physical base = (entry & ptePfnMask) & ~(leafSize - 1);
  return Translation{base | (address & (leafSize - 1)), entry & ~ptePfnMask};
}

std::optional<Translation> Memory::translate(Address address, Pfn userTable) const {
  if (const uint64_t offset = address - directMapStart; directMap.contains(offset >> pageShift))
    return Translation{offset, imageFlags(offset)};
  if (!isCanonical(address))
    return std::nullopt;
  if (isUserHalf(address))
    return userTable ? translateByTables(address, userTable) : std::nullopt;
  if (address >= kernelTextStart && address < kernelTextStart + imageSpan)
    return translateImage(address);
  return translateByTables(address, kernelTable());
}

bool Memory::isPageArray(Address address) const {
  return address >= vmemmapStart && hasPage((address - vmemmapStart) / structPageSize);
}

/// Without the user half: SMAP and SMEP refuse what is mapped there.
bool Memory::permits(Address address, uint64_t flags, AccessKind kind) const {
  if (isUserHalf(address) || flags & PteUser)
    return false;
  return kind == AccessKind::Read || (kind == AccessKind::Write ? flags & PteWrite : !(flags & PteNoExec));
}

Physical Memory::physicalFor(Address address, AccessKind kind, const CodeSite &by) const {
  const std::optional<Translation> found = translate(address, now.userTable);
  if (!found || !permits(address, found->flags, kind))
    kernel.reports.badAccess(address, kind, by);
  return found->physical;
}

std::span<const std::byte> Memory::bytesAt(Address address, const CodeSite &by) const {
  if (isPageArray(address)) {
    const uint64_t offset = address - vmemmapStart;
    return std::as_bytes(std::span(&page(offset / structPageSize), 1)).subspan(offset % structPageSize);
  }
  const Physical physical = physicalFor(address, AccessKind::Read, by);
  const uint64_t offset = physical & ~pageMask;
  return {frame(physical >> pageShift) + offset, pageSize - offset};
}

std::span<std::byte> Memory::bytesForWrite(Address address, const CodeSite &by) {
  if (isPageArray(address)) {
    const uint64_t offset = address - vmemmapStart;
    return std::as_writable_bytes(std::span(&pageForWrite(offset / structPageSize), 1))
        .subspan(offset % structPageSize);
  }
  const Physical physical = physicalFor(address, AccessKind::Write, by);
  const uint64_t offset = physical & ~pageMask;
  return {frameForWrite(physical >> pageShift) + offset, pageSize - offset};
}

void Memory::read(Address address, std::span<std::byte> to, const CodeSite &by) const {
  while (!to.empty()) {
    const std::span<const std::byte> from = bytesAt(address, by);
    const size_t count = std::min(from.size(), to.size());
    std::memcpy(to.data(), from.data(), count);
    to = to.subspan(count);
    address += count;
  }
}

void Memory::write(Address address, std::span<const std::byte> from, const CodeSite &by) {
  while (!from.empty()) {
    const std::span<std::byte> to = bytesForWrite(address, by);
    const size_t count = std::min(from.size(), to.size());
    std::memcpy(to.data(), from.data(), count);
    from = from.subspan(count);
    address += count;
  }
}

void Memory::fill(Address address, uint8_t value, uint64_t size, const CodeSite &by) {
  while (size) {
    const std::span<std::byte> to = bytesForWrite(address, by);
    const uint64_t count = std::min<uint64_t>(to.size(), size);
    std::memset(to.data(), value, count);
    size -= count;
    address += count;
  }
}

std::byte *Memory::hostAddress(Address address) const { return window ? window->hostAddress(address) : nullptr; }
Address Memory::fromHost(const void *pointer) const { return window ? window->fromHost(pointer) : 0; }

std::string_view Memory::snapshotRefusal() const {
  return window ? "a machine whose memory native code sees cannot be snapshot" : "";
}

const Memory::State &Memory::state() const {
  assert(!window && "see snapshotRefusal()");
  return now;
}

void Memory::restore(const State &state) {
  assert(!window && "see snapshotRefusal()");
  now = state;
}

} // namespace kmem::sim
