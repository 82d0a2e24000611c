// Each test builds a few functions by hand, as extraction would write them, and asks who chose the size of "allocate".
#include "checker/link/taint.h"

#include "gtest/gtest.h"

using namespace kmem;
using namespace kmem::link;
using namespace kmem::summary;

namespace {

rules::RuleSet sourcesOnly() {
  rules::RuleSet rules;
  rules::FunctionRule copy;
  copy.name = "copy_in";
  copy.sources.push_back({"user", 0, rules::noArgument, ""});
  rules::FunctionRule read;
  read.name = "read_register";
  read.sources.push_back({"device", rules::noArgument, rules::noArgument, ""});
  rules::FunctionRule count;
  count.name = "transfer_count";
  count.sources.push_back({"user", rules::noArgument, rules::noArgument, "LARGEST_TRANSFER"});
  rules.functions = {copy, read, count};
  rules::FieldRule write;
  write.name = "operations.write";
  write.paramSources.push_back({1, "user", false, ""});
  rules.fields = {write};
  rules.index();
  return rules;
}

/// One function in the making.
struct Body {
  FunctionSummary summary;

  explicit Body(const std::string &name) {
    summary.symbol = summary.key = text(name);
    summary.where.file = text("a.c");
  }
  NameId text(const std::string &name) {
    summary.names.push_back(name);
    return NameId(summary.names.size() - 1);
  }
  ExprId add(Expr e) {
    summary.exprs.push_back(e);
    return ExprId(summary.exprs.size() - 1);
  }
  ExprId leaf(ExprKind kind, int64_t value, uint8_t width = 64) {
    return add({kind, width, Predicate::Eq, noName, value, 0, 0, 0});
  }
  ExprId binary(ExprKind kind, ExprId a, ExprId b) { return add({kind, 64, Predicate::Eq, noName, 0, a, b, 0}); }
  ExprId constant(int64_t value) { return leaf(ExprKind::Constant, value); }
  PathState &call(const std::string &callee, std::vector<ExprId> arguments) {
    Call made;
    made.callee = text(callee);
    made.states.emplace_back();
    made.states.back().arguments = std::move(arguments);
    summary.calls.push_back(made);
    return summary.calls.back().states.back();
  }
  ExprId resultOf(const std::string &callee, uint8_t width = 64) {
    call(callee, {});
    return leaf(ExprKind::CallResult, int64_t(summary.calls.size()) - 1, width);
  }
};

class TaintTest : public testing::Test {
protected:
  void add(const Body &body) {
    unit.functions.push_back(body.summary);
    unit.hashes.push_back({uint8_t(unit.functions.size())});
  }

  /// The flow into the first argument of the first call of "allocate".
  Flow sizeFlow() {
    ValueTable values;
    values["LARGEST_TRANSFER"] = 4096;
    Linker linker(rules, values);
    linker.add(std::move(unit));
    program = linker.finish();
    Taint taint(*program);
    for (FunctionId id = 0; id < program->functions().size(); ++id) {
      const Function &f = program->function(id);
      for (const Call &call : f.summary.calls)
        if (program->name(f, call.callee) == "allocate")
          return taint.flowOf(id, call.states.front().arguments.front(), call.states.front());
    }
    ADD_FAILURE() << "nothing calls allocate";
    return {};
  }

