// kmalloc() and its relatives (mm/slub.c, mm/slab_common.c).
#include "runtime/models/allocations.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

/// Symbolic contents of objects larger than this are forgotten when they move.
constexpr uint64_t movedAtMost = 65536;
constexpr unsigned wordBytes = 8;

Values kmallocWith(ModelCall &call, sim::Gfp added) {
  AllocationRequest request = requestOf(call);
  if (request.overflows) // size_mul() and kmalloc_array() give up before they ask
    return call.returns(0);
  request.gfp |= added;
  sim::Kmalloc &kmalloc = call.system().kmalloc;
  const bool fallible = request.size && request.size <= sim::kmallocMaxSize;
  const Address address = allocateOrFail(
      call, request, fallible, [&] { return kmalloc.kmalloc(request.size, request.gfp); },
      [&](Address object) { kmalloc.kfree(object); });
  if (address > sim::zeroSizePointer)
    takeBytes(call, address, request.size);
  return allocated(call, request, address);
}

Values kmalloc(ModelCall &call) { return kmallocWith(call, 0); }
Values kzalloc(ModelCall &call) { return kmallocWith(call, call.kernel().profile.gfp.zero); }

/// What may be used of the object; 0 for none.
uint64_t usableBytes(ModelCall &call, Address object) {
  if (sim::isZeroOrNull(object))
    return 0;
  if (const LazyObject *lazy = call.machine.objects.at(object))
    return lazy->base + lazy->size > object ? lazy->base + lazy->size - object : 0;
  return call.system().kmalloc.ksize(object);
}

std::vector<Value> wordsAt(ModelCall &call, Address address, uint64_t size) {
  std::vector<Value> words;
  for (uint64_t at = 0; at + wordBytes <= std::min(size, movedAtMost); at += wordBytes)
    words.push_back(call.load(address + at, wordBytes * 8));
  return words;
}

void putWords(ModelCall &call, Address address, const std::vector<Value> &words) {
  for (size_t i = 0; i < words.size(); ++i)
    call.store(address + i * wordBytes, words[i]);
}

/// __do_krealloc() of an object that no allocator knows: a new one with its contents.
Address reallocateUnknown(ModelCall &call, Address old, const AllocationRequest &request) {
  sim::Kmalloc &kmalloc = call.system().kmalloc;
  const std::vector<Value> words = wordsAt(call, old, std::min(request.size, usableBytes(call, old)));
  const Address moved = kmalloc.kmalloc(request.size, request.gfp);
  if (!moved)
    return 0;
  putWords(call, moved, words);
  releaseAt(call, old, [] {});
  return moved;
}

Address reallocate(ModelCall &call, Address old, const AllocationRequest &request) {
  if (hasUnknownOrigin(call, old) && request.size)
    return reallocateUnknown(call, old, request);
  const Allocation *known = call.now.allocations.find(old);
  const bool holdsTerms = known && !known->freed && call.machine.memory.state().noted;
  const std::vector<Value> words =
      holdsTerms ? wordsAt(call, old, std::min(request.size, known->size)) : std::vector<Value>();
  Address moved = 0;
  const auto onKernel = [&] { moved = call.system().kmalloc.krealloc(old, request.size, request.gfp); };
  if (!request.size)
    releaseAt(call, old, onKernel);
  else
    onKernel();
  if (moved > sim::zeroSizePointer && moved != old) {
    takeBytes(call, moved, request.size);
    putWords(call, moved, words);
    noteFreed(call, old);
  }
  return moved;
}

Values krealloc(ModelCall &call) {
  const Address old = call.pointer(call.rule.free ? call.rule.free->arg : 0);
  const AllocationRequest request = requestOf(call);
  if (request.overflows)
    return call.returns(0);
  if (sim::isZeroOrNull(old))
    return kmalloc(call);
  const bool fallible = request.size && request.size <= sim::kmallocMaxSize;
  bool failed = false;
  const Address moved = allocateOrFail(
      call, request, fallible, [&] { return reallocate(call, old, request); }, [&](Address) { failed = true; });
  return failed ? call.returns(moved) : allocated(call, request, moved);
}

Values kfree(ModelCall &call) {
  const Address object = call.pointer(call.rule.free ? call.rule.free->arg : 0);
  if (!sim::isZeroOrNull(object))
    releaseAt(call, object, [&] { call.system().kmalloc.kfree(object); });
  return call.nothing();
}

Values kfreeSensitive(ModelCall &call) {
  const Address object = call.pointer(call.rule.free ? call.rule.free->arg : 0);
  if (!sim::isZeroOrNull(object))
    releaseAt(call, object, [&] { call.system().kmalloc.kfreeSensitive(object); });
  return call.nothing();
}

/// Constants of the image are left alone: is_kernel_rodata().
bool isConstant(const ModelCall &call, Address address) {
  const llvm::GlobalVariable *variable = call.machine.program.layout().variableAt(address);
  return variable && variable->isConstant();
}

Values kfreeConst(ModelCall &call) { return isConstant(call, call.pointer(0)) ? call.nothing() : kfree(call); }

Values ksize(ModelCall &call) { return call.returns(usableBytes(call, call.pointer(0))); }

constexpr ModelRow rows[] = {
    {"kmalloc", kmalloc},
    {"kzalloc", kzalloc},
    {"krealloc", krealloc},
    {"kfree", kfree},
    {"kfree_sensitive", kfreeSensitive},
    {"kfree_const", kfreeConst},
    {"ksize", ksize},
};

} // namespace

ModelTable slabModels() { return rows; }

} // namespace kmem::replay
