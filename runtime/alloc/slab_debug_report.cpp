// What SlabDebug says, in the words of mm/slub.c. The rules above and below a report are left out, as backtraces are.
#include "runtime/alloc/slab_debug.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace kmem::sim {

namespace {

constexpr CodeSite objectErrorSite{"object_err", "mm/slub.c", 1127}; // 6.12 only
constexpr unsigned bytesPerLine = 16;
constexpr unsigned asciiColumn = bytesPerLine * 3 + 1; // of hex_dump_to_buffer()

std::string number(uint64_t value) { return std::to_string(value); }

std::string hex(uint64_t value) {
  std::string text;
  do
    text.insert(text.begin(), "0123456789abcdef"[value & 15]);
  while (value >>= 4);
  return text;
}

std::string hexLine(std::span<const std::byte> bytes) {
  std::string line, ascii;
  for (std::byte b : bytes) {
    const auto value = uint8_t(b);
    line += "0123456789abcdef"[value >> 4];
    line += "0123456789abcdef"[value & 15];
    line += ' ';
    ascii += value < 0x80 && std::isprint(value) ? char(value) : '.';
  }
  line.resize(asciiColumn, ' ');
  return line + ascii;
}

/// page->flags as %pGp prints it. Where zone and node lie depends on the configuration
/// (include/linux/page-flags-layout.h).
std::string pageFlags(const Profile &profile, const Page &page) {
  const bool since612 = profile.release.atLeast(6, 12);
  uint64_t flags = since612 ? 0 : uint64_t(1) << 9; // PG_slab
  std::string names = since612 ? "" : "slab";
  auto add = [&](uint64_t bit, const std::string &name) {
    flags |= bit;
    names += (names.empty() ? "" : "|") + name;
  };
  if (since612 && page.slab.onPartialList)
    add(1 << 9, "workingset");
  if (page.pageFlags & PageHead)
    add(since612 ? 1 << 6 : 1 << 16, "head");
  const auto zone = uint64_t(page.zone);
  if (profile.numa) {
    add(uint64_t(page.node) << 54, "node=" + number(page.node));
    add(zone << 51, "zone=" + number(zone));
    add(uint64_t(0x1fffff) << 30, "lastcpupid=0x1fffff");
  } else {
    add(zone << 62, "zone=" + number(zone));
  }
  return "0x" + hex(flags) + "(" + names + ")";
}

} // namespace

std::string SlabDebug::pointer(Address address) const { return "0x" + kernel.reports.describePointer(address); }

void SlabDebug::bugHeader(std::string_view cacheName, const std::string &what) {
  kernel.console.print("BUG " + std::string(cacheName) + " (" + kernel.reports.taintText() + "): " + what);
}

void SlabDebug::fix(const DebugSlab &slab, const std::string &what) {
  kernel.console.print("FIX " + std::string(slab.name) + ": " + what);
}

void SlabDebug::restore(const DebugSlab &slab, const char *what, uint8_t value, Address from, Address to) {
  fix(slab, "Restoring " + std::string(what) + " " + pointer(from) + "-" + pointer(to - 1) + "=0x" + hex(value));
  kernel.memory.fill(from, value, to - from);
}

/// object_err(). 6.12 ends it with a warning.
void SlabDebug::objectError(const DebugSlab &slab, Address object, const std::string &reason) {
  bugHeader(slab.name, reason);
  if (object && isValidPointer(slab, object)) {
    printTrailer(slab, object);
  } else {
    printSlabInfo(slab.pfn);
    kernel.console.print("Invalid pointer " + pointer(object));
  }
  kernel.reports.taint(Taint::BadPage, true);
  if (kernel.profile.release.atLeast(6, 12))
    kernel.reports.warn(objectErrorSite);
}

void SlabDebug::slabError(const DebugSlab &slab, const std::string &reason) {
  bugHeader(slab.name, reason);
  slabErrorTail(slab, "slab_err");
}

void SlabDebug::slabErrorTail(const DebugSlab &slab, const char *function) {
  printSlabInfo(slab.pfn);
  kernel.reports.taint(Taint::BadPage, true);
  if (kernel.profile.release.atLeast(6, 12))
    kernel.reports.warn({function, "mm/slub.c", 1152});
}

void SlabDebug::reportOverwritten(const DebugSlab &slab, Address object, const char *what, Address from, Address to,
                                  uint8_t expected, bool reportObject) {
  const bool since612 = kernel.profile.release.atLeast(6, 12);
  const std::string where = pointer(from) + "-" + pointer(to - 1) + " @offset=" + number(from - slab.start()) +
                            ". First byte 0x" + hex(kernel.memory.load<uint8_t>(from)) + " instead of 0x" +
                            hex(expected);
  if (since612) {
    kernel.console.print("[" + std::string(what) + " overwritten] " + where);
    if (reportObject)
      objectError(slab, object, "Object corrupt");
    return;
  }
  bugHeader(slab.name, std::string(what) + " overwritten");
  kernel.console.print(where);
  printTrailer(slab, object);
  kernel.reports.taint(Taint::BadPage, true);
}

