#include "runtime/scenario/svg_canvas.h"

#include "llvm/Support/FormatVariadic.h"

namespace kmem::sim {

namespace {

std::string escaped(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '&':
      result += "&amp;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

std::string number(double value) {
  std::string text = llvm::formatv("{0:F1}", value).str();
  if (llvm::StringRef(text).ends_with(".0"))
    text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

constexpr llvm::StringLiteral head(
    R"SVG(<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img">
<title>{2}</title>
<defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fbeceb"/><rect width="2" height="6" fill="#d9847e"/></pattern>
<pattern id="freed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><rect width="1.5" height="5" fill="#dd7416"/></pattern>
</defs>
<style>text{{font-family:'Inter','Segoe UI','Helvetica Neue',Arial,sans-serif} .m{{font-family:'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace}</style>
<rect width="{0}" height="{1}" fill="{3}"/>
)SVG");

} // namespace

void SvgCanvas::rect(double x, double y, double width, double height, const ShapeLook &look) {
  body += llvm::formatv(R"(<rect x="{0}" y="{1}" width="{2}" height="{3}" fill="{4}")", number(x), number(y),
                        number(width), number(height), look.fill)
              .str();
  if (look.radius)
    body += " rx=\"" + number(look.radius) + "\"";
  if (!look.stroke.empty())
    body += (R"( stroke=")" + look.stroke + R"(" stroke-width=")" + number(look.strokeWidth) + "\"").str();
  if (look.opacity < 1)
    body += llvm::formatv(R"( opacity="{0:F2}")", look.opacity).str();
  body += "/>\n";
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, llvm::StringRef color, double width,
                     llvm::StringRef dashes) {
  body += llvm::formatv(R"(<line x1="{0}" y1="{1}" x2="{2}" y2="{3}" stroke="{4}" stroke-width="{5}")", number(x1),
                        number(y1), number(x2), number(y2), color, number(width))
              .str();
  if (!dashes.empty())
    body += (" stroke-dasharray=\"" + dashes + "\"").str();
  body += "/>\n";
}

void SvgCanvas::curve(double x1, double y1, double x2, double y2, llvm::StringRef color, double opacity) {
  const double bend = (y2 - y1) * 0.55;
  body +=
      llvm::formatv(
          R"SVG(<path d="M{0} {1}C{0} {2} {3} {4} {3} {5}" fill="none" stroke="{6}" stroke-width="1.6" opacity="{7:F2}"/>)SVG",
          number(x1), number(y1), number(y1 + bend), number(x2), number(y2 - bend), number(y2), color, opacity)
          .str() +
      "\n";
}

void SvgCanvas::text(double x, double y, llvm::StringRef what, const TextLook &look) {
  body += llvm::formatv(R"(<text x="{0}" y="{1}" font-size="{2}" fill="{3}")", number(x), number(y), number(look.size),
                        look.color)
              .str();
  if (look.anchor != "start")
    body += (" text-anchor=\"" + look.anchor + "\"").str();
  if (look.bold)
    body += " font-weight=\"600\"";
  if (look.mono)
    body += " class=\"m\"";
  if (look.rotate)
    body += llvm::formatv(R"SVG( transform="rotate({0} {1} {2})")SVG", number(look.rotate), number(x), number(y)).str();
  body += ">" + escaped(what) + "</text>\n";
}

void SvgCanvas::beginGroup(llvm::StringRef tooltip) { body += "<g><title>" + escaped(tooltip) + "</title>\n"; }
void SvgCanvas::endGroup() { body += "</g>\n"; }

std::string SvgCanvas::finish(double height, llvm::StringRef title) const {
  return llvm::formatv(head.data(), number(svg::sheetWidth), number(height), escaped(title), svg::paper).str() + body +
         "</svg>\n";
}

double textWidth(llvm::StringRef what, double size, bool mono) {
  return double(what.size()) * size * (mono ? 0.602 : 0.53);
}

} // namespace kmem::sim
