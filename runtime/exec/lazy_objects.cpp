#include "runtime/exec/lazy_objects.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

namespace {
constexpr unsigned byteBits = 8;
constexpr unsigned maxNesting = 32; ///< of records in records

/// What members of a kernel type hold as a rule.
enum class Usual : uint8_t {
  Itself, ///< pointers lead to the object they are in: an empty list (include/linux/list.h)
  Zero,   ///< NULL ends the list or tree
  One,    ///< one reference
};
struct Shape {
  llvm::StringLiteral type;
  Usual usual;
};
constexpr Shape shapes[] = {
    {"list_head", Usual::Itself},   {"hlist_head", Usual::Zero},     {"hlist_node", Usual::Zero},
    {"hlist_bl_head", Usual::Zero}, {"hlist_bl_node", Usual::Zero},  {"hlist_nulls_head", Usual::Zero},
    {"rb_root", Usual::Zero},       {"rb_node", Usual::Zero},        {"rb_root_cached", Usual::Zero},
    {"llist_head", Usual::Zero},    {"llist_node", Usual::Zero},     {"xarray", Usual::Zero},
    {"callback_head", Usual::Zero}, {"refcount_struct", Usual::One}, {"qspinlock", Usual::Zero},
};

const Shape *shapeOf(llvm::StringRef type) {
  for (const Shape &shape : shapes)
    if (shape.type == type)
      return &shape;
  return nullptr;
}

/// The member that holds the bit; the first one that does in a union.
const llvm::DIDerivedType *memberAt(const llvm::DICompositeType &record, uint64_t bit) {
  for (const llvm::DINode *element : record.getElements())
    if (auto *member = llvm::dyn_cast<llvm::DIDerivedType>(element);
        member && member->getTag() == llvm::dwarf::DW_TAG_member)
      if (bit >= member->getOffsetInBits() &&
          bit < member->getOffsetInBits() + std::max<uint64_t>(member->getSizeInBits(), 1))
        return member;
  return nullptr;
}
} // namespace

const llvm::DIType *stripped(const llvm::DIType *type) {
  while (auto *derived = llvm::dyn_cast_or_null<llvm::DIDerivedType>(type)) {
    switch (derived->getTag()) {
    case llvm::dwarf::DW_TAG_typedef:
    case llvm::dwarf::DW_TAG_const_type:
    case llvm::dwarf::DW_TAG_volatile_type:
    case llvm::dwarf::DW_TAG_restrict_type:
    case llvm::dwarf::DW_TAG_atomic_type:
    case llvm::dwarf::DW_TAG_member:
      type = derived->getBaseType();
      continue;
    default:
      return type;
    }
  }
  return type;
}

const llvm::DIType *pointeeOf(const llvm::DIType *type) {
  auto *pointer = llvm::dyn_cast_or_null<llvm::DIDerivedType>(stripped(type));
  if (!pointer || pointer->getTag() != llvm::dwarf::DW_TAG_pointer_type)
    return nullptr;
  return stripped(pointer->getBaseType());
}

const llvm::DIType *typeOf(const llvm::GlobalVariable &variable) {
  llvm::SmallVector<llvm::DIGlobalVariableExpression *, 1> debug;
  variable.getDebugInfo(debug);
  return debug.empty() ? nullptr : debug.front()->getVariable()->getType();
}

bool isPointer(const llvm::DIType *type) {
  auto *pointer = llvm::dyn_cast_or_null<llvm::DIDerivedType>(stripped(type));
  return pointer && pointer->getTag() == llvm::dwarf::DW_TAG_pointer_type;
}

uint32_t LazyObjects::intern(std::string_view name) {
  names.emplace_back(name);
  return uint32_t(names.size() - 1);
}

LazyObject LazyObjects::describePointee(const llvm::DIType *pointerType, std::string_view name) {
  const llvm::DIType *type = pointeeOf(pointerType);
  LazyObject object;
  object.size = type ? llvm::divideCeil(type->getSizeInBits(), byteBits) : 0;
  object.type = type;
  object.name = intern(name);
  return object;
}

static uint64_t slotsOf(uint64_t size) {
  return llvm::divideCeil(2 * LazyObjects::roomBefore + size, LazyObjects::slotSize);
}

void LazyObjects::put(LazyObject object, uint64_t firstSlot) {
  object.base = arena.begin + firstSlot * slotSize + roomBefore;
  for (uint64_t i = 0; i < slotsOf(object.size); ++i)
    now.bySlot.write(firstSlot + i) = object;
  ++now.objects;
}

Address LazyObjects::make(const llvm::DIType *pointerType, std::string_view name) {
  const LazyObject object = describePointee(pointerType, name);
  const uint64_t slots = slotsOf(object.size), first = now.made;
  if (now.made + now.followed + slots > slotCount())
    return 0;
  put(object, first);
  now.made += uint32_t(slots);
  return arena.begin + first * slotSize + roomBefore;
}

Address LazyObjects::follow(const llvm::DIType *pointerType, std::string_view name, Address ring) {
  LazyObject object = describePointee(pointerType, name);
  object.ring = ring;
  const uint64_t slots = slotsOf(object.size);
  if (now.made + now.followed + slots > slotCount())
    return 0;
  now.followed += uint32_t(slots);
  const uint64_t first = slotCount() - now.followed;
  put(object, first);
  return arena.begin + first * slotSize + roomBefore;
}

