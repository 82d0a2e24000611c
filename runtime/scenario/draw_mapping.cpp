// The picture of pages and frames: above, what the names stand for, page by page at their virtual addresses; below, the
// frames in physical order. Contiguous memory shows as parallel lines, scattered memory as crossing ones.
#include "runtime/scenario/draw_svg.h"

#include "runtime/scenario/experiment.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <map>

namespace kmem::sim {

namespace {

constexpr double laneGap = 165, cellHeight = 30, blockGap = 26, groupGap = 54, frameGap = 9, labelHeight = 62;
constexpr double widestCell = 30, narrowestCell = 5;
constexpr size_t mostBlocks = 10, mostPages = 16;

struct PlacedBlock {
  const PictureBlock *block;
  size_t pages; ///< drawn of it
  double x;
  llvm::StringRef color;
};

/// Neighbours of one place differ in shade.
constexpr llvm::StringLiteral shadesOfDirectMap[] = {"#0f8b8d", "#1d5f8a", "#3aa67a", "#2b7f9e"};
constexpr llvm::StringLiteral shadesOfVmalloc[] = {"#dd7416", "#b8452b", "#d9a01f", "#a8602c"};

llvm::StringRef shadeOf(Place place, size_t index) {
  if (place == Place::DirectMap)
    return shadesOfDirectMap[index % std::size(shadesOfDirectMap)];
  if (place == Place::Vmalloc)
    return shadesOfVmalloc[index % std::size(shadesOfVmalloc)];
  return colorOf(place);
}

class MappingDrawing {
public:
  MappingDrawing(SvgCanvas &canvas, const Picture &picture) : canvas(canvas) { choose(picture); }
  double draw(double top);

private:
  void choose(const Picture &picture);
  void placeBlocks();
  void placeFrames();
  double labelWidth(const PlacedBlock &placed) const;
  double widthOf(const PlacedBlock &placed) const;
  void drawBlock(const PlacedBlock &placed, double y);
  void drawPage(const PlacedBlock &placed, size_t index, double y);
  void drawFrames(double y);
  void drawLines(double from, double to);
  void drawGroupTitles(double y);

