#include "core/compdb/argument_rules.h"

namespace kmem {

static constexpr ArgumentRule rules[] = {
    // What gcc spells differently. The stack boundary is a power of two there.
    {"-mpreferred-stack-boundary=2", "-mstack-alignment=4"},
    {"-mpreferred-stack-boundary=3", "-mstack-alignment=8"},
    {"-mpreferred-stack-boundary=4", "-mstack-alignment=16"},

    // Outputs, dependency files, other programs' options.
    {"-o", ""},
    {"-c", ""},
    {"-S", ""},
    {"-save-temps", ""},
    {"-M", ""},
    {"-Wp,-M", ""},
    {"-Wa,", ""},
    {"-Wl,", ""},
    {"-mllvm", ""},
    {"-fplugin", ""},
    {"-fpass-plugin", ""},
    {"-fdump-", ""},
    {"--param", ""},
    {"-flto", ""},
    {"-fno-lto", ""},
    {"-resource-dir", ""},
    {"-fno-integrated-as", ""},
    {"-fdiagnostics", ""},
    {"-fdebug-prefix-map", ""},
    {"-ffile-prefix-map", ""},
    {"-fdebug-compilation-dir", ""},
    {"-ffile-compilation-dir", ""},

    // Hardening and instrumentation of the generated code: says nothing about the program and litters its IR.
    {"-fstack-protector", ""},
    {"-fstack-check", ""},
    {"-fstack-clash-protection", ""},
    {"-fpatchable-function-entry", ""},
    {"-mretpoline", ""},
    {"-mindirect", ""},
    {"-mfunction-return", ""},
    {"-mharden-sls", ""},
    {"-mspeculative-load-hardening", ""},
    {"-fcf-protection", ""},
    {"-mbranch-protection", ""},
    {"-fsanitize", ""},
    {"-fno-sanitize", ""},
    {"-fprofile", ""},
    {"-fcoverage", ""},
    {"-ftest-coverage", ""},
    {"-pg", ""},
    {"-mfentry", ""},
    {"-mrecord-mcount", ""},
    {"-mnop-mcount", ""},
    {"-finstrument-functions", ""},
    {"-fzero-call-used-regs", ""},
    {"-falign", ""},
    {"-ffunction-sections", ""},
    {"-fdata-sections", ""},
    {"-fsplit-machine-functions", ""},
    {"-fbasic-block", ""},
};

llvm::ArrayRef<ArgumentRule> argumentRules() { return rules; }

} // namespace kmem
