// Stage: driver. Another program run to its end in this one's place on the terminal: it says on standard error what it
// has to say, and a Ctrl-C reaches it.
#pragma once

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem {

struct ChildEnd {
  int exitCode = 0;         ///< when no signal ended it
  int signal = 0;           ///< that ended it; 0 when none did
  bool interrupted = false; ///< the user wants the whole run to end
};

/// `arguments` without the program's own name. What it writes to standard output goes to standard error. An error: it
/// could not be started.
llvm::Expected<ChildEnd> runChild(const std::string &program, const std::vector<std::string> &arguments);

} // namespace kmem
