#include "rules/lib/rules.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"

#include <algorithm>

using namespace kmem;
using namespace kmem::rules;

namespace {

/// Feeds a hash with values that cannot run into each other: strings and lists carry their length.
class Canonical {
public:
  Canonical &operator<<(const std::string &text) {
    *this << uint64_t(text.size());
    hash.update(text);
    return *this;
  }
  Canonical &operator<<(uint64_t number) {
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; ++i)
      bytes[i] = uint8_t(number >> (8 * i));
    hash.update(bytes);
    return *this;
  }
  Canonical &operator<<(int number) { return *this << uint64_t(int64_t(number)); }
  Canonical &operator<<(bool flag) { return *this << uint64_t(flag); }
  Canonical &operator<<(ContextSet set) { return *this << uint64_t(set.raw()); }
  template <typename T> Canonical &operator<<(const std::vector<T> &list) {
    *this << uint64_t(list.size());
    for (const T &item : list)
      *this << item;
    return *this;
  }
  template <typename T> Canonical &operator<<(const std::optional<T> &value) {
    *this << value.has_value();
    return value ? *this << *value : *this;
  }

  std::string hex() { return llvm::toHex(hash.final<16>(), /*LowerCase=*/true); }

private:
  llvm::BLAKE3 hash;
};

Canonical &operator<<(Canonical &out, const AllocRule &r) {
  return out << r.family << r.size << r.order << r.gfp << r.fixedGfp << r.cache << r.out << r.limit << r.orderLimit
             << r.errPtr;
}
Canonical &operator<<(Canonical &out, const FreeRule &r) {
  return out << r.arg << r.families << r.cache << r.order << r.size << r.acceptsErrPtr;
}
Canonical &operator<<(Canonical &out, const ContextEffect &r) {
  return out << int(r.kind) << int(r.component) << r.amount << r.flags;
}
Canonical &operator<<(Canonical &out, const CallbackRule &r) { return out << r.arg << r.runsIn << r.synchronous; }
Canonical &operator<<(Canonical &out, const SourceRule &r) { return out << r.kind << r.pointee << r.param << r.atMost; }
Canonical &operator<<(Canonical &out, const GfpRestriction &r) {
  return out << r.allOf << r.noneOf << r.minOrder << r.why;
}
Canonical &operator<<(Canonical &out, const FieldRule::ParamSource &r) {
  return out << r.param << r.kind << r.pointee << r.atMost;
}
Canonical &operator<<(Canonical &out, const FunctionRule &r) {
  out << r.name << r.spelling << r.alloc << r.free << int(r.sleeps) << r.sleepGfp << r.forbiddenIn
      << r.allowedInInterrupt << r.effects << int(r.effectsWhen) << r.lock << r.dropsCallersLock << r.callbacks;
  return out << int(r.test) << r.familyTest << r.familyTestFor << r.sources << r.gfpRestrictions << r.gfpArg
             << r.noReturn << r.bootOnly << r.opaque << r.model;
}
/// What the extractors read of a function's rule; the rest is for link and checks.
void writeForSummaries(Canonical &out, const FunctionRule &r) {
  out << r.name << r.spelling << r.alloc.has_value() << r.free.has_value() << (r.sleeps != SleepWhen::Never)
      << r.effects << int(r.effectsWhen) << r.lock << r.callbacks.empty() << int(r.test) << r.familyTest
      << r.familyTestFor << r.noReturn << r.opaque;
}
Canonical &operator<<(Canonical &out, const FieldRule &r) {
  return out << r.name << r.callback << r.runsIn << r.varies << r.paramSources << r.source;
}
Canonical &operator<<(Canonical &out, const FamilyRule &r) {
  return out << r.name << r.description << r.release << r.virtuallyMapped << r.covers;
}
Canonical &operator<<(Canonical &out, const ValueRule &r) { return out << r.name << r.expression << r.gfpFlag; }
Canonical &operator<<(Canonical &out, const CheckRule &r) {
  return out << r.id << r.severity << r.summary << r.explanation << r.bad << r.good;
}

/// The order of rows and files means nothing.
template <typename Rule> void writeSorted(Canonical &out, const std::vector<Rule> &rules) {
  auto key = [](const Rule &rule) -> const std::string & {
    if constexpr (std::is_same_v<Rule, CheckRule>)
      return rule.id;
    else
      return rule.name;
  };
  std::vector<const Rule *> sorted;
  for (const Rule &rule : rules)
    sorted.push_back(&rule);
  std::sort(sorted.begin(), sorted.end(), [&](auto *a, auto *b) { return key(*a) < key(*b); });
  out << uint64_t(sorted.size());
  for (const Rule *rule : sorted)
    out << *rule;
}

} // namespace

std::string RuleSet::summaryDigest() const {
  std::vector<const FunctionRule *> sorted;
  for (const FunctionRule &rule : functions)
    sorted.push_back(&rule);
  std::sort(sorted.begin(), sorted.end(), [](auto *a, auto *b) { return a->name < b->name; });
  Canonical out;
  for (const FunctionRule *rule : sorted)
    writeForSummaries(out, *rule);
  return out.hex();
}

std::string RuleSet::digest() const {
  Canonical out;
  writeSorted(out, functions);
  writeSorted(out, replayFunctions);
  writeSorted(out, fields);
  writeSorted(out, families);
  writeSorted(out, values);
  writeSorted(out, checks);
  out << probeHeaders;
  return out.hex();
}
