// The lists of chunks by the size of their longest free run, and the three special ones behind them.
#include "runtime/alloc/percpu.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

constexpr unsigned slotBaseShift = 5; // PCPU_SLOT_BASE_SHIFT
constexpr uint64_t minimumSize = 4;   // PCPU_MIN_ALLOC_SIZE

unsigned rawSlot(uint64_t bytes) { return unsigned(std::max(int(std::bit_width(bytes)) - int(slotBaseShift) + 2, 1)); }

} // namespace

unsigned Percpu::sidelinedSlot() const { return rawSlot(sizes.unitSize) + 1; }

unsigned Percpu::slotOfSize(uint64_t bytes) const { return bytes == sizes.unitSize ? freeSlot() : rawSlot(bytes); }

unsigned Percpu::slotOf(ChunkId chunk) const {
  const Chunk &it = now.chunks[chunk];
  return it.freeBytes < minimumSize || it.longest == 0 ? 0 : slotOfSize(it.longest * minimumSize);
}

void Percpu::insert(ChunkId chunk, unsigned slot, bool front) {
  List &list = now.lists.write(slot);
  Chunk &it = now.chunks.write(chunk);
  it.slot = slot;
  it.next = front ? list.first : 0;
  it.previous = front ? 0 : list.last;
  const ChunkId neighbour = front ? list.first : list.last;
  (front ? list.first : list.last) = chunk;
  if (!neighbour)
    (front ? list.last : list.first) = chunk;
  else
    (front ? now.chunks.write(neighbour).previous : now.chunks.write(neighbour).next) = chunk;
}

void Percpu::remove(ChunkId chunk) {
  const Chunk it = now.chunks[chunk];
  List &list = now.lists.write(it.slot);
  (it.previous ? now.chunks.write(it.previous).next : list.first) = it.next;
  (it.next ? now.chunks.write(it.next).previous : list.last) = it.previous;
}

void Percpu::move(ChunkId chunk, unsigned slot, bool front) {
  if (chunk == now.reservedChunk)
    return;
  remove(chunk);
  insert(chunk, slot, front);
}

/// pcpu_chunk_relocate(): to the front when it grew, to the end when it shrank.
void Percpu::relocate(ChunkId chunk, int oldSlot) {
  const int slot = int(slotOf(chunk));
  if (!now.chunks[chunk].isolated && slot != oldSlot)
    move(chunk, slot, oldSlot < slot);
}

void Percpu::isolate(ChunkId chunk) {
  if (!now.chunks[chunk].isolated) {
    now.chunks.write(chunk).isolated = true;
    now.emptyPopulated -= now.chunks[chunk].emptyPopulated;
  }
  move(chunk, depopulateSlot(), true);
}

void Percpu::reintegrate(ChunkId chunk) {
  if (!now.chunks[chunk].isolated)
    return;
  now.chunks.write(chunk).isolated = false;
  now.emptyPopulated += now.chunks[chunk].emptyPopulated;
  relocate(chunk, -1);
}

} // namespace kmem::sim
