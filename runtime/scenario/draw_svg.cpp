#include "runtime/scenario/draw_svg.h"

namespace kmem::sim {

namespace {

constexpr double headerHeight = 96, sectionGap = 34, bottomMargin = 40;

void drawHeader(SvgCanvas &canvas, const Picture &picture) {
  canvas.text(svg::margin, 52, picture.title, {.size = 26, .bold = true});
  canvas.text(svg::margin, 76, picture.machine, {.size = 13, .color = svg::muted});
}

} // namespace

double drawHeading(SvgCanvas &canvas, double top, llvm::StringRef title, llvm::StringRef sentence) {
  canvas.text(svg::margin, top + 16, title, {.size = 17, .bold = true});
  canvas.text(svg::margin, top + 35, sentence, {.size = 12, .color = svg::muted});
  return top + 50;
}

llvm::StringRef colorOf(FrameUse use) {
  switch (use) {
  case FrameUse::Hole:
    return svg::paper;
  case FrameUse::Reserved:
    return "#98a2ad";
  case FrameUse::Free:
    return svg::freeMemory;
  case FrameUse::PerCpu:
    return "#cdd8c5";
  case FrameUse::Kernel:
    return "#3b7dd8";
  case FrameUse::Slab:
    return svg::directMap;
  case FrameUse::LargeKmalloc:
    return "#0a5f61";
  case FrameUse::Vmalloc:
    return svg::vmalloc;
  case FrameUse::Tables:
    return "#5b5bd6";
  case FrameUse::User:
    return svg::user;
  case FrameUse::File:
    return "#8d8a2f";
  }
  return svg::ink;
}

llvm::StringRef colorOf(Place place) {
  switch (place) {
  case Place::DirectMap:
    return svg::directMap;
  case Place::Vmalloc:
    return svg::vmalloc;
  case Place::User:
    return svg::user;
  case Place::Elsewhere:
    break;
  }
  return "#3b7dd8";
}

std::string drawSvg(const Picture &picture, const PictureParts &parts) {
  SvgCanvas canvas;
  drawHeader(canvas, picture);
  double y = headerHeight;
  const std::pair<bool, double (*)(SvgCanvas &, const Picture &, double)> sections[] = {
      {parts.names, drawMapping},     {parts.slabs, drawSlabs}, {parts.vmalloc, drawAreas},
      {parts.user, drawUserMappings}, {parts.zones, drawZones}, {parts.free, drawFreeLists}};
  for (const auto &[wanted, draw] : sections) {
    const double end = wanted ? draw(canvas, picture, y) : y;
    if (end > y)
      y = end + sectionGap;
  }
  return canvas.finish(y - sectionGap + bottomMargin, picture.title);
}

} // namespace kmem::sim
