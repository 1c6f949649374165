#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/errors.hpp"
#include "api/shapes.hpp"
#include "engine/base/json.hpp"

namespace stepwell::api {

/// The input of a call, held against its shape: types are right, constraints are met, unknown
/// members are ignored and null ones are absent, as the service's own deserializer has it.
class Input {
public:
    explicit Input(Json value) : value_(std::move(value)) {}

    /// nullptr where absent.
    const Json* find(std::string_view member) const { return find(value_, member); }
    const std::string* text(std::string_view member) const;
    /// Moves the text out, for what is kept as the caller wrote it.
    std::optional<std::string> take_text(std::string_view member);
    /// A required text.
    const std::string& required_text(std::string_view member) const { return *text(member); }
    std::optional<std::int64_t> integer(std::string_view member) const;
    bool flag(std::string_view member, bool otherwise = false) const;

    /// A member of any structure of the input; nullptr where absent or null.
    static const Json* find(const Json& structure, std::string_view member);

private:
    Json value_;
};

/// Reads the body of a call. Refuses with SerializationException what is not JSON or of the wrong
/// JSON type, and with one ValidationException all violated constraints: "2 validation errors
/// detected: …; …".
Checked<Input> parse_input(std::string_view body, const Shape& shape);

/// `maxResults`: absent and 0 mean 100. API Reference, ListExecutions.
std::size_t page_size(const Input& input);
/// `includedData` is METADATA_ONLY: what would be encrypted under a customer's key is left out of
/// the answer.
bool metadata_only(const Input& input);

/// An integer of the input: fractions are cut off, values out of range are brought into it.
std::int64_t integer_of(const Json& number);

}  // namespace stepwell::api
