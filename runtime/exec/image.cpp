#include "runtime/exec/image.h"

#include "llvm/IR/DataLayout.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

/// Functions have no bytes; they only need addresses that differ.
static constexpr uint64_t functionSpacing = 16;
static constexpr uint64_t smallestVariable = 16; ///< so that one past the end of a variable is not the next one

Address Image::place(const llvm::GlobalValue &global, uint64_t size, uint64_t alignment) {
  if (!global.hasLocalLinkage())
    if (auto it = shared.find(global.getName()); it != shared.end())
      return it->second;
  const Address address = llvm::alignTo(next, std::max<uint64_t>(alignment, functionSpacing));
  next = address + std::max(size, smallestVariable) + 1;
  if (!global.hasLocalLinkage())
    shared.emplace(global.getName().str(), address);
  return address;
}

void Image::placeFunction(const llvm::Function &function) {
  const Address address = addresses[&function] = place(function, functionSpacing, functionSpacing);
  functionsByAddress.try_emplace(address, &function);
}

void Image::placeVariable(const llvm::GlobalVariable &variable) {
  const llvm::DataLayout &layout = variable.getParent()->getDataLayout();
  const uint64_t size = variable.getValueType()->isSized() ? layout.getTypeAllocSize(variable.getValueType()) : 0;
  const Address address = addresses[&variable] = place(variable, size, layout.getPreferredAlign(&variable).value());
  variablesByAddress.try_emplace(address, &variable);
}

/// What keeps its initial value: constants, and what is written while booting only (include/linux/cache.h).
static bool isConstant(const llvm::GlobalVariable &variable) {
  return variable.isConstant() || variable.getSection() == ".data..ro_after_init";
}

Image::Image(llvm::ArrayRef<const llvm::Module *> modules) {
  // Definitions first: they know their size, and a declaration takes the place of its definition.
  for (bool declarations : {false, true})
    for (const llvm::Module *module : modules)
      for (const llvm::Function &function : *module)
        if (function.isDeclaration() == declarations)
          placeFunction(function);
  for (const llvm::Module *module : modules)
    for (const llvm::GlobalVariable &variable : module->globals())
      if (!variable.isDeclaration() && isConstant(variable))
        placeVariable(variable);
  changing.begin = next;
  for (bool declarations : {false, true})
    for (const llvm::Module *module : modules)
      for (const llvm::GlobalVariable &variable : module->globals())
        if (variable.isDeclaration() == declarations && (declarations || !isConstant(variable)))
          placeVariable(variable);
  changing.end = next;
}

Address Image::addressOf(const llvm::GlobalValue &global) const {
  const llvm::GlobalObject *object = global.getAliaseeObject(); // itself, when it is no alias
  return object ? addresses.lookup(object) : 0;
}

const llvm::Function *Image::functionAt(Address address) const {
  auto it = functionsByAddress.find(address);
  return it == functionsByAddress.end() ? nullptr : it->second;
}

const llvm::GlobalVariable *Image::variableAt(Address address) const {
  auto it = variablesByAddress.upper_bound(address);
  if (it == variablesByAddress.begin())
    return nullptr;
  const llvm::GlobalVariable *variable = (--it)->second;
  const llvm::Type *type = variable->getValueType();
  const uint64_t size =
      type->isSized() ? variable->getParent()->getDataLayout().getTypeAllocSize(const_cast<llvm::Type *>(type)) : 0;
  return address - it->first < std::max<uint64_t>(size, 1) ? variable : nullptr;
}

} // namespace kmem::replay