bool isSameType(const llvm::DIType *a, const llvm::DIType *b) {
  if (a == b || !a || !b)
    return a && a == b;
  return !a->getName().empty() && a->getName() == b->getName() && a->getTag() == b->getTag() &&
         a->getLine() == b->getLine() && a->getFilename() == b->getFilename();
}

const LazyObject *LazyObjects::followedLike(const llvm::DIType *pointerType, uint32_t slots) const {
  const llvm::DIType *type = pointeeOf(pointerType);
  for (uint64_t i = 1; type && llvm::isa<llvm::DICompositeType>(type) && i <= slots; ++i)
    if (const LazyObject &object = now.bySlot.read(slotCount() - i); isSameType(object.type, type))
      return &object;
  return nullptr;
}

std::vector<LazyObjects::Named> LazyObjects::list() const {
  std::vector<Named> all;
  for (uint64_t slot = slotCount() - now.followed; slot < slotCount(); ++slot)
    if (const LazyObject &object = now.bySlot.read(slot); object.base - roomBefore == arena.begin + slot * slotSize)
      all.push_back({object.base, object.size, names[object.name]});
  return all;
}

std::vector<LazyObject> LazyObjects::all() const {
  std::vector<LazyObject> objects;
  for (uint64_t slot = 0; slot < slotCount(); ++slot) {
    if (slot == now.made)
      slot = slotCount() - now.followed;
    if (slot < slotCount())
      if (const LazyObject &object = now.bySlot.read(slot); object.base - roomBefore == arena.begin + slot * slotSize)
        objects.push_back(object);
  }
  return objects;
}

void LazyObjects::adopt(const std::vector<Named> &list) {
  for (const Named &named : list)
    put({0, named.size, nullptr, intern(named.name), 0}, (named.base - roomBefore - arena.begin) / slotSize);
}

const LazyObject *LazyObjects::at(Address address) const {
  if (!arena.contains(address))
    return nullptr;
  const LazyObject &object = now.bySlot.read((address - arena.begin) / slotSize);
  return object.base ? &object : nullptr;
}

/// `type`, down to the scalar at `offset` of it, which lies at address `at`.
Input LazyObjects::describeField(const llvm::DIType *type, std::string name, int64_t offset, unsigned width, Address at,
                                 Address ring) const {
  std::optional<Usual> usual;
  std::string record, members; // the innermost record with a name, and the way from there
  Address holder = at - uint64_t(offset);
  auto bit = uint64_t(offset) * byteBits;
  for (unsigned depth = 0; depth < maxNesting; ++depth) {
    type = stripped(type);
    auto *composite = llvm::dyn_cast_or_null<llvm::DICompositeType>(type);
    if (!composite)
      break;
    if (const Shape *shape = shapeOf(composite->getName())) {
      usual = shape->usual;
      holder = at - bit / byteBits;
    }
    if (composite->getTag() == llvm::dwarf::DW_TAG_array_type) {
      const llvm::DIType *element = stripped(composite->getBaseType());
      const uint64_t size = element ? element->getSizeInBits() : 0;
      if (!size)
        break;
      name += "[" + std::to_string(bit / size) + "]";
      bit %= size;
      type = element;
      continue;
    }
    if (!composite->getName().empty()) {
      record = composite->getName().str();
      members.clear();
    }
    const llvm::DIDerivedType *member = memberAt(*composite, bit);
    if (!member)
      break;
    if (!member->getName().empty())
      members += (members.empty() ? "" : ".") + member->getName().str();
    if (!member->getName().empty())
      name += (depth == 0 && name.back() != ']' ? "->" : ".") + member->getName().str();
    bit -= member->getOffsetInBits();
    type = member->getBaseType();
  }
  if (bit)
    name += "+" + std::to_string(bit / byteBits);
  Input input{std::move(name), width, 0, usual.has_value(), bit == 0 ? type : nullptr};
  if (!record.empty() && !members.empty())
    input.field = record + "." + members;
  if (usual == Usual::Itself)
    input.preferred = ring && holder == at - uint64_t(offset) ? ring : holder;
  else if (usual == Usual::One)
    input.preferred = 1;
  return input;
}

Input LazyObjects::describe(Address address, unsigned width) const {
  if (const LazyObject *object = at(address)) {
    const auto offset = int64_t(address - object->base);
    const std::string name(nameOf(*object));
    if (offset >= 0 && object->type && uint64_t(offset) < std::max<uint64_t>(object->size, 1))
      return describeField(object->type, llvm::isa<llvm::DICompositeType>(object->type) ? name : "*" + name, offset,
                           width, address, object->ring);
    return {name + "[" + std::to_string(offset) + "]", width, 0, false, nullptr};
  }
  const llvm::GlobalVariable *variable = image.variableAt(address);
  if (!variable)
    return {"", width, 0, false, nullptr};
  const llvm::DIType *type = typeOf(*variable);
  const auto offset = int64_t(address - image.addressOf(*variable));
  const std::string name = variable->getName().str();
  if (!type)
    return {name + (offset ? "+" + std::to_string(offset) : ""), width, 0, false, nullptr, offset ? "" : name};
  Input input = describeField(type, "(&" + name + ")", offset, width, address, 0);
  if (input.field.empty() && offset == 0)
    input.field = name;
  return input;
}

std::string LazyObjects::nameAt(Address address) const { return describe(address, byteBits).name; }

} // namespace kmem::replay
