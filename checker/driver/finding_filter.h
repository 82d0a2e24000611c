// Stage: driver. From everything the checks found to what the user wants to read.
#pragma once

#include "checker/driver/options.h"
#include "core/finding/finding.h"
#include "rules/tree/tree.h"

namespace kmem {

struct FilteredFindings {
  std::vector<Finding> findings; ///< in report order
  unsigned suppressedByComment = 0;
  unsigned suppressedByFilter = 0;
  unsigned notConfirmed = 0; ///< taken out by --only-confirmed
};

/// Turns chosen warnings into errors, then takes out what NOLINT comments, --header-filter, --line-filter and paths
/// exclude.
FilteredFindings filterFindings(std::vector<Finding> findings, const Options &options, const Tree &tree);

} // namespace kmem
