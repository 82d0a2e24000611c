// The simulated kernel's memory as a run sees it: bytes that are known lie there, bytes that are parts of terms are
// noted beside it. A run without symbolic values never looks at the notes.
//
// Notes go by physical address, so that one frame mapped twice is one memory. Faults are the simulated kernel's.
#pragma once

#include "runtime/exec/value.h"
#include "runtime/kernel/kernel.h"

namespace kmem::replay {

using sim::Address;

class RunMemory {
public:
  RunMemory(sim::Kernel &kernel, TermPool &pool) : kernel(kernel), pool(pool) {}

  /// `width` bits in the fewest whole bytes, little-endian; the bits above are ignored on loading and 0 on storing.
  Value load(Address address, unsigned width);
  void store(Address address, const Value &value);
  void copy(Address to, Address from, uint64_t size);
  void fill(Address address, const Value &byte, uint64_t size);

  bool hasSymbolic() const { return now.symbolicBytes != 0; }

  /// The notes; the bytes are part of the kernel's own state.
  struct Note {
    TermRef term; ///< none: the byte is known
    uint8_t part; ///< byte of it
  };
  struct State {
    sim::CowArray<Note> notes; ///< by physical address
    uint64_t symbolicBytes = 0;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  uint64_t loadKnown(Address address, unsigned bytes) const;
  void storeKnown(Address address, uint64_t bits, unsigned bytes);
  Note noteAt(Address address) const;
  void setNote(Address address, Note note);
  void forget(Address address, uint64_t size);

  sim::Kernel &kernel;
  TermPool &pool;
  State now;
};

} // namespace kmem::replay
