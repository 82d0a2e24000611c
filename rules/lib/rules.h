// Stage: rules. In: the YAML files under rules/. Out: one RuleSet, typed and indexed, read-only afterwards.
//
// A rule says what the kernel promises about a function, a struct field or a value. C++ knows no kernel function by
// name: every stage asks the RuleSet. Each rule remembers the YAML line it came from, so that `--list-rules`,
// `--verify-rules` and error messages can name it.
#pragma once

#include "core/support/context.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kmem::rules {

/// Where a rule was written: file relative to the rules directory, 1-based line.
struct RuleOrigin {
  std::string file;
  unsigned line = 0;
};

/// When a rule holds. Empty members always hold. Versions are "6.4"; config names are "CONFIG_PREEMPT_RT" or
/// "!CONFIG_X".
struct Condition {
  std::string since;               ///< first kernel release with it, inclusive
  std::string before;              ///< first kernel release without it, exclusive
  std::vector<std::string> config; ///< all must hold in the tree
};

/// Positions are 0-based argument numbers; noArgument means "none".
inline constexpr int noArgument = -1;

/// The function returns (or stores through `out`) memory that must be released by a function that accepts `family`.
struct AllocRule {
  std::string family;
  std::vector<int> size;  ///< bytes = product of these arguments; empty when the size is not an argument
  int order = noArgument; ///< page order argument instead of a size
  int gfp = noArgument;   ///< gfp argument; noArgument when the flags are fixed
  std::string fixedGfp;   ///< value name (values.yaml) when the flags are fixed, e.g. GFP_KERNEL
  int cache = noArgument; ///< kmem_cache / mempool / dma_pool the memory belongs to
  int out = noArgument;   ///< pointer argument that receives the memory; noArgument: the return value
  std::string limit;      ///< value name of the largest size that can succeed, e.g. KMALLOC_MAX_SIZE
  std::string orderLimit; ///< value name of the largest order that can succeed, e.g. MAX_PAGE_ORDER
  bool errPtr = false;    ///< fails with ERR_PTR instead of NULL
};

/// The function releases argument `arg`, which must belong to one of `families`.
struct FreeRule {
  int arg = 0;
  std::vector<std::string> families;
  int cache = noArgument;     ///< must be the allocation's cache
  int order = noArgument;     ///< must be the allocation's order
  int size = noArgument;      ///< must be the allocation's size
  bool acceptsErrPtr = false; ///< ERR_PTR is a no-op rather than an oops
};

/// When a call with this effect may block.
enum class SleepWhen : uint8_t {
  Never,
  Always,
  GfpBlocks, ///< when argument `sleepGfp` has the bits of value __GFP_DIRECT_RECLAIM
};

/// A change the call makes to what the CPU may do.
struct ContextEffect {
  enum class Kind : uint8_t { Enter, Leave, SaveIrqs, RestoreIrqs, EnableIrqs };
  Kind kind = Kind::Enter;
  ContextComponent component = ContextComponent::Preempt; ///< for Enter and Leave
  int amount = noArgument; ///< argument holding the count (preempt_count_add(val)); noArgument: 1
  int flags =
      noArgument; ///< RestoreIrqs: the saved flags argument. SaveIrqs: pointer that receives them, or the result
};

/// When a context effect takes place, by the call's return value (trylocks).
enum class EffectWhen : uint8_t { Always, ReturnsNonZero, ReturnsZero };

/// The argument is a function that will be called later in `runsIn` (all components), or in process context when empty.
struct CallbackRule {
  int arg = 0;
  ContextSet runsIn;
  bool synchronous = false; ///< called before the function returns, on top of the caller's context
};

/// What the function's return value says about where we run.
enum class ContextTest : uint8_t { None, PreemptCount, IrqsDisabled, RcuDepth };

/// Data chosen by somebody else comes in here. `pointee`: the bytes behind that argument; `param`: what the function
/// itself is called with; otherwise the return value, or what it points to.
struct SourceRule {
  std::string kind; ///< user, device, network, disk
  int pointee = noArgument;
  int param = noArgument;
  std::string atMost; ///< value name of the largest value that gets this far; empty when nothing bounds it
  bool returned() const { return pointee == noArgument && param == noArgument; }
};

/// A flag combination that this API refuses or that makes no sense there. Names are value names.
struct GfpRestriction {
  std::vector<std::string> allOf;  ///< every one of these bits is set ...
  std::vector<std::string> noneOf; ///< ... and none of these
  int minOrder = 0;                ///< ... and the order is at least this
  std::string why;                 ///< one sentence for the message
};

