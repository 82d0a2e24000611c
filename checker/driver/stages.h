// Stage: driver. What --dump can print: the data between the stages, in the order of the pipeline.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace kmem {

enum class DumpStage { CompileDatabase, Rules, Ir, Summary, Values, Program, Findings };

/// compdb, rules, ir, summary, values, program, findings.
std::optional<DumpStage> parseDumpStage(llvm::StringRef name);
/// For messages: the names, comma-separated.
std::string dumpStageNames();

} // namespace kmem
