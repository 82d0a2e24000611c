#include "runtime/driver/commands.h"

#include "runtime/kernel/profile.h"
#include "runtime/scenario/contexts.h"
#include "runtime/scenario/operation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/WithColor.h"

namespace kmem::sim {

namespace {

constexpr unsigned nameColumn = 28;

llvm::StringRef spelling(const Argument &argument) {
  switch (argument.kind) {
  case ArgumentKind::Integer:
    return "number";
  case ArgumentKind::Size:
    return "size";
  case ArgumentKind::Gfp:
    return "gfp";
  case ArgumentKind::Text:
    return "text";
  case ArgumentKind::Bytes:
    return "bytes";
  case ArgumentKind::Flag:
    return "bool";
  case ArgumentKind::Pointer:
    return "pointer";
  case ArgumentKind::Named:
    return nameOf(argument.value);
  case ArgumentKind::NamedList:
    return "names";
  case ArgumentKind::Choice:
  case ArgumentKind::Choices:
    return argument.choices;
  case ArgumentKind::Context:
    return "context";
  }
  return "";
}

void listOperations() {
  for (const OperationFamily &family : operationFamilies()) {
    llvm::outs() << family.name << "\n";
    for (const Operation &operation : family.operations) {
      llvm::outs() << "  " << llvm::left_justify(operation.name, nameColumn) << operation.summary;
      if (operation.produces != ValueKind::None)
        llvm::outs() << "; \"as\" names the " << nameOf(operation.produces);
      llvm::outs() << "\n";
      for (const Argument &argument : operation.arguments)
        llvm::outs() << "      " << llvm::left_justify(argument.name, nameColumn - 4) << (argument.required ? "" : "[")
                     << spelling(argument) << (argument.required ? "" : "]") << ": " << argument.meaning << "\n";
    }
  }
}

void listContexts() {
  for (const ContextInfo &context : contexts())
    llvm::outs() << llvm::left_justify(context.name, nameColumn) << context.meaning
                 << (context.isHandler() ? " (with \"in\" only)" : "") << "\n";
}

void listProfiles() {
  for (const std::string &tag : profileTags()) {
    const Profile profile = *profileNamed(tag);
    llvm::outs() << llvm::left_justify(tag, nameColumn) << profile.release.major << "." << profile.release.minor << "."
                 << profile.release.patch << (profile.proveLocking ? ", lockdep and debug checks" : "")
                 << (profile.kasan ? ", KASAN" : "") << (profile.distribution ? ", Debian's configuration" : "") << ", "
                 << (profile.memoryBytes >> 20) << " MiB\n";
  }
}

void listGroups() {
  for (const Group &group : groups())
    llvm::outs() << group.name << (group.variant.empty() ? "" : "-") << group.variant << "\n";
}

struct List {
  llvm::StringRef name;
  void (*print)();
};
constexpr List lists[] = {
    {"operations", listOperations}, {"contexts", listContexts}, {"profiles", listProfiles}, {"groups", listGroups}};

} // namespace

int runList(const CommandLine &line) {
  bool any = false;
  for (const List &list : lists) {
    if (!line.what.empty() && line.what != list.name)
      continue;
    if (line.what.empty())
      llvm::outs() << (any ? "\n" : "") << "== " << list.name << "\n";
    list.print();
    any = true;
  }
  if (any)
    return exitDone;
  llvm::WithColor::error(llvm::errs(), "kmem-sim")
      << "there is no list '" << line.what << "': operations, contexts, profiles, groups\n";
  return exitUsage;
}

} // namespace kmem::sim
