#include "runtime/fault/back_ends.h"

#include <algorithm>

namespace kmem::sim {

uint64_t NthFails::count() const {
  uint64_t sum = 0;
  for (unsigned i = 0; i < decisionPointCount; ++i)
    if (points & only(DecisionPoint(i)))
      sum += asked.log().asked(DecisionPoint(i));
  return sum;
}

Scripted::Scripted(const Recorder &asked, DecisionLog script)
    : asked(asked), start(asked.log()), script(std::move(script)) {
  for (uint64_t i = 0; i < this->script.failureCount(); ++i)
    failures[unsigned(this->script.failure(i).point)].push_back(i);
}

bool Scripted::decide(const Question &question) {
  const uint64_t number = asked.log().asked(question.point) - start.asked(question.point) + 1;
  const std::vector<uint64_t> &ofPoint = failures[unsigned(question.point)];
  const auto found = std::lower_bound(ofPoint.begin(), ofPoint.end(), number,
                                      [&](uint64_t i, uint64_t wanted) { return script.failure(i).number < wanted; });
  if (found == ofPoint.end() || script.failure(*found).number != number)
    return false;
  const Failure &expected = script.failure(*found);
  const bool same = expected.gfp == question.gfp && expected.order == question.order &&
                    expected.size == question.size && expected.cacheMarked == question.cacheMarked;
  if (!same && !firstDifference)
    firstDifference = {expected, question};
  return true;
}

} // namespace kmem::sim
