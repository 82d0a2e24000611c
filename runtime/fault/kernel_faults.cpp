#include "runtime/fault/kernel_faults.h"

namespace kmem::sim {

KernelFaults::KernelFaults(Kernel &kernel, uint64_t seed) : kernel(kernel) { current.random.state = seed; }

bool KernelFaults::decide(const Question &question) {
  switch (question.point) {
  case DecisionPoint::Slab:
    return kernel.profile.failslab && decideSlab(question);
  case DecisionPoint::PageAlloc:
    return kernel.profile.failPageAlloc && decidePage(question);
  case DecisionPoint::UserCopy:
    return kernel.profile.failUserCopy &&
           shouldFail(kernel, current.copy.attr, current.random, "fail_usercopy", 1, false);
  case DecisionPoint::PageFault:
  case DecisionPoint::TryLock:
  case DecisionPoint::Interrupt:
  case DecisionPoint::SchedulePreempt:
    return false;
  }
  return false;
}

bool KernelFaults::decideSlab(const Question &question) {
  const GfpFlags &gfp = kernel.profile.gfp;
  FailSlab &slab = current.slab;
  if (question.gfp & gfp.nofail)
    return false;
  if (slab.ignoreGfpReclaim && (question.gfp & gfp.directReclaim))
    return false;
  if (slab.cacheFilter && !question.cacheMarked)
    return false;
  return shouldFail(kernel, slab.attr, current.random, "failslab", int64_t(question.size), question.gfp & gfp.nowarn);
}

bool KernelFaults::decidePage(const Question &question) {
  const GfpFlags &gfp = kernel.profile.gfp;
  FailPageAlloc &page = current.page;
  if (question.order < page.minOrder)
    return false;
  if (question.gfp & gfp.nofail)
    return false;
  if (page.ignoreGfpHighmem && (question.gfp & gfp.highmem))
    return false;
  if (page.ignoreGfpReclaim && (question.gfp & gfp.directReclaim))
    return false;
  return shouldFail(kernel, page.attr, current.random, "fail_page_alloc", int64_t(1) << question.order,
                    question.gfp & gfp.nowarn);
}

} // namespace kmem::sim
