// Stage: rules. The keys of a row under `functions:`. Private to the readers of rule files.
#pragma once

#include "rules/lib/yaml_scalars.h"

namespace kmem::rules {

/// `enter_count: {component: preempt, amount: 0}`: the change is as large as an argument says.
struct CountedChange {
  ContextComponent component = ContextComponent::Preempt;
  int amount = noArgument;
};

/// `family_test: {arg: 0, family: vmalloc}`.
struct FamilyTestSpelling {
  int arg = noArgument;
  std::string family;
};

void mapContextEffects(llvm::yaml::IO &io, FunctionRule &rule);
void mapSleep(llvm::yaml::IO &io, FunctionRule &rule);

} // namespace kmem::rules

LLVM_YAML_IS_SEQUENCE_VECTOR(kmem::rules::CallbackRule)
LLVM_YAML_IS_SEQUENCE_VECTOR(kmem::rules::SourceRule)
LLVM_YAML_IS_SEQUENCE_VECTOR(kmem::rules::FunctionRow)

namespace llvm::yaml {

template <> struct MappingTraits<kmem::rules::Condition> {
  static void mapping(IO &io, kmem::rules::Condition &when);
};
template <> struct MappingTraits<kmem::rules::AllocRule> {
  static void mapping(IO &io, kmem::rules::AllocRule &alloc);
};
template <> struct MappingTraits<kmem::rules::FreeRule> {
  static void mapping(IO &io, kmem::rules::FreeRule &free);
};
template <> struct MappingTraits<kmem::rules::CallbackRule> {
  static void mapping(IO &io, kmem::rules::CallbackRule &callback);
};
template <> struct MappingTraits<kmem::rules::SourceRule> {
  static void mapping(IO &io, kmem::rules::SourceRule &source);
};
template <> struct MappingTraits<kmem::rules::CountedChange> {
  static void mapping(IO &io, kmem::rules::CountedChange &change);
};
template <> struct MappingTraits<kmem::rules::FamilyTestSpelling> {
  static void mapping(IO &io, kmem::rules::FamilyTestSpelling &test);
};
template <> struct ScalarEnumerationTraits<kmem::rules::EffectWhen> {
  static void enumeration(IO &io, kmem::rules::EffectWhen &value);
};
template <> struct ScalarEnumerationTraits<kmem::rules::ContextTest> {
  static void enumeration(IO &io, kmem::rules::ContextTest &value);
};
template <> struct MappingTraits<kmem::rules::FunctionRow> {
  static void mapping(IO &io, kmem::rules::FunctionRow &row);
};

} // namespace llvm::yaml
