#include "tests/unit/runtime/search/search_fixture.h"

namespace kmem::replay {
namespace {

TEST_F(SearchTest, aBranchOnAnInput) {
  const SearchResult found = search("void goal(void);\n"
                                    "void start(int a, int b) { if (a * 3 == 4713 && b > a) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(given(found, "a"), 1571u);
  EXPECT_GT(int32_t(given(found, "b")), 1571);
  EXPECT_TRUE(found.shortcuts.empty());
}

TEST_F(SearchTest, bitsOfAnInputAreNotAnyNumber) {
  const SearchResult found = search("void goal(void);\n"
                                    "void start(unsigned a, unsigned long b, unsigned c, int d) {\n"
                                    "  if (__builtin_bswap32(a) == 0x12345678 && b && __builtin_ctzl(b) == 40 &&\n"
                                    "      c && __builtin_clz(c) == 3 && d < 0 && __builtin_abs(d) == 77) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(given(found, "a"), 0x78563412u);
  EXPECT_EQ(given(found, "b") & ((uint64_t(1) << 41) - 1), uint64_t(1) << 40);
  EXPECT_EQ(given(found, "c") >> 28, 1u);
  EXPECT_EQ(int32_t(given(found, "d")), -77);
  EXPECT_TRUE(found.shortcuts.empty());
}

TEST_F(SearchTest, whatCannotBeIsExhausted) {
  expectNoWay(search("void goal(void);\n"
                     "void start(unsigned a) { if (a > 5) if (a < 3) goal(); }\n"));
}

TEST_F(SearchTest, theRouteLeadsThroughCalls) {
  const SearchResult found = search("void goal(void);\n"
                                    "static void inner(int x) { if (x == 8) goal(); }\n"
                                    "void start(int a) { if (a & 1) inner(a + 1); }\n",
                                    {}, {"start", "inner"});
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(given(found, "a"), 7u);
  expectNoWay(search("void goal(void);\n"
                     "static void inner(int x) { if (x == 7) goal(); }\n"
                     "void start(int a) { if (a & 1) inner(a + 1); }\n",
                     {}, {"start", "inner"}));
}

TEST_F(SearchTest, pointersLeadToObjects) {
  const SearchResult found = search("struct node { struct node *next; long value; };\n"
                                    "void goal(void);\n"
                                    "void start(struct node *n) { if (n->next->value == 77) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(given(found, "n->next->value"), 77u);
  EXPECT_NE(given(found, "n->next"), given(found, "n"));
  EXPECT_EQ(found.witness.objects.size(), 2u);
}

TEST_F(SearchTest, twoPointersMayBeOne) {
  const SearchResult found = search("void goal(void);\n"
                                    "void start(int *p, int *q) { if (p == q) { *p = 1; if (*q == 1) goal(); } }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(given(found, "p"), given(found, "q"));
}

/// As hlist_entry_safe() has it.
TEST_F(SearchTest, aPointerChosenByAConditionLeadsToAnObject) {
  const SearchResult found =
      search("struct link { struct link *next; };\n"
             "struct item { long value; struct link link; };\n"
             "void goal(void);\n"
             "void start(struct link *first) {\n"
             "  struct item *i = first ? (struct item *)((char *)first - sizeof(long)) : (void *)0;\n"
             "  if (i && i->value == 6) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_TRUE(found.shortcuts.empty());
  EXPECT_EQ(found.witness.objects.size(), 1u);
}

TEST_F(SearchTest, aPointerWithBitsMaskedOutLeadsToAnObject) {
  const SearchResult found = search("struct node { unsigned long parent; long value; };\n"
                                    "void goal(void);\n"
                                    "void start(struct node *n) {\n"
                                    "  struct node *up = (struct node *)(n->parent & ~3UL);\n"
                                    "  if (up && up->value == 7) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_TRUE(found.shortcuts.empty());
  EXPECT_EQ(found.witness.objects.size(), 2u);
}

/// The bits beside it are not tried: nobody may say that there is no way.
TEST_F(SearchTest, aPointerWithBitsMaskedOutIsAShortcut) {
  const SearchResult found = search("struct node { unsigned long parent; long value; };\n"
                                    "void goal(void);\n"
                                    "void start(struct node *n) {\n"
                                    "  struct node *up = (struct node *)(n->parent & ~3UL);\n"
                                    "  if (up && up->value == 7 && n->parent & 1) goal(); }\n");
  EXPECT_TRUE(found.end == SearchEnd::Met || !found.shortcuts.empty());
}

/// It is no second pointer.
TEST_F(SearchTest, anOffsetIsAnyNumber) {
  const SearchResult found = search("struct buffer { char *bytes; unsigned long offset; };\n"
                                    "void goal(void);\n"
                                    "void start(struct buffer *b) { if (b->bytes[b->offset] == 3) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(found.witness.objects.size(), 2u);
}

constexpr char listText[] = "#include <linux/types.h>\n"
                            "struct box { long id; struct list_head items; };\n"
                            "void goal(void);\n";

TEST_F(SearchTest, aListIsEmptyWhileNothingSpeaksAgainstIt) {
  const SearchResult found =
      search(std::string(listText) + "void start(struct box *b) { if (b->items.next == &b->items) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(given(found, "b->items.next") - given(found, "b"), sizeof(long));
  EXPECT_EQ(found.counts.paths, 1u);
}

TEST_F(SearchTest, aListMayHaveElements) {
  const SearchResult found = search(
      std::string(listText) + "void start(struct box *b) {\n"
                              "  if (b->items.next != &b->items && b->items.next->next == &b->items) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_NE(given(found, "b->items.next") - given(found, "b"), sizeof(long));
}

TEST_F(SearchTest, aLoopOfKnownLengthIsNotCut) {
  expectNoWay(search("void goal(void);\n"
                     "void start(unsigned n) {\n"
                     "  unsigned sum = 0;\n"
                     "  for (unsigned i = 0; i < 300; i++) sum += 2;\n"
                     "  if (sum == 600 && n * 2 == sum + 1) goal(); }\n"));
}

/// What the last condition needs is decided by the first one; there are 4096 ways between them.
TEST_F(SearchTest, theDecisionThatWasWrongIsGoneBackTo) {
  const SearchResult found = search("void goal(void);\n"
                                    "static void first(unsigned n, int *out) { if (n > 1) *out = 1; else *out = 2; }\n"
                                    "void start(unsigned n, int *a, int *out) {\n"
                                    "  first(n, out);\n"
                                    "  for (int i = 0; i < 12; i++) if (a[i]) out[i + 1] = i;\n"
                                    "  if (n > 1) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_GT(given(found, "n"), 1u);
  EXPECT_LT(found.counts.paths, 1000u);
}

TEST_F(SearchTest, aProductOfSmallNumbersDoesNotOverflow) {
  const SearchResult found = search("void goal(void);\n"
                                    "void start(unsigned a, unsigned b) {\n"
                                    "  unsigned long x = a, y = b, bytes;\n"
                                    "  if (__builtin_mul_overflow(x, y, &bytes)) goal(); }\n");
  expectNoWay(found);
  EXPECT_EQ(found.counts.solved, 0u);
}

/// Nothing that is called behind it keeps the search from knowing.
TEST_F(SearchTest, aPathEndsWhereTheGoalIsOutOfReach) {
  expectNoWay(search("struct request { int count; };\n"
                     "void elsewhere(void);\n"
                     "void goal(void);\n"
                     "static void inner(struct request *r) { if (r->count) goal(); else elsewhere(); }\n"
                     "void start(void) { struct request r = {0}; inner(&r); }\n",
                     {}, {"start", "inner"}));
}

/// The end of the loop is nearer to the goal every time.
TEST_F(SearchTest, aLoopInFrontOfTheGoalIsBounded) {
  const SearchResult found = search("struct text { char at[4096]; };\n"
                                    "void goal(void);\n"
                                    "void start(unsigned n, struct text *text) {\n"
                                    "  unsigned i = 0;\n"
                                    "  while (i < n) text->at[i++] = 0;\n"
                                    "  if (text->at[0] == 1 && n > 5) goal(); }\n");
  EXPECT_EQ(found.end, SearchEnd::Exhausted);
  ASSERT_EQ(found.shortcuts.size(), 1u);
  EXPECT_EQ(found.shortcuts.front().first, ShortcutKind::Bound);
}

/// What decides is found in the first round; a path that went on through the list would never come back to it.
TEST_F(SearchTest, aPathThatGoesRoundWaitsForOthers) {
  SearchLimits limits;
  limits.steps = 2000;
  const SearchResult found =
      search("struct node { struct node *next; int kind; };\n"
             "int ready(int);\n"
             "void goal(void);\n"
             "static int skipped(int kind) { int r = ready(kind); return r < 5 ? 1 : r == 7 ? 0 : 2; }\n"
             "static void inner(struct node *n) { if (skipped(n->kind) == 0) goal(); }\n"
             "void start(struct node *n) { for (;; n = n->next ? n->next : n) inner(n); }\n",
             limits, {"start", "inner"});
  EXPECT_EQ(found.end, SearchEnd::Met);
}

/// The parameter was followed before anybody knew that it has to lead to the variable.
TEST_F(SearchTest, aParameterMayLeadToAVariable) {
  const SearchResult found = search("struct net { int count; };\n"
                                    "extern struct net init_net;\n"
                                    "int elsewhere(void);\n"
                                    "void goal(void);\n"
                                    "void start(struct net *net) {\n"
                                    "  elsewhere();\n"
                                    "  net->count++;\n"
                                    "  if (net == &init_net) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(found.counts.paths, 2u);
}

/// Ten decisions about something else are nearer; only the first one matters.
TEST_F(SearchTest, whatAPathDiedOfSaysWhereToTurnBack) {
  const SearchResult found = search("void goal(void);\n"
                                    "int sink;\n"
                                    "void start(int mode, unsigned long bits) {\n"
                                    "  if (mode > 3) sink = 1; else sink = 2;\n"
                                    "  for (int i = 0; i < 10; i++) if (bits >> i & 1) sink += i; else sink -= i;\n"
                                    "  if (mode == 7) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_LT(found.counts.paths, 512u); // of 1024 ways
}

constexpr char slabText[] = "#include <linux/slab.h>\n"
                            "void goal(void);\n";

TEST_F(SearchTest, anAllocationMayFail) {
  const SearchResult found =
      search(std::string(slabText) + "void start(void) { if (!__kmalloc_noprof(8, GFP_KERNEL)) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_EQ(chosen(found, ChoiceKind::Allocation), std::vector<uint64_t>{1});
}

/// The size must be known, so the call forks on it; a fork that was left for later begins the call anew.
TEST_F(SearchTest, aForkInsideACallBeginsTheCallAnew) {
  const SearchResult found = search(std::string(slabText) + "void start(size_t n) {\n"
                                                            "  void *p = __kmalloc_noprof(n, GFP_KERNEL);\n"
                                                            "  if (p && n != 64) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_NE(given(found, "n"), 64u);
  EXPECT_EQ(chosen(found, ChoiceKind::Allocation), std::vector<uint64_t>{0}) << "asked once on the path that is told";
}

/// No number of elements comes to the usual size.
TEST_F(SearchTest, aSizeOfElementsIsAnOrdinaryOne) {
  const SearchResult found =
      search(std::string(slabText) + "void start(unsigned n) {\n"
                                     "  if (n && __kmalloc_noprof(n * 24ul, GFP_KERNEL)) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  EXPECT_LE(given(found, "n"), 2u);
  EXPECT_EQ(found.counts.paths, 1u);
}

TEST_F(SearchTest, theSameTwice) {
  constexpr char text[] = "struct node { struct node *next; int value; };\n"
                          "void goal(void);\n"
                          "void start(struct node *n, int a) {\n"
                          "  if (a > 3 && n->next && n->next->value > a) goal(); }\n";
  const SearchResult once = search(text), again = search(text);
  ASSERT_EQ(once.end, SearchEnd::Met);
  ASSERT_EQ(once.witness.entries.size(), again.witness.entries.size());
  for (size_t i = 0; i < once.witness.entries.size(); ++i)
    EXPECT_EQ(once.witness.entries[i].value, again.witness.entries[i].value) << once.witness.entries[i].text;
  EXPECT_EQ(once.counts.steps, again.counts.steps);
}

TEST_F(SearchTest, aFunctionThatIsNotThereIsAShortcut) {
  const SearchResult found = search("int elsewhere(void);\n"
                                    "void goal(void);\n"
                                    "void start(void) { if (elsewhere() == 5) goal(); }\n");
  ASSERT_EQ(found.end, SearchEnd::Met);
  ASSERT_EQ(found.shortcuts.size(), 1u);
  EXPECT_EQ(found.shortcuts.front().first, ShortcutKind::Stub);
}

} // namespace
} // namespace kmem::replay
