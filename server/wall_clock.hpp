#pragma once

#include "engine/base/time.hpp"

namespace stepwell::server {

/// The machine's own time. That it may be set back is the engine's concern
/// (engine/runtime/engine_clock.hpp).
class WallClock final : public Clock {
public:
    TimePoint now() const override {
        return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace stepwell::server
