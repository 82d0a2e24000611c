#include "core/frontend/source_facts.h"

#include "clang/AST/RecordLayout.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DerivedTypes.h"

#include <tuple>

namespace kmem {

llvm::StringRef recordTag(const clang::RecordDecl &record) {
  if (const clang::IdentifierInfo *identifier = record.getIdentifier())
    return identifier->getName();
  const clang::TypedefNameDecl *alias = record.getTypedefNameForAnonDecl();
  return alias ? alias->getName() : llvm::StringRef();
}

std::string recordName(const clang::RecordDecl &record) {
  llvm::StringRef tag = recordTag(record);
  return tag.empty() ? std::string() : (record.getKindName() + "." + tag).str();
}

/// True for the sparse-checked byte order types, seen through any further typedef.
static bool isForeignEndian(clang::QualType type) {
  while (const auto *alias = type->getAs<clang::TypedefType>()) {
    llvm::StringRef name = alias->getDecl()->getName();
    bool bitwise = name.consume_front("__le") || name.consume_front("__be") || name.consume_front("__virtio");
    if (bitwise && (name == "16" || name == "32" || name == "64"))
      return true;
    type = alias->desugar();
  }
  return false;
}

namespace {

/// Lists the members of one record, those of anonymous records among them.
class FieldLister {
public:
  FieldLister(const clang::ASTContext &ast, std::vector<FieldFact> &fields) : ast(ast), fields(fields) {}

  void list(const clang::RecordDecl &record, uint64_t base, const std::string &prefix) {
    const clang::ASTRecordLayout &layout = ast.getASTRecordLayout(&record);
    for (const clang::FieldDecl *field : record.fields())
      add(*field, base + layout.getFieldOffset(field->getFieldIndex()) / 8, prefix);
  }

private:
  void add(const clang::FieldDecl &field, uint64_t offset, const std::string &prefix) {
    clang::QualType element = elementType(field.getType());
    const clang::RecordDecl *record = element->getAsRecordDecl();
    bool named = record && !recordTag(*record).empty();
    if (!field.getName().empty())
      fields.push_back(describe(field, element, named ? record : nullptr, offset, prefix));
    if (record && !named && record->isCompleteDefinition())
      list(*record, offset, field.getName().empty() ? prefix : prefix + field.getName().str() + ".");
  }

  FieldFact describe(const clang::FieldDecl &field, clang::QualType element, const clang::RecordDecl *record,
                     uint64_t offset, const std::string &prefix) {
    FieldFact fact;
    fact.offset = offset;
    fact.size = sizeOf(field);
    fact.name = prefix + field.getName().str();
    fact.record = record ? recordTag(*record).str() : std::string();
    fact.foreignEndian = isForeignEndian(element);
    fact.pointer = field.getType()->isPointerType();
    return fact;
  }

  /// Keeps typedefs of the element, which getBaseElementType would strip.
  clang::QualType elementType(clang::QualType type) {
    while (const clang::ArrayType *array = ast.getAsArrayType(type))
      type = array->getElementType();
    return type;
  }

  uint64_t sizeOf(const clang::FieldDecl &field) {
    if (field.isBitField())
      return (field.getBitWidthValue(ast) + 7) / 8;
    if (field.getType()->isIncompleteType())
      return 0;
    return ast.getTypeSizeInChars(field.getType()).getQuantity();
  }

  const clang::ASTContext &ast;
  std::vector<FieldFact> &fields;
};

} // namespace

/// By offset; where members share one, the enclosing before the enclosed.
static bool outerFirst(const FieldFact &a, const FieldFact &b) {
  return std::tie(a.offset, b.size, a.name) < std::tie(b.offset, a.size, b.name);
}

static RecordFact describeRecord(const clang::RecordDecl &record, const clang::ASTContext &ast, FileNames &files) {
  RecordFact fact;
  fact.tag = recordTag(record).str();
  fact.file = files.file(files.place(record.getLocation()));
  fact.size = ast.getASTRecordLayout(&record).getSize().getQuantity();
  FieldLister(ast, fact.fields).list(record, 0, "");
  llvm::sort(fact.fields, outerFirst);
  return fact;
}

/// "struct.foo.12" is the module's second or later "struct.foo": two scopes have a record of that tag.
static llvm::StringRef withoutSuffix(llvm::StringRef name) {
  auto [front, back] = name.rsplit('.');
  bool numbered = front.contains('.') && !back.empty() && llvm::all_of(back, llvm::isDigit);
  return numbered ? front : name;
}

using Definitions = llvm::StringMap<llvm::SmallVector<const clang::RecordDecl *, 1>>;

/// Records of one tag are told apart by their size; the first is as good as another of the same size.
static const clang::RecordDecl *findDefinition(const llvm::StructType &type, const llvm::DataLayout &layout,
                                               const clang::ASTContext &ast, const Definitions &definitions) {
  auto entry = definitions.find(type.getName());
  if (entry == definitions.end())
    entry = definitions.find(withoutSuffix(type.getName()));
  if (entry == definitions.end())
    return nullptr;
  const auto &candidates = entry->second;
  if (candidates.size() == 1 || !type.isSized())
    return candidates.front();
  uint64_t size = layout.getTypeAllocSize(const_cast<llvm::StructType *>(&type));
  auto fits = [&](const clang::RecordDecl *record) {
    return uint64_t(ast.getASTRecordLayout(record).getSize().getQuantity()) == size;
  };
  auto found = llvm::find_if(candidates, fits);
  return found == candidates.end() ? candidates.front() : *found;
}

void collectRecords(const llvm::Module &module, const clang::ASTContext &ast,
                    const std::vector<const clang::RecordDecl *> &definitions, FileNames &files, SourceFacts &facts) {
  Definitions byName;
  for (const clang::RecordDecl *record : definitions)
    if (std::string name = recordName(*record); !name.empty())
      byName[name].push_back(record);
  for (const llvm::StructType *type : module.getIdentifiedStructTypes()) {
    if (!type->hasName() || type->isOpaque())
      continue;
    if (const clang::RecordDecl *record = findDefinition(*type, module.getDataLayout(), ast, byName))
      facts.records[type->getName()] = describeRecord(*record, ast, files);
  }
}

} // namespace kmem
