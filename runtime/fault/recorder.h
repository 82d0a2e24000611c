// The oracle that a machine's parts ask: passes each question to the back end in force and keeps the answer. Its log is
// part of the machine's state; the back ends that only count read their position in it, so that restoring a snapshot
// takes them back, too. A request with __GFP_NOFAIL is no question: no kernel lets it fail.
#pragma once

#include "runtime/fault/decision_log.h"

namespace kmem::sim {

class Recorder final : public Oracle {
public:
  Recorder(const GfpFlags &gfp, Oracle &backEnd) : nofail(gfp.nofail), backEnd(&backEnd) {}

  bool decide(const Question &question) override {
    if (question.gfp & nofail) [[unlikely]]
      return false;
    const bool answer = backEnd->decide(question);
    decisions.append(question, answer);
    return answer;
  }

  /// Who answers from now on; must outlive its use.
  void use(Oracle &other) { backEnd = &other; }
  Oracle &used() const { return *backEnd; }
  const DecisionLog &log() const { return decisions; }

  using State = DecisionLog;
  const State &state() const { return decisions; }
  void restore(const State &state) { decisions = state; }

private:
  const Gfp nofail;
  Oracle *backEnd;
  DecisionLog decisions;
};

} // namespace kmem::sim
