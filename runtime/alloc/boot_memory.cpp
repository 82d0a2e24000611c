#include "runtime/alloc/boot_memory.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

constexpr Pfn dmaEnd = Pfn(1) << 12;                                   // MAX_DMA_PFN: 16 MiB
constexpr Pfn dma32End = Pfn(1) << 20;                                 // MAX_DMA32_PFN: 4 GiB
constexpr Pfn lowMegabyte = Pfn(1) << 8;                               // kept from the buddy by reserve_real_mode()
constexpr uint64_t framesPerSection = uint64_t(1) << (27 - pageShift); // SECTION_SIZE_BITS
constexpr uint64_t framesPerGib = uint64_t(1) << (30 - pageShift);

uint64_t pagesFor(uint64_t bytes) { return (bytes + pageSize - 1) >> pageShift; }

/// What one kernel build needs whatever the machine, in pages, as measured from its boot.
struct Build {
  uint64_t image;     ///< kept for good: text, data, bss and the odd early table
  uint64_t freedLate; ///< init sections, gaps of the image and the initrd
  uint64_t perCpu;    ///< a unit of the first per-CPU chunk: static, reserved and dynamic part
};

Build buildOf(const Profile &profile) {
  const bool is612 = profile.release.atLeast(6, 12);
  if (profile.distribution)
    return is612 ? Build{9614, 1843, 66} : Build{11379, 2125, 62};
  if (profile.kasan)
    return {9091, 504, 30};
  return is612 ? Build{6291, 504, 55} : Build{6278, 504, 53};
}

/// alloc_large_system_hash() in mm/mm_init.c for a table that is sized by memory: one bucket for 2^scale bytes.
uint64_t hashPages(uint64_t kernelPages, unsigned scale, uint64_t bucketBytes) {
  constexpr uint64_t framesPerMib = uint64_t(1) << (20 - pageShift);
  uint64_t entries = (kernelPages + framesPerMib - 1) / framesPerMib * framesPerMib;
  entries = std::bit_ceil(entries >> (scale - pageShift));
  return pagesFor(entries * bucketBytes);
}

/// The dentry and inode tables, and the stack depot's when owners of objects are recorded.
uint64_t hashTables(const Profile &profile, uint64_t kernelPages) {
  uint64_t pages = hashPages(kernelPages, 13, 8) + hashPages(kernelPages, 14, 8);
  if (profile.slubDebug.storeUser && !profile.kasan)
    pages += hashPages(kernelPages, 14, profile.release.atLeast(6, 12) ? 16 : 8);
  return pages;
}

/// Page tables of the direct map beyond the first GiB, whose tables are part of the image.
uint64_t directMapTables(Pfn end) { return end <= framesPerGib ? 0 : (end - 1) / framesPerGib; }

/// swiotlb_init(): 64 MiB of bounce buffers and their slots when DMA32 does not reach all memory.
uint64_t bounceBuffers(Pfn end) {
  constexpr uint64_t bytes = uint64_t(64) << 20, slotBytes = 24, slotSize = 2048;
  return end > dma32End ? pagesFor(bytes) + pagesFor(bytes / slotSize * slotBytes) : 0;
}

uint64_t sectionsOf(PfnRange range) {
  return (range.end + framesPerSection - 1) / framesPerSection - range.begin / framesPerSection;
}

uint64_t framesIn(const std::vector<PfnRange> &ranges) {
  uint64_t frames = 0;
  for (const PfnRange &range : ranges)
    frames += range.end - range.begin;
  return frames;
}

/// Usable memory cut at the borders of zones and nodes.
std::vector<PfnRange> piecesOf(const Profile &profile) {
  std::vector<PfnRange> pieces = usableMemory(profile);
  for (const Pfn border : {lowMegabyte, dmaEnd, dma32End, secondNodeStart(profile)})
    for (size_t i = 0; i < pieces.size(); ++i)
      if (pieces[i].begin < border && border < pieces[i].end) {
        pieces.insert(pieces.begin() + i + 1, {border, pieces[i].end});
        pieces[i].end = border;
      }
  return pieces;
}

class Layout {
public:
  explicit Layout(const Profile &profile)
      : profile(profile), pieces(piecesOf(profile)), node1(secondNodeStart(profile)) {}

