#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

/// JSONata's strings are JavaScript's: their lengths, offsets and order partly go by code points,
/// partly by UTF-16 units. Ours are UTF-8, in which a lone surrogate (which only an escape in an
/// expression can make) is three bytes as any other code point of its size. All functions here take
/// such text and never read beyond its end, whatever its bytes.
namespace stepwell::jsonata {

struct CodePoint {
    char32_t value;
    std::size_t bytes;  ///< how many of the text it takes, at least 1
};

/// The code point at `at` < text.size(). A byte that begins none counts as U+FFFD.
CodePoint code_point_at(std::string_view text, std::size_t at);
void append_code_point(std::string& text, char32_t code_point);

/// `$length`.
std::size_t code_point_count(std::string_view text);
/// Where the code point number `index` begins, or the text's size if there are not as many.
std::size_t code_point_offset(std::string_view text, std::size_t index);
/// `count` code points from number `first` on, as many as there are.
std::string_view code_point_substring(std::string_view text, std::size_t first, std::size_t count);

/// JavaScript's `length`.
std::size_t utf16_length(std::string_view text);
/// The byte at which the unit number `units` begins; the second half of a pair gives the byte after
/// the pair; the text's size if it is not as long.
std::size_t byte_of_utf16(std::string_view text, std::size_t units);

/// JavaScript's `<`: by UTF-16 units, so U+1F602 sorts before U+FF5E.
std::strong_ordering compare_utf16_units(std::string_view a, std::string_view b);

/// White space and line ends of JavaScript: what `\s` of a regular expression matches.
bool is_js_space(char32_t code_point);

/// Whether the text is UTF-8, but that lone surrogates may be in it.
bool is_decodable(std::string_view text);
/// Whether a lone surrogate is in the text, which no encoding can express.
bool has_lone_surrogate(std::string_view text);
/// Bytes as text: what is no UTF-8 becomes U+FFFD, and so does a lone surrogate.
std::string repaired_utf8(std::string_view bytes);

}  // namespace stepwell::jsonata
