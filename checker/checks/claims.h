// Stage: checks. What a call can be accused of, in the form that replay can test: the claims that findings make, and
// for each check the calls it looks at at all.
#pragma once

#include "checker/link/program.h"
#include "core/finding/finding.h"

namespace kmem::checks {

/// Which check speaks of a call that sleeps whatever its flags: kmem-atomic-vmalloc when it maps or unmaps pages, else
/// kmem-atomic-sleep.
llvm::StringRef atomicCheckFor(const link::Program &program, const rules::FunctionRule &rule);
SleepClaim sleepClaim(const rules::FunctionRule &rule, SleepKind sleeps, bool mapsPages);

GfpClaim gfpClaim(const link::Program &program, const rules::GfpRestriction &restriction);

/// Flags with which a size that is too large is no mistake: the call fails, and nobody is told.
uint64_t quietBits(const link::Program &program);
/// The largest size that is no mistake to let an outsider choose; nothing when the tree does not say. Memory that falls
/// back to mapped pages has some headroom.
std::optional<SizeClaim> unboundedClaim(const link::Program &program, const rules::AllocRule &alloc);

/// One check's claim about a call, before anybody has looked at where it stands.
struct Accusation {
  llvm::StringRef check;
  ReplayClaim claim;
  std::string text; ///< "may sleep where the context forbids it"
};
/// By every check in whose domain calls of such a function are.
std::vector<Accusation> accusationsOf(const link::Program &program, const rules::FunctionRule &rule);

} // namespace kmem::checks