  BootMemory build() {
    for (const PfnRange &piece : pieces)
      addPresent(piece);
    reserveEarly();
    for (const PfnRange &piece : pieces)
      if (piece.begin < piece.end)
        memory.free.push_back(piece);
    for (const PfnRange &range : memory.free)
      zoneAt(range.begin).managed += range.end - range.begin;
    setManagedAtSetup();
    return std::move(memory);
  }

private:
  ZoneIndex indexAt(Pfn pfn) const { return {uint8_t(pfn >= node1), zoneOfFrame(pfn)}; }
  BootZone &zoneAt(Pfn pfn) { return memory.zones[indexAt(pfn).slot()]; }

  void addPresent(PfnRange piece) {
    BootZone &zone = zoneAt(piece.begin);
    if (!zone.present)
      zone.start = piece.begin;
    zone.present += piece.end - piece.begin;
    // The zone below the PCI hole spans it when there is memory behind (zone_spanned_pages_in_node()).
    const Pfn end =
        pieces.back().end > dma32End && piece.end > dma32End / 2 && piece.end < dma32End && piece.end <= node1
            ? dma32End
            : piece.end;
    zone.spanned = end - zone.start;
  }

  /// Takes frames from the beginning or the end of a piece, at most half of it: a kernel that needs more does not boot.
  void reserve(PfnRange &piece, uint64_t frames, bool fromEnd) {
    frames = std::min(frames, (piece.end - piece.begin) / 2);
    if (!frames)
      return;
    if (fromEnd) {
      memory.reserved.push_back({piece.end - frames, piece.end});
      piece.end -= frames;
    } else {
      memory.reserved.push_back({piece.begin, piece.begin + frames});
      piece.begin += frames;
    }
  }

  PfnRange &pieceOf(Pfn pfn) {
    return *std::find_if(pieces.begin(), pieces.end(), [&](const PfnRange &piece) { return piece.contains(pfn); });
  }

  void reserveEarly() {
    const uint64_t kernelPages = framesIn(pieces);
    const Pfn end = pieces.back().end;
    for (PfnRange &piece : pieces)
      if (piece.end <= lowMegabyte) {
        memory.reserved.push_back(piece);
        piece.end = piece.begin;
      }
    const Build build = buildOf(profile);
    reserve(pieceOf(physicalStart >> pageShift), build.image + bounceBuffers(end), false);
    // memblock hands out from the top of the memory.
    uint64_t top = hashTables(profile, kernelPages) + build.perCpu * profile.cpus + directMapTables(end);
    if (profile.kasan)
      top += pagesFor((end << pageShift) / 8);
    reserve(pieceOf(std::min(end, node1) - 1), top + pageStructs(0, std::min(end, node1)), true);
    if (node1 < end)
      reserve(pieces.back(), pageStructs(node1, end), true);
  }

  /// The struct pages of the sections in which there is memory, and the usage maps of the sections.
  uint64_t pageStructs(Pfn from, Pfn to) const {
    uint64_t sections = 0;
    for (const PfnRange &range : usableMemory(profile))
      if (range.begin < to && range.end > from && range.end > lowMegabyte)
        sections += sectionsOf({std::max(range.begin, from) & ~(framesPerSection - 1), std::min(range.end, to)});
    constexpr uint64_t usageBytes = 48, sectionsPerFreePage = pageSize / usageBytes;
    return sections * framesPerSection * structPageSize / pageSize + sections / sectionsPerFreePage;
  }

  /// All that is freed late lies in the image or, the initrd, beside it: in the zone of the image.
  void setManagedAtSetup() {
    for (BootZone &zone : memory.zones)
      zone.managedAtSetup = zone.managed;
    BootZone &zone = zoneAt(physicalStart >> pageShift);
    zone.managedAtSetup -= std::min(zone.managed / 2, buildOf(profile).freedLate);
  }

  const Profile &profile;
  std::vector<PfnRange> pieces;
  const Pfn node1;
  BootMemory memory;
};

} // namespace

BootMemory bootMemoryOf(const Profile &profile) { return Layout(profile).build(); }

ZoneId zoneOfFrame(Pfn pfn) { return pfn < dmaEnd ? ZoneId::Dma : pfn < dma32End ? ZoneId::Dma32 : ZoneId::Normal; }

Pfn secondNodeStart(const Profile &profile) {
  const std::vector<PfnRange> usable = usableMemory(profile);
  if (profile.nodes < 2)
    return usable.back().end;
  const uint64_t half = profile.memoryBytes / 2 >> pageShift;
  if (half < dma32End / 2 || usable.size() < 3)
    return half;
  const Pfn borderAbove = usable.back().begin + (half - std::min(half, (dma32End >> 2) * 3));
  return half < (dma32End >> 2) * 3 ? half : borderAbove;
}

} // namespace kmem::sim
