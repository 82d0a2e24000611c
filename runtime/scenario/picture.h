// Where things lie on a machine, as plain data that text and SVG are drawn from: physical memory zone by zone, free
// lists, what the names of a scenario stand for with the frames behind each page, slabs with their objects, vmalloc
// areas, user mappings.
#pragma once

#include "runtime/alloc/zones.h"
#include "runtime/scenario/scenario_run.h"

#include <array>

namespace kmem::sim {

/// What a frame, or most of a strip's cell, is used for.
enum class FrameUse : uint8_t { Hole, Reserved, Free, PerCpu, Kernel, Slab, LargeKmalloc, Vmalloc, Tables, User, File };
inline constexpr unsigned frameUseCount = 11;
llvm::StringRef nameOf(FrameUse use);

/// Where an allocation is visible.
enum class Place : uint8_t { DirectMap, Vmalloc, User, Elsewhere };

struct PictureZone {
  std::string name;
  ZoneView view;
  std::vector<FrameUse> strip; ///< equal parts of the zone's span, each by its commonest use other than free
  std::vector<uint8_t> filled; ///< for each part of the strip: per cent that is not free
};

enum class PageState : uint8_t { Mapped, Guard, Untouched, ZeroPage, Swapped };
struct PicturePage {
  PageState state;
  Pfn frame; ///< of Mapped and ZeroPage
};

/// What a name stands for.
struct PictureBlock {
  std::string name, origin; ///< "p", "kmalloc, line 3"
  Place place;
  Address address;
  uint64_t size;     ///< bytes; 0 when nobody said
  std::string cache; ///< or "pages-order-2", or ""
  bool live;         ///< not given back yet
  std::vector<PicturePage> pages;
  uint64_t pagesLeftOut; ///< behind those
  bool isContiguous() const;
};

struct PictureSlab {
  std::string cache;
  Pfn frame;
  unsigned order;
  uint64_t stride;
  struct Object {
    bool used;
    std::string name; ///< "" when nobody named it
  };
  std::vector<Object> objects;
};

struct PictureArea {
  Address start;
  uint64_t size; ///< with the guard
  uint64_t mappedPages, guardPages;
  std::string name; ///< or what it is
};

struct PictureMapping {
  unsigned space; ///< number of the address space
  Address start, end;
  std::string flags; ///< "rw-p"
  std::string file;  ///< or ""
  std::vector<PageState> pages;
  uint64_t pagesLeftOut;
};

struct Picture {
  std::string machine; ///< "Linux 6.12.117, 256 MiB, 2 CPUs"
  std::string title;
  std::vector<PictureZone> zones;
  std::vector<PictureBlock> blocks;
  std::vector<PictureSlab> slabs;
  std::vector<PictureArea> areas;
  uint64_t areasLeftOut = 0; ///< of those that nobody named
  std::vector<PictureMapping> mappings;
};

Picture pictureOf(ScenarioRun &run, llvm::StringRef title);

/// The parts of a picture: "names", "zones", "free", "slabs", "vmalloc", "user".
struct PictureParts {
  bool names = true, zones = true, free = true, slabs = true, vmalloc = true, user = true;
};
/// Nothing when a part is unknown. All for "".
std::optional<PictureParts> parsePictureParts(llvm::StringRef commaSeparated);

struct TextStyle {
  unsigned width = 100;
  bool colored = false;
};
std::string drawText(const Picture &picture, const PictureParts &parts, const TextStyle &style);
std::string drawSvg(const Picture &picture, const PictureParts &parts);

/// "4 KiB", "1.5 MiB".
std::string describeBytes(uint64_t bytes);

} // namespace kmem::sim
