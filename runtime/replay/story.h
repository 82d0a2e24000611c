// A finding and its judgement as a text for people: what it claims, what was found, with which inputs, along which
// lines of the source, and what the kernel says at the end; or what was searched, and what stood in the way.
#pragma once

#include "runtime/judge/judge.h"

namespace kmem::replay {

/// `sources` are those the scenario was made from.
void tellStory(const Finding &finding, const Scenario &scenario, const Judgement &judgement,
               const rules::RuleSet &rules, Sources &sources, llvm::raw_ostream &out);

/// The part that every story opens with.
void tellVerdict(const Finding &finding, llvm::raw_ostream &out);

} // namespace kmem::replay
