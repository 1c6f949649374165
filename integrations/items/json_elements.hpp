#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "integrations/items/csv_records.hpp"

/// The elements of a JSON array, one after the other, without the array as a whole in memory.
namespace stepwell::items {

/// A text that cannot be what it should be, in one line.
struct FormatError {
    std::string message;
    bool operator==(const FormatError&) const = default;
};

/// An answer, or (nullopt) "the text ends before that can be said, and more is to come".
template <class T>
using Awaited = Result<std::optional<T>, FormatError>;

/// A JSON Pointer's reference tokens, unescaped. RFC 6901, sections 3 and 4. `` is the whole
/// document.
Result<std::vector<std::string>, FormatError> parse_json_pointer(std::string_view pointer);

/// Where the first element of an array stands.
struct ArrayStart {
    std::size_t offset = 0;  ///< of the text
    bool empty = false;      ///< there is none
};

/// Finds the array that `pointer` names in the document that `text` begins; a byte order mark is
/// passed over.
Awaited<ArrayStart> find_json_array(std::string_view text, const std::vector<std::string>& pointer,
                                    Rest rest);

struct JsonElement {
    std::string_view text;  ///< of the value alone
    std::size_t bytes = 0;  ///< until the next element begins, or behind the array's end
    bool last_one = false;  ///< the array's end followed
};

/// The element at the beginning of `text`. Brackets and quotes are matched; what is between them is
/// the parser's business.
Awaited<JsonElement> cut_json_element(std::string_view text, Rest rest);

struct TextLine {
    std::string_view text;  ///< without its end
    std::size_t bytes = 0;  ///< with it
};

/// The first line of `text`, which ends at LF, CR LF or with the file.
std::optional<TextLine> cut_line(std::string_view text, Rest rest);

/// Whether there is nothing in it but white space of JSON.
bool is_json_blank(std::string_view text);

/// How many bytes of `text` are a byte order mark: 3 or 0.
std::size_t byte_order_mark(std::string_view text);

}  // namespace stepwell::items
