#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"

namespace stepwell {

/// The most bytes of UTF-8 that a state's input, output or result may have.
/// Developer Guide, "Service quotas": maximum input or result size.
inline constexpr std::size_t kMaxPayloadBytes = 262'144;

/// JSON data handed from state to state: immutable and shared, with its text and its value.
///
/// Each is made at most once from the other, when first asked for. Thread-safe; copying costs one
/// reference. Every Payload made outside (input text, a task's result) has been parsed once and
/// found well formed.
class Payload {
public:
    /// `{}`.
    Payload();
    /// Of a value: the text is written when first asked for.
    explicit Payload(Json value);
    /// Of a text that is known to be well-formed JSON: the value is parsed when first asked for.
    static Payload from_text(std::string text);
    /// Of both: `text` is what `value` was parsed from, kept as the caller wrote it.
    static Payload from_parts(std::string text, Json value);

    const Json& value() const;
    const std::string& text() const;
    /// Bytes of the text.
    std::size_t size() const { return text().size(); }
    /// Whether both are the same shared object (not: equal JSON).
    bool same_as(const Payload& other) const { return body_ == other.body_; }
    /// A key for tables of payloads by identity.
    const void* identity() const { return body_.get(); }

private:
    struct Body;
    explicit Payload(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
    std::shared_ptr<const Body> body_;
};

}  // namespace stepwell
