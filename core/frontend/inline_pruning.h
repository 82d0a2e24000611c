// Inside of the frontend: the unused inlines of a preprocessed unit, before they are parsed. Half of a kernel unit's
// parse is the bodies of `static inline` functions from headers that the unit never calls and that no code is generated
// for.
//
// In: all tokens of a unit. Out: the same without those bodies, each replaced by a semicolon. A body stays when its
// function's name occurs anywhere in code that stays, so that a mistake here can only keep too much; what it cannot see
// (a name only inside a string) shows in the module as a removed function that is declared, for the caller to check.
#pragma once

#include "clang/Lex/Token.h"

#include <vector>

namespace kmem {

struct PrunedTokens {
  std::vector<clang::Token> tokens;
  std::vector<const clang::IdentifierInfo *> removed; ///< functions that lost their body
};

/// EXPECTS: `tokens` is a whole unit and ends with tok::eof.
PrunedTokens pruneUnusedInlines(std::vector<clang::Token> tokens);

} // namespace kmem
