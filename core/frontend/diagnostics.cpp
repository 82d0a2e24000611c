#include "core/frontend/diagnostics.h"

#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errc.h"

namespace kmem {

static std::string placeOf(const clang::Diagnostic &diagnostic, llvm::StringRef file) {
  if (!diagnostic.hasSourceManager() || diagnostic.getLocation().isInvalid())
    return file.str();
  const clang::SourceManager &sources = diagnostic.getSourceManager();
  clang::PresumedLoc place = sources.getPresumedLoc(sources.getExpansionLoc(diagnostic.getLocation()));
  if (place.isInvalid())
    return file.str();
  return (llvm::Twine(place.getFilename()) + ":" + llvm::Twine(place.getLine()) + ":" + llvm::Twine(place.getColumn()))
      .str();
}

void ErrorCollector::HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic &diagnostic) {
  clang::DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
  fatal |= level == clang::DiagnosticsEngine::Fatal;
  if (level < clang::DiagnosticsEngine::Error || lines.size() >= linesLimit)
    return;
  llvm::SmallString<128> message;
  diagnostic.FormatDiagnostic(message);
  lines.push_back(placeOf(diagnostic, file) + ": " + std::string(message));
}

llvm::Error ErrorCollector::takeError() const {
  std::string text = lines.empty() ? file + ": clang gave up without an error" : llvm::join(lines, "\n");
  return llvm::createStringError(llvm::errc::invalid_argument, text);
}

} // namespace kmem
