// Reads the value of one argument as its schema says, before anything runs: what depends on the run is kept by name.
#pragma once

#include "runtime/kernel/gfp.h"
#include "runtime/scenario/operation.h"

#include "llvm/Support/Error.h"

namespace kmem::sim {

/// An argument whose named values are not looked up yet.
struct ParsedArgument {
  ArgumentKind kind = ArgumentKind::Integer;
  uint64_t number = 0; ///< also the offset behind a named pointer
  std::string text;
  std::vector<std::string> names; ///< of Named and NamedList, and of a Pointer that is not an absolute address
};

/// Kinds of the names that earlier steps have given.
using KnownNames = std::map<std::string, ValueKind>;

/// The error says what is expected: "size: expected a size, not true".
llvm::Expected<ParsedArgument> parseArgument(const Argument &schema, const llvm::json::Value &value,
                                             const KnownNames &known, const GfpFlags &gfp);

/// "64", "0x40", "4K", "-1"; K, M, G, T are powers of 1024.
std::optional<int64_t> parseNumber(llvm::StringRef text);

} // namespace kmem::sim
