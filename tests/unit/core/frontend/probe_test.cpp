#include "tests/unit/core/frontend/frontend_fixture.h"

using namespace kmem;
using kmem::test::FrontendTest;

namespace {

class Probe : public FrontendTest {
protected:
  void SetUp() override {
    folder.write("a.c", "this is never read\n");
    folder.write("inc/gfp.h", "typedef unsigned int gfp_t;\n#define BIT(n) (1ul << (n))\nenum { B_IO = 6, B_FS };\n"
                              "#define GFP_IO ((gfp_t)BIT(B_IO))\n#define GFP_FS ((gfp_t)BIT(B_FS))\nextern int live;\n"
                              "static inline int broken(void) { return no_such_name; }\n");
  }

  llvm::StringMap<int64_t> probe(const std::vector<std::string> &expressions,
                                 const std::vector<std::string> &headers = {"gfp.h"}) const {
    std::vector<ProbeQuery> queries;
    for (const std::string &expression : expressions)
      queries.push_back({expression, expression});
    auto values = probeValues(unit("a.c", {"-Iinc", "-DCONFIG_X=1"}), headers, queries);
    if (!values) {
      ADD_FAILURE() << llvm::toString(values.takeError());
      return {};
    }
    return std::move(*values);
  }
};

TEST_F(Probe, EvaluatesMacrosEnumeratorsAndFlags) {
  llvm::StringMap<int64_t> values = probe({"GFP_IO | GFP_FS", "B_FS", "sizeof(gfp_t)", "CONFIG_X", "-1", "~(gfp_t)0"});
  EXPECT_EQ(values["GFP_IO | GFP_FS"], 0xc0);
  EXPECT_EQ(values["B_FS"], 7);
  EXPECT_EQ(values["sizeof(gfp_t)"], 4);
  EXPECT_EQ(values["CONFIG_X"], 1);
  EXPECT_EQ(values["-1"], -1);
  EXPECT_EQ(values["~(gfp_t)0"], 0xffffffff);
}

TEST_F(Probe, UnknownAndInconstantQueriesAreLeftOutAndSpoilNoOther) {
  llvm::StringMap<int64_t> values = probe({"NO_SUCH", "live", "(", "1 +", "GFP_IO", "1 / 0", "GFP_FS"});
  EXPECT_EQ(values.size(), 2u);
  EXPECT_EQ(values["GFP_IO"], 0x40);
  EXPECT_EQ(values["GFP_FS"], 0x80);
}

TEST_F(Probe, ManyUnknownNamesAreNoReasonToStop) {
  std::vector<std::string> expressions;
  for (int i = 0; i < 100; ++i)
    expressions.push_back("NO_SUCH_" + std::to_string(i));
  expressions.push_back("GFP_IO");
  EXPECT_EQ(probe(expressions)["GFP_IO"], 0x40);
}

TEST_F(Probe, MissingHeadersAreSkipped) {
  EXPECT_EQ(probe({"GFP_IO"}, {"gone.h", "gfp.h", "gone/too.h"})["GFP_IO"], 0x40);
}

TEST_F(Probe, CommandLineThatCannotWorkIsAnError) {
  auto values = probeValues(unit("a.c", {"-include", "gone.h"}), {}, {{"one", "1"}});
  ASSERT_FALSE(bool(values));
  EXPECT_NE(llvm::toString(values.takeError()).find("gone.h"), std::string::npos);
}

} // namespace
