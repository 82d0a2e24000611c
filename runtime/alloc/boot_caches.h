// The caches that a booted kernel has besides kmalloc's: a row for each with what its creator asked for. Everything
// else about them is computed as for any cache, merging included.
#pragma once

namespace kmem::sim {

class Kernel;
class Slub;
class Kmalloc;

/// In the order in which the kernel makes them.
void createBootCaches(Kernel &kernel, Slub &slub, Kmalloc &kmalloc);

} // namespace kmem::sim
