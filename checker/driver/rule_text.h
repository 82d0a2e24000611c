// Stage: driver. Rules in words, one line each, for --list-rules and --dump=rules.
#pragma once

#include "rules/lib/rules.h"

#include "llvm/Support/raw_ostream.h"

namespace kmem {

/// "kmalloc_noprof   allocates slab, size 0, gfp 1; may sleep by gfp 1   api/slab.yaml:12"
void printRules(const rules::RuleSet &rules, llvm::raw_ostream &out);

void printIndented(llvm::StringRef text, llvm::raw_ostream &out);

} // namespace kmem
