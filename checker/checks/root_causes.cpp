#include "checker/checks/check.h"

namespace kmem::checks {

bool RootCauses::isNew(const std::string &cause) {
  auto it = known.find(cause);
  if (it == known.end())
    return true;
  ++findings[it->second].otherPaths;
  return false;
}

void RootCauses::add(std::initializer_list<std::string> names, Finding finding) {
  for (const std::string &name : names)
    known.emplace(name, findings.size());
  findings.push_back(std::move(finding));
}

std::vector<Finding> RootCauses::take() { return std::move(findings); }

} // namespace kmem::checks
