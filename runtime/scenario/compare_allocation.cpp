// sizes, gfp, misc: everything but addresses. An address shows in the fields named here, and in the alignment of a
// single block: that is compared as what the allocator promises.
#include "runtime/scenario/comparison.h"

namespace kmem::sim {

namespace {

constexpr FieldRuleRow rules[] = {
    {"", "splat", FieldRule::FirstLine},
    {"", "phys", FieldRule::Ignored},
    {"alloc_percpu", "cookie", FieldRule::Ignored},
    {"alloc_percpu_align", "align", FieldRule::Ignored},  // compared as a promise
    {"kmalloc_big", "align", FieldRule::Ignored},         // the same
    {"alloc_sequence_256", "result", FieldRule::Ignored}, // compared as steps
};

/// The alignment that every block of this record has: the largest power of two in the size of a kmalloc() object, the
/// requested one per CPU.
uint64_t promisedAlignment(const Record &record) {
  if (auto size = record.getInteger("ksize"))
    return uint64_t(*size) & (~uint64_t(*size) + 1);
  const Record *args = record.getObject("args");
  const uint64_t asked = args ? uint64_t(args->getInteger("align").value_or(1)) : 1;
  return asked & (~asked + 1);
}

void comparePromise(const Pair &pair, Differences &differences) {
  const auto expected = pair.expected.getInteger("align"), actual = pair.actual.getInteger("align");
  const uint64_t promised = promisedAlignment(pair.expected);
  if (expected.has_value() != actual.has_value() || (actual && uint64_t(*actual) < promised))
    differences.push_back({"align", "at least " + std::to_string(promised), render(pair.actual.get("align"))});
}

/// Neighbours in a slab keep their distance; from one slab to the next the distance is an accident ("far").
std::string steps(const llvm::json::Array &distances) {
  constexpr int64_t slabBytes = 4096;
  std::string text;
  for (const llvm::json::Value &value : distances) {
    const int64_t distance = value.getAsInteger().value_or(0);
    text += distance > -slabBytes && distance < slabBytes ? std::to_string(distance) + " " : "far ";
  }
  return text;
}

/// With a random freelist only the size of the steps is a rule: multiples of the object.
std::string randomSteps(const llvm::json::Array &distances) {
  constexpr int64_t objectBytes = 256;
  for (const llvm::json::Value &value : distances)
    if (value.getAsInteger().value_or(1) % objectBytes)
      return "not multiples of an object";
  return std::to_string(distances.size()) + " multiples of an object";
}

void compareSequence(const Pair &pair, Differences &differences) {
  const llvm::json::Array *expected = pair.expected.getArray("result"), *actual = pair.actual.getArray("result");
  const auto shape = pair.file.profile.slabFreelistRandom ? randomSteps : steps;
  const std::string kernel = expected ? shape(*expected) : "", simulated = actual ? shape(*actual) : "";
  if (kernel != simulated)
    differences.push_back({"result", kernel, simulated});
}

} // namespace

Differences compareAllocation(const Pair &pair) {
  Differences differences = compareFields(pair, rules);
  const llvm::StringRef op = pair.expected.getString("op").value_or("");
  if (op == "kmalloc_big" || op == "alloc_percpu_align")
    comparePromise(pair, differences);
  if (op == "alloc_sequence_256")
    compareSequence(pair, differences);
  return differences;
}

} // namespace kmem::sim
