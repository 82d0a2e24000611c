#include "runtime/exec/assembly_text.h"

#include "runtime/exec/assembly_operand.h"
#include "runtime/exec/assembly_table.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::replay {

/// "{att|intel}" alternatives in LLVM's spelling, comments and quotes: what does not matter here.
static std::string plain(llvm::StringRef text) {
  std::string out;
  bool otherSyntax = false;
  while (!text.empty()) {
    if (text.consume_front("$(") || text.consume_front("\""))
      continue;
    if (text.consume_front("$|")) {
      otherSyntax = true;
    } else if (text.consume_front("$)")) {
      otherSyntax = false;
    } else if (text.starts_with("/*")) {
      text = text.drop_front(std::min(text.size(), text.find("*/", 2)));
      text.consume_front("*/");
    } else if (text.front() == '#') {
      text = text.drop_until([](char c) { return c == '\n'; });
    } else {
      if (!otherSyntax)
        out += text.front();
      text = text.drop_front();
    }
  }
  return out;
}

namespace {
class Reader {
public:
  explicit Reader(AssemblyText &read) : read(read) {}

  void line(llvm::StringRef text) {
    text = sections.empty() ? withoutLabels(text.trim()) : text.trim();
    if (text.empty())
      return;
    const auto [word, rest] = llvm::getToken(text, " \t");
    if (word == ".pushsection" || word == ".section")
      return enter(rest.trim());
    if (word == ".popsection" || word == ".previous")
      return sections.empty() ? void() : sections.pop_back();
    if (sections.empty())
      return instruction(text);
    elsewhere(text);
  }

  void finish() {
    auto isIndirectCall = [](const AssemblyInstruction &instruction) {
      return instruction.mnemonic == "call" && instruction.operands.size() == 1 && instruction.operands[0].isIndirect;
    };
    if (!replacement.instructions.empty() && llvm::any_of(read.instructions, isIndirectCall)) {
      read.instructions = std::move(replacement.instructions);
      read.unknown = std::move(replacement.unknown);
    }
  }

private:
  void enter(llvm::StringRef section) {
    const llvm::StringRef name = section.take_until([](char c) { return c == ',' || c == ' ' || c == '\t'; });
    sections.push_back(name);
    if (name == ".altinstr_replacement")
      replacement = {}; // the last one counts
    read.isStaticKey |= name == "__jump_table";
    read.isBug |= name == "__bug_table";
    read.mayFault |= name == "__ex_table";
    llvm::StringRef constant = name;
    if (constant.consume_front("runtime_ptr_") || constant.consume_front("runtime_shift_"))
      read.runtimeConstant = constant.str();
  }

  void elsewhere(llvm::StringRef text) {
    const auto [word, rest] = llvm::getToken(text, " \t");
    const llvm::StringRef section = sections.back();
    if (section == "__ex_table")
      faultEntry(word, rest.trim());
    else if (section == ".altinstructions" && word == ".4byte")
      feature = rest.trim(" \t()").str();
    else if (section == ".altinstr_aux")
      featureTest(word, rest.trim());
    else if (section == ".altinstr_replacement")
      replace(text);
  }

  void replace(llvm::StringRef text) {
    while (!text.empty() && llvm::isDigit(text.front()) && text.contains(':')) // its labels, "774:"
      text = text.split(':').second.ltrim();
    if (!text.empty() && !readInstruction(text, replacementPrefixes, replacement.instructions))
      replacement.unknown = text.str();
  }

  void faultEntry(llvm::StringRef word, llvm::StringRef rest) {
    if (word == ".long") {
      if (BoundOperand label = boundOperand(rest.drop_while([](char c) { return c == '(' || c == ' '; }));
          label.isThere())
        read.faultLabel = label;
    } else if (word == "extable_type_reg") {
      const llvm::StringRef reg = rest.split("reg=").second.take_until([](char c) { return c == ','; });
      read.faultError = readOperand(reg.trim());
    }
  }

  void featureTest(llvm::StringRef word, llvm::StringRef label) {
    read.feature = feature;
    if (word == "jnz")
      read.featureThere = boundOperand(label);
    else if (word == "jmp")
      read.featureAbsent = boundOperand(label);
  }

  /// Notes the labels that `text` starts with.
  llvm::StringRef withoutLabels(llvm::StringRef text) {
    while (true) {
      const size_t end = text.find(':', text.starts_with("${") ? text.find('}') : 0);
      const llvm::StringRef label = text.take_front(end);
      if (end == llvm::StringRef::npos || label.find_first_of(" \t%(,") != llvm::StringRef::npos)
        return text;
      read.labels[label] = uint32_t(read.instructions.size());
      text = text.drop_front(end + 1).ltrim();
    }
  }

  void instruction(llvm::StringRef text) {
    if (!readInstruction(text, prefixes, read.instructions) && read.unknown.empty())
      read.unknown = text.str();
  }

  AssemblyText &read;
  llvm::SmallVector<llvm::StringRef, 2> sections;
  AssemblyInstruction prefixes, replacementPrefixes;
  AssemblyText replacement;
  std::string feature;
};
} // namespace

AssemblyText readAssembly(llvm::StringRef text) {
  AssemblyText read;
  const std::string cleaned = plain(text);
  Reader reader(read);
  llvm::SmallVector<llvm::StringRef, 16> lines;
  llvm::SplitString(cleaned, lines, "\n;");
  for (llvm::StringRef line : lines)
    reader.line(line);
  reader.finish();
  return read;
}

} // namespace kmem::replay
