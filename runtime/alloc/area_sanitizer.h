// What KASAN wants to know from vmalloc: the calls of kasan_*_vmalloc() in mm/vmalloc.c.
#pragma once

#include "runtime/kernel/layout.h"

namespace kmem::sim {

class AreaSanitizer {
public:
  virtual ~AreaSanitizer() = default;
  /// Addresses were reserved; nothing in them may be accessed yet.
  virtual void areaPopulated(Address start, uint64_t bytes) = 0;
  /// The first `bytes`, to the byte, are the user's.
  virtual void areaUnpoisoned(Address start, uint64_t bytes) = 0;
  virtual void areaPoisoned(Address start, uint64_t bytes) = 0;
};

} // namespace kmem::sim
