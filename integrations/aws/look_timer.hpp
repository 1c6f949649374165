#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include "integrations/io_loop.hpp"

namespace stepwell::aws {

/// When a job is looked at again: after 0.2 seconds, and then in growing intervals of up to 10. A
/// stand-in is done in no time, a real job takes minutes. Belongs to the loop's thread.
class LookTimer {
public:
    explicit LookTimer(IoLoop& loop) : timer_(loop) {}

    void start(std::function<void()> look) {
        timer_.start(pause_, std::move(look));
        pause_ = std::min(pause_ * 3 / 2, kLongestPause);
    }
    void cancel() { timer_.cancel(); }

private:
    static constexpr Milliseconds kFirstLook{200};
    static constexpr Milliseconds kLongestPause{10'000};

    LoopTimer timer_;
    Milliseconds pause_ = kFirstLook;
};

}  // namespace stepwell::aws
