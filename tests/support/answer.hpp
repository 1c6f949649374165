#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace stepwell::testing {

/// An answer that is awaited: hands out callbacks that fill it. A second answer throws, on whoever
/// gives it.
template <class T>
class Answer {
public:
    std::function<void(T)> callback() const {
        return [state = state_](T value) {
            const std::lock_guard lock(state->mutex);
            if (state->value) ADD_FAILURE() << "a call was answered twice";
            state->value = std::move(value);
            state->came.notify_all();
        };
    }
    bool came() const {
        const std::lock_guard lock(state_->mutex);
        return state_->value.has_value();
    }
    /// Waits for it.
    T get() const {
        std::unique_lock lock(state_->mutex);
        state_->came.wait(lock, [this] { return state_->value.has_value(); });
        return *state_->value;
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable came;
        std::optional<T> value;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace stepwell::testing
