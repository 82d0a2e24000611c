// Stage: finding. The JSON form, struct by struct: each function names the keys of one struct in the order they are
// written. They are the contract of docs/findings.md and docs/schema/finding.schema.json.
#pragma once

#include "core/finding/json_archive.h"

namespace kmem {

constexpr unsigned countOf(Severity) { return severityCount; }
constexpr unsigned countOf(Confidence) { return confidenceCount; }
constexpr unsigned countOf(StepKind) { return stepKindCount; }
constexpr unsigned countOf(HopKind) { return hopKindCount; }
constexpr unsigned countOf(SleepKind) { return sleepKindCount; }
constexpr unsigned countOf(FreeMismatch) { return freeMismatchCount; }
constexpr unsigned countOf(AllocationPlace) { return allocationPlaceCount; }
constexpr unsigned countOf(Verdict::Result) { return verdictResultCount; }

template <typename Io> void fields(Io &io, In<Io, SourceLocation> &location) {
  io("file", location.file);
  io("line", location.line);
  io("column", location.column);
}

template <typename Io> void fields(Io &io, In<Io, TraceStep> &step) {
  fields(io, step.location);
  io("function", step.function);
  io("kind", step.kind);
  io("message", step.message);
}

template <typename Io> void fields(Io &io, In<Io, ReplayFunction> &function) {
  io("function", function.function);
  io("unit", function.unit);
}

template <typename Io> void fields(Io &io, In<Io, ContextCounts> &context) {
  for (unsigned i = 0; i < contextComponentCount; ++i)
    io.optional(contextComponentName(ContextComponent(i)), context.counts[i]);
}

template <typename Io> void fields(Io &io, In<Io, ReplayEntry> &entry) {
  fields(io, entry.function);
  io("how", entry.how);
  io("kernel_entry", entry.isKernelEntry);
  io.optional("registered", entry.registered);
}

template <typename Io> void fields(Io &io, In<Io, ReplayHop> &hop) {
  fields(io, hop.function);
  fields(io, hop.definition);
  io("context", hop.context);
  io("call", hop.call);
  io("callee", hop.callee);
  io("via", hop.via);
  io.optional("candidates", hop.candidates);
}

template <typename Io> void fields(Io &io, In<Io, SiteArguments> &arguments) {
  io.optional("gfp", arguments.gfp);
  io.optional("size", arguments.size);
  io.optional("order", arguments.order);
  io.optional("pointer", arguments.pointer);
  io.optional("cache", arguments.cache);
}

template <typename Io> void fields(Io &io, In<Io, SleepClaim> &claim) {
  io("sleeps", claim.sleeps);
  io.optional("maps_pages", claim.mapsPages);
  io.optional("fixed_gfp", claim.fixedGfp);
  io("forbidden_in", claim.forbiddenIn);
  io.optional("allowed_in_interrupt", claim.allowedInInterrupt);
  io.optional("drops_callers_lock", claim.dropsCallersLock);
}

template <typename Io> void fields(Io &io, In<Io, SizeClaim> &claim) {
  io("limit", claim.limit);
  io("limit_name", claim.limitName);
  io.optional("is_order", claim.isOrder);
  io.optional("quiet_bits", claim.quietBits);
}

template <typename Io> void fields(Io &io, In<Io, FreeClaim> &claim) {
  io("mismatch", claim.mismatch);
  io("accepts", claim.accepts);
  io("family", claim.family);
  io.optional("offset", claim.offset);
}

template <typename Io> void fields(Io &io, In<Io, GfpClaim> &claim) {
  io("all_of", claim.allOf);
  io("none_of", claim.noneOf);
  io("all_bits", claim.allBits);
  io("none_bits", claim.noneBits);
  io.optional("min_order", claim.minOrder);
  io("why", claim.why);
}

/// The word that says which claim follows.
std::string targetKind(const ReplayTarget &target);
/// An empty claim of that kind; false when there is none.
bool setTargetKind(ReplayTarget &target, llvm::StringRef kind);

template <typename Io> void fields(Io &io, In<Io, ReplayTarget> &target) {
  std::string kind;
  if constexpr (Io::writing)
    kind = targetKind(target);
  io("kind", kind);
  if constexpr (!Io::writing)
    if (!setTargetKind(target, kind))
      return io.fail("kind", "unknown kind of target");
  io("callee", target.callee);
  io("arguments", target.arguments);
  std::visit([&](auto &claim) { fields(io, claim); }, target.claim);
}

template <typename Io> void fields(Io &io, In<Io, ReplayAllocation> &allocation) {
  io("place", allocation.place);
  fields(io, allocation.function);
  fields(io, allocation.definition);
  io("call", allocation.call);
  io("callee", allocation.callee);
  io("family", allocation.family);
  io.optional("stores", allocation.stores);
  io.optional("returned_by", allocation.returnedBy);
}

template <typename Io> void fields(Io &io, In<Io, ReplaySource> &source) {
  io("kind", source.kind);
  io("what", source.what);
  fields(io, source.function);
  io.optional("call", source.call);
}

template <typename Io> void fields(Io &io, In<Io, ReplayAcquisition> &acquisition) {
  fields(io, acquisition.function);
  io("call", acquisition.call);
  io("callee", acquisition.callee);
  io("components", acquisition.components);
}

/// The versions that a record is written in. A reader takes no other.
template <typename Io> void versionField(Io &io, unsigned version) {
  unsigned written = version;
  io("version", written);
  if constexpr (!Io::writing)
    if (written != version)
      io.fail("version", "made by another version of kmem-tidy");
}

template <typename Io> void fields(Io &io, In<Io, ReplayRecipe> &recipe) {
  versionField(io, replayVersion);
  io("entry", recipe.entry);
  io("hops", recipe.hops);
  io("target", recipe.target);
  io.optional("allocation", recipe.allocation);
  io.optional("source", recipe.source);
  io.optional("enters_context", recipe.entersContext);
  if constexpr (!Io::writing)
    if (recipe.hops.empty())
      io.fail("hops", "a path has at least one function");
}

template <typename Io> void fields(Io &io, In<Io, ReplayInput> &input) {
  io("name", input.name);
  io("value", input.value);
}

template <typename Io> void fields(Io &io, In<Io, Verdict> &verdict) {
  io("result", verdict.result);
  io("grade", verdict.grade);
  io("reason", verdict.reason);
  io.optional("assumptions", verdict.assumptions);
  io.optional("inputs", verdict.inputs);
  io.optional("steps", verdict.steps);
  io.optional("splat", verdict.splat);
}

template <typename Io> void fields(Io &io, In<Io, Finding> &finding) {
  versionField(io, findingVersion);
  io("check", finding.check);
  io("severity", finding.severity);
  io("confidence", finding.confidence);
  io("message", finding.message);
  fields(io, finding.location);
  io("function", finding.function);
  io("fingerprint", finding.fingerprint);
  io("context", finding.context);
  io("trace", finding.trace);
  io("other_paths", finding.otherPaths);
  io.optional("replay", finding.replay);
  io.optional("verdict", finding.verdict);
}

} // namespace kmem
