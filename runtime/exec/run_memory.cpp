#include "runtime/exec/run_memory.h"

namespace kmem::replay {

static constexpr unsigned byteBits = 8;

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

RunMemory::Note RunMemory::noteAt(Address address) const {
  const auto place = kernel.memory.translate(address, kernel.memory.userTable());
  return place ? now.notes.read(place->physical) : Note{};
}

void RunMemory::setNote(Address address, Note note) {
  const auto place = kernel.memory.translate(address, kernel.memory.userTable());
  assert(place && "the byte was just accessed");
  const bool was = now.notes.read(place->physical).term != noTerm, is = note.term != noTerm;
  if (!was && !is)
    return;
  now.symbolicBytes += is;
  now.symbolicBytes -= was;
  now.notes.write(place->physical) = note;
}

void RunMemory::forget(Address address, uint64_t size) {
  for (uint64_t i = 0; i < size && hasSymbolic(); ++i)
    setNote(address + i, {});
}

Value RunMemory::load(Address address, unsigned width) {
  const unsigned bytes = bytesOf(width);
  const uint64_t bits = loadKnown(address, bytes);
  if (!hasSymbolic())
    return Value::known(bits, width);
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
  if (value.isKnown()) {
    forget(address, bytes);
    return;
  }
  const TermRef term = pool.zext(value.asTerm(pool), bytes * byteBits);
  for (unsigned i = 0; i < bytes; ++i)
    setNote(address + i, {term, uint8_t(i)});
}

void RunMemory::copy(Address to, Address from, uint64_t size) {
  std::vector<std::byte> bytes(size);
  kernel.memory.read(from, bytes);
  std::vector<Note> notes;
  if (hasSymbolic())
    for (uint64_t i = 0; i < size; ++i)
      notes.push_back(noteAt(from + i));
  kernel.memory.write(to, bytes);
  for (uint64_t i = 0; i < notes.size(); ++i)
    setNote(to + i, notes[i]);
}

void RunMemory::fill(Address address, const Value &byte, uint64_t size) {
  assert(byte.width() == byteBits);
  kernel.memory.fill(address, byte.isKnown() ? uint8_t(byte.bits()) : 0, size);
  if (byte.isKnown())
    forget(address, size);
  else
    for (uint64_t i = 0; i < size; ++i)
      setNote(address + i, {byte.asTerm(pool), 0});
}

} // namespace kmem::replay
