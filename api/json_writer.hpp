#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"
#include "engine/base/time.hpp"

namespace stepwell::api {

/// Appends one JSON object to a text, member by member: answers are written once, without a tree in
/// between. Names are members of the API model, so they need no escaping.
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }

    void text(std::string_view name, std::string_view value) {
        append_json_string(member(name), value);
    }
    /// A value that is JSON text already.
    void raw(std::string_view name, std::string_view json) { member(name).append(json); }
    void number(std::string_view name, std::int64_t value) {
        member(name).append(std::to_string(value));
    }
    void flag(std::string_view name, bool value) { member(name).append(value ? "true" : "false"); }
    /// Seconds since 1970, as AWS JSON 1.0 writes timestamps.
    void date(std::string_view name, TimePoint value) {
        member(name).append(to_epoch_seconds(value));
    }

    /// The text, behind the member's name and colon: the caller appends the value.
    std::string& member(std::string_view name) {
        out_.append(first_ ? "\"" : ",\"").append(name).append("\":");
        first_ = false;
        return out_;
    }
    void end() { out_.push_back('}'); }

private:
    std::string& out_;
    bool first_ = true;
};

}  // namespace stepwell::api
