// Locks that spin, and what takes them on the way: spin_lock(), read_lock(), write_lock() and their variants
// (include/linux/spinlock_api_smp.h), bit locks (include/linux/bit_spinlock.h), lib/dec_and_lock.c.
#include "runtime/models/lock_calls.h"
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

using sim::LockKind, sim::LockMode, sim::LockVariant;
using enum sim::LockKind;
using enum sim::LockMode;
using enum sim::LockVariant;

Address lockArgument(ModelCall &call) { return call.pointer(call.rule.lock == rules::noArgument ? 0 : call.rule.lock); }

template <LockKind kind, LockMode mode, LockVariant variant> Values lock(ModelCall &call) {
  const Address address = lockArgument(call);
  const bool irqsWereOff = call.context().irqsDisabled();
  acquireAt(call, address, {kind, mode, variant});
  return variant == IrqSave ? giveFlags(call, irqsWereOff) : call.nothing();
}

template <LockKind kind, LockMode mode, LockVariant variant> Values unlock(ModelCall &call) {
  releaseAt(call, lockArgument(call), {kind, mode, variant});
  return call.nothing();
}

/// The flags decide, not what was saved when the lock was taken.
template <LockKind kind, LockMode mode> Values unlockRestoring(ModelCall &call) {
  const Address address = lockArgument(call);
  const bool irqsOff = irqsOffInArgument(call);
  releaseAt(call, address, {kind, mode, Plain});
  call.context().irqRestore(irqsOff);
  return call.nothing();
}

template <LockKind kind, LockMode mode, LockVariant variant> Values trylock(ModelCall &call) {
  const Address address = lockArgument(call);
  const bool irqsWereOff = call.context().irqsDisabled();
  const bool taken = tryAcquireAt(call, address, {kind, mode, variant});
  return taken && variant == IrqSave ? giveFlags(call, irqsWereOff, 1) : call.returns(taken);
}

/// "Is it locked?": yes when the run's task holds it; of others nobody knows.
Values isLocked(ModelCall &call) {
  const Address address = call.pointer(0);
  const uint32_t *known = call.now.counterparts[unsigned(Counterpart::Lock)].find(address);
  return known && call.kernel().locks.isHeldByCurrent(*known) ? call.returns(1) : call.returnsFresh();
}

Values initialise(ModelCall &call) {
  call.now.counterparts[unsigned(Counterpart::Lock)].erase(lockArgument(call));
  return call.nothing();
}

// Bit locks: the bit is the lock.
constexpr LockCall bitLock{Bit};

struct LockBit {
  Address word;
  unsigned bit;
  /// Bits of one word are locks apart: no kernel address looks like this.
  Address key() const { return word ^ (uint64_t(bit + 1) << 48); }
};

LockBit bitArgument(ModelCall &call) {
  const uint64_t bit = call.number(0);
  return {call.pointer(1) + bit / maxWidth * (maxWidth / 8), unsigned(bit % maxWidth)};
}

void setBit(ModelCall &call, const LockBit &lock, bool on) {
  const Value word = call.load(lock.word, maxWidth), mask = Value::known(uint64_t(1) << lock.bit, maxWidth);
  TermPool &pool = call.machine.pool;
  const TermRef cleared = pool.binary(Op::And, word.asTerm(pool), pool.constant(~(uint64_t(1) << lock.bit), maxWidth));
  call.store(lock.word, Value::symbolic(pool, on ? pool.binary(Op::Or, cleared, mask.asTerm(pool)) : cleared));
}

Values lockBit(ModelCall &call) {
  const LockBit lock = bitArgument(call);
  acquireAt(call, lock.key(), bitLock);
  setBit(call, lock, true);
  return call.nothing();
}
Values unlockBit(ModelCall &call) {
  const LockBit lock = bitArgument(call);
  releaseAt(call, lock.key(), bitLock);
  setBit(call, lock, false);
  return call.nothing();
}
Values trylockBit(ModelCall &call) {
  const LockBit lock = bitArgument(call);
  const bool taken = tryAcquireAt(call, lock.key(), bitLock);
  if (taken)
    setBit(call, lock, true);
  return call.returns(taken);
}

