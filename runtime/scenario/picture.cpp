#include "runtime/scenario/picture.h"

#include "runtime/scenario/experiment.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <set>

namespace kmem::sim {

namespace {

constexpr unsigned stripParts = 256;
constexpr uint64_t mostPagesDrawn = 32; // of one block or mapping
constexpr size_t mostAreas = 24;
constexpr size_t mostSlabs = 12;

FrameUse useOf(PageOwner owner) {
  switch (owner) {
  case PageOwner::None:
    return FrameUse::Hole;
  case PageOwner::Reserved:
    return FrameUse::Reserved;
  case PageOwner::Free:
    return FrameUse::Free;
  case PageOwner::PerCpu:
    return FrameUse::PerCpu;
  case PageOwner::Allocated:
    return FrameUse::Kernel;
  case PageOwner::Slab:
    return FrameUse::Slab;
  case PageOwner::LargeKmalloc:
    return FrameUse::LargeKmalloc;
  case PageOwner::Vmalloc:
    return FrameUse::Vmalloc;
  case PageOwner::PageTable:
    return FrameUse::Tables;
  case PageOwner::User:
    return FrameUse::User;
  case PageOwner::PageCache:
    return FrameUse::File;
  }
  return FrameUse::Hole;
}

bool isTaken(FrameUse use) { return use != FrameUse::Free && use != FrameUse::Hole && use != FrameUse::PerCpu; }

/// Looks at the machine and fills a picture.
class Painter {
public:
  Painter(ScenarioRun &run, Picture &picture) : run(run), system(run.system()), picture(picture) {}

  void paintMachine();
  void paintZones();
  void paintBlocks();
  void paintSlabs();
  void paintAreas();
  void paintMappings();

private:
  PictureZone zoneOf(ZoneIndex index);
  void paintPart(PictureZone &zone, Pfn start, Pfn end);
  std::vector<PicturePage> pagesOf(Address address, uint64_t size);
  PicturePage pageAt(Address address);
  bool isLive(Address address);
  std::string nameAt(Address from, Address to) const;
  void paintSlab(Pfn frame);
  void paintSpace(MmId space);

