#include "core/compdb/compile_database.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "gtest/gtest.h"

using namespace kmem;

namespace {

/// What is left of `flags` between argv[0] and what is always added, as one text.
std::string adapt(llvm::StringRef flags, llvm::StringRef compiler = "gcc") {
  TranslationUnit unit{"/t", "/t/a.c", {compiler.str()}};
  llvm::SmallVector<llvm::StringRef, 16> words;
  flags.split(words, ' ', -1, false);
  for (llvm::StringRef word : words)
    unit.arguments.push_back(word.str());
  std::string joined = llvm::join(adaptArguments(unit), " ");
  llvm::StringRef text = joined;
  EXPECT_TRUE(text.consume_front("clang ")) << joined;
  return text.split("-w -Wno-error=").first.rtrim().str();
}

TEST(AdaptArguments, KeepsWhatTheSourceCanSee) {
  for (const char *flag :
       {"-O2", "-std=gnu11", "-nostdinc", "-fshort-wchar", "-funsigned-char", "-fno-strict-overflow",
        "-ftrivial-auto-var-init=zero", "--target=x86_64-linux-gnu", "-fno-delete-null-pointer-checks", "-m64"})
    EXPECT_EQ(adapt(flag), flag);
  EXPECT_EQ(adapt("-I inc -include k.h -isystem sys -DA=1 -UB"), "-I inc -include k.h -isystem sys -D A=1 -U B");
}

TEST(AdaptArguments, DropsWarningsOutputsAndPlugins) {
  for (const char *flags :
       {"-Wall", "-Werror=designated-init", "-Wno-such-warning", "-pedantic", "-c", "-o a.o", "-MD", "-MMD -MF a.d",
        "-Wp,-MMD,.a.o.d", "-Wa,--64", "-fplugin=/p/latent.so", "-fplugin-arg-latent-x=y", "--param allow-store=0",
        "--param=ssp-buffer-size=4", "-flto=thin", "-fdump-ipa-all", "-g", "-gdwarf-5", "-save-temps=obj"})
    EXPECT_EQ(adapt(flags), "") << flags;
}

TEST(AdaptArguments, DropsWhatOnlyGccKnows) {
  for (const char *flag :
       {"-fconserve-stack", "-fno-allow-store-data-races", "-mindirect-branch=thunk-extern",
        "-mindirect-branch-register", "-fno-code-hoisting", "-fno-ipa-sra", "-fno-gcse", "-mrecord-mcount",
        "-fmin-function-alignment=16", "-fzero-init-padding-bits=all", "-fno-reorder-blocks", "-falign-jumps=1"})
    EXPECT_EQ(adapt(flag), "") << flag;
}

TEST(AdaptArguments, DropsHardeningOfTheGeneratedCode) {
  for (const char *flag : {"-fstack-protector-strong", "-fpatchable-function-entry=16,16", "-mretpoline-external-thunk",
                           "-mfunction-return=thunk-extern", "-fcf-protection=branch", "-falign-functions=16", "-pg",
                           "-mfentry", "-fsanitize=kernel-address", "-fno-sanitize=all"})
    EXPECT_EQ(adapt(flag), "") << flag;
}

TEST(AdaptArguments, TranslatesTheStackBoundary) {
  EXPECT_EQ(adapt("-mpreferred-stack-boundary=3"), "-mstack-alignment=8");
  EXPECT_EQ(adapt("-mpreferred-stack-boundary=4"), "-mstack-alignment=16");
}

TEST(AdaptArguments, TakesTheTargetFromACrossCompilersName) {
  EXPECT_EQ(adapt("", "/opt/bin/aarch64-linux-gnu-gcc-12"), "--target=aarch64-linux-gnu");
  EXPECT_EQ(adapt("", "x86_64-linux-gnu-gcc"), "--target=x86_64-linux-gnu");
  EXPECT_EQ(adapt("", "/usr/bin/gcc-12"), "");
  EXPECT_EQ(adapt("--target=arm-linux-gnueabi", "aarch64-linux-gnu-gcc"), "--target=arm-linux-gnueabi");
}

TEST(AdaptArguments, KeepsTheInputAsSpelledAndOnlyIt) {
  TranslationUnit unit{"/t", "/t/sub/a.c", {"ccache", "gcc", "-c", "sub/a.c", "other.o"}};
  std::vector<std::string> arguments = adaptArguments(unit);
  EXPECT_EQ(arguments.front(), "clang");
  EXPECT_EQ(arguments.back(), "sub/a.c");
  EXPECT_EQ(llvm::join(arguments, " ").find("gcc"), std::string::npos);
  EXPECT_EQ(llvm::join(arguments, " ").find("other.o"), std::string::npos);
}

TEST(AdaptArguments, InputIsAddedWhenNotRecorded) {
  EXPECT_EQ(adaptArguments({"/t", "/t/a.c", {"gcc", "-O2"}}).back(), "/t/a.c");
}

TEST(AdaptArguments, ExtraArgumentsComeLastAndUntouched) {
  std::string text =
      llvm::join(adaptArguments({"/t", "/t/a.c", {"gcc", "-O2", "a.c"}}, {"-DX", "-fconserve-stack"}), " ");
  EXPECT_NE(text.find("-DX -fconserve-stack a.c"), std::string::npos) << text;
}

TEST(AdaptArguments, IsIdempotent) {
  TranslationUnit unit{"/t", "/t/a.c", {"gcc", "-O2", "-DX", "-Wall", "-I", "inc", "-c", "a.c"}};
  TranslationUnit adapted = unit;
  adapted.arguments = adaptArguments(unit);
  EXPECT_EQ(adaptArguments(adapted), adapted.arguments);
}

} // namespace
