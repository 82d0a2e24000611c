// Stage: rules, first half. In: the text of one YAML file. Out: its rows as written, with their conditions and places.
//
// A row may name several functions; `loadRules` turns it into one rule a name and decides which rows hold.
#pragma once

#include "rules/lib/rules.h"

#include "llvm/Support/MemoryBufferRef.h"

namespace kmem::rules {

/// A name and the line it stands on.
struct PlacedName {
  std::string name;
  unsigned line = 0;
};

struct FunctionRow {
  std::vector<PlacedName> names;
  std::vector<PlacedName> restrictionSets; ///< names of `gfp_restrictions` sets
  Condition when;
  FunctionRule rule; ///< without name and origin
};

struct FieldRow {
  std::vector<PlacedName> names;
  Condition when;
  FieldRule rule;
};

struct ValueRow {
  std::vector<PlacedName> names;
  ValueRule rule;
};

struct FamilyRow {
  PlacedName name;
  FamilyRule rule;
};

/// A named list of flag combinations that rows refer to.
struct RestrictionSetRow {
  PlacedName name;
  std::vector<GfpRestriction> refuses;
};

struct CheckRow {
  PlacedName id;
  CheckRule rule;
};

/// One file. `file` is relative to the rules directory.
struct RuleFile {
  std::string file;
  std::vector<FunctionRow> functions, replayFunctions;
  std::vector<FieldRow> fields;
  std::vector<ValueRow> values;
  std::vector<FamilyRow> families;
  std::vector<RestrictionSetRow> restrictionSets;
  std::vector<CheckRow> checks;
  std::vector<std::string> probeHeaders;
};

/// Reads one file. Unknown keys, wrong types and empty values are errors of the form "file:line: what".
llvm::Expected<RuleFile> parseRuleFile(llvm::MemoryBufferRef text, llvm::StringRef file);

/// Whether a row holds for a tree.
bool holds(const Condition &when, const TreeFacts &facts);

/// Whether no kernel release satisfies both.
bool versionsDisjoint(const Condition &a, const Condition &b);

/// Compares "6.4" and "6.12" as numbers: negative, zero or positive.
int compareVersions(llvm::StringRef a, llvm::StringRef b);

} // namespace kmem::rules
