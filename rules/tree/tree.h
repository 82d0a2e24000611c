// The tree that a program works on: which units there are and where, from a compile database or from files and the
// flags behind "--".
#pragma once

#include "core/compdb/compile_database.h"

#include <optional>

namespace kmem {

/// What a command line says of it.
struct TreeRequest {
  std::string databasePath;                           ///< -p; empty: looked for upwards from the first path
  std::optional<std::vector<std::string>> fixedFlags; ///< behind "--": no database
  std::vector<std::string> paths;                     ///< as spelled: seen from here or from the source root
  bool onlyThese = false;
  std::vector<std::string> extraArguments;
  std::string sourceRoot; ///< empty: found upwards from the first unit
};

struct Tree {
  std::vector<TranslationUnit> units; ///< in the order of the database; never empty
  std::string sourceRoot;
  std::string buildDirectory; ///< where the database is; without one the current directory
  bool hasDatabase = false;
  std::vector<std::string> chosenPaths; ///< TreeRequest::paths, absolute

  /// The unit's main file as reports name it.
  std::string name(const TranslationUnit &unit) const;
  /// Whether reports on this absolute path were asked for.
  bool isChosen(llvm::StringRef path) const;
};

/// No database, an empty one, paths that do not exist: usage errors.
llvm::Expected<Tree> openTree(const TreeRequest &request);

} // namespace kmem
