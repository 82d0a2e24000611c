// From a kernel address to its struct page, with everything that goes wrong for an address that has none: the check of
// CONFIG_DEBUG_VIRTUAL (arch/x86/mm/physaddr.c), or the fault of reading a vmemmap that is not there.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/layout.h"

namespace kmem::sim {

class Kernel;

/// __pa(): by arithmetic; checked only with CONFIG_DEBUG_VIRTUAL.
Physical physicalAddress(Kernel &kernel, Address address);
/// virt_to_page(), then a look at it by `reader`: the frame of a page that exists, or an oops.
Pfn virtToPage(Kernel &kernel, Address address, const char *reader);
/// virt_to_head_page(): the first frame of the compound page that holds `address`.
Pfn virtToHead(Kernel &kernel, Address address, const char *reader);
/// __virt_addr_valid(): in the direct map or the kernel image, with a struct page.
bool isVirtAddrValid(Kernel &kernel, Address address);

} // namespace kmem::sim
