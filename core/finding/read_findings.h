// Stage: finding. In: a file of findings, one JSON object a line, as --report=jsonl writes it. Out: the findings, in
// the file's order.
#pragma once

#include "core/finding/finding.h"

#include "llvm/Support/Error.h"

namespace kmem {

/// Empty lines are skipped. Errors read "file:line: what"; one of them ends the reading. "-" is standard input.
llvm::Expected<std::vector<Finding>> readFindings(llvm::StringRef path);

/// The same of a text; `name` stands for the file in errors.
llvm::Expected<std::vector<Finding>> parseFindings(llvm::StringRef text, llvm::StringRef name);

} // namespace kmem
