#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "api/api.hpp"
#include "api/events/event_bus.hpp"
#include "api/events/rule_table.hpp"

namespace stepwell::api::events {

/// What X-Amz-Target begins with.
inline constexpr std::string_view kTargetPrefix = "AWSEvents.";

/// The operations of EventBridge that it takes for an event to start a state machine: PutEvents,
/// rules and their targets, TestEventPattern. Thread-safe.
class EventsApi {
public:
    /// All must outlive it.
    EventsApi(Store& store, Api& api, ReaderPool& readers, const Clock& clock, Owner owner);
    ~EventsApi();
    EventsApi(const EventsApi&) = delete;
    EventsApi& operator=(const EventsApi&) = delete;

    /// Brings back the rules that are stored.
    void load();
    /// After a reset of the store.
    void clear();

    /// As Api::handle, for requests whose target begins with kTargetPrefix.
    void handle(Request request, std::function<void(Response)> respond);

    /// Whether there are rules that an event could match.
    bool has_rules() const;

    /// An event of the service itself: "Step Functions Execution Status Change", on the default
    /// bus.
    void put_own(const Json& event);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::api::events
