// kmalloc() and its relatives (mm/slub.c, mm/slab_common.c).
#include "runtime/models/allocations.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

Values kmallocWith(ModelCall &call, sim::Gfp added) {
  AllocationRequest request = requestOf(call);
  if (request.overflows) // size_mul() and kmalloc_array() give up before they ask
    return call.returns(0);
  request.gfp |= added;
  sim::Kmalloc &kmalloc = call.system().kmalloc;
  return allocateBytes(call, request,
                       {.fallible = request.size && request.size <= sim::kmallocMaxSize,
                        .allocate = [&] { return kmalloc.kmalloc(request.size, request.gfp); },
                        .undo = [&](Address object) { kmalloc.kfree(object); }});
}

Values kmalloc(ModelCall &call) { return kmallocWith(call, 0); }
Values kzalloc(ModelCall &call) { return kmallocWith(call, call.kernel().profile.gfp.zero); }

Values krealloc(ModelCall &call) {
  const Address old = call.pointer(call.rule.free ? call.rule.free->arg : 0);
  const AllocationRequest request = requestOf(call);
  if (request.overflows)
    return call.returns(0);
  if (sim::isZeroOrNull(old))
    return kmalloc(call);
  sim::Kmalloc &kmalloc = call.system().kmalloc;
  if (!request.size) {
    releaseAt(call, old, [&] { kmalloc.kfree(old); });
    return call.returns(sim::zeroSizePointer);
  }
  return reallocateBytes(call, request,
                         {.old = old,
                          .fallible = request.size <= sim::kmallocMaxSize,
                          .reallocate = [&] { return kmalloc.krealloc(old, request.size, request.gfp); },
                          .allocate = [&] { return kmalloc.kmalloc(request.size, request.gfp); }});
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

Values ksize(ModelCall &call) {
  const Address object = call.pointer(0);
  return call.returns(hasUnknownOrigin(call, object) ? bytesFrom(call, object) : call.system().kmalloc.ksize(object));
}

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
