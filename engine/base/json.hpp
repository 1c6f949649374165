#pragma once

#include <cstddef>
#include <cstdint>
// A Json never turns into something else by itself: it would make Result<Json, E> ambiguous, too.
#define JSON_USE_IMPLICIT_CONVERSIONS 0
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/base/json_object.hpp"
#include "engine/base/result.hpp"

namespace stepwell {

/// The one JSON value type: nlohmann's, with objects that keep their order and find a key in
/// constant time.
using Json = nlohmann::basic_json<OrderedObject>;

/// Depth and size that a text may have. Depth counts nested arrays and objects.
struct JsonLimits {
    std::size_t max_depth = 512;
    std::size_t max_bytes = 16U << 20U;
};

/// Why a text is not JSON, in Jackson's words, as AWS quotes them.
struct JsonSyntaxError {
    /// `Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token
    /// 'null', 'true' or 'false')`
    std::string message;
    /// `[Source: (String)"not a definition"; line: 1, column: 4]`
    std::string location;
};

/// The value of a JSON text. Duplicate keys: the last one wins, in the place of the first.
/// Numbers without fraction and exponent that fit 64 bits are integers, others doubles.
Result<Json, JsonSyntaxError> parse_json(std::string_view text, JsonLimits limits = {});

/// Jackson's description of what is wrong with `text`; asked for only after parse_json has failed.
/// Implemented in json_syntax.cpp.
JsonSyntaxError describe_json_syntax_error(std::string_view text, JsonLimits limits = {});

/// The compact text of a value, as the service writes it: numbers as Java does (`1.0E-7`), control
/// characters escaped, everything else as it is (UTF-8).
std::string write_json(const Json& value);
void append_json(std::string& out, const Json& value);
/// A JSON string literal with its quotes.
void append_json_string(std::string& out, std::string_view text);
/// A double as Java's Double.toString writes it: `1.5`, `100.0`, `1.0E10`, `1.0E-7`.
void append_java_double(std::string& out, double value);

/// For tests and constants: throws std::invalid_argument where `text` is not JSON.
Json json(std::string_view text);

}  // namespace stepwell

extern template class nlohmann::basic_json<stepwell::OrderedObject>;
