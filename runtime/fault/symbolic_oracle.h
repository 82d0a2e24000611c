// The back end with which an executor explores every way a run can go. It is an interface: the executor derives from it
// and owns the path conditions; here is what it can rely on and what it must do.
//
// decide() is called in the middle of an allocator's work, on a C++ stack that cannot be forked. It therefore always
// gives one answer, and the other way is taken later by running again: from the snapshot the executor took before the
// call in hand, with the decisions since then scripted up to this one and this one answered differently. Machines are
// deterministic, so the second run asks the same questions up to there.
//
// For each question, in this order:
//   1. possible(): which answers the path condition allows. Must not change the machine.
//   2. if both are: choose() gives the answer for this run and keeps `made`, the decisions of this run so far, as the
//      point to come back to. An executor that has come back answers its scripted prefix here.
//   3. assume(): the answer joins the path condition.
// The Recorder appends the answer after assume(); a Death that flies afterwards ends the run, not the fork.
#pragma once

#include "runtime/fault/recorder.h"

namespace kmem::sim {

class SymbolicOracle : public Oracle {
public:
  enum class Possible : uint8_t { Never, Always, Both };

  explicit SymbolicOracle(const Recorder &asked) : asked(asked) {}

  bool decide(const Question &question) final {
    const Possible answers = possible(question);
    const bool answer = answers == Possible::Both ? choose(question, asked.log()) : answers == Possible::Always;
    assume(question, answer);
    return answer;
  }

protected:
  virtual Possible possible(const Question &question) = 0;
  virtual bool choose(const Question &question, const DecisionLog &made) = 0;
  virtual void assume(const Question &question, bool answer) = 0;

private:
  const Recorder &asked;
};

} // namespace kmem::sim
