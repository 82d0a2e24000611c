#include "checker/extract/stores.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Module.h"

namespace kmem::extract {

using namespace summary;

/// Initialisers nested deeper than this are not followed.
static constexpr unsigned maxInitializerDepth = 16;

namespace {
class InitializerWalk {
public:
  InitializerWalk(ModuleIndex &index, std::string global, std::vector<Initializer> &found)
      : index(index), global(std::move(global)), found(found) {}

  /// `record` is the innermost named record around `value`, which starts at `offset` of it.
  void walk(const llvm::Constant &value, const RecordFact *record, uint64_t offset, unsigned depth = 0) {
    if (depth > maxInitializerDepth || value.isNullValue())
      return;
    if (auto *function = llvm::dyn_cast<llvm::Function>(value.stripPointerCasts()))
      return add(*function, record, offset);
    if (auto *structure = llvm::dyn_cast<llvm::ConstantStruct>(&value))
      return walkStruct(*structure, record, offset, depth);
    if (auto *array = llvm::dyn_cast<llvm::ConstantArray>(&value))
      for (const llvm::Use &element : array->operands())
        walk(*llvm::cast<llvm::Constant>(element.get()), record, offset, depth + 1);
  }

private:
  void walkStruct(const llvm::ConstantStruct &structure, const RecordFact *record, uint64_t offset, unsigned depth) {
    const llvm::StructType &type = *structure.getType();
    if (const RecordFact *own = index.record(type)) {
      record = own;
      offset = 0;
    }
    const llvm::StructLayout *layout = index.layout().getStructLayout(structure.getType());
    for (unsigned i = 0; i < structure.getNumOperands(); ++i)
      walk(*structure.getOperand(i), record, offset + layout->getElementOffset(i), depth + 1);
  }

  void add(const llvm::Function &function, const RecordFact *record, uint64_t offset) {
    Initializer initializer;
    initializer.global = global;
    initializer.function = index.functionKey(function);
    if (record) {
      if (record->size) // an element of an array
        offset %= record->size;
      FieldRef ref = index.resolve(*record, offset);
      if (ref.field)
        initializer.field = index.fieldKey(*ref.record, *ref.field);
    }
    found.push_back(std::move(initializer));
  }

  ModuleIndex &index;
  std::string global;
  std::vector<Initializer> &found;
};
} // namespace

/// The record a global was declared as: with a union or a flexible array in it, its initialiser's own type has no name.
static const RecordFact *declaredRecord(const ModuleIndex &index, const llvm::GlobalVariable &global) {
  const SourceFacts &facts = index.kernelModule().facts;
  auto type = facts.globals.find(global.getName());
  if (type == facts.globals.end())
    return nullptr;
  auto record = facts.records.find(type->second);
  return record == facts.records.end() ? nullptr : &record->second;
}

std::vector<Initializer> recordInitializers(ModuleIndex &index) {
  std::vector<Initializer> found;
  for (const llvm::GlobalVariable &global : index.kernelModule().module->globals())
    if (global.hasInitializer() && !global.getName().starts_with("llvm.") &&
        !global.getName().starts_with("__UNIQUE_ID"))
      InitializerWalk(index, index.globalKey(global), found)
          .walk(*global.getInitializer(), declaredRecord(index, global), 0);
  return found;
}

} // namespace kmem::extract
