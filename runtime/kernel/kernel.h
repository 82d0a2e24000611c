// The bottom of a simulated machine: everything that is not an allocator, built from one profile. Allocators take a
// Kernel and call its parts; they keep no other state than their own.
//
// Every part keeps what changes in one State that is cheap to copy: `state()` is a snapshot, `restore()` goes back to
// it.
#pragma once

#include "runtime/kernel/console.h"
#include "runtime/kernel/context.h"
#include "runtime/kernel/deferred.h"
#include "runtime/kernel/host_window.h"
#include "runtime/kernel/locks.h"
#include "runtime/kernel/memory.h"
#include "runtime/kernel/profile.h"
#include "runtime/kernel/reports.h"
#include "runtime/kernel/symbols.h"

namespace kmem::sim {

class Kernel {
public:
  /// With a window, native code sees the memory and there are no snapshots.
  explicit Kernel(const Profile &profile, std::unique_ptr<HostWindow> window = nullptr)
      : profile(profile), reports(*this), memory(*this, std::move(window)), context(*this), locks(*this),
        deferred(*this) {}
  Kernel(const Kernel &) = delete;
  Kernel &operator=(const Kernel &) = delete;

  const Profile profile;
  Symbols symbols;
  Console console;
  Reports reports;
  Memory memory;
  Context context;
  Locks locks;
  Deferred deferred;
};

} // namespace kmem::sim
