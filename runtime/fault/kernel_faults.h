// The kernel's own fault injection as a back end: failslab (mm/failslab.c), fail_page_alloc (mm/page_alloc.c,
// mm/fail_page_alloc.c) and fail_usercopy (lib/fault-inject-usercopy.c), each with its filters, and a task's fail-nth.
// As long as nobody turns a knob it is the back end that never fails anything.
//
// A capability that the machine's kernel was built without does not exist: its requests never fail.
#pragma once

#include "runtime/fault/fault_attr.h"
#include "runtime/fault/oracle.h"

namespace kmem::sim {

struct FailSlab {
  FaultAttr attr;
  bool ignoreGfpReclaim = true; ///< ignore-gfp-wait: requests that may reclaim succeed
  bool cacheFilter = false;     ///< only caches with SLAB_FAILSLAB
};
struct FailPageAlloc {
  FaultAttr attr;
  bool ignoreGfpHighmem = true;
  bool ignoreGfpReclaim = true;
  uint32_t minOrder = 1;
};
struct FailUserCopy {
  FaultAttr attr;
};

class KernelFaults final : public Oracle {
public:
  explicit KernelFaults(Kernel &kernel, uint64_t seed = 0);

  bool decide(const Question &question) override;

  FailSlab &failslab() { return current.slab; }
  FailPageAlloc &failPageAlloc() { return current.page; }
  FailUserCopy &failUserCopy() { return current.copy; }

  struct State {
    FailSlab slab;
    FailPageAlloc page;
    FailUserCopy copy;
    FaultRandom random;
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  bool decideSlab(const Question &question);
  bool decidePage(const Question &question);

  Kernel &kernel;
  State current;
};

} // namespace kmem::sim
