#include "runtime/alloc/kvmalloc.h"

#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/vmalloc.h"

#include <climits>
#include <vector>

namespace kmem::sim {

namespace {

constexpr SiteByRelease tooLarge = {{"kvmalloc_node", "mm/util.c", 596}, {"__kvmalloc_node_noprof", "mm/util.c", 670}};

/// kmalloc_gfp_adjust(): above a page there is a fallback, so the first try neither warns nor kills.
Gfp firstTry(const GfpFlags &flags, Gfp gfp, uint64_t size) {
  if (size <= pageSize)
    return gfp;
  gfp |= flags.nowarn;
  if (!(gfp & flags.retryMayfail))
    gfp |= flags.noretry;
  return gfp & ~flags.nofail;
}

} // namespace

Kvmalloc::Kvmalloc(Kernel &kernel, Kmalloc &kmalloc, Vmalloc &vmalloc)
    : kernel(kernel), kmalloc(kmalloc), vmalloc(vmalloc) {}

Address Kvmalloc::kvmalloc(uint64_t size, Gfp gfp) {
  const GfpFlags &flags = kernel.profile.gfp;
  const Address contiguous = kmalloc.kmalloc(size, firstTry(flags, gfp, size));
  if (contiguous || size <= pageSize || !flags.allowsBlocking(gfp))
    return contiguous;
  if (size > INT_MAX) {
    if (!(gfp & flags.nowarn))
      kernel.reports.warnOnce(tooLarge.in(kernel.profile.release));
    return 0;
  }
  return vmalloc.allocateRange(size, 1, vmallocStart, vmallocEnd, gfp, pageKernel, VmAllowHugeVmap);
}

Address Kvmalloc::kvzalloc(uint64_t size, Gfp gfp) { return kvmalloc(size, gfp | kernel.profile.gfp.zero); }

Address Kvmalloc::kvmallocArray(uint64_t count, uint64_t size, Gfp gfp) {
  uint64_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? 0 : kvmalloc(bytes, gfp);
}

Address Kvmalloc::kvcalloc(uint64_t count, uint64_t size, Gfp gfp) {
  return kvmallocArray(count, size, gfp | kernel.profile.gfp.zero);
}

Address Kvmalloc::copyTo(Address fresh, Address old, uint64_t bytes) {
  std::vector<std::byte> content(bytes);
  kernel.memory.read(old, content);
  kernel.memory.write(fresh, content);
  return fresh;
}

Address Kvmalloc::kvrealloc(Address old, uint64_t oldSize, uint64_t newSize, Gfp gfp) {
  if (!kernel.profile.release.atLeast(6, 12)) {
    if (oldSize >= newSize)
      return old;
    const Address fresh = kvmalloc(newSize, gfp);
    if (!fresh)
      return 0;
    copyTo(fresh, old, oldSize);
    kvfree(old);
    return fresh;
  }
  if (isVmallocAddress(old))
    return vmalloc.vrealloc(old, newSize, gfp);
  if (const Address grown = kmalloc.krealloc(old, newSize, firstTry(kernel.profile.gfp, gfp, newSize)))
    return grown;
  const Address fresh = kvmalloc(newSize, gfp);
  if (!fresh || !old)
    return fresh;
  copyTo(fresh, old, kmalloc.ksize(old));
  kmalloc.kfree(old);
  return fresh;
}

void Kvmalloc::kvfree(Address address) {
  if (isVmallocAddress(address))
    vmalloc.vfree(address);
  else
    kmalloc.kfree(address);
}

void Kvmalloc::kvfreeSensitive(Address address, uint64_t size) {
  if (isZeroOrNull(address))
    return;
  kernel.memory.fill(address, 0, size);
  kvfree(address);
}

} // namespace kmem::sim
