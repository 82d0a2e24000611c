// What KASAN prints (mm/kasan/report.c and report_generic.c).
#include "runtime/alloc/kasan.h"
#include "runtime/alloc/slub.h"
#include "runtime/alloc/vmalloc.h"

#include <cstdio>

namespace kmem::sim {

namespace {

constexpr uint64_t granulesPerRow = 16;
constexpr uint64_t rowBytes = granulesPerRow * shadowGranule;
constexpr int rowsAround = 2;
constexpr uint64_t trackInFreeMeta = 8;

template <typename... Arguments> std::string format(const char *text, Arguments... arguments) {
  char line[256];
  snprintf(line, sizeof(line), text, arguments...);
  return line;
}

const char *wildBugType(Address address) {
  if (address < pageSize)
    return "null-ptr-deref";
  return address < userEnd ? "user-memory-access" : "wild-memory-access";
}

} // namespace

bool Kasan::mayReport() {
  if (now.reported)
    return false;
  now.reported = true;
  return true;
}

Address Kasan::firstBadAddress(Address address, uint64_t size) const {
  if (!hasShadowMetadata(address))
    return address;
  Address at = address;
  while (at < address + size && shadowAt(at) == 0)
    at += shadowGranule;
  return at;
}

std::string Kasan::shadowBugType(Address firstBad) const {
  uint8_t shadow = shadowAt(firstBad).value_or(0);
  if (shadow > 0 && shadow < shadowGranule)
    shadow = shadowAt(firstBad + shadowGranule).value_or(0);
  const bool saysSlab = kernel.profile.release.atLeast(6, 3);
  switch (shadow) {
  case ShadowPageRedZone:
  case ShadowSlabRedZone:
    return "slab-out-of-bounds";
  case ShadowGlobalRedZone:
    return "global-out-of-bounds";
  case ShadowStackLeft:
  case ShadowStackMiddle:
  case ShadowStackRight:
  case ShadowStackPartial:
    return "stack-out-of-bounds";
  case ShadowPageFree:
    return "use-after-free";
  case ShadowSlabFree:
  case ShadowSlabFreeMeta:
    return saysSlab ? "slab-use-after-free" : "use-after-free";
  case ShadowAllocaLeft:
  case ShadowAllocaRight:
    return "alloca-out-of-bounds";
  case ShadowVmallocInvalid:
    return "vmalloc-out-of-bounds";
  default:
    return shadow < shadowGranule ? "out-of-bounds" : "unknown-crash";
  }
}

/// kasan_get_alloc_size(): by the shadow, which knows the size that was asked for.
uint64_t Kasan::allocatedSizeOf(CacheId cache, Address object) const {
  const uint64_t whole = slub.cache(cache).objectSize;
  uint64_t size = 0;
  for (; size < whole; size += shadowGranule) {
    const uint8_t shadow = shadowAt(object + size).value_or(0);
    if (shadow)
      return size + (shadow < shadowGranule ? shadow : 0);
  }
  return whole;
}

void Kasan::fillObject(Report &report) const {
  if (report.address < directMapStart || report.address >= vmallocStart)
    return;
  report.cache = slub.cacheOf(report.address);
  if (report.cache == noCache)
    return;
  report.object = slub.objectAt(report.address);
  report.allocatedSize = kernel.profile.release.atLeast(6, 12) ? allocatedSizeOf(report.cache, report.object) : 0;
  if (report.allocatedSize == 0)
    report.allocatedSize = slub.cache(report.cache).objectSize;
}

void Kasan::reportAccess(Address address, uint64_t size, AccessKind kind, const std::string &in) {
  if (!mayReport())
    return;
  Report report;
  report.address = address;
  report.firstBad = firstBadAddress(address, size);
  report.size = size;
  report.in = in;
  report.isWrite = kind == AccessKind::Write;
  if (address + size < address)
    report.type = "out-of-bounds";
  else
    report.type = hasShadowMetadata(address) ? shadowBugType(report.firstBad) : wildBugType(address);
  fillObject(report);
  print(report);
}

void Kasan::reportFree(Address object, FreeFault fault, const std::string &in) {
  if (!mayReport())
    return;
  Report report;
  report.address = report.firstBad = object;
  report.isFree = true;
  report.in = in;
  report.type = fault == FreeFault::Double ? "double-free" : "invalid-free";
  fillObject(report);
  print(report);
}

void Kasan::print(const Report &report) {
  const Task &task = kernel.context.task();
  line("BUG: KASAN: " + report.type + " in " + report.in);
  const std::string by = format("addr %016lx by task %s/%u", report.address, task.comm, task.pid);
  if (report.isFree)
    line("Free of " + by);
  else
    line((report.isWrite ? "Write of size " : "Read of size ") + std::to_string(report.size) + " at " + by);
  if (hasShadowMetadata(report.address)) {
    printObject(report);
    printAddress(report);
    printShadow(report.firstBad);
  }
  kernel.reports.taint(Taint::BadPage, true);
}

void Kasan::printTrack(const char *what, Address at) {
  const Track track = kernel.memory.load<Track>(at);
  if (!track.caller)
    return;
  line(format("%s by task %u:", what, track.pid));
  constexpr Address highHalf = 0xffffffff00000000; // modules lie in the top 2 GiB
  line(" " + kernel.symbols.nameOf(highHalf | track.caller));
}

void Kasan::printObject(const Report &report) {
  if (report.cache == noCache || !report.object)
    return;
  const KmemCache &cache = slub.cache(report.cache);
  if (cache.kasanAllocMeta)
    printTrack("Allocated", report.object + cache.kasanAllocMeta);
  if (shadowAt(report.object) == ShadowSlabFreeMeta)
    printTrack("Freed", report.object + cache.kasanFreeMeta + trackInFreeMeta);
  line(format("The buggy address belongs to the object at %016lx", report.object));
  line(" which belongs to the cache " + std::string(slub.nameOf(report.cache)) + " of size " +
       std::to_string(cache.objectSize));
  const Address end = report.object + report.allocatedSize;
  const bool left = report.address < report.object, right = report.address >= end;
  const uint64_t distance = left    ? report.object - report.address
                            : right ? report.address - end
                                    : report.address - report.object;
  line(format("The buggy address is located %lu bytes %s of", distance,
              left    ? "to the left"
              : right ? "to the right"
                      : "inside"));
  const bool saysState = kernel.profile.release.atLeast(6, 12);
  const char *state = !saysState                             ? ""
                      : report.type == "slab-out-of-bounds"  ? "allocated "
                      : report.type == "slab-use-after-free" ? "freed "
                                                             : "";
  line(format(" %s%lu-byte region [%016lx, %016lx)", state, report.allocatedSize, report.object, end));
}

void Kasan::printAddress(const Report &report) {
  if (const auto global = now.globals.atOrBelow(report.address);
      global && report.address >= kernelTextStart && report.address - global->key < pageSize) {
    line("The buggy address belongs to the variable:");
    line(" " + globalNames[global->value]);
  }
  if (!isVmallocAddress(report.address))
    return;
  const std::optional<VmArea> area = vmalloc.findVmArea(report.address);
  line(area ? format("The buggy address belongs to a %lu-page vmalloc region starting at 0x%016lx",
                     (area->mappedEnd() - area->address) >> pageShift, area->address)
            : std::string("The buggy address belongs to a vmalloc virtual mapping"));
}

void Kasan::printShadow(Address around) {
  line("Memory state around the buggy address:");
  const Address guilty = around & ~(rowBytes - 1);
  for (int row = -rowsAround; row <= rowsAround; ++row) {
    const Address start = guilty + row * int64_t(rowBytes);
    std::string text = format("%c%016lx:", row ? ' ' : '>', start);
    for (uint64_t i = 0; i < granulesPerRow; ++i)
      text += format(" %02x", shadowAt(start + i * shadowGranule).value_or(0));
    line(text);
    if (row == 0)
      line(std::string(text.find(':') + 2 + (around - start) / shadowGranule * 3, ' ') + "^");
  }
}

} // namespace kmem::sim