  SvgCanvas &canvas;
  std::vector<PlacedBlock> blocks;
  std::map<Pfn, double> frames; ///< left edges
  std::map<Pfn, llvm::StringRef> colors;
  double cell = widestCell, frameCell = widestCell;
  size_t leftOut = 0;
};

void MappingDrawing::choose(const Picture &picture) {
  for (Place place : {Place::DirectMap, Place::Vmalloc, Place::User, Place::Elsewhere}) {
    size_t shade = 0;
    for (const PictureBlock &block : picture.blocks)
      if (block.place == place && block.live && !block.pages.empty()) {
        if (blocks.size() < mostBlocks)
          blocks.push_back({&block, std::min(block.pages.size(), mostPages), 0, shadeOf(place, shade++)});
        else
          ++leftOut;
      }
  }
}

double MappingDrawing::labelWidth(const PlacedBlock &placed) const {
  const PictureBlock &block = *placed.block;
  return std::max({textWidth(block.name, 14), textWidth(block.origin, 11),
                   textWidth(hexadecimal(block.address), 10, true), textWidth(block.cache, 11)});
}

double MappingDrawing::widthOf(const PlacedBlock &placed) const {
  return std::max(double(placed.pages) * cell, labelWidth(placed));
}

/// Left to right; narrower cells until everything fits.
void MappingDrawing::placeBlocks() {
  for (cell = widestCell; cell > narrowestCell; cell -= 1) {
    double x = svg::margin;
    for (size_t i = 0; i < blocks.size(); ++i) {
      if (i)
        x += blocks[i].block->place == blocks[i - 1].block->place ? blockGap : groupGap;
      blocks[i].x = x;
      x += widthOf(blocks[i]);
    }
    if (x <= svg::margin + svg::contentWidth)
      return;
  }
}

void MappingDrawing::placeFrames() {
  for (const PlacedBlock &placed : blocks)
    for (size_t i = 0; i < placed.pages; ++i)
      if (const PicturePage &page = placed.block->pages[i]; page.state == PageState::Mapped) {
        frames[page.frame] = 0;
        colors[page.frame] = placed.color;
      }
  size_t gaps = 0;
  Pfn last = 0;
  for (const auto &[frame, x] : frames) {
    gaps += last && frame != last + 1;
    last = frame;
  }
  frameCell = std::clamp((svg::contentWidth - double(gaps) * frameGap) / double(std::max<size_t>(frames.size(), 1)),
                         4.0, widestCell);
  const double used = frameCell * double(frames.size()) + frameGap * double(gaps);
  double x = svg::margin + std::max(0.0, (svg::contentWidth - used) / 2);
  last = 0;
  for (auto &[frame, left] : frames) {
    if (last && frame != last + 1)
      x += frameGap;
    left = x;
    x += frameCell;
    last = frame;
  }
}

/// A page with the bytes of it that belong to the block.
void MappingDrawing::drawPage(const PlacedBlock &placed, size_t index, double y) {
  const PictureBlock &block = *placed.block;
  const PicturePage &page = block.pages[index];
  const double x = placed.x + double(index) * cell;
  if (page.state == PageState::Guard)
    return canvas.rect(x, y, cell - 1.5, cellHeight, {.fill = "url(#hatch)", .stroke = "#d9847e", .radius = 2});
  canvas.rect(x, y, cell - 1.5, cellHeight, {.fill = svg::card, .stroke = placed.color, .radius = 2});
  const Address start = (block.address & pageMask) + index * pageSize;
  const Address from = std::max(start, block.address);
  const Address to = std::min(start + pageSize, block.address + std::max<uint64_t>(block.size, 1));
  if (page.state != PageState::Mapped || to <= from)
    return;
  const double scale = (cell - 1.5) / double(pageSize);
  canvas.rect(x + double(from - start) * scale, y, std::max(2.0, double(to - from) * scale), cellHeight,
              {.fill = placed.color, .radius = 2});
}

void MappingDrawing::drawBlock(const PlacedBlock &placed, double y) {
  const PictureBlock &block = *placed.block;
  canvas.beginGroup(block.name + ": " + block.origin);
  canvas.text(placed.x, y - 46, block.name, {.size = 14, .color = placed.color, .bold = true});
  canvas.text(placed.x, y - 32, block.origin, {.size = 11, .color = svg::muted});
  canvas.text(placed.x, y - 20, hexadecimal(block.address), {.size = 10, .color = svg::muted, .mono = true});
  const std::string size = block.size ? describeBytes(block.size) : "";
  canvas.text(placed.x, y - 7, size + (size.empty() || block.cache.empty() ? "" : ", ") + block.cache,
              {.size = 11, .color = svg::muted});
  for (size_t i = 0; i < placed.pages; ++i)
    drawPage(placed, i, y);
  const uint64_t more = block.pagesLeftOut + (block.pages.size() - placed.pages);
  if (more)
    canvas.text(placed.x + double(placed.pages) * cell + 4, y + 20, "+" + std::to_string(more),
                {.size = 11, .color = svg::muted});
  canvas.endGroup();
}

void MappingDrawing::drawLines(double from, double to) {
  for (const PlacedBlock &placed : blocks)
    for (size_t i = 0; i < placed.pages; ++i)
      if (const PicturePage &page = placed.block->pages[i]; page.state == PageState::Mapped)
        canvas.curve(placed.x + (double(i) + 0.5) * cell - 0.75, from, frames[page.frame] + frameCell / 2 - 0.5, to,
                     placed.color, 0.8);
}

void MappingDrawing::drawFrames(double y) {
  Pfn last = 0;
  double lastLabel = -100;
  for (const auto &[frame, x] : frames) {
    canvas.beginGroup("frame " + std::to_string(frame));
    canvas.rect(x, y, frameCell - 1, cellHeight, {.fill = colors[frame], .radius = 2});
    canvas.endGroup();
    const bool starts = !last || frame != last + 1;
    if (starts && last)
      canvas.text(x - frameGap / 2 - 0.5, y + 19, "\xC2\xB7", {.size = 14, .color = svg::faint, .anchor = "middle"});
    if (starts && x - lastLabel > 11) {
      canvas.text(x + 4, y + cellHeight + 10, std::to_string(frame),
                  {.size = 10, .color = svg::muted, .anchor = "end", .mono = true, .rotate = -55});
      lastLabel = x;
    }
    last = frame;
  }
}

void MappingDrawing::drawGroupTitles(double y) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Place place = blocks[i].block->place;
    if (i && blocks[i - 1].block->place == place)
      continue;
    const llvm::StringRef name = place == Place::DirectMap ? "DIRECT MAP"
                                 : place == Place::Vmalloc ? "VMALLOC AREA"
                                 : place == Place::User    ? "USER SPACE"
                                                           : "ELSEWHERE";
    canvas.text(blocks[i].x, y, name, {.size = 10.5, .color = colorOf(place), .bold = true});
  }
}

double MappingDrawing::draw(double top) {
  placeBlocks();
  placeFrames();
  double y = drawHeading(canvas, top, "From addresses to frames",
                         "Above: pages at their virtual addresses. Below: page frames in physical order; a dot stands "
                         "for frames in between. Hatched: a guard page, which nothing is behind.");
  drawGroupTitles(y + 8);
  y += 18 + labelHeight - 8;
  const double below = y + cellHeight + laneGap;
  drawLines(y + cellHeight, below);
  for (const PlacedBlock &placed : blocks)
    drawBlock(placed, y);
  drawFrames(below);
  double end = below + cellHeight + 44;
  if (leftOut)
    canvas.text(svg::margin, end, llvm::formatv("and {0} more names", leftOut).str(),
                {.size = 11, .color = svg::muted});
  return end;
}

} // namespace

double drawMapping(SvgCanvas &canvas, const Picture &picture, double top) {
  if (llvm::none_of(picture.blocks, [](const PictureBlock &block) { return block.live && !block.pages.empty(); }))
    return top;
  return MappingDrawing(canvas, picture).draw(top);
}

} // namespace kmem::sim
