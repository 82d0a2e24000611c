#include "runtime/alloc/kasan_quarantine.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr uint64_t cpuQueueBytes = 1 << 20;  // QUARANTINE_PERCPU_SIZE
constexpr uint64_t quarantineBatches = 1024; // QUARANTINE_BATCHES
constexpr uint64_t quarantineFraction = 32;  // QUARANTINE_FRACTION

} // namespace

KasanQuarantine::KasanQuarantine(uint64_t totalRam, unsigned cpus) {
  const uint64_t total = totalRam / quarantineFraction, ofCpus = cpuQueueBytes * cpus;
  maximum = total < ofCpus ? 0 : total - ofCpus;
  batchBytes = std::max(cpuQueueBytes, 2 * total / quarantineBatches);
}

void KasanQuarantine::put(unsigned cpu, const Object &object) {
  Queue &queue = cpuQueues.write(cpu);
  entries.write(indexInCpuQueue(cpu, queue.next++)) = object;
  queue.bytes += object.bytes;
  if (queue.bytes > cpuQueueBytes)
    moveToGlobal(cpu);
}

void KasanQuarantine::moveToGlobal(unsigned cpu) {
  Queue &queue = cpuQueues.write(cpu);
  for (; queue.first < queue.next; ++queue.first)
    entries.write(nextGlobal++) = entries.read(indexInCpuQueue(cpu, queue.first));
  globalBytes += queue.bytes;
  Batch &batch = batches.write(lastBatch);
  batch.bytes += queue.bytes;
  batch.end = nextGlobal;
  const bool hasRoom = lastBatch + 1 - firstBatch < quarantineBatches;
  if (batch.bytes >= batchBytes && hasRoom)
    batches.write(++lastBatch) = {};
  queue.bytes = 0;
}

std::vector<KasanQuarantine::Object> KasanQuarantine::reduce() {
  std::vector<Object> leaving;
  if (globalBytes <= maximum)
    return leaving;
  const Batch batch = batches.read(firstBatch);
  for (; firstGlobal < batch.end; ++firstGlobal)
    if (const Object object = entries.read(firstGlobal); object.address)
      leaving.push_back(object);
  globalBytes -= batch.bytes;
  if (firstBatch == lastBatch)
    batches.write(firstBatch) = {};
  else
    ++firstBatch;
  return leaving;
}

std::vector<KasanQuarantine::Object> KasanQuarantine::removeCache(CacheId cache) {
  std::vector<Object> leaving;
  auto take = [&](uint64_t index) {
    const Object object = entries.read(index);
    if (!object.address || object.cache != cache)
      return uint64_t(0);
    entries.write(index).address = 0;
    leaving.push_back(object);
    return uint64_t(object.bytes);
  };
  for (unsigned cpu = 0; cpuQueues.isBacked(cpu) && cpu < cpuQueues.leafSize; ++cpu)
    for (uint64_t number = cpuQueues[cpu].first; number < cpuQueues[cpu].next; ++number)
      cpuQueues.write(cpu).bytes -= take(indexInCpuQueue(cpu, number));
  uint64_t number = firstGlobal;
  for (uint64_t batch = firstBatch; batch <= lastBatch; ++batch)
    for (; number < batches[batch].end; ++number) {
      const uint64_t bytes = take(number);
      batches.write(batch).bytes -= bytes;
      globalBytes -= bytes;
    }
  return leaving;
}

} // namespace kmem::sim
