// Stage: summary. TuSummary <-> bytes and text. The bytes open with a magic, the format version and a checksum, and a
// directory of functions by content hash, so that a reader can skip the header inlines it has already seen.
#pragma once

#include "checker/summary/summary.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::summary {

/// Deterministic: equal summaries give equal bytes.
std::string serialize(const TuSummary &unit);

/// The whole unit. Truncation, damage and another format version are errors that say so.
llvm::Expected<TuSummary> deserialize(llvm::StringRef bytes);

/// Like deserialize, but functions for which `wanted(hash)` is false stay default-constructed. What link uses.
llvm::Expected<TuSummary> deserializeWanted(llvm::StringRef bytes,
                                            llvm::function_ref<bool(const ContentHash &)> wanted);

/// Hash of one function's content; `calleeHashes` are those of the static functions it calls.
ContentHash hashFunction(const FunctionSummary &function, const std::vector<ContentHash> &calleeHashes);

/// Readable form, for --dump=summary.
void dump(const TuSummary &unit, llvm::raw_ostream &out);
/// An expression as C-like text: "(gfp & ~0x400) | 0x20".
std::string describe(const FunctionSummary &function, ExprId expr);

} // namespace kmem::summary
