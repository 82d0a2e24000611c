#include "checker/summary/serialize.h"

#include "checker/summary/fields.h"

#include "gtest/gtest.h"

#include <random>

using namespace kmem;
using namespace kmem::summary;

namespace {

/// Every field differs from its default, so a field that is not stored fails the round trip.
FunctionSummary sampleFunction() {
  FunctionSummary f;
  f.names = {"", "dev_open@a.c", "dev_open", "a.c", "gfp", "lock_it", "dev->lock", "ops.open", "i32(ptr)"};
  f.key = 1, f.symbol = 2, f.where = {3, 10, 5};
  f.isStatic = f.isInit = f.noReturn = f.inHeader = f.truncated = true;
  f.parameters = {4};
  f.exprs.push_back({ExprKind::Parameter, 32, Predicate::Eq, noName, 0, 0, 0, 0});
  f.exprs.push_back({ExprKind::Constant, 32, Predicate::Eq, noName, -0x401, 0, 0, 0});
  f.exprs.push_back({ExprKind::And, 32, Predicate::Sge, 7, 1, 1, 2, 1});
  f.exprs.push_back({ExprKind::CallResult, 64, Predicate::Ne, noName, 0, 0, 0, 0});
  ContextSet set;
  set.insert(ContextComponent::Preempt);
  f.acquisitions.push_back({{3, 11, 2}, 5, 6, set});
  Guard guard{{1, 3, 4, true}};
  PathState state{{1, -2, 3, IrqState::Off}, {0}, guard, {1, 3}, {{1, 2, 4096, true}}, {{1, 5, 64, true}}};
  f.calls.push_back({{3, 12, 9}, CalleeKind::Indirect, 5, 3, 8, true, {state}});
  f.stores.push_back({{3, 13, 1}, PlaceKind::ParameterPointee, 7, 2, 1, 3});
  f.exits.push_back({{-1, 0, 0, IrqState::On}, {0}, guard, 4, 1, 9, true});
  return f;
}

TuSummary sampleUnit() {
  TuSummary unit;
  unit.mainFile = "drivers/a.c";
  unit.functions = {sampleFunction(), FunctionSummary()};
  unit.hashes = {hashFunction(unit.functions[0], {}), hashFunction(unit.functions[1], {})};
  unit.initializers = {{"ops.open", "my_ops", "dev_open@a.c"}};
  return unit;
}

std::string errorOf(llvm::StringRef bytes) {
  auto unit = deserialize(bytes);
  return unit ? "" : llvm::toString(unit.takeError());
}

TEST(Serialize, RoundTripIsTheIdentity) {
  TuSummary unit = sampleUnit();
  auto read = deserialize(serialize(unit));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(*read, unit);
  EXPECT_EQ(serialize(*read), serialize(unit));
}

TEST(Serialize, UnwantedFunctionsStayEmpty) {
  TuSummary unit = sampleUnit();
  auto read = deserializeWanted(serialize(unit), [&](const ContentHash &hash) { return hash != unit.hashes[0]; });
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->functions[0], FunctionSummary());
  EXPECT_EQ(read->hashes, unit.hashes);
}

TEST(Serialize, EveryTruncationIsAnError) {
  std::string bytes = serialize(sampleUnit());
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_NE(errorOf(llvm::StringRef(bytes).take_front(length)), "") << length;
  EXPECT_NE(errorOf(bytes + "x"), "");
}

TEST(Serialize, EveryFlippedBitIsAnError) {
  std::string bytes = serialize(sampleUnit());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = char(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(errorOf(changed), "") << bit;
  }
}

TEST(Serialize, AnotherFormatVersionSaysSo) {
  std::string bytes = serialize(sampleUnit());
  bytes[4] = char(bytes[4] + 1);
  EXPECT_NE(errorOf(bytes).find("format"), std::string::npos) << errorOf(bytes);
}

TEST(Serialize, IndicesOutsideTheirTablesAreErrors) {
  TuSummary unit = sampleUnit();
  unit.functions[0].calls[0].callee = 1000;
  EXPECT_NE(errorOf(serialize(unit)).find("index"), std::string::npos);
  unit = sampleUnit();
  unit.functions[0].exprs[1].a = 2; // an operand that comes later
  EXPECT_NE(errorOf(serialize(unit)).find("index"), std::string::npos);
  unit = sampleUnit();
  unit.functions[0].exprs[4].value = 7; // no such call
  EXPECT_NE(errorOf(serialize(unit)), "");
}

TEST(Serialize, AnyBytesAreReadWithoutHarm) {
  ByteWriter writer;
  writer(sampleFunction());
  std::mt19937 random(1);
  for (unsigned round = 0; round < 20'000; ++round) {
    std::string bytes = writer.bytes;
    for (unsigned i = 0; i < 1 + round % 4; ++i)
      bytes[random() % bytes.size()] = char(random());
    ByteReader reader(bytes);
    FunctionSummary function;
    reader(function);
    for (const Expr &expr : function.exprs)
      EXPECT_TRUE(reader.error() || expr.name < function.names.size());
    if (!reader.error())
      for (ExprId id = 0; id < function.exprs.size(); ++id)
        describe(function, id);
  }
}

TEST(Serialize, HashCoversContentAndCallees) {
  FunctionSummary f = sampleFunction();
  ContentHash plain = hashFunction(f, {});
  EXPECT_EQ(plain, hashFunction(sampleFunction(), {}));
  EXPECT_NE(plain, hashFunction(f, {plain}));
  f.exits[0].nonZero = false;
  EXPECT_NE(plain, hashFunction(f, {}));
}

TEST(Describe, ReadsLikeC) {
  FunctionSummary f = sampleFunction();
  EXPECT_EQ(describe(f, 3), "gfp & ~0x400");
  EXPECT_EQ(describe(f, 4), "call#0");
  EXPECT_EQ(describe(f, 0), "?");
  f.exprs.push_back({ExprKind::Constant, 32, Predicate::Eq, noName, 0x20, 0, 0, 0});
  f.exprs.push_back({ExprKind::Or, 32, Predicate::Eq, noName, 0, 3, 5, 0});
  EXPECT_EQ(describe(f, 6), "(gfp & ~0x400) | 32");
}

TEST(Dump, NamesEveryFact) {
  std::string text;
  llvm::raw_string_ostream out(text);
  dump(sampleUnit(), out);
  for (const char *part :
       {"unit drivers/a.c", "my_ops.ops.open = &dev_open@a.c", "function dev_open@a.c(gfp) at a.c:10:5",
        "static init noreturn header truncated", "acquisition#0 lock_it(dev->lock): preempt",
        "(*gfp & ~0x400) i32(ptr) at a.c:12:9 dying", "preempt+1 softirq-2 rcu+3 irqs-off held#0",
        "if gfp not in [3, 4]", "arg1 in [2, 4096] checked", "store *arg2.ops.open = gfp & ~0x400",
        "exit call#0 in [1, 9] nonzero preempt-1 irqs-on"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

} // namespace
