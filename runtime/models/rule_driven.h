// Functions that no model is written for: what their rule says of them, or, where nothing is known, anything.
#pragma once

#include "runtime/models/model_call.h"

namespace kmem::replay {

/// A function without a body: allocates, releases, sleeps, changes the context as its rule says.
Values doWhatTheRuleSays(ModelCall &call);

/// Before the body of a function that sleeps whatever it is asked: a tree without CONFIG_DEBUG_ATOMIC_SLEEP has no
/// might_sleep() in it.
void checkBeforeBody(ModelCall &call);

/// Any result of its type; what the arguments point to may have changed.
Values anyOutcome(ModelCall &call);

} // namespace kmem::replay
