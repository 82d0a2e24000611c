// A place in the kernel's source that shows in its messages: "at mm/slub.c:4799 free_large_kmalloc". Lines differ
// between releases; each model keeps its places in a table at the top of its .cpp, taken from linux-source-6.1 and
// -6.12.
#pragma once

#include "runtime/kernel/profile.h"

namespace kmem::sim {

struct CodeSite {
  const char *function = "";
  const char *file = "";
  unsigned line = 0;
};

struct SiteByRelease {
  CodeSite v61, v612;
  const CodeSite &in(const Release &release) const { return release.atLeast(6, 12) ? v612 : v61; }
};

} // namespace kmem::sim
