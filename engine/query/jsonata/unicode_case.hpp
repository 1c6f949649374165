#pragma once

#include <string>
#include <string_view>

namespace stepwell::jsonata {

/// JavaScript's toLowerCase and toUpperCase: Unicode's full mappings without a locale, so `ß` is
/// `SS` in upper case, and a sigma at the end of a word is `ς` in lower case.
std::string to_lower_case(std::string_view text);
std::string to_upper_case(std::string_view text);

}  // namespace stepwell::jsonata
