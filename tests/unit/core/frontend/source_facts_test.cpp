#include "tests/unit/core/frontend/frontend_fixture.h"

using namespace kmem;
using kmem::test::fieldOf;
using kmem::test::FrontendTest;

namespace {

using RecordFacts = FrontendTest;
using FunctionFacts = FrontendTest;

constexpr char types[] = "typedef unsigned short __u16; typedef unsigned int __u32;\n"
                         "typedef __u16 __le16; typedef __u32 __be32; typedef __be32 wire_t;\n"
                         "typedef struct { int counter; } atomic_t;\n"
                         "struct list { struct list *next, *prev; };\n"
                         "union word { int i; char c[8]; };\n"
                         "struct dev {\n"
                         "  char flag; struct list node; atomic_t refs;\n"
                         "  union { int a; struct { short b, c; }; };\n"
                         "  struct { int x; struct list inner; } hdr;\n"
                         "  __le16 length; wire_t words[3]; union word w; struct list table[2];\n"
                         "  void (*ops)(struct dev *); unsigned lo:4, hi:9; int tail[];\n"
                         "};\n";

class RecordFactsTest : public FrontendTest {
protected:
  RecordFact dev() const {
    KernelModule module = compile(std::string(types) + "void *f(struct dev *d) { return d->node.next; }\n");
    EXPECT_EQ(module.facts.records.count("struct.dev"), 1u);
    return module.facts.records["struct.dev"];
  }
};

TEST_F(RecordFactsTest, NamesTagFileAndSize) {
  RecordFact record = dev();
  EXPECT_EQ(record.tag, "dev");
  EXPECT_EQ(record.file, "a.c");
  EXPECT_EQ(record.size, 128u);
}

TEST_F(RecordFactsTest, EmbeddedRecordsAndPointers) {
  RecordFact record = dev();
  EXPECT_EQ(fieldOf(record, "node").offset, 8u);
  EXPECT_EQ(fieldOf(record, "node").size, 16u);
  EXPECT_EQ(fieldOf(record, "node").record, "list");
  EXPECT_EQ(fieldOf(record, "refs").record, "atomic_t");
  EXPECT_EQ(fieldOf(record, "w").record, "word");
  EXPECT_EQ(fieldOf(record, "table").record, "list");
  EXPECT_EQ(fieldOf(record, "table").size, 32u);
  EXPECT_TRUE(fieldOf(record, "ops").pointer);
  EXPECT_FALSE(fieldOf(record, "node").pointer);
}

TEST_F(RecordFactsTest, AnonymousMembersAreFlattened) {
  RecordFact record = dev();
  EXPECT_EQ(fieldOf(record, "a").offset, 28u);
  EXPECT_EQ(fieldOf(record, "b").offset, 28u);
  EXPECT_EQ(fieldOf(record, "c").offset, 30u);
  EXPECT_EQ(fieldOf(record, "hdr").offset, 32u);
  EXPECT_EQ(fieldOf(record, "hdr").record, "");
  EXPECT_EQ(fieldOf(record, "hdr.x").offset, 32u);
  EXPECT_EQ(fieldOf(record, "hdr.inner").offset, 40u);
  EXPECT_EQ(fieldOf(record, "hdr.inner").record, "list");
}

TEST_F(RecordFactsTest, ForeignByteOrderIsSeenThroughTypedefsAndArrays) {
  RecordFact record = dev();
  EXPECT_TRUE(fieldOf(record, "length").foreignEndian);
  EXPECT_TRUE(fieldOf(record, "words").foreignEndian);
  EXPECT_FALSE(fieldOf(record, "a").foreignEndian);
  EXPECT_FALSE(fieldOf(record, "refs").foreignEndian);
}

TEST_F(RecordFactsTest, BitFieldsAndFlexibleArrays) {
  RecordFact record = dev();
  EXPECT_EQ(fieldOf(record, "lo").size, 1u);
  EXPECT_EQ(fieldOf(record, "hi").size, 2u);
  EXPECT_EQ(fieldOf(record, "tail").size, 0u);
}

TEST_F(RecordFactsTest, FieldsAreByOffset) {
  RecordFact record = dev();
  for (size_t i = 1; i < record.fields.size(); ++i)
    EXPECT_LE(record.fields[i - 1].offset, record.fields[i].offset) << record.fields[i].name;
}

TEST_F(RecordFactsTest, TypedefedRecordGoesByItsTypedef) {
  KernelModule module = compile(std::string(types) + "int f(atomic_t *a) { return a->counter; }\n");
  EXPECT_EQ(module.facts.records["struct.atomic_t"].tag, "atomic_t");
}

TEST_F(RecordFactsTest, UnusedRecordsAreLeftOut) {
  KernelModule module = compile(std::string(types) + "int f(void) { return sizeof(struct dev); }\n");
  EXPECT_EQ(module.facts.records.count("struct.dev"), 0u);
}

TEST_F(RecordFactsTest, TwoRecordsOfOneTagAreToldApart) {
  KernelModule module = compile("int f(void *p) { struct s { int a; } *s = p; return s->a; }\n"
                                "long g(void *p) { struct s { int x; long y; } *s = p; return s->y; }\n");
  ASSERT_EQ(module.facts.records.count("struct.s"), 1u);
  ASSERT_EQ(module.facts.records.count("struct.s.0"), 1u);
  EXPECT_EQ(fieldOf(module.facts.records["struct.s"], "a").offset, 0u);
  EXPECT_EQ(fieldOf(module.facts.records["struct.s.0"], "y").offset, 8u);
  EXPECT_EQ(module.facts.records["struct.s.0"].tag, "s");
}

TEST_F(RecordFactsTest, GlobalsKnowTheirRecordWhateverTheInitialisersLayout) {
  KernelModule module = compile("union u { char c; long l; };\nstruct holder { union u value; void (*run)(void); };\n"
                                "void run(void) {}\nstruct holder one = {{.c = 1}, run};\n"
                                "struct holder many[] = {{{.c = 1}, run}};\nint plain = 1;\n");
  EXPECT_EQ(module.facts.globals["one"], "struct.holder");
  EXPECT_EQ(module.facts.globals["many"], "struct.holder");
  EXPECT_EQ(module.facts.globals.count("plain"), 0u);
}

TEST_F(FunctionFacts, FunctionsKnowTheirDefinition) {
  folder.write("h.h", "static inline int helper(int size, int flags) { return size + flags; }\n");
  KernelModule module = compile("#include \"h.h\"\nint outer(int);\n\nint outer(int renamed)\n"
                                "{ return helper(renamed, 1); }\n");
  FunctionFact helper = module.facts.functions["helper"], outer = module.facts.functions["outer"];
  EXPECT_EQ(helper.file, "h.h");
  EXPECT_EQ(helper.line, 1u);
  EXPECT_TRUE(helper.isStatic);
  EXPECT_EQ(helper.parameters, (std::vector<std::string>{"size", "flags"}));
  EXPECT_EQ(outer.file, "a.c");
  EXPECT_EQ(outer.line, 4u);
  EXPECT_FALSE(outer.isStatic);
  EXPECT_EQ(outer.parameters, (std::vector<std::string>{"renamed"}));
}

TEST_F(FunctionFacts, InitFunctionsAreKnownByTheirSection) {
  KernelModule module = compile("__attribute__((section(\".init.text\"))) void boot(void) {}\n"
                                "__attribute__((section(\".meminit.text\"))) void grow(void) {}\n"
                                "__attribute__((section(\".exit.text\"))) void leave(void) {}\nvoid run(void) {}\n");
  EXPECT_TRUE(module.facts.functions["boot"].isInit);
  EXPECT_TRUE(module.facts.functions["grow"].isInit);
  EXPECT_FALSE(module.facts.functions["leave"].isInit);
  EXPECT_FALSE(module.facts.functions["run"].isInit);
}

TEST_F(FunctionFacts, PresumedPlacesCount) {
  KernelModule module = compile("#line 7 \"parser.y\"\nvoid generated(void) {}\n");
  EXPECT_EQ(module.facts.functions["generated"].file, "parser.y");
  EXPECT_EQ(module.facts.functions["generated"].line, 7u);
}

} // namespace
