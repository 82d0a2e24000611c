#include "runtime/scenario/experiment.h"
#include "runtime/scenario/picture.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::sim {

namespace {

/// One letter and one colour a use. Colours are those of the terminal's 256.
struct UseLook {
  char letter;
  unsigned color;
};
constexpr UseLook looks[frameUseCount] = {
    {' ', 0},   // Hole
    {'R', 240}, // Reserved
    {'.', 238}, // Free
    {':', 245}, // PerCpu
    {'K', 39},  // Kernel
    {'S', 37},  // Slab
    {'L', 30},  // LargeKmalloc
    {'V', 208}, // Vmalloc
    {'T', 99},  // Tables
    {'U', 170}, // User
    {'F', 143}, // File
};

class TextDrawing {
public:
  TextDrawing(const Picture &picture, const TextStyle &style) : picture(picture), style(style), out(text) {}

  void header();
  void zones();
  void freeLists();
  void blocks();
  void slabs();
  void areas();
  void mappings();
  std::string text;

private:
  void heading(llvm::StringRef title);
  void strip(const PictureZone &zone);
  void legend();
  void block(const PictureBlock &block);
  void runs(const PictureBlock &block);
  std::string colored(llvm::StringRef what, unsigned color) const;

  const Picture &picture;
  const TextStyle &style;
  llvm::raw_string_ostream out;
};

std::string TextDrawing::colored(llvm::StringRef what, unsigned color) const {
  if (!style.colored || !color)
    return what.str();
  return "\x1b[38;5;" + std::to_string(color) + "m" + what.str() + "\x1b[0m";
}

void TextDrawing::heading(llvm::StringRef title) {
  const std::string line = style.colored ? "\x1b[1m" + title.str() + "\x1b[0m" : title.str();
  out << "\n" << line << "\n";
}

void TextDrawing::header() { out << picture.title << "\n" << picture.machine << "\n"; }

void TextDrawing::strip(const PictureZone &zone) {
  const unsigned columns = std::max(20u, style.width - 10);
  out << "          ";
  for (unsigned i = 0; i < columns; ++i) {
    const size_t from = zone.strip.size() * i / columns;
    const size_t to = std::max(from + 1, zone.strip.size() * (i + 1) / columns);
    // The fullest part of those that share a column shows.
    const auto fullest = std::max_element(zone.filled.begin() + from, zone.filled.begin() + to) - zone.filled.begin();
    const UseLook &look = looks[unsigned(zone.strip[fullest])];
    out << colored(llvm::StringRef(&look.letter, 1), look.color);
  }
  out << "\n";
}

void TextDrawing::legend() {
  out << "          ";
  for (unsigned i = 1; i < frameUseCount; ++i)
    if (llvm::any_of(picture.zones,
                     [&](const PictureZone &zone) { return llvm::is_contained(zone.strip, FrameUse(i)); }))
      out << colored(llvm::StringRef(&looks[i].letter, 1), looks[i].color) << " " << nameOf(FrameUse(i)) << "  ";
  out << "\n";
}

void TextDrawing::zones() {
  heading("physical memory");
  for (const PictureZone &zone : picture.zones) {
    const ZoneView &view = zone.view;
    out << llvm::formatv("  {0,-7} frames {1}-{2}, {3} managed, {4} free; watermarks {5}/{6}/{7} pages\n", zone.name,
                         view.startPfn, view.startPfn + view.spanned - 1, describeBytes(view.managed << pageShift),
                         describeBytes(view.free << pageShift), view.minMark, view.lowMark, view.highMark);
    strip(zone);
  }
  legend();
}

void TextDrawing::freeLists() {
  heading("free lists: blocks of 2^order pages");
  out << "  order   ";
  for (unsigned order = 0; order < orderCount; ++order)
    out << llvm::format("%6u", order);
  out << "\n";
  for (const PictureZone &zone : picture.zones) {
    out << "  " << llvm::left_justify(zone.name, 8);
    for (uint64_t blocks : zone.view.freeBlocks)
      out << llvm::right_justify(blocks ? std::to_string(blocks) : "-", 6);
    out << "\n";
  }
}

/// "frame 15069", "frames 100-103", "frames 15069, 14370, 15072-15073 ...".
void TextDrawing::runs(const PictureBlock &block) {
  std::vector<std::pair<Pfn, uint64_t>> runs;
  for (const PicturePage &page : block.pages) {
    if (page.state != PageState::Mapped)
      continue;
    if (!runs.empty() && runs.back().first + runs.back().second == page.frame)
      ++runs.back().second;
    else
      runs.push_back({page.frame, 1});
  }
  if (runs.empty())
    return;
  std::string line = runs.size() == 1 && runs.front().second == 1 ? "frame " : "frames ";
  for (size_t i = 0; i < runs.size(); ++i) {
    const auto &[first, count] = runs[i];
    std::string part = (i ? ", " : "") + std::to_string(first);
    if (count > 1)
      part += "-" + std::to_string(first + count - 1);
    if (line.size() + part.size() + 14 > style.width) {
      line += " ...";
      break;
    }
    line += part;
  }
  out << "      " << line << (runs.size() > 1 ? "  scattered" : "  contiguous") << "\n";
}

void TextDrawing::block(const PictureBlock &block) {
  const unsigned color = looks[unsigned(block.place == Place::Vmalloc ? FrameUse::Vmalloc : FrameUse::Slab)].color;
  out << "  " << colored(block.name, color) << "  " << block.origin << "\n      " << hexadecimal(block.address);
  if (block.size)
    out << "  " << describeBytes(block.size);
  out << (block.place == Place::Vmalloc ? "  vmalloc area" : block.place == Place::DirectMap ? "  direct map" : "");
  if (!block.cache.empty())
    out << "  " << block.cache;
  out << (block.live ? "\n" : "  given back\n");
  if (block.live)
    runs(block);
  if (block.pagesLeftOut)
    out << "      and " << block.pagesLeftOut << " more pages\n";
}

void TextDrawing::blocks() {
  if (picture.blocks.empty())
    return;
  heading("names");
  for (const PictureBlock &one : picture.blocks)
    block(one);
}

void TextDrawing::slabs() {
  if (picture.slabs.empty())
    return;
  heading("slabs with named objects");
  for (const PictureSlab &slab : picture.slabs) {
    const auto used = llvm::count_if(slab.objects, [](const PictureSlab::Object &object) { return object.used; });
    out << llvm::formatv("  {0}: slab at frame {1}, order {2}, {3} of {4} objects in use, {5} bytes each\n      ",
                         slab.cache, slab.frame, slab.order, used, slab.objects.size(), slab.stride);
    unsigned column = 6;
    for (const PictureSlab::Object &object : slab.objects) {
      const std::string cell = !object.name.empty() ? "[" + object.name + (object.used ? "]" : " free]")
                               : object.used        ? "#"
                                                    : ".";
      if (column + cell.size() > style.width) {
        out << "\n      ";
        column = 6;
      }
      column += unsigned(cell.size());
      out << colored(cell,
                     !object.name.empty() ? 208 : looks[unsigned(object.used ? FrameUse::Slab : FrameUse::Free)].color);
    }
    out << "\n";
  }
}

void TextDrawing::areas() {
  if (picture.areas.empty())
    return;
  heading("vmalloc areas: # a mapped page, x a guard page");
  for (const PictureArea &area : picture.areas) {
    constexpr uint64_t mostCells = 24;
    std::string cells(std::min(area.mappedPages, mostCells), '#');
    if (area.mappedPages > mostCells)
      cells += "...";
    cells += std::string(area.guardPages, 'x');
    out << "  " << hexadecimal(area.start) << "  " << llvm::right_justify(describeBytes(area.size), 9) << "  "
        << colored(cells, looks[unsigned(FrameUse::Vmalloc)].color) << "  " << area.name << "\n";
  }
  if (picture.areasLeftOut)
    out << "  and " << picture.areasLeftOut << " more that nobody named\n";
}

void TextDrawing::mappings() {
  if (picture.mappings.empty())
    return;
  heading("user mappings: # a page of its own, 0 the zero page, s on swap, . not touched");
  unsigned space = 0;
  for (const PictureMapping &mapping : picture.mappings) {
    if (mapping.space != space)
      out << "  address space " << (space = mapping.space) << "\n";
    std::string cells;
    for (PageState state : mapping.pages)
      cells += state == PageState::Mapped     ? '#'
               : state == PageState::ZeroPage ? '0'
               : state == PageState::Swapped  ? 's'
                                              : '.';
    out << "    " << hexadecimal(mapping.start) << "  "
        << llvm::right_justify(describeBytes(mapping.end - mapping.start), 9) << "  " << mapping.flags << "  "
        << colored(cells, looks[unsigned(FrameUse::User)].color) << (mapping.pagesLeftOut ? "..." : "") << "  "
        << mapping.file << "\n";
  }
}

} // namespace

std::string drawText(const Picture &picture, const PictureParts &parts, const TextStyle &style) {
  TextDrawing drawing(picture, style);
  drawing.header();
  const std::pair<bool, void (TextDrawing::*)()> order[] = {
      {parts.names, &TextDrawing::blocks},  {parts.slabs, &TextDrawing::slabs}, {parts.vmalloc, &TextDrawing::areas},
      {parts.user, &TextDrawing::mappings}, {parts.zones, &TextDrawing::zones}, {parts.free, &TextDrawing::freeLists}};
  for (const auto &[wanted, draw] : order)
    if (wanted)
      (drawing.*draw)();
  return std::move(drawing.text);
}

} // namespace kmem::sim
