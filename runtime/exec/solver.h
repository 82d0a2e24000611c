// Whether constraints can hold together, and values that make them. Z3 behind it, asked as little as possible: a query
// is cut down to the constraints that share variables with it, earlier models are tried first, answers are kept.
//
// A fresh solver for QF_BV for each query: measured 7 to 16 times faster on such queries than the incremental default.
#pragma once

#include "runtime/exec/guess.h"

#include <ctime>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>

namespace kmem::replay {

enum class Answer : uint8_t { Satisfiable, Unsatisfiable, Unknown };

struct SolverLimits {
  unsigned queryTimeoutMs = 2000;
  unsigned rememberedModels = 16;
};

struct SolverCounts {
  uint64_t asked = 0, byModel = 0, byCache = 0, guessed = 0, solved = 0, unknown = 0;
};

class Solver {
public:
  explicit Solver(TermPool &pool, SolverLimits limits = {});
  ~Solver();

  /// Whether `query` can be true with all of `constraints`, which are satisfiable by themselves: only then may a query
  /// be cut down to what touches it. Every term has 1 bit.
  Answer canBe(std::span<const TermRef> constraints, TermRef query);
  /// As canBe(); when it can, `values`, which makes all constraints true, is changed to make `query` true as well.
  /// `fixed` has by variable the constraint that gives it one value, where there is such: what shares nothing else with
  /// the query does not touch it.
  Answer extend(std::span<const TermRef> constraints, TermRef query, std::span<const TermRef> fixed,
                Assignment &values);
  /// Values for all variables of all `constraints`, starting from `preferred`: variables keep that value where they
  /// can.
  Answer solve(std::span<const TermRef> constraints, const Assignment &preferred, Assignment &model);

  /// No query goes on for longer than until this moment of the process's time (std::clock()), give or take a
  /// millisecond.
  void endAt(std::clock_t moment) { end = moment; }

  const SolverCounts &counts() const { return statistics; }

private:
  class Translation;
  struct Known {
    Answer answer;
    Assignment model;
  };

  std::vector<TermRef> touching(std::span<const TermRef> constraints, TermRef query,
                                std::span<const TermRef> fixed = {});
  const Known &ask(std::vector<TermRef> conjunction);
  /// Asks about a query that a change of `values` may make true.
  const Known &ask(std::vector<TermRef> conjunction, TermRef query, const Assignment &values);
  bool holds(std::span<const TermRef> conjunction, const Assignment &model);
  void remember(const Assignment &model);

  TermPool &pool;
  unsigned millisecondsLeft() const;

  SolverLimits limits;
  std::optional<std::clock_t> end;
  SolverCounts statistics;
  const Assignment noValues;
  Evaluation evaluation{pool, noValues};
  Guesses guesses{pool};
  std::map<std::vector<TermRef>, Known> answers;
  std::deque<Assignment> models; ///< newest first
  std::unique_ptr<Translation> translation;
};

} // namespace kmem::replay
