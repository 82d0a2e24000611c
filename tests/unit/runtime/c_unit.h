// What tests of searches and of recipes share: the shipped rules for 6.12, and a C file as the only unit of a tree.
#pragma once

#include "core/compdb/compile_database.h"
#include "rules/lib/rules.h"
#include "tests/support/case_file.h"
#include "tests/support/program_run.h"

#include "llvm/Support/Error.h"

namespace kmem::replay {

inline const rules::RuleSet &shippedRules() {
  static const rules::RuleSet rules = [] {
    rules::TreeFacts facts;
    facts.version = "6.12";
    return llvm::cantFail(rules::loadRules(KMEM_SOURCE_DIR "/rules", facts));
  }();
  return rules;
}

/// Writes a.c into the folder; its includes are the stub headers.
inline TranslationUnit writeUnit(const test::TemporaryDirectory &folder, llvm::StringRef text) {
  folder.write("a.c", text);
  return {folder.path(),
          folder.path("a.c"),
          {"clang", "-O2", "-nostdinc", "-D__KERNEL__", "-I" + test::stubHeaders(), "a.c"}};
}

} // namespace kmem::replay
