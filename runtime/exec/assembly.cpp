#include "runtime/exec/assembly.h"

#include "runtime/exec/assembly_run.h"
#include "runtime/exec/assembly_special.h"

#include "llvm/IR/InlineAsm.h"

namespace kmem::replay {

Assembly::Assembly(RunMemory &memory, TermPool &pool, const Image &image, AssemblyContext &context)
    : memory(memory), pool(pool), image(image), context(context) {}

Assembly::~Assembly() = default;

const AssemblyText &Assembly::textOf(const llvm::CallBase &call) {
  const auto &assembly = *llvm::cast<llvm::InlineAsm>(call.getCalledOperand());
  std::unique_ptr<AssemblyText> &text = texts[&assembly];
  if (!text) {
    text = std::make_unique<AssemblyText>(readAssembly(assembly.getAsmString()));
    if (assembly.getDialect() != llvm::InlineAsm::AD_ATT)
      text->unknown = "Intel syntax";
  }
  return *text;
}

std::string Assembly::unknownPart(const llvm::CallBase &call) {
  const AssemblyText &text = textOf(call);
  return text.unknown.empty() ? unknownCallee(text, call) : text.unknown;
}

std::optional<Values> Assembly::run(const CallSite &site, llvm::ArrayRef<Value> arguments, Chooser &chooser) {
  refused.clear();
  const AssemblyText &text = textOf(*site.call);
  std::optional<std::vector<Binding>> bindings = bindOperands(site, arguments);
  if (!text.unknown.empty() || !bindings)
    return std::nullopt;
  AssemblyRun run(text, site, std::move(*bindings), {memory, pool, image, context, chooser});
  if (!runSpecial(run))
    run.run();
  if (run.isUnknown())
    return std::nullopt;
  refused = run.refusal();
  return run.results();
}

} // namespace kmem::replay