/// Drops the count; true, with the lock held, when it was the last.
template <LockKind kind, LockVariant variant> Values decrementAndLock(ModelCall &call) {
  constexpr unsigned countWidth = 32;
  const Address count = call.pointer(0), lock = call.pointer(1);
  TermPool &pool = call.machine.pool;
  const TermRef before = call.load(count, countWidth).asTerm(pool);
  const bool irqsWereOff = call.context().irqsDisabled();
  const bool last = call.decide(Value::symbolic(pool, pool.equal(before, pool.constant(1, countWidth))));
  if (last)
    acquireAt(call, lock, {kind, Exclusive, variant});
  call.store(count, Value::symbolic(pool, pool.binary(Op::Sub, before, pool.constant(1, countWidth))));
  return last && variant == IrqSave ? giveFlags(call, irqsWereOff, 1) : call.returns(last);
}

constexpr ModelRow rows[] = {
    {"spin_lock", lock<Spin, Exclusive, Plain>},
    {"spin_lock_bh", lock<Spin, Exclusive, Bh>},
    {"spin_lock_irq", lock<Spin, Exclusive, Irq>},
    {"spin_lock_irqsave", lock<Spin, Exclusive, IrqSave>},
    {"spin_unlock", unlock<Spin, Exclusive, Plain>},
    {"spin_unlock_bh", unlock<Spin, Exclusive, Bh>},
    {"spin_unlock_irq", unlock<Spin, Exclusive, Irq>},
    {"spin_unlock_irqrestore", unlockRestoring<Spin, Exclusive>},
    {"spin_trylock", trylock<Spin, Exclusive, Plain>},
    {"spin_trylock_bh", trylock<Spin, Exclusive, Bh>},
    {"spin_trylock_irq", trylock<Spin, Exclusive, Irq>},
    {"read_lock", lock<ReadWrite, Shared, Plain>},
    {"read_lock_bh", lock<ReadWrite, Shared, Bh>},
    {"read_lock_irq", lock<ReadWrite, Shared, Irq>},
    {"read_lock_irqsave", lock<ReadWrite, Shared, IrqSave>},
    {"read_unlock", unlock<ReadWrite, Shared, Plain>},
    {"read_unlock_bh", unlock<ReadWrite, Shared, Bh>},
    {"read_unlock_irq", unlock<ReadWrite, Shared, Irq>},
    {"read_unlock_irqrestore", unlockRestoring<ReadWrite, Shared>},
    {"read_trylock", trylock<ReadWrite, Shared, Plain>},
    {"write_lock", lock<ReadWrite, Exclusive, Plain>},
    {"write_lock_bh", lock<ReadWrite, Exclusive, Bh>},
    {"write_lock_irq", lock<ReadWrite, Exclusive, Irq>},
    {"write_lock_irqsave", lock<ReadWrite, Exclusive, IrqSave>},
    {"write_unlock", unlock<ReadWrite, Exclusive, Plain>},
    {"write_unlock_bh", unlock<ReadWrite, Exclusive, Bh>},
    {"write_unlock_irq", unlock<ReadWrite, Exclusive, Irq>},
    {"write_unlock_irqrestore", unlockRestoring<ReadWrite, Exclusive>},
    {"write_trylock", trylock<ReadWrite, Exclusive, Plain>},
    {"lock_init", initialise},
    {"is_locked", isLocked},
    {"bit_spin_lock", lockBit},
    {"bit_spin_unlock", unlockBit},
    {"bit_spin_trylock", trylockBit},
    {"dec_and_lock", decrementAndLock<Spin, Plain>},
    {"dec_and_lock_irqsave", decrementAndLock<Spin, IrqSave>},
    {"dec_and_mutex_lock", decrementAndLock<Mutex, Plain>},
};

} // namespace

ModelTable spinlockModels() { return rows; }

} // namespace kmem::replay
