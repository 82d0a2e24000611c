// mm/util.c: memory that is physically contiguous when that is cheap to get and vmalloc memory when not. Only sizes
// above a page fall back; the first try does not warn and does not retry hard. kvfree() takes either kind.
#pragma once

#include "runtime/kernel/kernel.h"

namespace kmem::sim {

class Kmalloc;
class Vmalloc;

class Kvmalloc {
public:
  Kvmalloc(Kernel &kernel, Kmalloc &kmalloc, Vmalloc &vmalloc);

  /// Sizes above INT_MAX warn and fail, as does vmalloc memory for flags that may not sleep (without a warning).
  Address kvmalloc(uint64_t size, Gfp gfp);
  Address kvzalloc(uint64_t size, Gfp gfp);
  Address kvmallocArray(uint64_t count, uint64_t size, Gfp gfp); ///< 0 when the product overflows
  Address kvcalloc(uint64_t count, uint64_t size, Gfp gfp);
  /// `oldSize` is what 6.1 copies; from 6.12 on the object knows.
  Address kvrealloc(Address old, uint64_t oldSize, uint64_t newSize, Gfp gfp);
  void kvfree(Address address);
  void kvfreeSensitive(Address address, uint64_t size);

private:
  Address copyTo(Address fresh, Address old, uint64_t bytes);

  Kernel &kernel;
  Kmalloc &kmalloc;
  Vmalloc &vmalloc;
};

} // namespace kmem::sim
