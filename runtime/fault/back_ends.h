// Back ends without knobs: nothing fails, the n-th request fails, a recorded run is repeated. They have no state of
// their own: how far a run is they read in the Recorder that asks them.
#pragma once

#include "runtime/fault/recorder.h"

#include <vector>

namespace kmem::sim {

class NeverFails final : public Oracle {
public:
  bool decide(const Question &) override { return false; }
};

/// Sets of decision points, as bits.
using PointSet = uint32_t;
inline constexpr PointSet only(DecisionPoint point) { return PointSet(1) << unsigned(point); }
inline constexpr PointSet allocationPoints = only(DecisionPoint::Slab) | only(DecisionPoint::PageAlloc);

/// Fails the n-th question, from 1, about one of `points` that is asked after its construction.
class NthFails final : public Oracle {
public:
  NthFails(const Recorder &asked, PointSet points, uint64_t n) : asked(asked), points(points), at(count() + n) {}
  bool decide(const Question &question) override { return (points & only(question.point)) && count() + 1 == at; }

private:
  uint64_t count() const;

  const Recorder &asked;
  const PointSet points;
  const uint64_t at;
};

/// Answers as `script` says, and no beyond its end.
class Scripted final : public Oracle {
public:
  /// What was asked where the recorded run failed.
  struct Difference {
    Failure expected;
    Question asked;
  };

  Scripted(const Recorder &asked, DecisionLog script);
  bool decide(const Question &question) override;
  /// The first failure of the script whose question was another one in this run: it repeats another program.
  const std::optional<Difference> &difference() const { return firstDifference; }

private:
  const Recorder &asked;
  const DecisionLog start;
  const DecisionLog script;
  std::array<std::vector<uint64_t>, decisionPointCount> failures; ///< numbers in the script, in order of asking
  std::optional<Difference> firstDifference;
};

} // namespace kmem::sim
