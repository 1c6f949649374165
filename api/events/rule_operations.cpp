#include "api/events/rule_operations.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "api/events/event_entry.hpp"
#include "engine/base/json_member.hpp"
#include "engine/events/pattern.hpp"
#include "engine/events/target_input.hpp"

namespace stepwell::api::events {
namespace {

constexpr std::size_t kMostTargetsPerCall = 100;
constexpr std::size_t kMostPerPage = 100;

Refusal no_rule(const std::string& name, const std::string& bus) {
    return {"ResourceNotFoundException",
            "Rule " + name + " does not exist on EventBus " + bus + "."};
}
Refusal failed(Outcome outcome) {
    if (outcome == Outcome::limit_reached) {
        return {"LimitExceededException",
                "The requested resource exceeds the maximum number allowed."};
    }
    return {"InternalException", "The rule could not be stored; see the server's log.", 500};
}

bool is_rule_name(const std::string& text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    });
}

/// The page of a list that Limit and NextToken ask for. NextToken is the position of its first.
struct Page {
    std::size_t first = 0;
    std::size_t count = kMostPerPage;
};
Result<Page, Refusal> page_of(const Json& input) {
    Page page;
    if (const Json* limit = given_member_of(input, "Limit")) {
        if (!limit->is_number_integer() || limit->get<std::int64_t>() < 1 ||
            limit->get<std::int64_t>() > std::int64_t{kMostPerPage})
            return validation("Limit must be a number from 1 to 100");
        page.count = limit->get<std::size_t>();
    }
    const std::string token = text_of(input, "NextToken");
    if (token.empty()) return page;
    if (token.size() > 9 ||
        !std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; }))
        return validation("The NextToken is not valid");
    page.first = std::stoul(token);
    return page;
}

/// Puts the page of `all` into the answer.
Json paged(const char* name, const Json& all, const Page& page) {
    Json out = Json::object();
    out[name] = Json::array();
    const auto& items = all.get_ref<const Json::array_t&>();
    for (std::size_t i = page.first; i < items.size() && i < page.first + page.count; ++i)
        out[name].push_back(items[i]);
    if (page.first + page.count < items.size())
        out["NextToken"] = std::to_string(page.first + page.count);
    return out;
}

Json shown(const Rule& rule) {
    Json out = Json::object();
    out["Name"] = rule.name;
    out["Arn"] = rule.arn();
    out["EventPattern"] = rule.pattern;
    out["State"] = rule.enabled ? "ENABLED" : "DISABLED";
    if (!rule.description.empty()) out["Description"] = rule.description;
    if (!rule.role_arn.empty()) out["RoleArn"] = rule.role_arn;
    out["EventBusName"] = rule.bus;
    return out;
}

Json failed_entries(Json entries) {
    Json out = Json::object();
    out["FailedEntryCount"] = entries.size();
    out["FailedEntries"] = std::move(entries);
    return out;
}

Json failed_target(const std::string& id, const char* code, const std::string& message) {
    Json out = Json::object();
    out["TargetId"] = id;
    out["ErrorCode"] = code;
    out["ErrorMessage"] = message;
    return out;
}

/// Why a target cannot be one; nullopt where it can.
std::optional<Json> refused_target(const Json& target) {
    const std::string id = text_of(target, "Id");
    const std::string arn = text_of(target, "Arn");
    if (arn.find(":states:") == std::string::npos ||
        arn.find(":stateMachine:") == std::string::npos) {
        return failed_target(id, "UnsupportedTarget",
                             "Stepwell starts state machines: the target must be the ARN of one, "
                             "not '" +
                                 arn + "'");
    }
    if (const auto error = stepwell::events::check_target_input(target))
        return failed_target(id, "InvalidArgument", error->message);
    return std::nullopt;
}

