// Confirmed runs kept in files (--save), and run again from them (again): the same code, the same answers, so the same
// run to the last instruction.
#pragma once

#include "runtime/judge/judge.h"
#include "runtime/replay/options.h"

namespace kmem::replay {

/// Writes the run as <fingerprint>.json into Options::saveFolder.
llvm::Error save(const Finding &finding, const Scenario &scenario, const Confirmation &confirmed,
                 llvm::StringRef sourceRoot, const Options &options);

/// The command `again`; its exit code.
int replayAgain(const Options &options);

} // namespace kmem::replay
