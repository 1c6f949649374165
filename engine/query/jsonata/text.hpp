#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/expression.hpp"
#include "engine/query/jsonata/value.hpp"

/// Values as JSON, as text and as JSON values.
namespace stepwell::jsonata {

enum class Layout { compact, pretty };

/// `$string`: texts as they are, functions empty, numbers rounded to 15 digits, everything else as
/// JavaScript's JSON.stringify. Undefined stays undefined. D3001 for a number that is not finite.
Value to_text(const Value& value, Dialect dialect, Layout layout = Layout::compact);

/// The JSON text of a value in an error message. Short: what is long is cut.
std::string json_text(const Value& value);

/// What an expression's value is to the outside: nullopt if it is undefined. Infinity and NaN are
/// null in the standard dialect; AWS writes them as texts within a value, and fails with
/// kUnsupportedResult where one is all there is. So does a function, which is an empty text within
/// a value.
std::optional<Json> to_json(const Value& value, Dialect dialect);

/// A value of its own made of a JSON value that does not outlive the call.
Value from_json(const Json& json);

/// A text that grows piece by piece, within the limit of memory.
class TextBuilder {
public:
    void add(std::string_view piece) {
        if (text_.size() + piece.size() > checked_) check(piece.size());
        text_ += piece;
    }
    Value make() const { return make_text(text_); }
    std::string& text() { return text_; }

private:
    void check(std::size_t more);
    std::string text_;
    std::size_t checked_ = 0;
};

}  // namespace stepwell::jsonata
