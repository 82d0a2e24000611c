// Accesses to user memory, by the process and by the kernel; files, swap.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/user_operation.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::sim {

namespace {

constexpr uint64_t longestAccess = 4096, mostPages = 1 << 20;
constexpr CodeSite callerSite{"scenario_access", "scenario", 1};

constexpr Argument touchArguments[] = {
    processArgument,
    userPointerArgument,
    {"access", ArgumentKind::Choice, "default: write", false, ValueKind::None, "read write"},
    {"pages", ArgumentKind::Size, "one byte in each of so many pages; default: 1", false}};
constexpr Argument readArguments[] = {
    processArgument, userPointerArgument, {"size", ArgumentKind::Size, "bytes, at most 4096"}};
constexpr Argument writeArguments[] = {
    processArgument, userPointerArgument, {"bytes", ArgumentKind::Bytes, "in hexadecimal"}};
constexpr Argument pageArguments[] = {processArgument, userPointerArgument};
constexpr Argument fileArguments[] = {{"name", ArgumentKind::Text, "its path"}, {"size", ArgumentKind::Size, "bytes"}};
constexpr Argument fileOnly[] = {fileArgument};
constexpr Argument fileReadArguments[] = {
    fileArgument, {"offset", ArgumentKind::Size, "bytes"}, {"size", ArgumentKind::Size, "bytes"}};
constexpr Argument fileWriteArguments[] = {
    fileArgument, {"offset", ArgumentKind::Size, "bytes"}, {"bytes", ArgumentKind::Bytes, "in hexadecimal"}};
constexpr Argument truncateArguments[] = {fileArgument, {"size", ArgumentKind::Size, "bytes"}};
constexpr Argument swapArguments[] = {{"size", ArgumentKind::Size, "of the device"}};
constexpr Argument swapOutArguments[] = {processArgument, userPointerArgument, lengthArgument};
constexpr Argument copyFromArguments[] = {
    {"from", ArgumentKind::Pointer, "user address"},
    {"size", ArgumentKind::Size, "bytes"},
    {"to", ArgumentKind::Pointer, "kernel address; default: told as bytes", false}};
constexpr Argument copyToArguments[] = {{"to", ArgumentKind::Pointer, "user address"},
                                        {"bytes", ArgumentKind::Bytes, "in hexadecimal"}};
constexpr Argument getArguments[] = {{"from", ArgumentKind::Pointer, "user address"},
                                     {"size", ArgumentKind::Size, "1, 2, 4 or 8; default: 8", false}};
constexpr Argument putArguments[] = {{"to", ArgumentKind::Pointer, "user address"},
                                     {"value", ArgumentKind::Size, "what"},
                                     {"size", ArgumentKind::Size, "1, 2, 4 or 8; default: 8", false}};

std::string hexBytes(llvm::ArrayRef<std::byte> bytes) {
  return llvm::toHex(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()), true);
}

/// Tells each fault once, and how many in a row were like it: "new page x16".
void touch(Step &step) {
  const MmId mm = processOf(step);
  llvm::json::Array told;
  std::string last;
  uint64_t count = 0;
  auto flush = [&] {
    if (count)
      told.push_back(count > 1 ? last + " x" + std::to_string(count) : last);
  };
  for (uint64_t page = 0; page < std::min(step.number("pages", 1), mostPages); ++page) {
    const Address at = step.number("ptr") + (page << pageShift);
    std::byte byte{1};
    const auto outcome = step.text("access", "write") == "read" ? step.system.user.faults.read(mm, at, {&byte, 1})
                                                                : step.system.user.faults.write(mm, at, {&byte, 1});
    std::string name = faultName(outcome.last);
    if (name != last || !count) {
      flush();
      last = std::move(name);
      count = 0;
    }
    ++count;
    if (!outcome.ok())
      break;
  }
  flush();
  step.result["faults"] = std::move(told);
  describeUserPage(step.system, mm, step.number("ptr"), step.result, false);
}

