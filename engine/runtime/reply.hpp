#pragma once

#include <functional>
#include <utility>

#include "engine/runtime/runtime.hpp"

namespace stepwell {

/// What a caller is told whose call was lost: the runtime shut down, or failed over it.
template <class T>
T lost_answer();
template <>
inline Started lost_answer() {
    return {Outcome::overloaded, {}, {}};
}
template <>
inline Stopped lost_answer() {
    return {Outcome::overloaded, {}};
}
template <>
inline RedriveEnded lost_answer() {
    return {Outcome::overloaded, {}, {}};
}
template <>
inline TokenOutcome lost_answer() {
    return TokenOutcome::overloaded;
}
template <>
inline Outcome lost_answer() {
    return Outcome::overloaded;
}
template <>
inline PolledTask lost_answer() {
    return {Outcome::overloaded, {}, {}};
}
template <>
inline SyncEnded lost_answer() {
    SyncEnded ended;
    ended.status = ExecutionStatus::aborted;
    ended.outcome = Outcome::overloaded;
    return ended;
}

/// The duty to answer a call exactly once. Whoever drops it unanswered says lost_answer(), so no
/// caller waits for ever.
template <class T>
class Reply {
public:
    Reply() = default;
    explicit Reply(std::function<void(T)> callback) : callback_(std::move(callback)) {}
    Reply(Reply&& other) noexcept : callback_(std::exchange(other.callback_, nullptr)) {}
    Reply& operator=(Reply&& other) noexcept {
        std::swap(callback_, other.callback_);
        return *this;
    }
    ~Reply() {
        if (callback_) callback_(lost_answer<T>());
    }

    explicit operator bool() const { return callback_ != nullptr; }
    void operator()(T answer) {
        if (auto callback = release()) callback(std::move(answer));
    }
    /// Hands the duty on to who takes the callback.
    std::function<void(T)> release() { return std::exchange(callback_, nullptr); }

private:
    std::function<void(T)> callback_;
};

}  // namespace stepwell
