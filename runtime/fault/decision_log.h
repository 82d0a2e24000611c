// What an oracle answered, all of it: how often each point was asked, and every question that was answered with yes.
// What is not listed was answered with no, so that a run of millions of successful allocations costs a counter.
//
// A copy is a snapshot and O(1). text() and parse() are inverse to each other; the text has one line a fact:
//   slab 17 at 203 gfp 0xcc0 order 0 size 64          the 17th question about a slab object failed; it was the 203rd
//   page-alloc 3 at 9 gfp 0x40cc0 order 2 size 16384  question of all
//   asked slab 812                                    after all of them: how often each point was asked
#pragma once

#include "runtime/fault/oracle.h"
#include "runtime/kernel/cow_array.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace kmem::sim {

inline constexpr unsigned decisionPointCount = 7;

/// "slab", "page-alloc", "user-copy", "page-fault", "try-lock", "interrupt", "schedule-preempt".
std::string_view nameOf(DecisionPoint point);
std::optional<DecisionPoint> decisionPointNamed(std::string_view name);

/// A question that was answered with yes.
struct Failure {
  DecisionPoint point;
  bool cacheMarked;
  uint32_t order;
  Gfp gfp;
  uint64_t size;
  uint64_t number; ///< among the questions of its point, from 1
  uint64_t at;     ///< among all questions, from 1
  bool operator==(const Failure &) const = default;
};

class DecisionLog {
public:
  void append(const Question &question, bool answer) {
    ++asks[unsigned(question.point)];
    ++total;
    if (answer) [[unlikely]]
      appendFailure(question);
  }

  uint64_t asked() const { return total; }
  uint64_t asked(DecisionPoint point) const { return asks[unsigned(point)]; }
  uint64_t failureCount() const { return failed; }
  const Failure &failure(uint64_t i) const { return failures.read(i); }

  std::string text() const;
  /// Nothing, and what is wrong with which line in `problem`, when `text` is no log.
  static std::optional<DecisionLog> parse(std::string_view text, std::string &problem);

  bool operator==(const DecisionLog &other) const;

private:
  void appendFailure(const Question &question);
  std::string addLine(std::string_view line);
  std::string completeAsks();

  std::array<uint64_t, decisionPointCount> asks{};
  uint64_t total = 0;
  uint64_t failed = 0;
  CowArray<Failure> failures;
};

} // namespace kmem::sim
