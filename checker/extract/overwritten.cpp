#include "checker/extract/overwritten.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Instructions.h"

namespace kmem::extract {

using llvm::BasicBlock;
using llvm::Instruction;

/// Beyond these a value is taken to be in use, a use to be reached.
static constexpr unsigned maxUsesFollowed = 64, maxBlocksSearched = 256;

void Overwritten::add(const llvm::StoreInst &store, ExprId place, ExprId load) {
  stores[place].push_back(&store);
  if (!llvm::is_contained(loads, load))
    loads.push_back(load);
}

bool Overwritten::changes(const ExprPool &pool, ExprId expr) const {
  return llvm::any_of(loads, [&](ExprId load) { return pool.mentions(expr, load); });
}

/// Whether control can go from `store` to `use` without loading anew on the way.
static bool reaches(const Instruction &store, const Instruction &use, const Instruction &load) {
  const BasicBlock *from = store.getParent(), *to = use.getParent(), *start = load.getParent();
  bool loadedBetween = start == from && store.comesBefore(&load);
  if (from == to && store.comesBefore(&use))
    return !loadedBetween || use.comesBefore(&load);
  if (loadedBetween)
    return false;
  llvm::SmallPtrSet<const BasicBlock *, 16> seen;
  llvm::SmallVector<const BasicBlock *, 16> work(llvm::successors(from));
  while (!work.empty()) {
    const BasicBlock *block = work.pop_back_val();
    if (block == start || !seen.insert(block).second)
      continue;
    if (block == to || seen.size() > maxBlocksSearched)
      return true;
    llvm::append_range(work, llvm::successors(block));
  }
  return false;
}

/// Whether an instruction only computes: its result stands for its operands.
static bool handsOn(const Instruction &instruction) {
  return llvm::isa<llvm::CastInst, llvm::BinaryOperator, llvm::CmpInst, llvm::SelectInst, llvm::FreezeInst,
                   llvm::PHINode, llvm::GetElementPtrInst>(instruction);
}

bool Overwritten::outlives(const llvm::LoadInst &load, ExprId place) const {
  auto known = stores.find(place);
  if (known == stores.end())
    return false;
  llvm::SmallPtrSet<const Instruction *, 16> seen;
  llvm::SmallVector<const Instruction *, 16> work{&load};
  while (!work.empty()) {
    for (const llvm::User *user : work.pop_back_val()->users()) {
      const auto *use = llvm::dyn_cast<Instruction>(user);
      if (!use || !seen.insert(use).second)
        continue;
      if (seen.size() > maxUsesFollowed)
        return true;
      if (handsOn(*use))
        work.push_back(use);
      else if (llvm::any_of(known->second,
                            [&](const llvm::StoreInst *store) { return store != use && reaches(*store, *use, load); }))
        return true;
    }
  }
  return false;
}

} // namespace kmem::extract
