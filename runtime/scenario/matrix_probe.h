// The group matrix: every call of a table in every context of another, each pair in a thread of its own. What follows
// is what the two tables share: the objects that the recording module keeps, and the values of one pair.
#pragma once

#include "runtime/sim/system.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

namespace kmem::sim {

inline constexpr unsigned matrixDeviceLine = 3; ///< of the second UART

/// Objects that live as long as the module.
struct MatrixFixtures {
  CacheId cache;
  MempoolId pool;
  DeviceId device;
  DmaPoolId dmaPool;
  Pfn page;
  struct {
    // Held by contexts.
    LockId spin, spinBh, spinIrq, raw, rawIrq, readLocked, writeLocked, bit, local, localIrq, seqlock, seqcount, mutex,
        rwsem, srcu;
    // Taken by the probed calls.
    LockId mutex2, mutex3, rwsem2, semaphore, spin2, raw2, spin3, spin4, srcu2, waitQueue, completion, never, xarray,
        kthreadCreate, irqRequest, runQueue, srcuSpin;
  } locks;
  struct {
    DeferredId work, workBh, irqWork, irqWorkLazy, hrtimerHard, hrtimerSoft, tasklet, timer; // contexts
    DeferredId probeWork, slowWork, delayedWork, timer2, hrtimer2, tasklet2, releaseMutex;   // probed
  } items;
  CallbackId body; ///< runs the probed call
  CallbackId nothing, freeObject;
  TaskId mutexHolder; ///< of mutex3
  bool handlerRan;    ///< since the experiment began
  bool threadRuns;    ///< the device's handler wakes its thread instead of doing the call
  CacheId radixNodes;
};

/// One call in one context.
struct Probe {
  System &system;
  MatrixFixtures &fixtures;
  Kernel &kernel = system.kernel;
  Context &context = kernel.context;
  Locks &locks = kernel.locks;
  Deferred &deferred = kernel.deferred;

  Address p = 0, q = 0;
  std::optional<Pfn> page{};
  CoherentMemory dma{};
  int64_t ret = 0;
  Address bulk[4] = {};

  /// "GFP_KERNEL|__GFP_NOWARN".
  Gfp gfp(llvm::StringRef names) const { return *kernel.profile.gfp.parse({names.data(), names.size()}); }
  CodeSite site(const char *file, unsigned line61, unsigned line612) const {
    return {"", file, kernel.profile.release.atLeast(6, 12) ? line612 : line61};
  }
  /// A line of the recording module's table of calls.
  CodeSite here(unsigned line) const { return {"", "apis.h", line}; }
};

struct MatrixApi {
  llvm::StringRef name;
  void (*setUp)(Probe &probe);
  void (*call)(Probe &probe);
  void (*cleanUp)(Probe &probe);
};

// The calls, in the order of the recording.
llvm::ArrayRef<MatrixApi> matrixSlabApis();
llvm::ArrayRef<MatrixApi> matrixMemoryApis();
llvm::ArrayRef<MatrixApi> matrixObjectApis();
llvm::ArrayRef<MatrixApi> matrixLockApis();
llvm::ArrayRef<MatrixApi> matrixWaitApis();
llvm::ArrayRef<MatrixApi> matrixSleeperApis(); ///< calls that really sleep

enum class MatrixContextKind : uint8_t { Process, Thread, Interrupt };

struct MatrixContext {
  llvm::StringRef name;
  MatrixContextKind kind;
  /// Calls `body` in the context, or has the handler `fixtures.body` do it.
  void (*run)(Probe &probe, llvm::function_ref<void()> body);
};
llvm::ArrayRef<MatrixContext> matrixContexts();

/// Waits until the handler of the context has run; returns without it after three seconds.
void waitForHandler(Probe &probe);

/// `runBody` does the probed call of the running experiment.
void makeMatrixFixtures(System &system, MatrixFixtures &fixtures, std::function<void()> runBody);

} // namespace kmem::sim
