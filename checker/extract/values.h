// Stage: extract. LLVM values of one function as summary expressions. Flow-insensitive: what a path knows is in
// PathFacts.
#pragma once

#include "checker/extract/expr_pool.h"
#include "checker/extract/module_index.h"
#include "checker/extract/overwritten.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Dominators.h"

#include <vector>

namespace llvm {
class AllocaInst;
class CallBase;
class ExtractValueInst;
class GEPOperator;
class Instruction;
class LoadInst;
class PHINode;
class Value;
} // namespace llvm

namespace kmem::extract {

class Values {
public:
  Values(const llvm::Function &function, const llvm::DominatorTree &dominators, ExprPool &pool, ModuleIndex &index);

  ExprId of(const llvm::Value &value);
  /// The index under which a call is recorded and its result known.
  unsigned callIndex(const llvm::CallBase &call);
  /// Calls in callIndex order.
  const std::vector<const llvm::CallBase *> &calls() const { return callList; }
  /// The loaded value at an address expression.
  ExprId loadFrom(ExprId address, unsigned width, bool foreignEndian);
  /// Whether a field is declared in a foreign byte order.
  bool isForeignEndian(const llvm::Value &address) const { return foreign.lookup(&address); }

private:
  ExprId compute(const llvm::Value &value);
  ExprId ofInstruction(const llvm::Instruction &instruction);
  ExprId ofCall(const llvm::CallBase &call);
  ExprId ofIntrinsic(const llvm::CallBase &call);
  ExprId ofMember(const llvm::ExtractValueInst &extract);
  ExprId ofPhi(const llvm::PHINode &phi);
  ExprId ofLoopPhi(const llvm::PHINode &phi);
  ExprId ofDiamond(const llvm::PHINode &phi);
  ExprId ofAddress(const llvm::GEPOperator &gep);
  ExprId ofField(const llvm::GEPOperator &gep, ExprId base, const RecordFact &record, uint64_t offset);
  ExprId step(ExprId base);
  ExprId ofLoad(const llvm::LoadInst &load);
  void findStores(const llvm::Function &function);
  ExprId opaque(const llvm::Value &value, ExprId source = summary::unknownExpr);
  unsigned widthOf(const llvm::Value &value) const;
  unsigned numberOf(const llvm::Value &value);
  bool isLoopHeader(const llvm::PHINode &phi) const;

  const llvm::DominatorTree &dominators;
  Overwritten overwritten;
  ExprPool &pool;
  ModuleIndex &index;
  llvm::DenseMap<const llvm::Value *, ExprId> memo;
  llvm::DenseMap<const llvm::Value *, unsigned> numbers;
  llvm::DenseMap<const llvm::CallBase *, unsigned> callIndices;
  llvm::DenseMap<const llvm::Value *, bool> foreign;
  llvm::DenseMap<ExprId, std::pair<const RecordFact *, uint64_t>> anonymousParts; ///< field address -> record, offset
  std::vector<const llvm::CallBase *> callList;
};

} // namespace kmem::extract
