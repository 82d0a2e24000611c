#include "tests/unit/core/frontend/frontend_fixture.h"

#include "llvm/Support/raw_ostream.h"

using namespace kmem;
using kmem::test::FrontendTest;

namespace {

/// The law: with and without pruning, the module is the same text.
class InlinePruning : public FrontendTest {
protected:
  std::string moduleText(bool prune) const {
    auto module = compileUnit(unit(), {folder.path(), prune});
    if (!module)
      return llvm::toString(module.takeError());
    std::string text;
    llvm::raw_string_ostream out(text);
    module->module->print(out, nullptr);
    return text;
  }

  void expectSame(llvm::StringRef source) const {
    folder.write("a.c", source);
    std::string plain = moduleText(false);
    EXPECT_NE(plain.find("define"), std::string::npos) << plain;
    EXPECT_EQ(moduleText(true), plain);
  }
};

TEST_F(InlinePruning, UnusedBodiesAreNotEvenParsed) {
  KernelModule module = compile("static inline int broken(void) { return no_such_name; }\nint f(void) { return 0; }\n");
  EXPECT_TRUE(module.module->getFunction("f"));
}

TEST_F(InlinePruning, ChainsOfInlinesStay) {
  expectSame("static inline int unused(int x) { return x; }\n"
             "static inline int inner(int x) { return x + 1; }\n"
             "static inline int outer(int x) { return inner(x); }\n"
             "int f(int x) { return outer(x); }\n");
}

TEST_F(InlinePruning, InlinesInInitialisersStay) {
  expectSame("struct ops { int (*get)(void), (*put)(void); };\n"
             "static inline int get(void) { return 1; }\nstatic inline int put(void) { return 2; }\n"
             "struct ops ops = {.get = get};\nint (*table[])(void) = {put};\nint f(void) { return ops.put(); }\n");
}

TEST_F(InlinePruning, CleanupHandlersStay) {
  expectSame("static inline void release(int *p) { *p = 0; }\n"
             "int f(void) { int x __attribute__((cleanup(release))) = 1; return x; }\n");
}

TEST_F(InlinePruning, AttributesThatKeepAFunctionKeepIt) {
  expectSame("static inline __attribute__((__used__)) int marked(void) { return 1; }\n"
             "static inline __attribute__((constructor)) void early(void) {}\n"
             "static inline int renamed(void) __asm__(\"other\");\nstatic inline int renamed(void) { return 2; }\n"
             "int f(void) { return 0; }\n");
}

TEST_F(InlinePruning, NamesOnlyInStringsAreFoundInTheModule) {
  expectSame("static inline int impl(void) { return 1; }\nint f(void) __attribute__((alias(\"impl\")));\n"
             "int g(void) { return 0; }\n");
}

TEST_F(InlinePruning, DeclarationsOfEveryShapeAreSplitRightly) {
  expectSame("struct __attribute__((packed)) s { int a; struct { int b; } c; };\n"
             "enum e { A = (1 << 2), B };\ntypedef int (*fn_t)(int);\nextern int (*hook)(int), plain;\n"
             "static inline struct s *make(struct s *p, int (*cb)(int)) { cb(A); return p; }\n"
             "static inline int (*pick(int which))(int) { return which ? hook : 0; }\n"
             "static inline int one(int x) { return x; } static inline int two(int x) { return x; }\n"
             "struct s many[] = {{1}, {2, {3}}};\n_Static_assert(sizeof(struct s) == 8, \"size (of) { s\");\n"
             "asm(\".globl x\");;\n"
             "int f(struct s *p) { return make(p, pick(1))->a + ({ int y = two(2); y; }); }\n");
}

TEST_F(InlinePruning, PragmasKeepTheirPlace) {
  expectSame(
      "#pragma pack(push, 1)\nstruct tight { char a; int b; };\n#pragma pack(pop)\n"
      "struct loose { char a; int b; };\n#pragma GCC visibility push(hidden)\nint hidden(void) { return 1; }\n"
      "#pragma GCC visibility pop\nstatic inline void loop(void) {\n#pragma unroll\nfor (int i = 0; i < 3; i++); }\n"
      "int f(struct tight *t, struct loose *l) { return t->b + l->b + hidden(); }\n");
}

TEST_F(InlinePruning, MacrosAreNotExpandedTwice) {
  expectSame(
      "#define loop loop\n#define call(x) (x)\nstatic inline int loop(void) { return 1; }\n"
      "static inline int (call)(int x) { return x; }\n#define self(x) self(x + 1)\nint (self)(int x) { return x; }\n"
      "int f(void) { return loop() + self(1) + call(2) + (call)(3) + __COUNTER__ + __COUNTER__; }\n");
}

TEST_F(InlinePruning, CommentsMayBeMisspeltDocumentation) {
  expectSame("#define LIMIT 3 /*< of something */\nint f(void) { return LIMIT; } //< trailing\n");
}

TEST_F(InlinePruning, ErrorsAreThoseOfThePlainParse) {
  std::string error =
      compileError("static inline int bad(void) { return no_such_name; }\nint f(void) { return bad() }\n");
  EXPECT_NE(error.find("a.c:1:38: use of undeclared identifier"), std::string::npos) << error;
  EXPECT_NE(error.find("a.c:2:27: "), std::string::npos) << error;
}

TEST_F(InlinePruning, UnfinishedInputIsAnError) {
  for (const char *text :
       {"static inline int f(void) {", "static inline int f(", "int x = {", "}", ")", "static inline"})
    EXPECT_NE(compileError(text), "") << text;
}

TEST_F(InlinePruning, EmptyUnitIsFine) { EXPECT_TRUE(compile("").module); }

} // namespace
