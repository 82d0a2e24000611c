#include "runtime/exec/run_memory.h"

#include <algorithm>

namespace kmem::replay {

static constexpr unsigned byteBits = 8;
static constexpr unsigned wordBytes = 8;
/// Open bytes of larger copies stay open at both places: they no longer need to be equal.
static constexpr uint64_t settledOnCopy = 4096;
static constexpr uint64_t maxUnsettled = uint64_t(1) << 20; ///< of one range; code looks at the beginning of such

static unsigned bytesOf(unsigned width) { return (width + byteBits - 1) / byteBits; }

uint64_t RunMemory::loadKnown(Address address, unsigned bytes) const {
  switch (bytes) {
  case 1:
    return kernel.memory.load<uint8_t>(address);
  case 2:
    return kernel.memory.load<uint16_t>(address);
  case 4:
    return kernel.memory.load<uint32_t>(address);
  case 8:
    return kernel.memory.load<uint64_t>(address);
  default: {
    uint64_t bits = 0;
    kernel.memory.read(address, std::as_writable_bytes(std::span(&bits, 1)).first(bytes));
    return bits;
  }
  }
}

void RunMemory::storeKnown(Address address, uint64_t bits, unsigned bytes) {
  switch (bytes) {
  case 1:
    return kernel.memory.store(address, uint8_t(bits));
  case 2:
    return kernel.memory.store(address, uint16_t(bits));
  case 4:
    return kernel.memory.store(address, uint32_t(bits));
  case 8:
    return kernel.memory.store(address, bits);
  default:
    return kernel.memory.write(address, std::as_bytes(std::span(&bits, 1)).first(bytes));
  }
}

bool RunMemory::isLazy(Address address) const {
  for (const Arena &range : lazy)
    if (range.contains(address))
      return true;
  return false;
}

/// Whether a scalar's bytes all hold known values, by one look at their notes; false when it takes a closer one.
bool RunMemory::isKnown(Address address, unsigned bytes) const {
  constexpr uint64_t leafSize = sim::CowArray<Note>::leafSize;
  static_assert(sim::pageSize % leafSize == 0, "a place in a leaf is the same of the address and of the frame");
  if (address % leafSize + bytes > leafSize)
    return false;
  const auto place = kernel.memory.translate(address, kernel.memory.userTable());
  if (!place)
    return false;
  const bool inLazy = isLazy(address);
  if (inLazy != isLazy(address + bytes - 1))
    return false;
  const std::span<const Note> notes = now.notes.leafFrom(place->physical);
  if (notes.empty())
    return !inLazy;
  return std::ranges::all_of(notes.first(bytes),
                             [&](const Note &note) { return note.term == noTerm && note.reversed == inLazy; });
}

RunMemory::Note RunMemory::noteAt(Address address) const {
  const auto place = kernel.memory.translate(address, kernel.memory.userTable());
  return place ? now.notes.read(place->physical) : Note{};
}

void RunMemory::setNote(Address address, Note note) {
  const auto place = kernel.memory.translate(address, kernel.memory.userTable());
  if (!place)
    return; // memory that is arithmetic, such as the array of struct page
  const bool inLazy = isLazy(address);
  auto counts = [&](const Note &n) { return n.term != noTerm || (n.reversed && !inLazy); };
  const Note &before = now.notes.read(place->physical);
  if (before.term == note.term && before.part == note.part && before.reversed == note.reversed)
    return;
  now.noted += counts(note);
  now.noted -= counts(before);
  now.notes.write(place->physical) = note;
}

/// Notes of one leaf, found once for all of them.
void RunMemory::setNotes(Address address, uint64_t bytes, Note note) {
  const auto place = kernel.memory.translate(address, kernel.memory.userTable());
  if (!place)
    return;
  const bool inLazy = isLazy(address);
  auto counts = [&](const Note &n) { return n.term != noTerm || (n.reversed && !inLazy); };
  Note *notes = &now.notes.write(place->physical);
  for (Note &at : std::span(notes, bytes)) {
    now.noted -= counts(at);
    at = note;
  }
  now.noted += bytes * counts(note);
}

/// The bytes hold known values now.
void RunMemory::noteKnown(Address address, uint64_t size) {
  constexpr uint64_t leafSize = sim::CowArray<Note>::leafSize;
  for (uint64_t done = 0; done < size;) {
    const Address at = address + done;
    const uint64_t bytes = std::min(size - done, leafSize - at % leafSize);
    done += bytes;
    if (isPlain(at) || isKnown(at, unsigned(bytes)))
      continue;
    const bool inLazy = isLazy(at);
    if (inLazy == isLazy(at + bytes - 1))
      setNotes(at, bytes, {noTerm, 0, inLazy});
    else
      for (uint64_t i = 0; i < bytes; ++i)
        setNote(at + i, {noTerm, 0, isLazy(at + i)});
  }
}

void RunMemory::unsettle(Address address, uint64_t size) {
  const Address end = address + std::min(size, maxUnsettled);
  for (Address at = address; at < end; ++at) {
    if ((at == address || (at & ~sim::pageMask) == 0) && !kernel.memory.translate(at, kernel.memory.userTable()))
      return;
    setNote(at, {noTerm, 0, !isLazy(at)});
  }
}

/// Asks for the value of `bytes` open bytes and writes it down.
void RunMemory::settleOpen(Address address, unsigned bytes) {
  const Value value = firstReads->firstRead(address, bytes * byteBits);
  store(address, value);
}

/// Gives every open byte of a scalar its value: at once when all are open, else each run of open ones byte by byte.
void RunMemory::settle(Address address, unsigned bytes) {
  unsigned open = 0;
  for (unsigned i = 0; i < bytes; ++i)
    open += isOpen(address + i, noteAt(address + i));
  if (!open || !firstReads)
    return;
  if (open == bytes)
    return settleOpen(address, bytes);
  for (unsigned i = 0; i < bytes; ++i)
    if (isOpen(address + i, noteAt(address + i)))
      settleOpen(address + i, 1);
}

Value RunMemory::load(Address address, unsigned width) {
  const unsigned bytes = bytesOf(width);
  uint64_t bits = loadKnown(address, bytes);
  if (isPlain(address) || isKnown(address, bytes))
    return Value::known(bits, width);
  settle(address, bytes);
  bits = loadKnown(address, bytes);
  TermRef whole = noTerm;
  bool symbolic = false;
  for (unsigned i = 0; i < bytes; ++i) {
    const Note note = noteAt(address + i);
    symbolic |= note.term != noTerm;
    const TermRef byte = note.term != noTerm ? pool.extract(note.term, note.part * byteBits, byteBits)
                                             : pool.constant(bits >> (i * byteBits), byteBits);
    whole = whole == noTerm ? byte : pool.concat(byte, whole);
  }
  return symbolic ? Value::symbolic(pool, pool.extract(whole, 0, width)) : Value::known(bits, width);
}

void RunMemory::store(Address address, const Value &value) {
  const unsigned bytes = bytesOf(value.width());
  storeKnown(address, value.isKnown() ? value.bits() : 0, bytes);
  if (value.isKnown())
    return noteKnown(address, bytes);
  const TermRef term = pool.zext(value.asTerm(pool), bytes * byteBits);
  for (unsigned i = 0; i < bytes; ++i)
    setNote(address + i, {term, uint8_t(i), isLazy(address + i)});
}

void RunMemory::copy(Address to, Address from, uint64_t size) {
  const bool plain = isPlain(from) && isPlain(to);
  if (!plain && size <= settledOnCopy)
    for (uint64_t i = 0; i < size; i += wordBytes)
      settle(from + i, unsigned(std::min<uint64_t>(wordBytes, size - i)));
  std::vector<std::byte> bytes(size);
  kernel.memory.read(from, bytes);
  std::vector<Note> notes;
  std::vector<bool> open;
  for (uint64_t i = 0; i < size && !plain; ++i) {
    notes.push_back(noteAt(from + i));
    open.push_back(isOpen(from + i, notes.back()));
  }
  kernel.memory.write(to, bytes);
  for (uint64_t i = 0; i < notes.size(); ++i)
    setNote(to + i, {notes[i].term, notes[i].part, isLazy(to + i) != open[i]});
}

void RunMemory::fill(Address address, const Value &byte, uint64_t size) {
  assert(byte.width() == byteBits);
  kernel.memory.fill(address, byte.isKnown() ? uint8_t(byte.bits()) : 0, size);
  if (byte.isKnown())
    return noteKnown(address, size);
  for (uint64_t i = 0; i < size; ++i)
    setNote(address + i, {byte.asTerm(pool), 0, isLazy(address + i)});
}

} // namespace kmem::replay
