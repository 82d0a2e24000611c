// Stage: driver. NOLINT comments, as clang-tidy reads them: NOLINT and NOLINTNEXTLINE, alone or with a list of check
// globs in brackets, and regions from NOLINTBEGIN to NOLINTEND with the same list.
#pragma once

#include "core/finding/finding.h"
#include "core/report/source_lines.h"

namespace kmem {

/// Whether a comment in the finding's file takes it out of the report.
bool isSuppressedByComment(const Finding &finding, SourceLines &sources);

} // namespace kmem