void tellOutcome(Step &step, const Faults::Outcome &outcome) {
  step.say(outcome.ok() ? llvm::json::Value(int64_t(outcome.done)) : llvm::json::Value(faultName(outcome.last)));
}

void readMemory(Step &step) {
  std::vector<std::byte> bytes(std::min(step.number("size"), longestAccess));
  const auto outcome = step.system.user.faults.read(processOf(step), step.number("ptr"), bytes);
  tellOutcome(step, outcome);
  step.result["bytes"] = hexBytes(llvm::ArrayRef(bytes).take_front(outcome.done));
}

void writeMemory(Step &step) {
  const std::string bytes = step.text("bytes");
  tellOutcome(step,
              step.system.user.faults.write(processOf(step), step.number("ptr"), std::as_bytes(std::span(bytes))));
}

/// Which pages of the file are cached: "0-31 32*" with a star at a page that starts the next readahead.
void tellCached(Step &step) {
  const FileId file = fileOf(step);
  PageCache &files = step.system.user.files;
  std::string text;
  const std::vector<uint64_t> indices = files.cachedIndices(file);
  for (size_t first = 0; first < indices.size();) {
    size_t last = first;
    while (last + 1 < indices.size() && indices[last + 1] == indices[last] + 1)
      ++last;
    text += (text.empty() ? "" : " ") + std::to_string(indices[first]) + "-" + std::to_string(indices[last]);
    first = last + 1;
  }
  step.result["cached"] = text;
  for (const uint64_t index : indices)
    if (const Pfn page = files.lookup(file, index);
        page && step.system.kernel.memory.page(page).pageFlags & PageReadahead)
      step.result["readahead_mark"] = int64_t(index);
}

void readFile(Step &step) {
  std::vector<std::byte> bytes(std::min<uint64_t>(step.number("size"), uint64_t(1) << 24));
  saySysResult(step, step.system.user.files.read(fileOf(step), step.number("offset"), bytes));
  tellCached(step);
}

void copyFrom(Step &step) {
  UserCopy &copy = step.system.user.copy;
  if (step.has("to")) {
    step.say(int64_t(copy.copyFromUser(step.number("to"), step.number("from"), step.number("size"))));
    return;
  }
  std::vector<std::byte> bytes(std::min(step.number("size"), longestAccess), std::byte(0xee));
  step.say(int64_t(copy.copyFromUser(bytes, step.number("from"))));
  step.result["bytes"] = hexBytes(bytes);
}

template <typename Copy> void copyOut(Step &step, Copy copy) {
  const std::string bytes = step.text("bytes");
  copy(step.system.user.copy, step.number("to"), std::as_bytes(std::span(bytes)));
}

unsigned accessSize(const Step &step) {
  const uint64_t size = step.number("size", 8);
  return size == 1 || size == 2 || size == 4 ? unsigned(size) : 8;
}

void getUser(Step &step) {
  uint64_t value = 0;
  saySysResult(step, step.system.user.copy.getUser(value, step.number("from"), accessSize(step), callerSite));
  step.result["value"] = hexadecimal(value);
}

void copyString(Step &step) {
  std::vector<std::byte> bytes(std::min(step.number("size"), longestAccess));
  const SysResult length = step.system.user.copy.copyStringFromUser(bytes, step.number("from"));
  saySysResult(step, length);
  if (!isSysError(length))
    step.result["text"] = std::string(reinterpret_cast<const char *>(bytes.data()), size_t(length));
}

void copyFromNofault(Step &step) {
  std::vector<std::byte> bytes(std::min(step.number("size"), longestAccess));
  saySysResult(step, step.system.user.copy.copyFromUserNofault(bytes, step.number("from")));
  step.result["bytes"] = hexBytes(bytes);
}

void makeFile(Step &step) {
  step.produce({ValueKind::File, step.system.user.files.create(step.text("name"), step.number("size")), 0});
}

void writeFile(Step &step) {
  const std::string bytes = step.text("bytes");
  saySysResult(step,
               step.system.user.files.write(fileOf(step), step.number("offset"), std::as_bytes(std::span(bytes))));
}

