// Runs the group of a truth file on a fresh machine of the file's profile and counts on how many records both agree.
// A recorded experiment that the simulation has no record of is a disagreement.
#pragma once

#include "runtime/scenario/comparison.h"

namespace kmem::sim {

struct Disagreement {
  unsigned line;     ///< in the truth file
  std::string label; ///< "id 12 kmalloc_run {...}"
  Differences differences;
};

struct Agreement {
  std::string path, group;
  uint64_t records = 0, agreed = 0;        ///< of those compared
  uint64_t notCompared = 0;                ///< what the group's comparison leaves out
  std::vector<Disagreement> disagreements; ///< in the order of the file
  std::string problem;                     ///< why nothing could be compared, or how the machine ended; "" when neither
  double percent() const { return records ? 100.0 * double(agreed) / double(records) : 100.0; }
};

Agreement conform(const TruthFile &truth);

} // namespace kmem::sim
