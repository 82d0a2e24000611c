// Inside of the frontend: Clang's diagnostics as text. Errors only; nothing is printed.
#pragma once

#include "clang/Basic/Diagnostic.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem {

/// Keeps the first errors as "file:line:col: message", the presumed place where a macro is used rather than spelled.
class ErrorCollector : public clang::DiagnosticConsumer {
public:
  explicit ErrorCollector(std::string file) : file(std::move(file)) {}

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic &diagnostic) override;

  bool failed() const { return !lines.empty(); }
  /// Clang stopped looking, for instance at a header that is not there.
  bool sawFatal() const { return fatal; }
  /// The errors, or a line that names the file when Clang gave up without one.
  llvm::Error takeError() const;

private:
  static constexpr size_t linesLimit = 3;
  std::string file; ///< stands for a place that has none, such as the command line
  std::vector<std::string> lines;
  bool fatal = false;
};

} // namespace kmem
