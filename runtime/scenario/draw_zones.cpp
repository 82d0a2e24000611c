// Physical memory zone by zone, and the free lists of the zones.
#include "runtime/scenario/draw_svg.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <set>

namespace kmem::sim {

namespace {

constexpr double labelWidth = 170, stripHeight = 34, zoneRow = 66, barArea = 92, chartGap = 36;

/// Marks below the strip where the frames of names lie.
void drawMarks(SvgCanvas &canvas, const Picture &picture, const PictureZone &zone, double x, double y, double width) {
  std::set<std::pair<int, Place>> drawn;
  for (const PictureBlock &block : picture.blocks)
    for (const PicturePage &page : block.pages) {
      if (!block.live || page.state != PageState::Mapped || page.frame < zone.view.startPfn ||
          page.frame >= zone.view.startPfn + zone.view.spanned)
        continue;
      const double at = x + width * double(page.frame - zone.view.startPfn) / double(zone.view.spanned);
      if (drawn.insert({int(at * 2), block.place}).second)
        canvas.line(at, y, at, y + 7, colorOf(block.place), 1.5);
    }
}

void drawZone(SvgCanvas &canvas, const Picture &picture, const PictureZone &zone, double y) {
  const double x = svg::margin + labelWidth, width = svg::contentWidth - labelWidth;
  canvas.text(svg::margin, y + 13, zone.name, {.size = 13, .bold = true});
  canvas.text(svg::margin, y + 28,
              describeBytes(zone.view.managed << pageShift) + ", " + describeBytes(zone.view.free << pageShift) +
                  " free",
              {.size = 11, .color = svg::muted});
  const double part = width / double(zone.strip.size());
  for (size_t i = 0; i < zone.strip.size(); ++i) {
    const double at = x + double(i) * part;
    canvas.rect(at, y, part + 0.3, stripHeight, {.fill = svg::freeMemory});
    const double height = stripHeight * zone.filled[i] / 100;
    if (height > 0)
      canvas.rect(at, y + stripHeight - height, part + 0.3, height, {.fill = colorOf(zone.strip[i])});
  }
  drawMarks(canvas, picture, zone, x, y + stripHeight + 2, width);
  canvas.text(x, y + stripHeight + 19, "frame " + std::to_string(zone.view.startPfn),
              {.size = 10, .color = svg::faint, .mono = true});
  canvas.text(x + width, y + stripHeight + 19, std::to_string(zone.view.startPfn + zone.view.spanned - 1),
              {.size = 10, .color = svg::faint, .anchor = "end", .mono = true});
}

double drawLegend(SvgCanvas &canvas, const Picture &picture, double y) {
  double x = svg::margin + labelWidth;
  for (unsigned i = unsigned(FrameUse::Reserved); i < frameUseCount; ++i) {
    const FrameUse use = FrameUse(i);
    const bool shows = use == FrameUse::Free || llvm::any_of(picture.zones, [&](const PictureZone &zone) {
                         return llvm::is_contained(zone.strip, use);
                       });
    if (!shows)
      continue;
    canvas.rect(x, y, 12, 12, {.fill = colorOf(use), .radius = 2});
    canvas.text(x + 18, y + 10.5, nameOf(use), {.size = 11.5, .color = svg::muted});
    x += 18 + textWidth(nameOf(use), 11.5) + 22;
  }
  return y + 14;
}

void drawChart(SvgCanvas &canvas, const PictureZone &zone, double x, double y, double width) {
  canvas.text(x, y + 12, zone.name, {.size = 13, .bold = true});
  const double slot = width / orderCount, base = y + 26 + barArea;
  double highest = 1;
  for (uint64_t blocks : zone.view.freeBlocks)
    highest = std::max(highest, std::log2(1 + double(blocks)));
  for (unsigned order = 0; order < orderCount; ++order) {
    const uint64_t blocks = zone.view.freeBlocks[order];
    const double height = blocks ? std::max(3.0, (barArea - 16) * std::log2(1 + double(blocks)) / highest) : 0;
    const double left = x + double(order) * slot, middle = left + slot / 2;
    if (blocks) {
      canvas.rect(left + slot * 0.16, base - height, slot * 0.68, height, {.fill = "#7aa287", .radius = 2});
      canvas.text(middle, base - height - 5, std::to_string(blocks), {.size = 10.5, .anchor = "middle"});
    }
    canvas.text(middle, base + 14, std::to_string(order), {.size = 10.5, .color = svg::muted, .anchor = "middle"});
  }
  canvas.line(x, base + 0.5, x + width, base + 0.5, svg::frame);
}

} // namespace

double drawZones(SvgCanvas &canvas, const Picture &picture, double top) {
  double y =
      drawHeading(canvas, top, "Physical memory",
                  "Every zone from its first to its last frame; how high a column is filled is how much of it is "
                  "in use. Marks below: frames of the names above.");
  for (const PictureZone &zone : picture.zones) {
    drawZone(canvas, picture, zone, y);
    y += zoneRow;
  }
  return drawLegend(canvas, picture, y);
}

double drawFreeLists(SvgCanvas &canvas, const Picture &picture, double top) {
  const double y =
      drawHeading(canvas, top, "Free lists", "Free blocks of 2^order pages in each zone; heights are logarithms.");
  const double count = double(picture.zones.size());
  const double width = (svg::contentWidth - chartGap * (count - 1)) / count;
  for (size_t i = 0; i < picture.zones.size(); ++i)
    drawChart(canvas, picture.zones[i], svg::margin + double(i) * (width + chartGap), y, width);
  return y + 26 + barArea + 24;
}

} // namespace kmem::sim
