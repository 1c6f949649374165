#pragma once

#include <functional>

#include "api/events/answer.hpp"
#include "api/events/rule_table.hpp"
#include "engine/base/arn.hpp"

namespace stepwell::api::events {

/// EventBridge's operations on rules and their targets. Each answers once; those that change
/// something do so when it is stored, on the store's thread.
class RuleOperations {
public:
    /// `rules` must outlive this.
    explicit RuleOperations(RuleTable& rules) : rules_(rules) {}

    void put_rule(const Owner& caller, const Json& input, const Respond& respond);
    void describe_rule(const Owner& caller, const Json& input, const Respond& respond);
    void list_rules(const Owner& caller, const Json& input, const Respond& respond);
    void delete_rule(const Owner& caller, const Json& input, const Respond& respond);
    void enable_rule(const Owner& caller, const Json& input, const Respond& respond);
    void disable_rule(const Owner& caller, const Json& input, const Respond& respond);
    void put_targets(const Owner& caller, const Json& input, const Respond& respond);
    void remove_targets(const Owner& caller, const Json& input, const Respond& respond);
    void list_targets(const Owner& caller, const Json& input, const Respond& respond);
    void list_rules_of_target(const Owner& caller, const Json& input, const Respond& respond);

private:
    /// Answers where there is no such rule; null then.
    RulePtr named_rule(const Owner& caller, const Json& input, const char* member,
                       const Respond& respond) const;
    /// Changes a rule that is there.
    void change(const Rule& rule, const std::function<void(Rule&)>& how, Json answer,
                const Respond& respond);

    RuleTable& rules_;
};

}  // namespace stepwell::api::events
