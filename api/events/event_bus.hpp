#pragma once

#include <functional>
#include <string>

#include "api/api.hpp"
#include "api/events/rule_table.hpp"
#include "engine/base/json.hpp"

namespace stepwell::api::events {

/// Takes events and starts the state machines that rules have as targets. Thread-safe.
class EventBus {
public:
    /// `call` is Api::handle. All must outlive it.
    using CallApi = std::function<void(Request, std::function<void(Response)>)>;
    EventBus(RuleTable& rules, const Clock& clock, CallApi call)
        : rules_(rules), clock_(clock), call_(std::move(call)) {}

    /// Hands an event on to the targets of the rules that match it. Once: what cannot be delivered
    /// is told in the log. Runs patterns: not on a thread that must be quick.
    void deliver(const Owner& owner, const std::string& bus, const Json& event);

private:
    void start(const Rule& rule, const Json& target, const Json& event);

    RuleTable& rules_;
    const Clock& clock_;
    const CallApi call_;
};

}  // namespace stepwell::api::events