  ScenarioRun &run;
  System &system;
  Picture &picture;
};

void Painter::paintMachine() {
  const Profile &profile = system.profile();
  picture.machine = llvm::formatv("Linux {0}.{1}.{2} ({3}), {4}, {5} CPU{6}", profile.release.major,
                                  profile.release.minor, profile.release.patch, profile.tag,
                                  describeBytes(profile.memoryBytes), profile.cpus, profile.cpus == 1 ? "" : "s");
}

void Painter::paintPart(PictureZone &zone, Pfn start, Pfn end) {
  std::array<uint64_t, frameUseCount> counts{};
  for (Pfn frame = start; frame < end; ++frame)
    ++counts[unsigned(useOf(system.pages.ownerOf(frame)))];
  FrameUse use = counts[unsigned(FrameUse::Free)] ? FrameUse::Free : FrameUse::Hole;
  uint64_t most = 0, taken = 0;
  for (unsigned i = 0; i < frameUseCount; ++i) {
    if (!isTaken(FrameUse(i)))
      continue;
    taken += counts[i];
    if (counts[i] > most) {
      most = counts[i];
      use = FrameUse(i);
    }
  }
  const uint64_t present = (end - start) - counts[unsigned(FrameUse::Hole)];
  zone.strip.push_back(use);
  zone.filled.push_back(present ? uint8_t((taken * 100 + present - 1) / present) : 0);
}

PictureZone Painter::zoneOf(ZoneIndex index) {
  const std::string node = system.profile().nodes > 1 ? " of node " + std::to_string(index.node) : "";
  PictureZone zone{nameOf(index.zone) + node, system.pages.zone(index), {}, {}};
  const uint64_t parts = std::min<uint64_t>(stripParts, zone.view.spanned);
  for (uint64_t i = 0; i < parts; ++i)
    paintPart(zone, zone.view.startPfn + zone.view.spanned * i / parts,
              zone.view.startPfn + zone.view.spanned * (i + 1) / parts);
  return zone;
}

void Painter::paintZones() {
  for (const ZoneIndex &index : system.pages.zones())
    picture.zones.push_back(zoneOf(index));
}

PicturePage Painter::pageAt(Address address) {
  const auto translation = system.kernel.memory.translate(address, system.kernel.memory.userTable());
  if (translation)
    return {PageState::Mapped, translation->physical >> pageShift};
  return {isVmallocAddress(address) ? PageState::Guard : PageState::Untouched, 0};
}

std::vector<PicturePage> Painter::pagesOf(Address address, uint64_t size) {
  std::vector<PicturePage> pages;
  Address end = address + std::max<uint64_t>(size, 1);
  if (const auto area = isVmallocAddress(address) ? system.vmalloc.findVmArea(address) : std::nullopt)
    end = area->address + area->size;
  for (Address page = address & pageMask; page < end && pages.size() < mostPagesDrawn; page += pageSize)
    pages.push_back(pageAt(page));
  return pages;
}

bool Painter::isLive(Address address) {
  if (isVmallocAddress(address))
    return system.vmalloc.findVmArea(address).has_value();
  if (const auto slab = address >= directMapStart ? system.slub.slabOf(address) : std::nullopt)
    return !llvm::is_contained(system.slub.freeObjectsOf(*slab), system.slub.objectAt(address));
  const auto translation = system.kernel.memory.translate(address);
  return translation && isTaken(useOf(system.pages.ownerOf(translation->physical >> pageShift)));
}

Place placeOf(Address address) {
  if (address < userEnd)
    return Place::User;
  if (isVmallocAddress(address))
    return Place::Vmalloc;
  return address >= directMapStart && address < vmallocStart ? Place::DirectMap : Place::Elsewhere;
}

void Painter::paintBlocks() {
  for (const NamedStep &step : run.names()) {
    const bool isAddress = step.value.kind == ValueKind::Pointer || step.value.kind == ValueKind::Coherent;
    const bool isPage = step.value.kind == ValueKind::Page;
    const Address address = isPage ? pageToVirt(step.value.value) : step.value.value;
    const bool isSuperseded = llvm::any_of(run.names(), [&](const NamedStep &later) {
      return later.line > step.line && later.value.value == step.value.value && later.value.kind == step.value.kind;
    });
    if ((!isAddress && !isPage) || isSuperseded || address <= zeroSizePointer || isErrorPointer(address) ||
        placeOf(address) == Place::User)
      continue;
    const uint64_t size = isAddress && step.value.kind == ValueKind::Pointer ? step.value.extra : pageSize;
    PictureBlock block{step.name,
                       step.operation + ", line " + std::to_string(step.line),
                       placeOf(address),
                       address,
                       size,
                       "",
                       isLive(address),
                       pagesOf(address, size),
                       0};
    if (block.place == Place::DirectMap && isAddress)
      block.cache = system.kmalloc.cacheNameOf(address);
    const uint64_t all = ((address & ~pageMask) + std::max<uint64_t>(size, 1) + pageSize - 1) >> pageShift;
    block.pagesLeftOut = all > block.pages.size() ? all - block.pages.size() : 0;
    picture.blocks.push_back(std::move(block));
  }
}

std::string Painter::nameAt(Address from, Address to) const {
  for (const PictureBlock &block : picture.blocks)
    if (block.address >= from && block.address < to)
      return block.name;
  return "";
}

void Painter::paintSlab(Pfn frame) {
  const Page &page = system.kernel.memory.page(frame);
  const CacheId id = system.slub.cacheOf(pageToVirt(frame));
  const KmemCache &cache = system.slub.cache(id);
  PictureSlab slab{std::string(system.slub.nameOf(id)), frame, page.slab.order, cache.size, {}};
  const std::vector<Address> free = system.slub.freeObjectsOf(frame);
  for (unsigned i = 0; i < page.slab.objects; ++i) {
    const Address object = pageToVirt(frame) + uint64_t(i) * cache.size + cache.redLeftPad;
    const bool used = !llvm::is_contained(free, object);
    slab.objects.push_back({used, nameAt(object, object + cache.size)});
  }
  picture.slabs.push_back(std::move(slab));
}

void Painter::paintSlabs() {
  std::set<Pfn> frames;
  for (const PictureBlock &block : picture.blocks)
    if (block.place == Place::DirectMap && system.slub.cacheOf(block.address) != noCache)
      if (const auto slab = system.slub.slabOf(block.address); slab && frames.size() < mostSlabs)
        frames.insert(*slab);
  for (Pfn frame : frames)
    paintSlab(frame);
}

void Painter::paintAreas() {
  const bool anyNamed = llvm::any_of(
      picture.blocks, [](const PictureBlock &block) { return block.place == Place::Vmalloc && block.live; });
  system.vmalloc.space().forEachBusy([&](uint64_t, const VmArea &area) {
    const std::string name = nameAt(area.address, area.address + area.size);
    // Areas of the boot, such as stacks of kernel threads, would hide those that the scenario is about.
    if (picture.areas.size() >= mostAreas || (anyNamed && name.empty())) {
      ++picture.areasLeftOut;
      return true;
    }
    const uint64_t mapped = (area.mappedEnd() - area.address) >> pageShift;
    picture.areas.push_back({area.address, area.size, mapped, (area.size >> pageShift) - mapped, name});
    return true;
  });
}

void Painter::paintSpace(MmId space) {
  for (const Vma &vma : system.user.mappingsOf(space)) {
    std::string flags = "---p";
    flags[0] = vma.is(VmRead) ? 'r' : '-';
    flags[1] = vma.is(VmWrite) ? 'w' : '-';
    flags[2] = vma.is(VmExec) ? 'x' : '-';
    flags[3] = vma.is(VmShared) ? 's' : 'p';
    PictureMapping mapping{space, vma.start, vma.end, flags, vma.file ? "file " + std::to_string(vma.file) : "", {}, 0};
    for (Address page = vma.start; page < vma.end && mapping.pages.size() < mostPagesDrawn; page += pageSize) {
      const auto frame = system.user.pageAt(space, page);
      const bool swapped = !frame && pteIsSwap(system.user.pte(space, page));
      mapping.pages.push_back(frame     ? system.user.isZeroPage(*frame) ? PageState::ZeroPage : PageState::Mapped
                              : swapped ? PageState::Swapped
                                        : PageState::Untouched);
    }
    mapping.pagesLeftOut = vma.pages() - mapping.pages.size();
    picture.mappings.push_back(std::move(mapping));
  }
}

void Painter::paintMappings() {
  for (const NamedStep &step : run.names())
    if (step.value.kind == ValueKind::AddressSpace)
      paintSpace(MmId(step.value.value));
}

} // namespace

llvm::StringRef nameOf(FrameUse use) {
  constexpr llvm::StringLiteral names[frameUseCount] = {"hole",         "reserved",    "free",          "per-CPU list",
                                                        "kernel pages", "slab",        "large kmalloc", "vmalloc",
                                                        "page tables",  "user memory", "page cache"};
  return names[unsigned(use)];
}

bool PictureBlock::isContiguous() const {
  const auto mapped = [](const PicturePage &page) { return page.state == PageState::Mapped; };
  for (size_t i = 1; i < pages.size(); ++i)
    if (mapped(pages[i - 1]) && mapped(pages[i]) && pages[i].frame != pages[i - 1].frame + 1)
      return false;
  return true;
}

Picture pictureOf(ScenarioRun &run, llvm::StringRef title) {
  Picture picture;
  picture.title = title.str();
  Painter painter(run, picture);
  painter.paintMachine();
  painter.paintZones();
  painter.paintBlocks();
  painter.paintSlabs();
  painter.paintAreas();
  painter.paintMappings();
  return picture;
}

std::optional<PictureParts> parsePictureParts(llvm::StringRef commaSeparated) {
  if (commaSeparated.empty())
    return PictureParts{};
  PictureParts parts{false, false, false, false, false, false};
  const std::pair<llvm::StringRef, bool *> known[] = {{"names", &parts.names},     {"zones", &parts.zones},
                                                      {"free", &parts.free},       {"slabs", &parts.slabs},
                                                      {"vmalloc", &parts.vmalloc}, {"user", &parts.user}};
  llvm::SmallVector<llvm::StringRef, 6> words;
  commaSeparated.split(words, ',');
  for (llvm::StringRef word : words) {
    const auto *found = llvm::find_if(known, [&](const auto &part) { return part.first == word.trim(); });
    if (found == std::end(known))
      return std::nullopt;
    *found->second = true;
  }
  return parts;
}

std::string describeBytes(uint64_t bytes) {
  constexpr std::pair<uint64_t, const char *> units[] = {{uint64_t(1) << 40, " TiB"},
                                                         {uint64_t(1) << 30, " GiB"},
                                                         {uint64_t(1) << 20, " MiB"},
                                                         {uint64_t(1) << 10, " KiB"}};
  for (const auto &[unit, name] : units) {
    if (bytes < unit)
      continue;
    if (bytes % unit == 0)
      return std::to_string(bytes / unit) + name;
    return llvm::formatv("{0:F1}", double(bytes) / double(unit)).str() + name;
  }
  return std::to_string(bytes) + " B";
}

} // namespace kmem::sim
