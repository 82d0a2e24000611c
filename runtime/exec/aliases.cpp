#include "runtime/exec/aliases.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"

namespace kmem::replay {

namespace {

constexpr unsigned byteBits = 8;
constexpr unsigned maxNesting = 16;    ///< of records in records
constexpr size_t mostInVariables = 64; ///< nobody goes through more

/// Looks for things of one type in others.
class Finder {
public:
  explicit Finder(const llvm::DIType *wanted) : wanted(wanted) {}

  /// Offsets in `type`, in bytes, at which there is one; nullopt when that is a matter of an index.
  std::optional<std::vector<uint64_t>> in(const llvm::DIType *type) {
    offsets.clear();
    return visit(type, 0, maxNesting) ? std::optional(offsets) : std::nullopt;
  }

private:
  bool visit(const llvm::DIType *type, uint64_t at, unsigned depth) {
    type = stripped(type);
    if (isSameType(type, wanted)) {
      offsets.push_back(at);
      return true;
    }
    auto *record = llvm::dyn_cast_or_null<llvm::DICompositeType>(type);
    if (!record || depth == 0)
      return true;
    if (record->getTag() == llvm::dwarf::DW_TAG_array_type) {
      const size_t before = offsets.size();
      const bool isKnown = visit(record->getBaseType(), at, depth - 1);
      return isKnown && offsets.size() == before;
    }
    for (const llvm::DINode *element : record->getElements())
      if (auto *member = llvm::dyn_cast<llvm::DIDerivedType>(element);
          member && member->getTag() == llvm::dwarf::DW_TAG_member)
        if (!visit(member->getBaseType(), at + member->getOffsetInBits() / byteBits, depth - 1))
          return false;
    return true;
  }

  const llvm::DIType *wanted;
  std::vector<uint64_t> offsets;
};

} // namespace

const std::optional<std::vector<Address>> &Aliases::inVariables(const llvm::DIType *type) {
  const auto [it, isNew] = known.try_emplace(type, std::vector<Address>());
  if (!isNew)
    return it->second;
  Finder finder(type);
  for (const auto &[address, variable] : image.variables()) {
    if (variable->isConstant())
      continue;
    const auto offsets = finder.in(typeOf(*variable));
    if (!offsets || it->second->size() + offsets->size() > mostInVariables)
      return it->second = std::nullopt;
    for (uint64_t offset : *offsets)
      it->second->push_back(address + offset);
  }
  return it->second;
}

std::optional<std::vector<Address>> Aliases::of(const llvm::DIType *pointerType, size_t most) {
  const llvm::DIType *type = pointeeOf(pointerType);
  if (!llvm::isa_and_nonnull<llvm::DICompositeType>(type))
    return std::nullopt;
  std::optional<std::vector<Address>> places = inVariables(type);
  if (!places)
    return std::nullopt;
  Finder finder(type);
  for (const LazyObject &object : objects.all()) {
    if (!object.type)
      return std::nullopt;
    const auto inside = finder.in(object.type), around = Finder(object.type).in(type);
    if (!inside || !around)
      return std::nullopt;
    for (uint64_t offset : *inside)
      places->push_back(object.base + offset);
    for (uint64_t offset : *around)
      if (offset)
        places->push_back(object.base - offset);
  }
  if (places->size() > most)
    return std::nullopt;
  return places;
}

} // namespace kmem::replay
