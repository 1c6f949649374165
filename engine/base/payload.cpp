#include "engine/base/payload.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include "engine/base/json_depth.hpp"

namespace stepwell {
namespace {

/// std::call_once without its system call: glibc's wakes whoever may wait after every first time,
/// and each state of an execution makes a payload.
class Once {
public:
    /// Makes it, unless that is done; waits where another thread is at it. What `make` throws
    /// leaves it to be made.
    template <class Make>
    void operator()(Make&& make) {
        int seen = state_.load(std::memory_order_acquire);
        while (seen != kMade) {
            if (seen == kAbsent) {
                if (!state_.compare_exchange_weak(seen, kMaking, std::memory_order_acquire))
                    continue;
                try {
                    make();
                } catch (...) {
                    finish(kAbsent);
                    throw;
                }
                return finish(kMade);
            }
            if (seen == kMaking &&
                !state_.compare_exchange_weak(seen, kAwaited, std::memory_order_acquire))
                continue;
            state_.wait(kAwaited, std::memory_order_acquire);
            seen = state_.load(std::memory_order_acquire);
        }
    }

private:
    static constexpr int kAbsent = 0;
    static constexpr int kMaking = 1;
    static constexpr int kAwaited = 2;  ///< being made, and waited for
    static constexpr int kMade = 3;

    void finish(int state) {
        if (state_.exchange(state, std::memory_order_acq_rel) == kAwaited) state_.notify_all();
    }

    std::atomic<int> state_ = kAbsent;
};

}  // namespace

struct Payload::Body {
    mutable Once text_once;
    mutable Once value_once;
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
    body_->value_once([this] {
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
    body_->text_once([this] {
        if (!body_->text) body_->text = write_json(*body_->value);
    });
    return *body_->text;
}

}  // namespace stepwell
