#include "runtime/kernel/symbols.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

TEST(Symbols, a_function_keeps_its_address) {
  Symbols symbols;
  const Address first = symbols.of("m_kfree [allocprobe]");
  const Address second = symbols.of("mempool_kfree");
  EXPECT_NE(first, second);
  EXPECT_EQ(symbols.of("m_kfree [allocprobe]"), first);
  EXPECT_EQ(symbols.nameOf(first), "m_kfree [allocprobe]");
  EXPECT_EQ(symbols.nameOf(second + 3), "mempool_kfree");
  EXPECT_EQ(symbols.nameOf(0x1234), "0x1234");
}

TEST(Symbols, the_innermost_scope_is_the_caller) {
  Symbols symbols;
  EXPECT_EQ(symbols.caller(), 0u);
  {
    const CallerScope outer(symbols, "outer");
    {
      const CallerScope inner(symbols, "inner");
      EXPECT_EQ(symbols.nameOf(symbols.caller()), "inner");
    }
    EXPECT_EQ(symbols.nameOf(symbols.caller()), "outer");
  }
  EXPECT_EQ(symbols.caller(), 0u);
}
