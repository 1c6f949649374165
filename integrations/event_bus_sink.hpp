#pragma once

#include <memory>
#include <string>

#include "engine/base/json.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell {

/// Sends events to an event bus by PutEvents, to the endpoint of `events`. What is refused or
/// cannot be sent is told in the log; at most kMostUnderWay are on their way. Thread-safe.
class EventBusSink {
public:
    static constexpr int kMostUnderWay = 1'000;

    /// The models must outlive it. `bus`: its name or ARN; empty: the default one.
    EventBusSink(const models::ServiceModels& models, const aws::AwsOptions& options,
                 std::string bus);
    ~EventBusSink();
    EventBusSink(const EventBusSink&) = delete;
    EventBusSink& operator=(const EventBusSink&) = delete;

    void put(const Json& event);

private:
    struct OnLoop;
    IoLoop loop_;
    std::unique_ptr<OnLoop> on_loop_;
};

}  // namespace stepwell
