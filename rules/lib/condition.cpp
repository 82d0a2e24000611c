#include "rules/lib/rows.h"

#include "llvm/ADT/SmallVector.h"

using namespace kmem::rules;
using llvm::StringRef;

/// The next number of "6.12.3"; a missing or odd part counts as 0.
static unsigned takeNumber(StringRef &version) {
  auto [head, tail] = version.split('.');
  version = tail;
  unsigned number = 0;
  head.consumeInteger(10, number);
  return number;
}

int kmem::rules::compareVersions(StringRef a, StringRef b) {
  while (!a.empty() || !b.empty()) {
    unsigned x = takeNumber(a), y = takeNumber(b);
    if (x != y)
      return x < y ? -1 : 1;
  }
  return 0;
}

static bool versionHolds(const Condition &when, StringRef version) {
  if (version.empty())
    return true;
  if (!when.since.empty() && compareVersions(version, when.since) < 0)
    return false;
  return when.before.empty() || compareVersions(version, when.before) < 0;
}

static bool configHolds(StringRef name, const TreeFacts &facts) {
  bool wanted = !name.consume_front("!");
  return facts.configs.lookup(name) == wanted;
}

bool kmem::rules::holds(const Condition &when, const TreeFacts &facts) {
  if (!versionHolds(when, facts.version))
    return false;
  for (const std::string &config : when.config)
    if (!configHolds(config, facts))
      return false;
  return true;
}

static bool endsBefore(const Condition &a, const Condition &b) {
  return !a.before.empty() && !b.since.empty() && compareVersions(a.before, b.since) <= 0;
}

bool kmem::rules::versionsDisjoint(const Condition &a, const Condition &b) {
  return endsBefore(a, b) || endsBefore(b, a);
}