struct FunctionRule {
  std::string name; ///< exact, or a pattern with '*'
  RuleOrigin origin;
  std::string spelling; ///< how messages name it, when the symbol is an implementation name (kmalloc_noprof -> kmalloc)
  std::optional<AllocRule> alloc;
  std::optional<FreeRule> free;
  SleepWhen sleeps = SleepWhen::Never;
  int sleepGfp = noArgument;
  ContextSet forbiddenIn; ///< components in which the call is a bug; the default for a sleeping call is all of them
  bool allowedInInterrupt = false; ///< vfree: legal when in_interrupt(), a bug in any other atomic context
  std::vector<ContextEffect> effects;
  EffectWhen effectsWhen = EffectWhen::Always;
  int lock = noArgument;         ///< argument that names the lock, for messages
  bool dropsCallersLock = false; ///< releases and retakes the caller's own lock when it has to block (__xa_store)
  std::vector<CallbackRule> callbacks;
  ContextTest test = ContextTest::None;
  int familyTest = noArgument; ///< is_vmalloc_addr(arg): true exactly for `familyTestFor`
  std::string familyTestFor;
  std::vector<SourceRule> sources;
  std::vector<GfpRestriction> gfpRestrictions;
  int gfpArg = noArgument; ///< gfp argument of a function that allocates without handing out memory (usb_submit_urb)
  bool noReturn = false;
  bool bootOnly = false; ///< runs before the scheduler does; nothing it does is a context bug
  bool opaque = false;   ///< never look inside: it behaves differently from what its body suggests
  std::string model;     ///< the primitive of runtime/models that a replay runs instead of its body; empty for none
};

/// What is known of a struct field, named "record.field".
struct FieldRule {
  std::string name;
  RuleOrigin origin;
  bool callback = false; ///< functions stored here are entered in `runsIn`
  ContextSet runsIn;     ///< empty: process context
  bool varies = false;   ///< the context depends on the instance; calls through it prove nothing
  struct ParamSource {
    int param = 0;
    std::string kind;
    bool pointee = false; ///< not the parameter itself but the memory it points to
    std::string atMost;   ///< value name of the largest value that gets this far; empty when nothing bounds it
  };
  std::vector<ParamSource> paramSources; ///< parameters that somebody outside the kernel chooses
  std::string source;                    ///< the field itself is chosen by this kind of outsider
};

/// A set of allocations that the same functions release.
struct FamilyRule {
  std::string name;
  std::string description;
  RuleOrigin origin;
  std::string release; ///< the function a fix should call
  bool virtuallyMapped =
      false; ///< made by mapping pages: allocating and releasing it works on page tables and may sleep
  std::vector<std::string> covers; ///< a release of this family also takes these (a kvmalloc may be slab or vmalloc)
};

/// An integer the tree defines: evaluated by the probe, never assumed.
struct ValueRule {
  std::string name;
  std::string expression; ///< C expression; empty: the name itself
  RuleOrigin origin;
  bool gfpFlag = false; ///< printed when flags are spelled out; composites before single bits
  Condition when;
};

/// One check as `--list-checks` and `--explain` show it.
struct CheckRule {
  std::string id;
  RuleOrigin origin;
  std::string severity;    ///< error or warning
  std::string summary;     ///< one line
  std::string explanation; ///< what happens in the kernel, how to fix it
  std::string bad;         ///< C example that is reported
  std::string good;        ///< its fix
};

/// What the rules' conditions are decided on.
struct TreeFacts {
  std::string version;           ///< "6.12"; empty when unknown: every version condition holds
  llvm::StringMap<bool> configs; ///< CONFIG_ names that are y or m
};

class RuleSet {
public:
  std::vector<FunctionRule> functions;
  std::vector<FunctionRule> replayFunctions; ///< the same for replay alone: the checker reads their bodies
  std::vector<FieldRule> fields;
  std::vector<FamilyRule> families;
  std::vector<ValueRule> values;
  std::vector<CheckRule> checks;
  std::vector<std::string> probeHeaders; ///< headers the probe translation unit includes

  /// The rule for a function symbol, or null. Exact names win over patterns.
  const FunctionRule *function(llvm::StringRef symbol) const;
  /// The rule that a replay goes by, or null: of `functions` or `replayFunctions`. Exact names win over patterns.
  const FunctionRule *replayFunction(llvm::StringRef symbol) const;
  /// The rule for "record.field" (an "@file" suffix is ignored), or null.
  const FieldRule *field(llvm::StringRef name) const;
  const FamilyRule *family(llvm::StringRef name) const;
  const CheckRule *check(llvm::StringRef id) const;

  /// BLAKE3 of the canonical form: two rule sets that mean the same have the same digest.
  std::string digest() const;
  /// The same of what summaries depend on: a change elsewhere leaves every summary valid.
  std::string summaryDigest() const;
  /// Rebuilds the indices; call once after filling the vectors.
  void index();

private:
  struct FunctionIndex {
    llvm::StringMap<unsigned> exact;
    std::vector<unsigned> patterns;
  };
  static FunctionIndex indexFunctions(std::vector<FunctionRule> &rules);

  FunctionIndex functionIndex, replayIndex;
  llvm::StringMap<unsigned> fieldIndex, familyIndex, checkIndex;
};

/// Reads every *.yaml below `directory` in path order and keeps what holds for `facts`. Unknown keys, wrong types and
/// duplicate names are errors of the form "file:line: what".
llvm::Expected<RuleSet> loadRules(llvm::StringRef directory, const TreeFacts &facts);

/// The rules directory of this installation: $KMEM_TIDY_RULES, beside the executable, or the source tree it was built
/// from.
std::string defaultRulesDirectory(llvm::StringRef argv0);

} // namespace kmem::rules
