// Verdicts in words: grades, assumptions, reasons, inputs and the report as the kernel would print it.
#pragma once

#include "runtime/judge/judge.h"

namespace kmem::replay {

/// "probe()": the function of a hop.
std::string functionName(const Scenario &scenario, size_t hop);
std::string whyUnknown(const SearchResult &found, const Scenario &scenario, size_t first);
Verdict refutation(const Scenario &scenario, size_t first);
Verdict confirmation(const Finding &finding, const Scenario &scenario, const Confirmation &confirmed);

/// What a shortcut means for a reader.
std::string describe(ShortcutKind kind, llvm::StringRef what);

} // namespace kmem::replay
