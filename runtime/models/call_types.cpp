#include "runtime/models/call_types.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

namespace kmem::replay {

static constexpr unsigned maxUses = 256;

const llvm::Function *calleeOf(const CallSite &site, llvm::StringRef name) {
  if (site.direct)
    return site.direct;
  return site.call ? site.call->getModule()->getFunction(name) : nullptr;
}

const llvm::DIType *resultType(const CallSite &site, llvm::StringRef callee) {
  const llvm::Function *function = calleeOf(site, callee);
  const llvm::DISubprogram *debug = function ? function->getSubprogram() : nullptr;
  if (!debug || !debug->getType() || debug->getType()->getTypeArray().size() == 0)
    return nullptr;
  return debug->getType()->getTypeArray()[0];
}

/// Values that are `value` on the way through local variables, which unoptimised code keeps everything in.
static void addCopies(const llvm::Value &value, llvm::SmallVectorImpl<const llvm::Value *> &found) {
  for (const llvm::User *user : value.users()) {
    auto *store = llvm::dyn_cast<llvm::StoreInst>(user);
    if (!store || store->getValueOperand() != &value || !llvm::isa<llvm::AllocaInst>(store->getPointerOperand()))
      continue;
    for (const llvm::User *of : store->getPointerOperand()->users())
      if (llvm::isa<llvm::LoadInst>(of) && found.size() < maxUses)
        found.push_back(of);
  }
}

uint64_t sizeUsedAsResult(const CallSite &site) {
  if (!site.call)
    return 0;
  const llvm::DataLayout &layout = site.call->getDataLayout();
  llvm::SmallVector<const llvm::Value *> copies{site.call};
  uint64_t size = 0;
  for (size_t i = 0; i < copies.size(); ++i) {
    addCopies(*copies[i], copies);
    for (const llvm::User *user : copies[i]->users())
      if (auto *field = llvm::dyn_cast<llvm::GetElementPtrInst>(user);
          field && field->getPointerOperand() == copies[i] && field->getSourceElementType()->isStructTy())
        size = std::max<uint64_t>(size, layout.getTypeAllocSize(field->getSourceElementType()));
  }
  return size;
}

uint64_t sizeOfLocalArgument(const CallSite &site, unsigned position, unsigned argumentCount) {
  if (!site.call || site.call->arg_size() != argumentCount)
    return 0;
  const llvm::DataLayout &layout = site.call->getDataLayout();
  const llvm::Value *argument = site.call->getArgOperand(position);
  if (!argument->getType()->isPointerTy())
    return 0;
  llvm::APInt offset(layout.getIndexTypeSizeInBits(argument->getType()), 0);
  auto *local = llvm::dyn_cast<llvm::AllocaInst>(argument->stripAndAccumulateConstantOffsets(layout, offset, true));
  const auto size = local ? local->getAllocationSize(layout) : std::nullopt;
  return size && offset.ult(size->getFixedValue()) ? size->getFixedValue() - offset.getZExtValue() : 0;
}

Value resized(TermPool &pool, const Value &value, unsigned width) {
  if (value.width() == width)
    return value;
  if (value.isKnown())
    return Value::known(value.bits(), width);
  const TermRef term = value.asTerm(pool);
  return Value::symbolic(pool, width < value.width() ? pool.extract(term, 0, width) : pool.zext(term, width));
}

} // namespace kmem::replay
