#include "runtime/alloc/page_allocator.h"

namespace kmem::sim {

void PageAllocator::warnAlloc(Gfp gfp, const std::string &what) {
  if (gfp & kernel.profile.gfp.nowarn)
    return;
  kernel.console.print(std::string(kernel.context.task().comm) + ": " + what +
                       ", mode:" + kernel.profile.gfp.describe(gfp) + ", nodemask=(null)" +
                       (kernel.profile.distribution ? ",cpuset=/,mems_allowed=0" : ""));
}

} // namespace kmem::sim
