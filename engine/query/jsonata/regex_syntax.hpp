#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/regex.hpp"

namespace stepwell::jsonata {

/// Why a pattern is none, as V8 says it: `Nothing to repeat`.
struct RegexSyntaxError {
    const char* reason;
};

struct PcrePattern {
    std::string text;
    std::size_t group_count = 0;
};

/// Writes a JavaScript pattern (ECMA-262, Annex B.1.2) as one that means the same to PCRE2 in UTF
/// mode, whose other syntax it never lets through.
Result<PcrePattern, RegexSyntaxError> translate_regex(std::string_view pattern, bool multiline);

}  // namespace stepwell::jsonata
