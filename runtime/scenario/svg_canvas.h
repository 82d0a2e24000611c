// A sheet of SVG that grows downwards: shapes in pixels, colours by role, text in three sizes. Output is deterministic
// and needs no fonts beyond the viewer's own.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace kmem::sim {

namespace svg {

inline constexpr double sheetWidth = 1200, margin = 48, contentWidth = sheetWidth - 2 * margin;

// Colours
inline constexpr llvm::StringLiteral paper("#fbfaf7"), card("#ffffff"), frame("#e4e0d6"), ink("#1f2933"),
    muted("#6b7580"), faint("#a3abb3"), directMap("#0f8b8d"), vmalloc("#dd7416"), user("#8a4fbf"), guard("#c8443c"),
    freeMemory("#e8ebe4");

} // namespace svg

struct TextLook {
  double size = 12;
  llvm::StringRef color = svg::ink;
  llvm::StringRef anchor = "start";
  bool bold = false, mono = false;
  double rotate = 0; ///< degrees around the anchor
};

struct ShapeLook {
  llvm::StringRef fill = "none";
  llvm::StringRef stroke = "";
  double strokeWidth = 1, opacity = 1, radius = 0;
};

class SvgCanvas {
public:
  void rect(double x, double y, double width, double height, const ShapeLook &look);
  void line(double x1, double y1, double x2, double y2, llvm::StringRef color, double width = 1,
            llvm::StringRef dashes = "");
  /// From above to below, leaving and arriving upright.
  void curve(double x1, double y1, double x2, double y2, llvm::StringRef color, double opacity);
  void text(double x, double y, llvm::StringRef what, const TextLook &look = {});
  /// What a viewer shows when the pointer rests on the shapes until endGroup().
  void beginGroup(llvm::StringRef tooltip);
  void endGroup();

  /// The whole file.
  std::string finish(double height, llvm::StringRef title) const;

private:
  std::string body;
};

/// About as wide as a viewer will draw it.
double textWidth(llvm::StringRef what, double size, bool mono = false);

} // namespace kmem::sim
