// One JSON object a line. The keys are the contract of docs/findings.md and docs/schema/finding.schema.json.

#include "core/report/formats.h"

#include "llvm/Support/JSON.h"

namespace kmem {

/// Raised when a key changes its meaning or goes away; new keys do not raise it.
static constexpr int jsonVersion = 1;

namespace {

/// Source text may hold any bytes; JSON may not.
std::string utf8(llvm::StringRef text) { return llvm::json::isUTF8(text) ? text.str() : llvm::json::fixUTF8(text); }

void writeLocation(llvm::json::OStream &json, const SourceLocation &location, llvm::StringRef function) {
  json.attribute("file", utf8(location.file));
  json.attribute("line", location.line);
  json.attribute("column", location.column);
  json.attribute("function", utf8(function));
}

void writeStep(llvm::json::OStream &json, const TraceStep &step) {
  json.object([&] {
    writeLocation(json, step.location, step.function);
    json.attribute("kind", toString(step.kind));
    json.attribute("message", utf8(step.message));
  });
}

void writeFinding(llvm::json::OStream &json, const Finding &finding) {
  json.object([&] {
    json.attribute("version", jsonVersion);
    json.attribute("check", finding.check);
    json.attribute("severity", toString(finding.severity));
    json.attribute("confidence", toString(finding.confidence));
    json.attribute("message", utf8(finding.message));
    writeLocation(json, finding.location, finding.function);
    json.attribute("fingerprint", finding.fingerprint);
    json.attribute("context", finding.context);
    json.attributeArray("trace", [&] {
      for (const TraceStep &step : finding.trace)
        writeStep(json, step);
    });
    json.attribute("other_paths", finding.otherPaths);
  });
}

} // namespace

void writeJsonLines(llvm::ArrayRef<Finding> findings, const ReportOptions &, llvm::raw_ostream &out) {
  for (const Finding &finding : findings) {
    llvm::json::OStream json(out);
    writeFinding(json, finding);
    json.flush();
    out << "\n";
  }
}

} // namespace kmem
