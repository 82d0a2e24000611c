// Stage: driver. Which units there are and where: from a compile database, or from files and the flags behind "--".
#pragma once

#include "checker/driver/options.h"
#include "core/compdb/compile_database.h"

namespace kmem {

struct Tree {
  std::vector<TranslationUnit> units; ///< in the order of the database; never empty
  std::string sourceRoot;
  std::string buildDirectory; ///< where the database is; without one the current directory
  bool hasDatabase = false;
  std::vector<std::string> chosenPaths; ///< Options::paths, absolute

  /// The unit's main file as reports name it.
  std::string name(const TranslationUnit &unit) const;
  /// Whether reports on this absolute path were asked for.
  bool isChosen(llvm::StringRef path) const;
};

/// No database, an empty one, paths that do not exist: usage errors.
llvm::Expected<Tree> openTree(const Options &options);

/// Where summaries are kept when the user does not say.
std::string cacheFolder(const Options &options, const Tree &tree);

} // namespace kmem
