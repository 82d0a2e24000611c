// Stage: driver. kmem-cc: one unit's summary, made by a program shaped like a compiler, so that what carries compilers
// (ninja, ccache, distcc, make) carries it too.
//
//   kmem-cc [--rules=DIR] [--source-root=DIR] <flags> -c in.c -o out.ksum [-MD [-MF out.d] [-MT target]]
//
// The summary is written when its bytes differ from what is there. `-E` preprocesses with clang, which ccache and
// distcc ask for.
#pragma once

#include "llvm/ADT/ArrayRef.h"

namespace kmem {

/// The whole of kmem-cc. Exit codes: 0 written, 1 the unit does not compile, 2 usage or an unwritable file.
int runCompilerProgram(llvm::ArrayRef<const char *> argv);

} // namespace kmem