constexpr Operation table[] = {
    {"touch", "the process accesses pages; says which faults that took", touchArguments, ValueKind::None,
     onProcess<touch>},
    {"read_user", "the process reads its memory", readArguments, ValueKind::None, onProcess<readMemory>},
    {"write_user", "the process writes its memory", writeArguments, ValueKind::None, onProcess<writeMemory>},
    {"user_page", "what is behind a user address", pageArguments, ValueKind::None,
     onProcess<[](Step &s) { describeUserPage(s.system, processOf(s), s.number("ptr"), s.result, true); }>},
    {"file", "a file with zeros in it, not cached", fileArguments, ValueKind::File, makeFile},
    {"read_file", "read(2)", fileReadArguments, ValueKind::None, onFile<readFile>},
    {"write_file", "write(2)", fileWriteArguments, ValueKind::None, onFile<writeFile>},
    {"cached", "which pages of a file are in the page cache", fileOnly, ValueKind::None, onFile<tellCached>},
    {"truncate", "the file gets another size", truncateArguments, ValueKind::None,
     onFile<[](Step &s) { saySysResult(s, s.system.user.mappings.truncate(fileOf(s), s.number("size"))); }>},
    {"write_back", "dirty pages go to the device", fileOnly, ValueKind::None,
     onFile<[](Step &s) { s.say(int64_t(s.system.user.mappings.writeBack(fileOf(s)))); }>},
    {"swapon", "a swap device", swapArguments, ValueKind::None,
     [](Step &s) {
       const SwapSpace &swap = s.system.user.swap();
       if (swap.freePages() != swap.totalPages())
         return s.say("-EBUSY");
       s.system.user.setSwapPages(s.number("size") >> pageShift);
     }},
    {"swap_out", "pages of a process go to swap or back to their file", swapOutArguments, ValueKind::None,
     onProcess<[](Step &s) {
       const Address start = s.number("ptr");
       s.say(int64_t(s.system.user.reclaim.pageOut(processOf(s), start, start + s.number("length"))));
     }>},
    {"reclaim_user",
     "every page that can be taken back is",
     {},
     ValueKind::None,
     [](Step &s) { s.say(int64_t(s.system.user.reclaim.takeBackAll())); }},
    {"copy_from_user", "the kernel reads user memory; bytes that are left", copyFromArguments, ValueKind::None,
     copyFrom},
    {"copy_to_user", "the kernel writes user memory; bytes that are left", copyToArguments, ValueKind::None,
     [](Step &s) {
       copyOut(s, [&](UserCopy &copy, Address to, auto bytes) { s.say(int64_t(copy.copyToUser(to, bytes))); });
     }},
    {"copy_from_user_nofault", "reads what is there already", copyFromArguments, ValueKind::None, copyFromNofault},
    {"copy_to_user_nofault", "writes where that needs no fault", copyToArguments, ValueKind::None,
     [](Step &s) {
       copyOut(s, [&](UserCopy &copy, Address to, auto bytes) { saySysResult(s, copy.copyToUserNofault(to, bytes)); });
     }},
    {"get_user", "the kernel reads one value", getArguments, ValueKind::None, getUser},
    {"put_user", "the kernel writes one value", putArguments, ValueKind::None,
     [](Step &s) {
       saySysResult(s, s.system.user.copy.putUser(s.number("value"), s.number("to"), accessSize(s), callerSite));
     }},
    {"strncpy_from_user", "the kernel reads a string", copyFromArguments, ValueKind::None, copyString},
    {"pagefault_disable",
     "user faults fail from now on",
     {},
     ValueKind::None,
     [](Step &s) { s.system.user.copy.disableFaults(); }},
    {"pagefault_enable",
     "they are served again",
     {},
     ValueKind::None,
     [](Step &s) {
       if (s.system.user.copy.faultsDisabled())
         s.system.user.copy.enableFaults();
     }},
};

} // namespace

llvm::ArrayRef<Operation> userAccessOperations() { return table; }

} // namespace kmem::sim
