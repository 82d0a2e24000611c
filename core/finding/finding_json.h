// Stage: finding. A finding as one line of JSON and back: docs/findings.md says what the keys mean.
//
// Reading what was written gives the same finding, but for bytes that are no UTF-8. Keys that are not known are
// ignored.
#pragma once

#include "core/finding/finding.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem {

/// With a line end.
void writeJsonLine(const Finding &finding, llvm::raw_ostream &out);
/// Errors say which key is wrong and how.
llvm::Expected<Finding> parseJsonLine(llvm::StringRef line);

} // namespace kmem
