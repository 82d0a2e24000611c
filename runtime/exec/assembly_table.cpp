#include "runtime/exec/assembly_table.h"

#include "runtime/exec/assembly_operand.h"

namespace kmem::replay {

static unsigned suffixWidth(char suffix) {
  return suffix == 'b' ? 8 : suffix == 'w' ? 16 : suffix == 'l' ? 32 : suffix == 'q' ? 64 : 0;
}

static const AssemblyRow *rowNamed(llvm::StringRef mnemonic) {
  static constexpr llvm::ArrayRef<AssemblyRow> (*tables[])() = {
      moveInstructions, arithmeticInstructions, shiftInstructions,  atomicInstructions,  bitInstructions,
      flagInstructions, stringInstructions,     deviceInstructions, barrierInstructions, jumpInstructions};
  for (auto table : tables)
    for (const AssemblyRow &row : table())
      if (row.mnemonic == mnemonic)
        return &row;
  return nullptr;
}

/// "cmovzq": a row with a condition in its name.
static const AssemblyRow *conditionalRow(llvm::StringRef mnemonic, AssemblyInstruction &instruction) {
  for (llvm::StringRef stem : {"set", "cmov", "j"}) {
    llvm::StringRef condition = mnemonic;
    if (!condition.consume_front(stem) || condition.empty())
      continue;
    if (!CpuFlags::isCondition(condition)) {
      instruction.width = suffixWidth(condition.back());
      condition = condition.drop_back();
    }
    if (!CpuFlags::isCondition(condition))
      continue;
    instruction.condition = condition.str();
    return rowNamed((stem + "?").str());
  }
  return nullptr;
}

const AssemblyRow *findRow(llvm::StringRef mnemonic, AssemblyInstruction &instruction) {
  if (const AssemblyRow *row = rowNamed(mnemonic))
    return row;
  if (const AssemblyRow *row = conditionalRow(mnemonic, instruction))
    return row;
  instruction.width = suffixWidth(mnemonic.back());
  return instruction.width ? rowNamed(mnemonic.drop_back()) : nullptr;
}

/// Instructions that the kernel writes down as bytes.
static llvm::StringRef instructionOfBytes(llvm::StringRef bytes) {
  struct Encoding {
    llvm::StringLiteral bytes, mnemonic;
  };
  static constexpr Encoding encodings[] = {
      {"0x0f,0x0b", "ud2"},
      {"0x0f,0x01,0xca", "clac"},
      {"0x0f,0x01,0xcb", "stac"},
      {"0x3e", "nop"},
      {"0x66", "nop"},
      {"0x0f,0x1f,0x44,0x00,0x00", "nop"},
      {"0xf3,0x0f,0xb8", "nop"},
      {"0x0f,0x01,0xc8", "monitor"},
      {"0x0f,0x01,0xc9", "mwait"},
      {"0x0f,0x01,0xfa", "monitor"},
      {"0x0f,0x01,0xfb", "mwait"},
      {"0x0f,0x1f,0x44,0x00,0", "nop"},
      {"0x0f,0x01,0xd0", "xgetbv"},
      {"0x0f,0x01,0xd1", "xsetbv"},
      {"0x90", "nop"},
      {"0x0f,0x01,0xef", "wrpkru"},
      {"0x0f,0x01,0xee", "rdpkru"},
  };
  std::string plain;
  for (char c : bytes)
    if (c != ' ' && c != '\t')
      plain += c;
  for (const Encoding &encoding : encodings)
    if (encoding.bytes == plain)
      return encoding.mnemonic;
  return "";
}

/// The first word is a prefix: into `prefixes` with it.
static bool takePrefix(llvm::StringRef word, AssemblyInstruction &prefixes) {
  static constexpr llvm::StringLiteral withoutMeaning[] = {"lock",     "ds",     "cs",      "notrack",
                                                           "xacquire", "data16", "xrelease"};
  if (word == "rep" || word == "repe" || word == "repz")
    return prefixes.repeats = true;
  if (word == "repne" || word == "repnz")
    return prefixes.repeats = prefixes.repeatsWhileUnequal = true;
  return llvm::is_contained(withoutMeaning, word);
}

static bool isDirectiveWithoutCode(llvm::StringRef word) {
  static constexpr llvm::StringLiteral directives[] = {".skip", ".balign", ".align", ".p2align", ".code64", ".org"};
  return llvm::is_contained(directives, word);
}

bool readInstruction(llvm::StringRef text, AssemblyInstruction &prefixes, std::vector<AssemblyInstruction> &to) {
  while (true) {
    text = text.trim();
    const llvm::StringRef word = text.take_until([](char c) { return c == ' ' || c == '\t'; });
    if (!takePrefix(word, prefixes))
      break;
    text = text.drop_front(word.size());
  }
  if (text.empty())
    return true;
  llvm::StringRef word = text.take_until([](char c) { return c == ' ' || c == '\t'; });
  llvm::StringRef rest = text.drop_front(word.size()).trim();
  if (isDirectiveWithoutCode(word))
    return true;
  if (word == ".byte") {
    word = instructionOfBytes(rest);
    rest = "";
  }
  AssemblyInstruction instruction = std::move(prefixes);
  prefixes = {};
  instruction.mnemonic = word.str();
  instruction.row = word.empty() ? nullptr : findRow(word, instruction);
  for (llvm::StringRef operand : splitOperands(rest))
    instruction.operands.push_back(readOperand(operand));
  const bool isKnown = instruction.row;
  to.push_back(std::move(instruction));
  return isKnown;
}

} // namespace kmem::replay
