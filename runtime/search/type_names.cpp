#include "runtime/search/type_names.h"

#include "runtime/exec/lazy_objects.h"

#include "llvm/BinaryFormat/Dwarf.h"

namespace kmem::replay {

static llvm::StringRef keywordOf(const llvm::DIType &type) {
  switch (type.getTag()) {
  case llvm::dwarf::DW_TAG_structure_type:
    return "struct ";
  case llvm::dwarf::DW_TAG_union_type:
    return "union ";
  case llvm::dwarf::DW_TAG_enumeration_type:
    return "enum ";
  default:
    return "";
  }
}

std::string pointeeName(const llvm::DIType *pointer) {
  const llvm::DIType *type = pointeeOf(pointer);
  if (!type)
    return "";
  if (isPointer(type))
    return pointeeName(type).empty() ? "" : pointeeName(type) + " *";
  return type->getName().empty() ? "" : (keywordOf(*type) + type->getName()).str();
}

} // namespace kmem::replay
