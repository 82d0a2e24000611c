// Pages given back with another order, from the middle, or by somebody else.
#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

void allocateAndFree(Probe &p, unsigned order, unsigned freedOrder, bool compound = false, unsigned from = 0) {
  const Address pages = p.pagesOf(order, compound);
  p.freePages(pages + from * pageSize, freedOrder);
}

void freeTwice(Probe &p, unsigned order) {
  const Address pages = p.pagesOf(order);
  p.freePages(pages, order);
  p.freePages(pages, order);
}

void putAfterFree(Probe &p) {
  const auto page = p.system.pages.allocate(p.gfpKernel, 0);
  p.system.pages.free(*page, 0);
  p.system.pages.putPage(*page);
}

constexpr MismatchCase cases[] = {
    {"free_pages_order_too_big", [](Probe &p) { allocateAndFree(p, 0, 2); }},
    {"free_pages_order_too_small", [](Probe &p) { allocateAndFree(p, 3, 1); }},
    {"free_pages_comp_order_too_small", [](Probe &p) { allocateAndFree(p, 3, 1, true); }},
    {"free_pages_comp_order_too_big", [](Probe &p) { allocateAndFree(p, 1, 3, true); }},
    {"free_pages_interior", [](Probe &p) { allocateAndFree(p, 2, 0, false, 1); }},
    {"free_pages_comp_tail", [](Probe &p) { allocateAndFree(p, 2, 0, true, 1); }},
    {"free_pages_twice_o0", [](Probe &p) { freeTwice(p, 0); }},
    {"free_pages_twice_o3", [](Probe &p) { freeTwice(p, 3); }},
    {"free_pages_twice_o5", [](Probe &p) { freeTwice(p, 5); }},
    {"free_pages_0", [](Probe &p) { p.freePages(0, 0); }},
    {"free_pages_of_kmalloc", [](Probe &p) { p.freePages(p.kmalloc(64) & pageMask, 0); }},
    {"free_pages_of_big_kmalloc", [](Probe &p) { p.freePages(p.kmalloc(16384), 2); }},
    {"free_pages_of_vmalloc", [](Probe &p) { p.freePages(p.vmalloc(4096), 0); }},
    {"free_pages_order_max_plus_1", [](Probe &p) { allocateAndFree(p, 0, maxPageOrder + 1); }},
    {"put_page_after_free", putAfterFree},
};

} // namespace

std::span<const MismatchCase> mismatchedPages() { return cases; }

} // namespace kmem::sim
