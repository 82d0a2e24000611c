#include "runtime/exec/assembly_user.h"

namespace kmem::replay {

static constexpr uint64_t efault = 14; // asm-generic/errno-base.h
/// A copy from user memory makes at most so many inputs.
static constexpr uint64_t maxInputs = 4096;

bool isKernelAddress(const Value &address) { return address.isKnown() && address.bits() >> 63; }

void inputBlock(AssemblyRun &run, llvm::StringRef what, Address to, uint64_t size) {
  if (size / 8 > maxInputs)
    return run.refuse("a block of " + std::to_string(size) + " bytes of inputs");
  for (uint64_t at = 0; at < size;) {
    const uint64_t bytes = size - at >= 8 ? 8 : 1;
    const std::string name = (what + "[" + std::to_string(at) + "]").str();
    run.world.memory.store(to + at, run.input(name, unsigned(bytes * 8)));
    at += bytes;
  }
}

void copyBlock(AssemblyRun &run, const Value &to, const Value &from, uint64_t size, bool isUser) {
  if (size == 0)
    return;
  if (isUser) {
    if (isKernelAddress(to))
      inputBlock(run, run.named("user memory", from), to.bits(), size);
    return;
  }
  const auto source = run.pick(from, PickFor::Address), target = run.pick(to, PickFor::Address);
  if (source && target)
    run.world.memory.copy(*target, *source, size);
}

static bool userCopyFails(AssemblyRun &run, llvm::StringRef name) {
  return run.world.chooser.choose(ChoiceKind::UserCopy, name, 2) != 0;
}

static unsigned bitsInName(llvm::StringRef name) {
  unsigned bytes = 8;
  name.rsplit('_').second.getAsInteger(10, bytes);
  return std::min(bytes, 8u) * 8;
}

/// arch/x86/lib/getuser.S: address in ax; error in ax, value in dx.
void getUser(AssemblyRun &run, llvm::StringRef name) {
  const unsigned width = bitsInName(name);
  const bool fails = userCopyFails(run, name);
  const Value value = fails ? Value::known(0, width) : run.input(run.named(name, run.cpu(AX, maxWidth)), width);
  run.setCpu(DX, run.math.extended(value, maxWidth));
  run.setCpu(AX, Value::known(fails ? 0 - efault : 0, maxWidth));
}

/// arch/x86/lib/putuser.S: value in ax, address in cx; error in cx.
void putUser(AssemblyRun &run, llvm::StringRef name) {
  run.setCpu(CX, Value::known(userCopyFails(run, name) ? 0 - efault : 0, maxWidth));
}

/// arch/x86/lib/clear_page_64.S: cx bytes of user memory at di; what is left in cx.
void clearUser(AssemblyRun &run, llvm::StringRef name) {
  if (!userCopyFails(run, name))
    run.setCpu(CX, Value::known(0, maxWidth));
}

/// arch/x86/lib/copy_user_64.S (6.1): dx bytes from si to di; what is left in ax.
void copyUser(AssemblyRun &run, llvm::StringRef name) {
  const Value count = run.cpu(DX, 32);
  if (userCopyFails(run, name))
    return run.setCpu(AX, count);
  if (const std::optional<uint64_t> size = run.pick(count, PickFor::Size))
    copyBlock(run, run.cpu(DI, maxWidth), run.cpu(SI, maxWidth), *size, /*isUser=*/true);
  run.setCpu(AX, Value::known(0, 32));
}

} // namespace kmem::replay
