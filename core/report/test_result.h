// Stage: report. A finding as a test of the code it is about, for the formats that test harnesses read. Private to
// core/report.
#pragma once

#include "core/finding/finding.h"

namespace kmem {

/// A finding that replay refuted is a test that passed, one it could not decide was skipped; any other one failed.
enum class TestResult { Failed, Passed, Skipped };
TestResult testResultOf(const Finding &finding);

/// "drivers/a.c:40:10"
std::string placeText(const SourceLocation &location);
/// "refuted: the lock is never held here"
std::string verdictText(const Verdict &verdict);

/// What a person needs to see of it, a line each: message, path, verdict, inputs, splat. Valid UTF-8.
std::vector<std::string> linesOf(const Finding &finding);

} // namespace kmem
