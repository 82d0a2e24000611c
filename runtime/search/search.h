// Looks for a run of a route that makes its finding's claim true: inputs are variables, what could go either way is
// taken the way that lies nearer to the next call of the route, and the other way is kept for later.
//
// Exhausted without a bound, a shortcut or an unanswered question means that there is no such run.
#pragma once

#include "runtime/exec/aliases.h"
#include "runtime/exec/solver.h"
#include "runtime/search/path.h"
#include "runtime/search/witness.h"

#include "llvm/Support/Allocator.h"
#include "llvm/Support/StringSaver.h"

#include <chrono>
#include <map>

namespace kmem::replay {

struct SearchLimits {
  double seconds = 2;         ///< of processor time
  uint64_t steps = 2'000'000; ///< instructions, all paths together
  uint64_t stepsPerPath = 300'000;
  size_t states = 500;                    ///< kept for later at a time
  unsigned forksPerInstruction = 16;      ///< both ways are taken of the first so many decisions on a path
  unsigned decisionsPerInstruction = 200; ///< a path that comes back to one more often goes round in circles
  unsigned valuesPerPlace = 8;            ///< gone through where a number must be known
  unsigned placesPerPointer = 8;          ///< that others lead to, too
  bool waits = true;                      ///< a path that goes round, until others have no less to go
};

enum class SearchEnd : uint8_t { Met, Exhausted, Limit };

struct SearchResult {
  SearchEnd end = SearchEnd::Exhausted;
  Witness witness;                                             ///< when met
  bool decidedByArgument = false;                              ///< when met: see Run
  std::vector<std::pair<ShortcutKind, std::string>> shortcuts; ///< on the way when met, else of all paths
  std::string blockedBy;                                       ///< why the most advanced path ended
  const llvm::Instruction *blockedAt = nullptr;                ///< and where
  size_t hopsReached = 0;
  struct Counts {
    uint64_t steps = 0, paths = 0, queries = 0, solved = 0;
    double seconds = 0;
  } counts;
};

class Search final : public Chooser {
public:
  /// All of them outlive the search; `machine` is in the state that runs begin in.
  Search(const RunPlan &plan, Machine &machine, Models &models, SearchLimits limits);

  SearchResult run();

  // Chooser, for the run in hand
  Value input(const Input &input) override;
  std::optional<bool> branch(const Fork &fork) override;
  std::optional<uint64_t> pick(TermRef value, PickFor purpose) override;
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) override;
  std::optional<uint64_t> settled(const Value &value) override;
  void shortcut(ShortcutKind kind, std::string_view what) override;

private:
  /// A path and what must become true first, which nobody has asked the solver yet.
  struct Pending {
    Path path;
    TermRef condition = noTerm; ///< noTerm: nothing
  };
  struct Order {
    uint64_t cost;
    uint64_t number;
    auto operator<=>(const Order &) const = default;
  };

  bool isUp() const;
  bool isTimeUp();
  void follow(Stop stop, SearchResult &result);
  bool takeNext();
  void noticeCall();
  void setValues(Assignment values);
  uint64_t valueOf(TermRef term) { return evaluation.valueOf(term); }
  void note(ShortcutKind kind, std::string_view what);
  llvm::StringRef kept(llvm::StringRef text) { return texts.save(text); }
  void fix(uint32_t variable, TermRef equality);
  const LogEntry *entryOf(uint32_t variable) const;
  Witness witnessOf(const Path &path) const;

  // search_forks.cpp
  size_t logAtInstruction() const { return engine.isInCall() ? logAtCall : path.log.size(); }
  Path forkHere() const;
  void keep(Path path, TermRef condition, uint64_t cost);
  uint64_t costHere(uint64_t distance) const;
  uint64_t costOfLeaving(uint64_t detour) const;
  bool allFixed(TermRef value);
  bool isDecidedBy(TermRef condition) const;
  bool assume(TermRef condition);
  unsigned timesDecided(const llvm::Instruction *at);
  std::optional<unsigned> distanceOver(const llvm::BasicBlock *block) const;
  bool decideWanted(TermRef yes, bool isTrue, bool isSites);
  std::optional<bool> goNearer(bool way, TermRef condition, std::optional<unsigned> here,
                               std::optional<unsigned> there);
  bool isOvertaken(unsigned times, uint64_t cost);

  // search_turns.cpp
  bool leadsAway(const Fork &fork, bool way) const;
  void turnBack();
  void need(TermRef condition);
  void goBackFor(TermRef condition);
  void rememberStart();
  void beginAnew(TermRef condition);
  uint64_t costOfMissing(const Path &later, TermRef condition) const;

  // search_pointers.cpp
  std::optional<uint64_t> pickAddress(TermRef value);
  bool bind(uint32_t variable);
  void keepAliases(uint32_t variable, const LogEntry &entry);
  bool mayStillRefute() const { return bounds.empty() && taken.empty(); }
  bool assumeEqual(uint32_t variable, uint64_t value);
  std::optional<uint32_t> pointerIn(TermRef value);
  std::optional<uint64_t> concretise(TermRef value, PickFor purpose);
  void keepOther(TermRef is, uint64_t detour);
  void keepLarge(TermRef value);
  void preferUsualSize(TermRef value);
  Answer prefer(TermRef condition);

  const RunPlan &plan;
  Machine &machine;
  Models &models;
  const SearchLimits limits;
  Run engine;
  Solver solver;
  Path path;             ///< of the run in hand; its `at` is not kept up to date
  Evaluation evaluation; ///< under the values of that path
  Evaluation trial;      ///< under other values
  Aliases aliases;
  std::map<Order, Pending> pending;
  uint64_t made = 0;
  std::set<Shortcut> bounds;                                   ///< what cut the search as a whole
  std::set<Shortcut> taken;                                    ///< by any path
  std::map<std::pair<uint32_t, unsigned>, uint32_t> variables; ///< by number of the input on its path and width
  uint32_t inputsOnPath = 0;
  uint64_t callSeen = ~uint64_t(0);  ///< the call in hand, once it has asked something
  size_t logAtCall = 0;              ///< before it asked
  std::vector<uint32_t> fixedInCall; ///< variables that got their value since
  llvm::BumpPtrAllocator allocator;
  llvm::UniqueStringSaver texts{allocator};
  std::clock_t begun = 0;
  std::string refusal;
  bool isWaiting = false;      ///< it refused so that others go on first
  TermRef missed = noTerm;     ///< what the path in hand would have needed at its last turn away from the site
  std::vector<TermRef> needed; ///< what paths so missed, up to a limit
  std::optional<Path> atStart; ///< of the first path, before anything was asked about what it was given
  std::set<TermRef> begunWith; ///< conditions that paths were begun anew with
  unsigned questions = 0;
  bool claimIsCertain = false; ///< what a path came to the site with leaves its claim no choice
};

} // namespace kmem::replay
