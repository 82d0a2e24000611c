// One way through the code as a search keeps it: where the run stands, what has to be true for it to get there, values
// that make it true, and what it was given on the way. Copying one is cheap, most of it being shared.
//
// The k-th input of a path is the same variable on every path that asks for the same width, so that paths share terms,
// models and the solver's answers; what it means is in the path's own log.
#pragma once

#include "runtime/exec/assignment.h"
#include "runtime/search/run.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <set>

namespace kmem::replay {

struct LogEntry {
  bool isChoice = false;
  uint8_t width = 0;
  ChoiceKind choice = ChoiceKind::Allocation;
  llvm::StringRef text; ///< kept by the search
  uint32_t variable = 0;
  unsigned way = 0;
  const llvm::DIType *type = nullptr;
  uint64_t usual = 0; ///< what it holds as a rule, 0 when nothing is known
};

/// What a path was given and what was chosen, newest last. Paths share their common beginning, so that copying is O(1).
class PathLog {
public:
  void append(LogEntry entry);
  size_t size() const { return last ? last->size : 0; }
  uint32_t inputs() const { return last ? last->inputs : 0; }
  /// Forgets what came after the first `size` entries.
  void truncate(size_t size);
  /// From entry `first` on, oldest first; costs as much as it gives.
  std::vector<const LogEntry *> entries(size_t first = 0) const;
  /// The newest entry that `fits`, or null.
  const LogEntry *findLast(llvm::function_ref<bool(const LogEntry &)> fits) const;

  PathLog() = default;
  PathLog(const PathLog &) = default;
  PathLog(PathLog &&) = default;
  PathLog &operator=(const PathLog &) = default;
  PathLog &operator=(PathLog &&) = default;

private:
  struct Node {
    LogEntry entry;
    size_t size = 1;
    uint32_t inputs = 0;
    std::shared_ptr<const Node> before;
    ~Node();
  };
  std::shared_ptr<const Node> last;
};

/// A shortcut that was taken, with what it was about.
using Shortcut = std::pair<ShortcutKind, llvm::StringRef>;

struct Path {
  Run::State at;
  std::vector<TermRef> constraints;
  Assignment values;          ///< makes all constraints true
  std::vector<TermRef> fixed; ///< by variable: the constraint that gives it the value it has, if there is one
  PathLog log;
  std::vector<unsigned> forced; ///< what choose() answers first, in the instruction in hand
  uint32_t inputsKept = 0;      ///< inputs that this path has values for already and will ask for again
  bool wasOvertaken = false;    ///< it stands where it was left for later, and has its turn now
  std::set<Shortcut> shortcuts;
  std::vector<std::pair<const llvm::Instruction *, unsigned>> forks; ///< how often each instruction was decided

  bool isFixed(uint32_t variable) const { return variable < fixed.size() && fixed[variable] != noTerm; }
  void fix(uint32_t variable, TermRef equality) {
    if (fixed.size() <= variable)
      fixed.resize(variable + 1, noTerm);
    fixed[variable] = equality;
  }
};

} // namespace kmem::replay