/// Targets with more of them; one of the same Id goes in the place of the old one.
Json merged(const Json& targets, const std::vector<Json>& more) {
    Json out = targets;
    for (const Json& target : more) {
        auto& all = out.get_ref<Json::array_t&>();
        const auto same = std::ranges::find_if(
            all, [&](const Json& there) { return text_of(there, "Id") == text_of(target, "Id"); });
        if (same == all.end()) {
            all.push_back(target);
        } else {
            *same = target;
        }
    }
    return out;
}

}  // namespace

void RuleOperations::put_rule(const Owner& caller, const Json& input, const Respond& respond) {
    const std::string name = text_of(input, "Name");
    if (!is_rule_name(name))
        return respond(validation("Name must have 1 to 64 letters, digits, '.', '-' or '_'"));
    if (given_member_of(input, "ScheduleExpression") != nullptr)
        return respond(validation("Stepwell runs no schedules: give an EventPattern"));
    const std::string pattern = text_of(input, "EventPattern");
    if (pattern.empty()) {
        return respond(
            validation("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if (const auto parsed = stepwell::events::EventPattern::parse(pattern); !parsed)
        return respond(Refusal{"InvalidEventPatternException", parsed.error().message});
    const std::string state = text_of(input, "State");
    if (!state.empty() && state != "ENABLED" && state != "DISABLED" &&
        state != "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
        return respond(validation("State must be ENABLED or DISABLED"));
    Rule rule;
    rule.owner = caller;
    rule.bus = bus_of(input);
    rule.name = name;
    rule.pattern = pattern;
    rule.enabled = state != "DISABLED";
    rule.description = text_of(input, "Description");
    rule.role_arn = text_of(input, "RoleArn");
    Json out = Json::object();
    out["RuleArn"] = rule.arn();
    rules_.change(
        caller, rule.bus, name,
        [rule](const Rule* there) {
            Rule changed = rule;
            if (there != nullptr) changed.targets = there->targets;
            return std::optional(std::move(changed));
        },
        [respond, out](Outcome outcome) {
            outcome == Outcome::committed ? respond(out) : respond(failed(outcome));
        });
}

RulePtr RuleOperations::named_rule(const Owner& caller, const Json& input, const char* member,
                                   const Respond& respond) const {
    const std::string name = text_of(input, member);
    const std::string bus = bus_of(input);
    RulePtr rule = rules_.find(caller, bus, name);
    if (!rule) respond(name.empty() ? missing(member) : no_rule(name, bus));
    return rule;
}

void RuleOperations::change(const Rule& rule, const std::function<void(Rule&)>& how, Json answer,
                            const Respond& respond) {
    rules_.change(
        rule.owner, rule.bus, rule.name,
        [&](const Rule* there) {
            if (there == nullptr) return std::optional<Rule>();
            Rule changed = *there;
            how(changed);
            return std::optional(std::move(changed));
        },
        [respond, answer = std::move(answer), name = rule.name, bus = rule.bus](Outcome outcome) {
            if (outcome == Outcome::committed) return respond(answer);
            respond(outcome == Outcome::not_found ? no_rule(name, bus) : failed(outcome));
        });
}

void RuleOperations::describe_rule(const Owner& caller, const Json& input, const Respond& respond) {
    if (const RulePtr rule = named_rule(caller, input, "Name", respond)) respond(shown(*rule));
}

void RuleOperations::list_rules(const Owner& caller, const Json& input, const Respond& respond) {
    const auto page = page_of(input);
    if (!page) return respond(page.error());
    const std::string prefix = text_of(input, "NamePrefix");
    Json all = Json::array();
    for (const RulePtr& rule : rules_.list(caller, bus_of(input))) {
        if (rule->name.starts_with(prefix)) all.push_back(shown(*rule));
    }
    respond(paged("Rules", all, *page));
}

void RuleOperations::delete_rule(const Owner& caller, const Json& input, const Respond& respond) {
    const std::string name = text_of(input, "Name");
    if (name.empty()) return respond(missing("name"));
    const RulePtr rule = rules_.find(caller, bus_of(input), name);
    if (!rule) return respond(Json::object());
    if (!rule->targets.empty())
        return respond(validation("Rule can't be deleted since it has targets."));
    rules_.remove(caller, rule->bus, name, [respond](Outcome outcome) {
        if (outcome == Outcome::committed || outcome == Outcome::not_found)
            return respond(Json::object());
        respond(failed(outcome));
    });
}

void RuleOperations::enable_rule(const Owner& caller, const Json& input, const Respond& respond) {
    if (const RulePtr rule = named_rule(caller, input, "Name", respond))
        change(
            *rule, [](Rule& r) { r.enabled = true; }, Json::object(), respond);
}
void RuleOperations::disable_rule(const Owner& caller, const Json& input, const Respond& respond) {
    if (const RulePtr rule = named_rule(caller, input, "Name", respond))
        change(
            *rule, [](Rule& r) { r.enabled = false; }, Json::object(), respond);
}

void RuleOperations::put_targets(const Owner& caller, const Json& input, const Respond& respond) {
    const RulePtr rule = named_rule(caller, input, "Rule", respond);
    if (!rule) return;
    const Json* targets = given_member_of(input, "Targets");
    if (targets == nullptr || !targets->is_array() || targets->empty() ||
        targets->size() > kMostTargetsPerCall)
        return respond(validation("Targets must have 1 to 100 elements"));
    Json bad = Json::array();
    std::vector<Json> good;
    for (const Json& target : targets->get_ref<const Json::array_t&>()) {
        if (!target.is_object() || text_of(target, "Id").empty())
            return respond(missing("targets.1.member.id"));
        if (auto refused = refused_target(target)) {
            bad.push_back(*std::move(refused));
        } else {
            good.push_back(target);
        }
    }
    const std::size_t all = merged(rule->targets, good).size();
    if (all > kMostTargets) {
        return respond(Refusal{"LimitExceededException",
                               "The requested resource exceeds the maximum number allowed."});
    }
    change(
        *rule, [&](Rule& r) { r.targets = merged(r.targets, good); },
        failed_entries(std::move(bad)), respond);
}

void RuleOperations::remove_targets(const Owner& caller, const Json& input,
                                    const Respond& respond) {
    const RulePtr rule = named_rule(caller, input, "Rule", respond);
    if (!rule) return;
    const Json* ids = given_member_of(input, "Ids");
    if (ids == nullptr || !ids->is_array() || ids->empty()) return respond(missing("ids"));
    const Json wanted = *ids;
    change(
        *rule,
        [&](Rule& r) {
            std::erase_if(r.targets.get_ref<Json::array_t&>(), [&](const Json& target) {
                const auto& all = wanted.get_ref<const Json::array_t&>();
                return std::ranges::find(all, *given_member_of(target, "Id")) != all.end();
            });
        },
        failed_entries(Json::array()), respond);
}

void RuleOperations::list_targets(const Owner& caller, const Json& input, const Respond& respond) {
    const RulePtr rule = named_rule(caller, input, "Rule", respond);
    if (!rule) return;
    const auto page = page_of(input);
    if (!page) return respond(page.error());
    respond(paged("Targets", rule->targets, *page));
}

void RuleOperations::list_rules_of_target(const Owner& caller, const Json& input,
                                          const Respond& respond) {
    const auto page = page_of(input);
    if (!page) return respond(page.error());
    const std::string arn = text_of(input, "TargetArn");
    if (arn.empty()) return respond(missing("targetArn"));
    Json names = Json::array();
    for (const RulePtr& rule : rules_.list(caller, bus_of(input))) {
        const auto& targets = rule->targets.get_ref<const Json::array_t&>();
        if (std::ranges::any_of(targets,
                                [&](const Json& target) { return text_of(target, "Arn") == arn; }))
            names.push_back(rule->name);
    }
    respond(paged("RuleNames", names, *page));
}

}  // namespace stepwell::api::events
