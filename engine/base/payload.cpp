#include "engine/base/payload.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "engine/base/json_depth.hpp"

namespace stepwell {

struct Payload::Body {
    mutable std::once_flag text_once;
    mutable std::once_flag value_once;
    mutable std::optional<std::string> text;
    mutable std::optional<Json> value;
};

Payload::Payload() {
    static const Payload empty = from_parts("{}", Json::object());
    body_ = empty.body_;
}

Payload::Payload(Json value) {
    auto body = std::make_shared<Body>();
    body->value = std::move(value);
    body_ = std::move(body);
}

Payload Payload::from_text(std::string text) {
    auto body = std::make_shared<Body>();
    body->text = std::move(text);
    return Payload(std::move(body));
}

Payload Payload::from_parts(std::string text, Json value) {
    auto body = std::make_shared<Body>();
    body->text = std::move(text);
    body->value = std::move(value);
    return Payload(std::move(body));
}

const Json& Payload::value() const {
    std::call_once(body_->value_once, [this] {
        if (body_->value) return;
        // Made here before, so it is bounded already: by what a definition adds to a state's data.
        auto value =
            parse_json(*body_->text, {.max_depth = 4 * kMaxJsonDepth, .max_bytes = SIZE_MAX});
        if (!value) throw std::invalid_argument("not JSON: " + value.error().message);
        body_->value = *std::move(value);
    });
    return *body_->value;
}

const std::string& Payload::text() const {
    std::call_once(body_->text_once, [this] {
        if (!body_->text) body_->text = write_json(*body_->value);
    });
    return *body_->text;
}

}  // namespace stepwell
