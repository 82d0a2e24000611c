// The sections of a picture, each drawn from the height `top` downwards; each returns where it ends, `top` when it has
// nothing to show. Private to the drawing.
#pragma once

#include "runtime/scenario/picture.h"
#include "runtime/scenario/svg_canvas.h"

namespace kmem::sim {

double drawMapping(SvgCanvas &canvas, const Picture &picture, double top);
double drawSlabs(SvgCanvas &canvas, const Picture &picture, double top);
double drawAreas(SvgCanvas &canvas, const Picture &picture, double top);
double drawUserMappings(SvgCanvas &canvas, const Picture &picture, double top);
double drawZones(SvgCanvas &canvas, const Picture &picture, double top);
double drawFreeLists(SvgCanvas &canvas, const Picture &picture, double top);

/// Title and sentence of a section; where its contents begin.
double drawHeading(SvgCanvas &canvas, double top, llvm::StringRef title, llvm::StringRef sentence);
llvm::StringRef colorOf(FrameUse use);
llvm::StringRef colorOf(Place place);

} // namespace kmem::sim
