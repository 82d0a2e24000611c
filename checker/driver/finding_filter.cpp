#include "checker/driver/finding_filter.h"

#include "checker/driver/nolint.h"
#include "core/support/paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Regex.h"

namespace kmem {

namespace {

class Filter {
public:
  Filter(const Options &options, const Tree &tree) : options(options), tree(tree), headerFilter(options.headerFilter) {}

  bool isSelected(const Finding &finding) const {
    llvm::StringRef file = finding.location.file;
    bool shownHeader = options.headerFilter.empty() || file.ends_with(".c") || headerFilter.match(file);
    return shownHeader && options.lineFilter.contains(finding.location) &&
           tree.isChosen(absolutePath(file, tree.sourceRoot));
  }

private:
  const Options &options;
  const Tree &tree;
  llvm::Regex headerFilter;
};

} // namespace

FilteredFindings filterFindings(std::vector<Finding> findings, const Options &options, const Tree &tree) {
  FilteredFindings result;
  Filter filter(options, tree);
  SourceLines sources(tree.sourceRoot);
  llvm::sort(findings, reportOrder);
  for (Finding &finding : findings) {
    if (finding.severity == Severity::Warning && options.warningsAsErrors.contains(finding.check))
      finding.severity = Severity::Error;
    if (!filter.isSelected(finding))
      ++result.suppressedByFilter;
    else if (isSuppressedByComment(finding, sources))
      ++result.suppressedByComment;
    else
      result.findings.push_back(std::move(finding));
  }
  return result;
}

} // namespace kmem
