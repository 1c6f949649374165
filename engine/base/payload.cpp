#include "engine/base/payload.hpp"

#include <optional>

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
        if (!body_->value) body_->value = json(*body_->text);
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
