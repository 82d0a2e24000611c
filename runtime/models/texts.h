// Strings whose bytes may be terms: a length is decided byte by byte.
#pragma once

#include "runtime/models/model_call.h"

namespace kmem::replay {

/// Bytes, the 0 included, that a string from outside is taken to have at most.
inline constexpr uint64_t shortText = 16;

/// What stands for a text that a format would give.
inline constexpr llvm::StringLiteral composedText = "text";

/// strnlen(): refuses texts that are too long to look through.
uint64_t textLength(ModelCall &call, Address text, uint64_t most = UINT64_MAX);

/// Writes what stands for a composed text, cut to `room` bytes with its 0.
void writeComposedText(ModelCall &call, Address to, uint64_t room = UINT64_MAX);

} // namespace kmem::replay
