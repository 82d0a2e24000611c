// The state of the recorded guest that experiments about exhausted memory start from: which blocks were free, and how
// much of the memory other threads held at that moment. It is what happened to be there; what the experiment makes of
// it is for the simulation to say.
#pragma once

#include "runtime/scenario/truth_file.h"

namespace kmem::sim {

class PageAllocator;

/// Free lists as the recording's zone_state records have them.
void arrangeZones(PageAllocator &pages, const TruthFile &recording);

/// As many free pages as the recorded guest had when it began the experiment with the "op" and "args" of `experiment`:
/// those it took and those that were left.
void leaveToOthers(PageAllocator &pages, const TruthFile &recording, const Record &experiment);

} // namespace kmem::sim
