#include "core/frontend/lower.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Scalar/LowerConstantIntrinsics.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/Local.h"

namespace kmem {

void lowerModule(llvm::Module &module) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  // Kernel code is freestanding: no call may be taken for a C library function.
  llvm::TargetLibraryInfoImpl libraryInfo{llvm::Triple(module.getTargetTriple())};
  libraryInfo.disableAllFunctions();
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(libraryInfo); });
  llvm::PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);

  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::PreserveCFG));
  passes.addPass(llvm::LowerConstantIntrinsicsPass());
  // No CSE and no instruction simplification: they turn &x->first into x, and the field is lost.
  passes.addPass(llvm::SimplifyCFGPass());
  for (llvm::Function &function : module)
    if (!function.isDeclaration())
      passes.run(function, functions);
}

void dropCompileTimeErrors(llvm::Module &module) {
  for (llvm::Function &function : module) {
    if (!function.hasFnAttribute("dontcall-error"))
      continue;
    llvm::SmallVector<llvm::CallInst *, 8> calls;
    for (llvm::User *user : function.users())
      if (auto *call = llvm::dyn_cast<llvm::CallInst>(user))
        calls.push_back(call);
    for (llvm::CallInst *call : calls)
      llvm::changeToUnreachable(call);
  }
  for (llvm::Function &function : module)
    for (llvm::BasicBlock &block : llvm::make_early_inc_range(function)) {
      auto *branch = llvm::dyn_cast<llvm::BranchInst>(block.getTerminator());
      if (!branch || !branch->isConditional())
        continue;
      for (unsigned way : {0u, 1u})
        if (llvm::isa<llvm::UnreachableInst>(branch->getSuccessor(way)->getFirstNonPHIOrDbg())) {
          llvm::BasicBlock *other = branch->getSuccessor(1 - way);
          branch->getSuccessor(way)->removePredecessor(&block);
          llvm::BranchInst::Create(other, branch->getIterator())->setDebugLoc(branch->getDebugLoc());
          branch->eraseFromParent();
          break;
        }
    }
}

} // namespace kmem
