// The simulated kernel's memory as a run sees it: bytes that are known lie there, bytes that are parts of terms are
// noted beside it. A run without symbolic values never looks at the notes.
//
// Some bytes are open: nobody has written them yet, or what was written may have changed since, so that the first read
// asks for a value. Ranges declared lazy start out open.
//
// Notes go by physical address, so that one frame mapped twice is one memory. Faults are the simulated kernel's.
#pragma once

#include "runtime/exec/image.h"

#include "runtime/exec/value.h"
#include "runtime/kernel/kernel.h"

namespace kmem::replay {

/// Gives bytes that are open their value.
class FirstReads {
public:
  virtual ~FirstReads() = default;
  virtual Value firstRead(Address address, unsigned width) = 0;
};

class RunMemory {
public:
  RunMemory(sim::Kernel &kernel, TermPool &pool) : kernel(kernel), pool(pool) {}

  /// `width` bits in the fewest whole bytes, little-endian; the bits above are ignored on loading and 0 on storing.
  Value load(Address address, unsigned width);
  void store(Address address, const Value &value);
  void copy(Address to, Address from, uint64_t size);
  void fill(Address address, const Value &byte, uint64_t size);

  /// These ranges are open until written or read. Once, before the run.
  void setLazy(std::vector<Arena> ranges) { lazy = std::move(ranges); }
  /// Who is asked for the value of open bytes; without anybody they are what lies there.
  void setFirstReads(FirstReads *reads) { firstReads = reads; }
  /// The bytes are what lies there: memory that was just given out.
  void take(Address address, uint64_t size) { noteKnown(address, size); }
  /// Opens the bytes: they may have changed in a way that nobody knows.
  void unsettle(Address address, uint64_t size);
  bool isLazy(Address address) const;

  /// The notes; the bytes are part of the kernel's own state.
  struct Note {
    TermRef term;  ///< none: the byte is known, or open
    uint8_t part;  ///< byte of it
    bool reversed; ///< settled in a lazy range, open elsewhere
  };
  struct State {
    sim::CowArray<Note> notes; ///< by physical address
    uint64_t noted = 0;        ///< notes outside of lazy ranges that say something, and terms in them
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  uint64_t loadKnown(Address address, unsigned bytes) const;
  void storeKnown(Address address, uint64_t bits, unsigned bytes);
  bool isPlain(Address address) const { return now.noted == 0 && !isLazy(address); }
  bool isKnown(Address address, unsigned bytes) const;
  Note noteAt(Address address) const;
  void setNote(Address address, Note note);
  void setNotes(Address address, uint64_t bytes, Note note);
  bool isOpen(Address address, const Note &note) const {
    return note.term == noTerm && isLazy(address) != note.reversed;
  }
  void settle(Address address, unsigned bytes);
  void settleOpen(Address address, unsigned bytes);
  void noteKnown(Address address, uint64_t size);

  sim::Kernel &kernel;
  TermPool &pool;
  std::vector<Arena> lazy;
  FirstReads *firstReads = nullptr;
  State now;
};

} // namespace kmem::replay
