// Memory that is contiguous in virtual addresses only (mm/vmalloc.c), and memory that may be either (mm/util.c).
#include "runtime/models/allocations.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"
#include "runtime/models/rule_driven.h"

namespace kmem::replay {

namespace {

constexpr uint64_t mappedAtMost = 1024; ///< pages of one vmap()
/// Families: what kvmalloc() gives, and what it is where it is not vmalloc() memory (mm/util.c).
constexpr llvm::StringLiteral eitherFamily("kvmalloc"), otherFamily("slab");

Values vmallocWith(ModelCall &call, sim::Gfp added) {
  const AllocationRequest request = requestOf(call);
  if (request.overflows) // __vmalloc_array() gives up before it asks
    return call.returns(0);
  sim::Vmalloc &vmalloc = call.system().vmalloc;
  return allocateBytes(call, request,
                       {.fallible = request.size != 0,
                        .allocate = [&] { return vmalloc.allocate(request.size, request.gfp | added); },
                        .undo = [&](Address area) { vmalloc.vfree(area); }});
}
Values vmalloc(ModelCall &call) { return vmallocWith(call, 0); }
Values vzalloc(ModelCall &call) { return vmallocWith(call, call.kernel().profile.gfp.zero); }

/// Those that user space may map, or that lie below 4 GiB: zeroed, by a function of their own.
template <Address (sim::Vmalloc::*allocator)(uint64_t)> Values vmallocBy(ModelCall &call) {
  const AllocationRequest request = requestOf(call);
  sim::Vmalloc &vmalloc = call.system().vmalloc;
  return allocateBytes(call, request,
                       {.fallible = request.size != 0,
                        .allocate = [&] { return (vmalloc.*allocator)(request.size); },
                        .undo = [&](Address area) { vmalloc.vfree(area); }});
}

Values vrealloc(ModelCall &call) {
  const AllocationRequest request = requestOf(call);
  const Address old = call.pointer(0);
  sim::Vmalloc &vmalloc = call.system().vmalloc;
  if (!old || !request.size) {
    if (old)
      releaseAt(call, old, [&] { vmalloc.vfree(old); });
    return request.size ? vmallocWith(call, 0) : call.returns(0);
  }
  return reallocateBytes(call, request,
                         {.old = old,
                          .fallible = true,
                          .reallocate = [&] { return vmalloc.vrealloc(old, request.size, request.gfp); },
                          .allocate = [&] { return vmalloc.allocate(request.size, request.gfp); }});
}

/// One of unknown origin gets the checks of the call, which come first.
Values vfree(ModelCall &call) {
  const Address area = call.pointer(0);
  if (!area || hasUnknownOrigin(call, area))
    call.system().vmalloc.vfree(0);
  if (area)
    releaseAt(call, area, [&] { call.system().vmalloc.vfree(area); });
  return call.nothing();
}
Values vfreeAtomic(ModelCall &call) {
  const Address area = call.pointer(0);
  if (area)
    releaseAt(call, area, [&] { call.system().vmalloc.vfreeAtomic(area); });
  return call.nothing();
}

/// vmap(pages, count, flags, protection). Pages of unknown origin are taken for new ones.
std::vector<sim::Pfn> framesAt(ModelCall &call, Address array, uint64_t count) {
  std::vector<sim::Pfn> frames;
  for (uint64_t i = 0; i < count; ++i) {
    const std::optional<uint64_t> page = call.chooser.settled(call.load(array + i * sizeof(Address), maxWidth));
    const bool isKnown = page && *page >= sim::vmemmapStart &&
                         call.kernel().memory.hasFrame((*page - sim::vmemmapStart) / sim::structPageSize);
    if (isKnown) {
      frames.push_back((*page - sim::vmemmapStart) / sim::structPageSize);
      continue;
    }
    call.simplified("pages of unknown origin are mapped as new ones");
    const auto made = call.system().pages.allocate(call.kernel().profile.gfp.kswapdReclaim, 0);
    if (!made)
      throw Refusal{"no page to map"};
    frames.push_back(*made);
  }
  return frames;
}

Values mapFrames(ModelCall &call, llvm::function_ref<Address(std::span<const sim::Pfn>)> map,
                 llvm::function_ref<void(Address)> unmap) {
  AllocationRequest request = requestOf(call);
  const uint64_t count = call.size(1);
  if (count > mappedAtMost)
    throw Refusal{call.title() + " of very many pages"};
  const bool toFail = isToFail(call, request);
  const std::vector<sim::Pfn> frames = framesAt(call, call.pointer(0), count);
  const Address area = runAllocator(call, toFail, [&] { return map(frames); });
  if (toFail && area)
    unmap(area);
  request.size = count * sim::pageSize;
  return allocated(call, request, toFail ? 0 : area);
}
Values vmap(ModelCall &call) {
  sim::Vmalloc &vmalloc = call.system().vmalloc;
  return mapFrames(
      call, [&](auto frames) { return vmalloc.vmapFrames(frames, 0); }, [&](Address area) { vmalloc.vunmap(area); });
}
Values vunmap(ModelCall &call) {
  const Address area = call.pointer(0);
  if (!area || hasUnknownOrigin(call, area))
    call.system().vmalloc.vunmap(0);
  if (area)
    releaseAt(call, area, [&] { call.system().vmalloc.vunmap(area); });
  return call.nothing();
}
Values vmMapRam(ModelCall &call) {
  sim::Vmalloc &vmalloc = call.system().vmalloc;
  const auto count = unsigned(call.size(1));
  return mapFrames(
      call, [&](auto frames) { return vmalloc.vmMapRam(frames); },
      [&](Address area) { vmalloc.vmUnmapRam(area, count); });
}
/// One of unknown origin gets the check of the call.
Values vmUnmapRam(ModelCall &call) {
  const Address area = call.pointer(0);
  const auto count = unsigned(call.size(1));
  if (hasUnknownOrigin(call, area))
    checkBeforeBody(call);
  releaseAt(call, area, [&] { call.system().vmalloc.vmUnmapRam(area, count); });
  return call.nothing();
}

// Either kind
Values kvmallocWith(ModelCall &call, sim::Gfp added) {
  const AllocationRequest request = requestOf(call);
  if (request.overflows)
    return call.returns(0);
  sim::Kvmalloc &kvmalloc = call.system().kvmalloc;
  return allocateBytes(call, request,
                       {.fallible = request.size && request.size <= INT32_MAX,
                        .allocate = [&] { return kvmalloc.kvmalloc(request.size, request.gfp | added); },
                        .undo = [&](Address block) { kvmalloc.kvfree(block); }});
}
Values kvmalloc(ModelCall &call) { return kvmallocWith(call, 0); }
Values kvzalloc(ModelCall &call) { return kvmallocWith(call, call.kernel().profile.gfp.zero); }

/// kvrealloc(block, [old size,] size, gfp): the old size went with 6.12.
Values kvrealloc(ModelCall &call) {
  const AllocationRequest request = requestOf(call);
  const Address old = call.pointer(0);
  const uint64_t oldSize = call.rule.alloc && call.rule.alloc->size.front() == 2 ? call.size(1) : 0;
  if (sim::isZeroOrNull(old))
    return kvmallocWith(call, 0);
  sim::Kvmalloc &kvmalloc = call.system().kvmalloc;
  return reallocateBytes(call, request,
                         {.old = old,
                          .fallible = request.size && request.size <= INT32_MAX,
                          .reallocate = [&] { return kvmalloc.kvrealloc(old, oldSize, request.size, request.gfp); },
                          .allocate = [&] { return kvmalloc.kvmalloc(request.size, request.gfp); }});
}

/// What a block of unknown origin is decides whether its release may sleep.
void releaseEither(ModelCall &call, Address block, llvm::function_ref<void()> release) {
  if (sim::isZeroOrNull(block))
    return;
  if (hasUnknownOrigin(call, block) && call.chooser.choose(ChoiceKind::ObjectShape, "a vmalloc() area", 2))
    call.system().vmalloc.vfree(0);
  releaseAt(call, block, release);
}
Values kvfree(ModelCall &call) {
  const Address block = call.pointer(0);
  releaseEither(call, block, [&] { call.system().kvmalloc.kvfree(block); });
  return call.nothing();
}
Values kvfreeSensitive(ModelCall &call) {
  const Address block = call.pointer(0);
  const uint64_t size = call.size(1);
  releaseEither(call, block, [&] { call.system().kvmalloc.kvfreeSensitive(block, size); });
  return call.nothing();
}

/// Memory that may be either is of one kind for who has asked: code that did may release it as what it is.
void tellApart(ModelCall &call, Address address, bool isVmalloc) {
  const Allocation *known = call.now.allocations.find(address);
  if (!known || known->family != familyNumber(call.rules, eitherFamily))
    return;
  Allocation told = *known;
  told.family = familyNumber(call.rules, isVmalloc ? call.rule.familyTestFor : otherFamily.str());
  call.now.allocations.set(address, told);
}

/// Of an object of unknown origin nobody knows.
Values isVmallocAddress(ModelCall &call) {
  const Address address = call.pointer(0);
  if (hasUnknownOrigin(call, address))
    return call.returns(call.unusual(ChoiceKind::ObjectShape));
  const bool isVmalloc = sim::isVmallocAddress(address);
  tellApart(call, address, isVmalloc);
  return call.returns(isVmalloc);
}

constexpr ModelRow rows[] = {
    {"vmalloc", vmalloc},
    {"vzalloc", vzalloc},
    {"vmalloc_user", vmallocBy<&sim::Vmalloc::vmallocUser>},
    {"vmalloc_32", vmallocBy<&sim::Vmalloc::vmalloc32>},
    {"vmalloc_32_user", vmallocBy<&sim::Vmalloc::vmalloc32User>},
    {"vrealloc", vrealloc},
    {"vfree", vfree},
    {"vfree_atomic", vfreeAtomic},
    {"vmap", vmap},
    {"vunmap", vunmap},
    {"vm_map_ram", vmMapRam},
    {"vm_unmap_ram", vmUnmapRam},
    {"kvmalloc", kvmalloc},
    {"kvzalloc", kvzalloc},
    {"kvrealloc", kvrealloc},
    {"kvfree", kvfree},
    {"kvfree_sensitive", kvfreeSensitive},
    {"is_vmalloc_addr", isVmallocAddress},
};

} // namespace

ModelTable vmallocModels() { return rows; }

} // namespace kmem::replay
