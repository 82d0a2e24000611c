// The way a run went, line by line as a person reads it: without what headers do unnoticed, loops shortened.
#pragma once

#include "core/frontend/locations.h"
#include "rules/lib/rules.h"
#include "runtime/judge/replayer.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kmem::replay {

struct StoryLine {
  std::string function, file;
  unsigned line = 0;
  unsigned depth = 0;             ///< of calls
  std::vector<std::string> notes; ///< what changed here
  unsigned iterations = 0;        ///< no line, but so many iterations more of the lines before
  unsigned leftOut = 0;           ///< no line, but so many that are not shown
};

using PlaceOf = llvm::function_ref<ModuleLocation(const llvm::Instruction &)>;

std::vector<StoryLine> storyLines(const ReplayRun &run, const rules::RuleSet &rules, PlaceOf placeOf);

/// Of more than three iterations of the same lines in a row, three and a number.
std::vector<StoryLine> withLoopsShortened(std::vector<StoryLine> lines);

} // namespace kmem::replay
