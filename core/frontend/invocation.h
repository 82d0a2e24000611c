// Inside of the frontend: one in-process run of Clang over a unit whose arguments are adapted. The process's working
// directory is neither used nor changed, so that units of different directories can follow one another.
#pragma once

#include "core/compdb/compile_database.h"
#include "core/frontend/diagnostics.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"

#include <memory>

namespace kmem {

/// Clang set up for `unit` and silent but for `errors`, or the driver's errors.
llvm::Expected<std::unique_ptr<clang::CompilerInstance>> prepareCompiler(const TranslationUnit &unit,
                                                                         ErrorCollector &errors);

} // namespace kmem
