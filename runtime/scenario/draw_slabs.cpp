// Slabs as rows of objects, vmalloc areas and user mappings as rows of pages.
#include "runtime/scenario/draw_svg.h"

#include "runtime/scenario/experiment.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

namespace kmem::sim {

namespace {

constexpr double objectHeight = 26, rowGap = 4, labelRoom = 34, widestObject = 64, narrowestObject = 15;
constexpr double areaRow = 26, pageWidth = 13, pageHeight = 15, addressColumn = 250;
constexpr uint64_t mostPagesInRow = 40;

void drawObject(SvgCanvas &canvas, const PictureSlab::Object &object, double x, double y, double width) {
  const bool isNamed = !object.name.empty();
  ShapeLook look{.fill = object.used ? svg::directMap : svg::card,
                 .stroke = object.used ? svg::directMap : "#c9cfc4",
                 .radius = 3};
  if (isNamed) {
    look.fill = object.used ? llvm::StringRef(svg::vmalloc) : llvm::StringRef("url(#freed)");
    look.stroke = svg::vmalloc;
  }
  if (object.used && !isNamed)
    look.opacity = 0.45;
  canvas.rect(x, y, width - 2, objectHeight, look);
  if (isNamed && textWidth(object.name, 11) < width - 4)
    canvas.text(x + width / 2 - 1, y + 17, object.name,
                {.size = 11, .color = object.used ? svg::card : svg::ink, .anchor = "middle", .bold = true});
  else if (isNamed)
    canvas.text(x + width / 2 + 3, y + objectHeight + 11, object.name,
                {.size = 11, .color = svg::vmalloc, .anchor = "start", .bold = true, .rotate = 40});
}

double drawSlab(SvgCanvas &canvas, const PictureSlab &slab, double y) {
  const auto used = llvm::count_if(slab.objects, [](const PictureSlab::Object &object) { return object.used; });
  canvas.text(svg::margin, y + 12, slab.cache, {.size = 13, .bold = true});
  canvas.text(svg::margin + textWidth(slab.cache, 13) + 14, y + 12,
              llvm::formatv("slab of {0} at frame {1}: {2} of {3} objects in use, {4} bytes each",
                            describeBytes(pageSize << slab.order), slab.frame, used, slab.objects.size(), slab.stride)
                  .str(),
              {.size = 12, .color = svg::muted});
  y += 20;
  const double width = std::clamp(svg::contentWidth / double(slab.objects.size()), narrowestObject, widestObject);
  const size_t perRow = size_t(svg::contentWidth / width);
  for (size_t i = 0; i < slab.objects.size(); ++i)
    drawObject(canvas, slab.objects[i], svg::margin + double(i % perRow) * width,
               y + double(i / perRow) * (objectHeight + rowGap), width);
  const size_t rows = (slab.objects.size() + perRow - 1) / perRow;
  const bool labelsBelow = llvm::any_of(
      slab.objects, [&](const PictureSlab::Object &object) { return textWidth(object.name, 11) >= width - 4; });
  return y + double(rows) * (objectHeight + rowGap) + (labelsBelow ? labelRoom : 10);
}

void drawArea(SvgCanvas &canvas, const PictureArea &area, double y) {
  canvas.text(svg::margin, y + 12, hexadecimal(area.start), {.size = 11, .color = svg::muted, .mono = true});
  canvas.text(svg::margin + addressColumn - 20, y + 12, describeBytes(area.size),
              {.size = 11, .color = svg::muted, .anchor = "end"});
  const uint64_t mapped = std::min(area.mappedPages, mostPagesInRow);
  double x = svg::margin + addressColumn;
  for (uint64_t i = 0; i < mapped; ++i, x += pageWidth)
    canvas.rect(x, y, pageWidth - 2, pageHeight,
                {.fill = svg::vmalloc, .opacity = area.name.empty() ? 0.35 : 1, .radius = 2});
  if (area.mappedPages > mapped) {
    canvas.text(x + 4, y + 12, "+" + std::to_string(area.mappedPages - mapped), {.size = 11, .color = svg::muted});
    x += 52;
  }
  for (uint64_t i = 0; i < area.guardPages; ++i, x += pageWidth)
    canvas.rect(x, y, pageWidth - 2, pageHeight, {.fill = "url(#hatch)", .stroke = "#d9847e", .radius = 2});
  canvas.text(x + 10, y + 12, area.name, {.size = 12, .color = svg::vmalloc, .bold = true});
}

void drawMappingRow(SvgCanvas &canvas, const PictureMapping &mapping, double y) {
  canvas.text(svg::margin, y + 12, hexadecimal(mapping.start), {.size = 11, .color = svg::muted, .mono = true});
  canvas.text(svg::margin + 150, y + 12, describeBytes(mapping.end - mapping.start), {.size = 11, .color = svg::muted});
  canvas.text(svg::margin + 218, y + 12, mapping.flags, {.size = 11, .mono = true});
  double x = svg::margin + addressColumn + 10;
  for (PageState state : mapping.pages) {
    ShapeLook look{.fill = svg::card, .stroke = "#cdbfe0", .radius = 2};
    if (state == PageState::Mapped)
      look.fill = svg::user;
    else if (state == PageState::ZeroPage)
      look.fill = "#e2d3f4";
    else if (state == PageState::Swapped)
      look.fill = "url(#hatch)";
    canvas.rect(x, y, pageWidth - 2, pageHeight, look);
    x += pageWidth;
  }
  if (mapping.pagesLeftOut)
    canvas.text(x + 4, y + 12, "+" + std::to_string(mapping.pagesLeftOut), {.size = 11, .color = svg::muted});
  canvas.text(x + (mapping.pagesLeftOut ? 60 : 10), y + 12, mapping.file, {.size = 11, .color = svg::muted});
}

} // namespace

double drawSlabs(SvgCanvas &canvas, const Picture &picture, double top) {
  if (picture.slabs.empty())
    return top;
  double y = drawHeading(canvas, top, "Slabs",
                         "Objects of one size in pages of their own. Orange: has a name here; hatched: given back; "
                         "pale: somebody else's; white: free.");
  for (const PictureSlab &slab : picture.slabs)
    y = drawSlab(canvas, slab, y);
  return y - 10;
}

double drawAreas(SvgCanvas &canvas, const Picture &picture, double top) {
  if (picture.areas.empty())
    return top;
  double y = drawHeading(canvas, top, "The vmalloc area",
                         "Areas in the order of their addresses. Every area ends in a guard page (hatched).");
  for (const PictureArea &area : picture.areas) {
    drawArea(canvas, area, y);
    y += areaRow;
  }
  if (picture.areasLeftOut) {
    canvas.text(svg::margin, y + 12, llvm::formatv("and {0} more that nobody named", picture.areasLeftOut).str(),
                {.size = 11, .color = svg::muted});
    y += areaRow;
  }
  return y - 6;
}

double drawUserMappings(SvgCanvas &canvas, const Picture &picture, double top) {
  if (picture.mappings.empty())
    return top;
  double y = drawHeading(canvas, top, "User mappings",
                         "One square a page. Filled: a page of its own; pale: the zero page; hatched: on swap; white: "
                         "never touched.");
  unsigned space = 0;
  for (const PictureMapping &mapping : picture.mappings) {
    if (mapping.space != space) {
      canvas.text(svg::margin, y + 12, "address space " + std::to_string(mapping.space), {.size = 12, .bold = true});
      y += areaRow - 4;
      space = mapping.space;
    }
    drawMappingRow(canvas, mapping, y);
    y += areaRow;
  }
  return y - 6;
}

} // namespace kmem::sim
