// One JSON object a line.

#include "core/finding/finding_json.h"
#include "core/report/formats.h"

namespace kmem {

void writeJsonLines(llvm::ArrayRef<Finding> findings, const ReportOptions &, llvm::raw_ostream &out) {
  for (const Finding &finding : findings)
    writeJsonLine(finding, out);
}

} // namespace kmem