void SlabDebug::printSlabInfo(Pfn pfn) {
  const Page &page = kernel.memory.page(pfn);
  kernel.console.print("Slab " + pointer(pageToVmemmap(pfn)) + " objects=" + number(page.slab.objects) +
                       " used=" + number(page.slab.inUse) + " fp=" + pointer(page.slab.freelist) +
                       " flags=" + pageFlags(kernel.profile, page));
}

void SlabDebug::printTrailer(const DebugSlab &slab, Address object) {
  const KmemCache &cache = slab.cache;
  printTracking(cache, object);
  printSlabInfo(slab.pfn);
  kernel.console.print("Object " + pointer(object) + " @offset=" + number(object - slab.start()) +
                       " fp=" + pointer(freePointer(cache, object)));
  if (cache.has(flags.redZone))
    printSection("Redzone  ", object - cache.redLeftPad, cache.redLeftPad);
  else if (object > slab.start() + bytesPerLine)
    printSection("Bytes b4 ", object - bytesPerLine, bytesPerLine);
  printSection("Object   ", object, std::min<uint64_t>(cache.objectSize, pageSize));
  if (cache.has(flags.redZone))
    printSection("Redzone  ", object + cache.objectSize, cache.inUse - cache.objectSize);
  if (const uint32_t end = endOfData(cache); end != sizeFromObject(cache))
    printSection("Padding  ", object + end, sizeFromObject(cache) - end);
}

/// print_hex_dump() with addresses.
void SlabDebug::printSection(const char *title, Address start, uint64_t bytes) {
  std::vector<std::byte> content(bytes);
  kernel.memory.read(start, content);
  for (uint64_t at = 0; at < bytes; at += bytesPerLine) {
    const auto line = std::span(content).subspan(at, std::min<uint64_t>(bytesPerLine, bytes - at));
    kernel.console.print(title + kernel.reports.describePointer(start + at) + ": " + hexLine(line));
  }
}

/// set_track(): struct track is the caller, a stack handle, CPU, pid and time.
void SlabDebug::setTrack(const KmemCache &cache, Address object, TrackItem item, Address caller) {
  const Address track = trackOf(cache, object, item);
  kernel.memory.store<uint64_t>(track, caller);
  kernel.memory.store<uint32_t>(track + 12, kernel.context.cpu());
  kernel.memory.store<uint32_t>(track + 16, kernel.context.task().pid);
  kernel.memory.store<uint64_t>(track + 24, kernel.context.jiffies());
}

void SlabDebug::printTracking(const KmemCache &cache, Address object) {
  if (!cache.has(flags.storeUser))
    return;
  printTrack("Allocated", trackOf(cache, object, TrackItem::Alloc));
  printTrack("Freed", trackOf(cache, object, TrackItem::Free));
}

void SlabDebug::printTrack(const char *what, Address track) {
  const auto caller = kernel.memory.load<uint64_t>(track);
  if (!caller)
    return;
  kernel.console.print(std::string(what) + " in " + kernel.symbols.nameOf(caller) +
                       " age=" + number(kernel.context.jiffies() - kernel.memory.load<uint64_t>(track + 24)) +
                       " cpu=" + number(kernel.memory.load<uint32_t>(track + 12)) +
                       " pid=" + number(kernel.memory.load<uint32_t>(track + 16)));
}

/// list_slab_objects().
void SlabDebug::reportRemainingObjects(const DebugSlab &slab) {
  const bool since612 = kernel.profile.release.atLeast(6, 12);
  const PageOfSlab page = kernel.memory.page(slab.pfn).slab;
  if (since612)
    bugHeader(slab.name, "Objects remaining on __kmem_cache_shutdown()");
  else
    slabError(slab, "Objects remaining in " + std::string(slab.name) + " on __kmem_cache_shutdown()");
  std::vector<bool> isFree(page.objects);
  for (Address at = page.freelist; at; at = freePointer(slab.cache, at))
    if (const uint64_t index = (at - slab.start()) / slab.cache.size; index < isFree.size())
      isFree[index] = true;
  for (unsigned i = 0; i < page.objects; ++i) {
    if (isFree[i])
      continue;
    const Address object = firstObject(slab) + uint64_t(i) * slab.cache.size;
    kernel.console.print("Object " + pointer(object) + " @offset=" + number(object - slab.start()));
    printTracking(slab.cache, object);
  }
  if (since612)
    slabErrorTail(slab, "__kmem_cache_shutdown");
}

} // namespace kmem::sim
