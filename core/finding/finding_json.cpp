#include "core/finding/finding_json.h"

#include "core/finding/json_fields.h"

namespace kmem {

static constexpr llvm::StringLiteral sleepKind("sleep"), sizeKind("size"), freeKind("free"), gfpKind("gfp");

namespace {
struct KindOf {
  llvm::StringRef operator()(const SleepClaim &) const { return sleepKind; }
  llvm::StringRef operator()(const SizeClaim &) const { return sizeKind; }
  llvm::StringRef operator()(const FreeClaim &) const { return freeKind; }
  llvm::StringRef operator()(const GfpClaim &) const { return gfpKind; }
};
} // namespace

std::string targetKind(const ReplayTarget &target) { return std::visit(KindOf(), target.claim).str(); }

bool setTargetKind(ReplayTarget &target, llvm::StringRef kind) {
  if (kind == sleepKind)
    target.claim.emplace<SleepClaim>();
  else if (kind == sizeKind)
    target.claim.emplace<SizeClaim>();
  else if (kind == freeKind)
    target.claim.emplace<FreeClaim>();
  else if (kind == gfpKind)
    target.claim.emplace<GfpClaim>();
  else
    return false;
  return true;
}

void writeJsonLine(const Finding &finding, llvm::raw_ostream &out) {
  llvm::json::OStream json(out);
  JsonWriter(json).put(finding);
  json.flush();
  out << "\n";
}

llvm::Expected<Finding> parseJsonLine(llvm::StringRef line) {
  auto value = llvm::json::parse(line);
  if (!value)
    return llvm::createStringError("no JSON: " + llvm::toString(value.takeError()));
  const llvm::json::Object *object = value->getAsObject();
  if (!object)
    return llvm::createStringError("expected an object");
  llvm::json::Path::Root root("finding");
  JsonReader reader(*object, root);
  Finding finding;
  fields(reader, finding);
  if (!reader.ok())
    return root.getError();
  return finding;
}

} // namespace kmem