  rules::RuleSet rules = sourcesOnly();
  TuSummary unit;
  std::unique_ptr<Program> program;
};

TEST_F(TaintTest, aResultOfASourceIsItsOutsiders) {
  Body f("probe");
  f.call("allocate", {f.resultOf("read_register", 32)});
  add(f);
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  EXPECT_EQ(flow.origin->kind, "device");
  EXPECT_EQ(flow.origin->what, "the result of read_register()");
  EXPECT_EQ(flow.high, 0xffffffffu);
}

TEST_F(TaintTest, theRulesBoundWhatASourceYields) {
  Body f("write");
  f.call("allocate", {f.resultOf("transfer_count")});
  add(f);
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  EXPECT_EQ(flow.high, 4096u);
}

TEST_F(TaintTest, aCheckedPartIsNobodysAndTheOthersDecide) {
  Body f("probe");
  ExprId a = f.resultOf("read_register"), b = f.resultOf("read_register");
  ExprId sum = f.binary(ExprKind::Add, a, b);
  f.call("allocate", {sum}).parts = {{a, 0, ~uint64_t(0), true}, {b, 0, 512, false}};
  add(f);
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  EXPECT_EQ(flow.high, 512u);
}

TEST_F(TaintTest, aMaskAndAMinimumBound) {
  Body masked("masked");
  masked.call("allocate", {masked.binary(ExprKind::And, masked.resultOf("read_register"), masked.constant(0xff))});
  add(masked);
  EXPECT_EQ(sizeFlow().high, 0xffu);
  unit = {};
  Body limited("limited");
  limited.call("allocate", {limited.binary(ExprKind::UMin, limited.resultOf("read_register"), limited.constant(64))});
  add(limited);
  EXPECT_FALSE(sizeFlow().origin);
}

TEST_F(TaintTest, aSignExtendedNegativeIsHuge) {
  Body f("probe");
  ExprId read = f.resultOf("read_register", 32);
  f.call("allocate", {f.add({ExprKind::Extend, 64, Predicate::Eq, noName, 1, read, 0, 0})});
  add(f);
  EXPECT_EQ(sizeFlow().high, ~uint64_t(0));
}

TEST_F(TaintTest, copiedMemoryReachesThroughACallee) {
  Body fetch("fetch");
  fetch.call("copy_in", {fetch.leaf(ExprKind::Parameter, 0)});
  add(fetch);
  Body f("handle");
  ExprId local = f.leaf(ExprKind::SlotAddress, 7);
  f.call("fetch", {local});
  f.call("allocate", {f.add({ExprKind::FieldLoad, 32, Predicate::Eq, f.text("request.length"), 0, local, 0, 0})});
  add(f);
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  EXPECT_EQ(flow.origin->kind, "user");
  EXPECT_EQ(flow.high, 0xffffffffu);
}

TEST_F(TaintTest, callersAndOperationsDecideParameters) {
  Body inner("reserve");
  inner.call("allocate", {inner.leaf(ExprKind::Parameter, 0)});
  add(inner);
  Body outer("my_write");
  outer.call("reserve", {outer.leaf(ExprKind::Parameter, 1)});
  add(outer);
  unit.initializers = {{"operations.write", "my_operations", "my_write"}};
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  EXPECT_EQ(flow.origin->what, "parameter 2 of operations.write");
  ASSERT_EQ(flow.origin->hops.size(), 1u);
  EXPECT_EQ(program->symbol(flow.origin->hops.front().call.function), "my_write");
}

TEST_F(TaintTest, aCallerThatChecksHandsOnNothing) {
  Body inner("reserve");
  inner.call("allocate", {inner.leaf(ExprKind::Parameter, 0)});
  add(inner);
  Body outer("my_write");
  outer.call("reserve", {outer.leaf(ExprKind::Parameter, 1)}).ranges = {{0, 0, ~uint64_t(0), true}};
  add(outer);
  unit.initializers = {{"operations.write", "my_operations", "my_write"}};
  EXPECT_FALSE(sizeFlow().origin);
}

TEST_F(TaintTest, aResultIsFollowedIntoTheCallee) {
  Body inner("length_of");
  Exit exit;
  exit.value = inner.resultOf("read_register", 32);
  inner.summary.exits.push_back(exit);
  add(inner);
  Body outer("probe");
  outer.call("allocate", {outer.resultOf("length_of", 32)});
  add(outer);
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  ASSERT_EQ(flow.origin->hops.size(), 1u);
  EXPECT_TRUE(flow.origin->hops.front().returned);
}

/// `if (limit < loaded) return -22;`
void refuse(Body &f, ExprId loaded, ExprId limit) {
  f.add({ExprKind::Compare, 1, Predicate::Ult, noName, 0, limit, loaded, 0});
  Exit refused, accepted;
  refused.value = f.leaf(ExprKind::Constant, -22 & 0xffffffff, 32);
  accepted.value = f.leaf(ExprKind::Constant, 0, 32);
  f.summary.exits = {refused, accepted};
}

Body wireHeaderUser() {
  Body f("receive");
  ExprId header = f.leaf(ExprKind::Parameter, 0);
  f.call("allocate", {f.add({ExprKind::FieldLoad, 32, Predicate::Eq, f.text("header.length"), 1, header, 0, 0})});
  return f;
}

TEST_F(TaintTest, aForeignByteOrderIsTheOutsides) {
  add(wireHeaderUser());
  Flow flow = sizeFlow();
  ASSERT_TRUE(flow.origin);
  EXPECT_EQ(flow.origin->kind, "foreign");
}

TEST_F(TaintTest, aFieldThatIsCheckedWhenItIsReadIsTrusted) {
  add(wireHeaderUser());
  Body check("check_header");
  ExprId header = check.leaf(ExprKind::Parameter, 0);
  refuse(check, check.add({ExprKind::FieldLoad, 32, Predicate::Eq, check.text("header.length"), 1, header, 0, 0}),
         check.leaf(ExprKind::Constant, 512, 32));
  add(check);
  EXPECT_FALSE(sizeFlow().origin);
}

TEST_F(TaintTest, aCalleeThatRefusesLargeArgumentsChecksThem) {
  Body check("check_length");
  refuse(check, check.leaf(ExprKind::Parameter, 0), check.constant(512));
  add(check);
  Body f("probe");
  ExprId length = f.resultOf("read_register");
  f.call("check_length", {length});
  f.call("allocate", {length});
  add(f);
  EXPECT_FALSE(sizeFlow().origin);
}

TEST_F(TaintTest, recursionEnds) {
  Body f("again");
  ExprId size = f.leaf(ExprKind::Parameter, 0);
  f.call("again", {size});
  f.call("allocate", {size});
  add(f);
  EXPECT_FALSE(sizeFlow().origin);
}

} // namespace
