// Memory that is contiguous in virtual addresses only.
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

constexpr Argument sizeOnly[] = {sizeArgument};
constexpr Argument sizeAndGfp[] = {sizeArgument, gfpArgument};
constexpr Argument pointerOnly[] = {pointerArgument};
constexpr Argument vmapArguments[] = {
    {"pages", ArgumentKind::NamedList, "pages, in the order of their addresses", true, ValueKind::Page}};
constexpr Argument unmapRamArguments[] = {pointerArgument, {"count", ArgumentKind::Size, "pages"}};
constexpr Argument ioremapArguments[] = {{"physical", ArgumentKind::Size, "of a device's registers"}, sizeArgument};

Gfp gfpOf(const Step &step) { return Gfp(step.number("gfp")); }

template <Address (Vmalloc::*function)(uint64_t)> void allocateBySize(Step &s) {
  s.producePointer((s.system.vmalloc.*function)(s.number("size")), s.number("size"));
}

std::vector<Pfn> framesOf(const Step &step) {
  std::vector<Pfn> frames;
  for (const NamedValue &page : step.namedList("pages"))
    frames.push_back(page.value);
  return frames;
}

void map(Step &step) {
  const std::vector<Pfn> frames = framesOf(step);
  step.producePointer(step.system.vmalloc.vmapFrames(frames, VmMap), frames.size() * pageSize);
}

void mapRam(Step &step) {
  const std::vector<Pfn> frames = framesOf(step);
  step.producePointer(step.system.vmalloc.vmMapRam(frames), frames.size() * pageSize);
}

void tellPageBehind(Step &step) {
  const auto page = step.system.vmalloc.toPage(step.number("ptr"));
  step.produce({ValueKind::Page, page.value_or(0), 0});
  if (page)
    step.result["pfn"] = int64_t(*page);
}

constexpr Operation table[] = {
    {"vmalloc", "virtually contiguous memory", sizeOnly, ValueKind::Pointer, allocateBySize<&Vmalloc::vmalloc>},
    {"vzalloc", "the same, zeroed", sizeOnly, ValueKind::Pointer, allocateBySize<&Vmalloc::vzalloc>},
    {"vmalloc_user", "zeroed, may be mapped to user space", sizeOnly, ValueKind::Pointer,
     allocateBySize<&Vmalloc::vmallocUser>},
    {"vmalloc_32", "from frames below 4 GiB", sizeOnly, ValueKind::Pointer, allocateBySize<&Vmalloc::vmalloc32>},
    {"__vmalloc", "with flags", sizeAndGfp, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.vmalloc.allocate(s.number("size"), gfpOf(s)), s.number("size")); }},
    {"vfree", "gives it back", pointerOnly, ValueKind::None, [](Step &s) { s.system.vmalloc.vfree(s.number("ptr")); }},
    {"vfree_atomic", "the same, later", pointerOnly, ValueKind::None,
     [](Step &s) { s.system.vmalloc.vfreeAtomic(s.number("ptr")); }},
    {"kvmalloc", "kmalloc memory, or vmalloc memory when that is hard to get", sizeAndGfp, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.kvmalloc.kvmalloc(s.number("size"), gfpOf(s)), s.number("size")); }},
    {"kvzalloc", "the same, zeroed", sizeAndGfp, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.kvmalloc.kvzalloc(s.number("size"), gfpOf(s)), s.number("size")); }},
    {"kvfree", "gives either kind back", pointerOnly, ValueKind::None,
     [](Step &s) { s.system.kvmalloc.kvfree(s.number("ptr")); }},
    {"vmap", "maps pages side by side", vmapArguments, ValueKind::Pointer, map},
    {"vunmap", "undoes vmap", pointerOnly, ValueKind::None, [](Step &s) { s.system.vmalloc.vunmap(s.number("ptr")); }},
    {"vm_map_ram", "maps a few pages, fast", vmapArguments, ValueKind::Pointer, mapRam},
    {"vm_unmap_ram", "undoes vm_map_ram", unmapRamArguments, ValueKind::None,
     [](Step &s) { s.system.vmalloc.vmUnmapRam(s.number("ptr"), unsigned(s.number("count"))); }},
    {"ioremap", "addresses for a device's registers", ioremapArguments, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.vmalloc.ioremap(s.number("physical"), s.number("size"))); }},
    {"iounmap", "undoes ioremap", pointerOnly, ValueKind::None,
     [](Step &s) { s.system.vmalloc.iounmap(s.number("ptr")); }},
    {"vmalloc_to_page", "the page behind an address", pointerOnly, ValueKind::Page, tellPageBehind},
};

} // namespace

llvm::ArrayRef<Operation> vmallocOperations() { return table; }

} // namespace kmem::sim
