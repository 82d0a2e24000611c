// Stage: frontend. In: a TranslationUnit with adapted arguments. Out: a KernelModule: unoptimised LLVM IR and the facts
// that only the AST knows. The only folder that sees Clang; nothing of Clang's appears in this header.
#pragma once

#include "core/compdb/compile_database.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace kmem {

/// A scalar or aggregate member at a byte offset of a record.
struct FieldFact {
  uint64_t offset = 0; ///< bytes from the start of the record
  uint64_t size = 0;   ///< bytes; 0 for a flexible array
  std::string name;    ///< "field", or "anon.field" never: members of anonymous records are listed under their own name
  std::string record;  ///< tag of the member's own record type when it is a named struct or union held by value, of an
                       ///< array its elements'
  bool foreignEndian = false; ///< declared __le16..__be64: data whose layout a device, the network or the disk dictates
  bool pointer = false;
};

/// A named struct or union. Anonymous members are flattened into it; an anonymous record with a field name gives
/// "name.member".
struct RecordFact {
  std::string tag;
  std::string file;              ///< declaring file, relative to the source root when below it
  uint64_t size = 0;             ///< bytes
  std::vector<FieldFact> fields; ///< by offset; unions list every member
};

struct FunctionFact {
  std::string file; ///< defining file, relative to the source root (presumed)
  unsigned line = 0;
  bool isStatic = false;
  bool isInit = false; ///< in an .init section
  std::vector<std::string> parameters;
};

struct SourceFacts {
  llvm::StringMap<RecordFact> records; ///< by the LLVM struct name: "struct.net_device_ops", "union.x"
  /// The LLVM struct name of the declared type (of an array its elements') of each global variable, by symbol: a
  /// variable whose initialiser has another layout (unions, flexible arrays) has an unnamed type in the module.
  llvm::StringMap<std::string> globals;
  llvm::StringMap<FunctionFact> functions; ///< by symbol, for every function with a body in the module
};

struct KernelModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module; ///< passes disabled, no optnone, line tables with columns
  SourceFacts facts;
  std::vector<std::string> dependencies; ///< absolute, the main file first, sorted after it, no duplicates
};

struct FrontendOptions {
  std::string sourceRoot;
  bool pruneInlines = true;   ///< do not parse header inlines that no code is generated for; the module is the same
  bool describeTypes = false; ///< debug information with types, not only locations
};

/// Parses and generates code for one unit. The error carries the first diagnostics as "file:line:col: message" lines.
llvm::Expected<KernelModule> compileUnit(const TranslationUnit &unit, const FrontendOptions &options);

/// A path as reports print it: normalised, relative to `root` when below it, else to `directory` (generated headers of
/// an object tree read as in a tree built in place), else absolute.
std::string relativeToRoot(llvm::StringRef path, llvm::StringRef directory, llvm::StringRef root);

/// An integer expression to evaluate in the tree.
struct ProbeQuery {
  std::string name;
  std::string expression;
};

/// Evaluates integer constant expressions in the configuration of `unit` by compiling one probe file that includes
/// `headers` (those that exist) with the unit's flags. Queries the tree does not know are left out of the result.
llvm::Expected<llvm::StringMap<int64_t>> probeValues(const TranslationUnit &unit,
                                                     const std::vector<std::string> &headers,
                                                     const std::vector<ProbeQuery> &queries);

} // namespace kmem
