#include "api/events/events_api.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "api/caller.hpp"
#include "api/events/event_entry.hpp"
#include "api/machines.hpp"
#include "engine/events/target_input.hpp"

// EventBridge API Reference.
namespace stepwell::api::events {
namespace {

constexpr std::size_t kMostEntries = 10;
constexpr std::size_t kMostTargetsPerCall = 100;
constexpr std::size_t kMostPerPage = 100;

struct Refusal {
    std::string type;
    std::string message;
    int status = 400;
};
using Answered = Result<Json, Refusal>;

Refusal validation(std::string message) { return {"ValidationException", std::move(message)}; }
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

Response response_of(const Answered& answer) {
    if (answer) return {.status = 200, .body = write_json(*answer), .error_type = {}};
    Json body = Json::object();
    body["__type"] = answer.error().type;
    body["message"] = answer.error().message;
    return {.status = answer.error().status,
            .body = write_json(body),
            .error_type = answer.error().type};
}

std::string missing(const char* member) {
    return "1 validation error detected: Value null at '" + std::string(member) +
           "' failed to satisfy constraint: Member must not be null";
}

bool is_rule_name(const std::string& text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    });
}

/// `default` of `arn:aws:events:us-east-1:123456789012:event-bus/default`.
std::string bus_of(const Json& input) {
    const std::string given = text_of(input, "EventBusName");
    if (given.empty()) return "default";
    constexpr std::string_view kResource = ":event-bus/";
    const std::size_t at = given.find(kResource);
    return given.starts_with("arn:") && at != std::string::npos
               ? given.substr(at + kResource.size())
               : given;
}

/// The page of a list that Limit and NextToken ask for. NextToken is the position of its first.
struct Page {
    std::size_t first = 0;
    std::size_t count = kMostPerPage;
};
Result<Page, Refusal> page_of(const Json& input) {
    Page page;
    if (const Json* limit = find(input, "Limit")) {
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

}  // namespace

class EventsApi::Impl {
public:
    Impl(Store& store, Api& api, ReaderPool& readers, const Clock& clock, Owner owner)
        : readers_(readers),
          clock_(clock),
          owner_(std::move(owner)),
          rules_(store),
          bus_(rules_, clock, [&api](Request request, std::function<void(Response)> respond) {
              api.handle(std::move(request), std::move(respond));
          }) {}

    /// Waits for what is under way: it uses all that goes with this.
    ~Impl() {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [this] { return under_way_ == 0; });
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void load() { rules_.load(); }
    void clear() { rules_.clear(); }
    bool has_rules() const { return !rules_.empty(); }

    using Respond = std::function<void(const Answered&)>;

    void handle(Request request, std::function<void(Response)> respond) {
        const Owner caller =
            request.caller ? *request.caller : caller_of(request.authorization, owner_);
        {
            const std::lock_guard lock(mutex_);
            ++under_way_;
        }
        readers_.post([this, caller, request = std::move(request), respond = std::move(respond)] {
            // What goes wrong after the answer (events are handed on behind it) is not one.
            const auto answered = std::make_shared<std::atomic<bool>>(false);
            const Respond answer = [respond, answered](const Answered& how) {
                if (!answered->exchange(true)) respond(response_of(how));
            };
            try {
                run(caller, request, answer);
            } catch (const std::exception& e) {
                spdlog::error("{} failed: {}", request.target, e.what());
                answer(Refusal{"InternalException", "Internal failure.", 500});
            }
            const std::lock_guard lock(mutex_);
            --under_way_;
            idle_.notify_all();
        });
    }

    void run(const Owner& caller, const Request& request, const Respond& answer) {
        const std::string name = request.target.substr(kTargetPrefix.size());
        const auto row = std::ranges::find(kOperations, name, &Operation::name);
        if (row == std::end(kOperations)) {
            return answer(Refusal{"UnknownOperationException",
                                  "Stepwell has no operation '" + request.target + "'"});
        }
        const auto input = parse_json(request.body.empty() ? "{}" : request.body);
        if (!input || !input->is_object())
            return answer(Refusal{"SerializationException", "The body is not a JSON object"});
        (this->*row->run)(caller, *input, answer);
    }

    void put_own(const Json& event) {
        Owner owner = owner_;
        owner.account = text_of(event, "account");
        owner.region = text_of(event, "region");
        bus_.deliver(owner, "default", event);
    }

private:
    struct Operation {
        std::string_view name;
        void (Impl::*run)(const Owner& caller, const Json& input, const Respond& respond);
    };
    static const std::array<Operation, 12> kOperations;

    void put_events(const Owner& caller, const Json& input, const Respond& respond) {
        const Json* entries = find(input, "Entries");
        if (entries == nullptr || !entries->is_array())
            return respond(validation(missing("entries")));
        if (entries->empty() || entries->size() > kMostEntries) {
            return respond(validation(
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                "Member must have length " +
                std::string(entries->empty() ? "greater than or equal to 1"
                                             : "less than or equal to 10")));
        }
        Json answers = Json::array();
        std::int64_t bad = 0;
        std::vector<std::pair<std::string, Json>> events;
        for (const Json& entry : entries->get_ref<const Json::array_t&>()) {
            auto event = event_of(entry.is_object() ? entry : Json::object(), caller, clock_.now());
            Json answer = Json::object();
            if (event) {
                answer["EventId"] = event->at("id");
                events.emplace_back(bus_of(entry), *std::move(event));
            } else {
                answer["ErrorCode"] = event.error().code;
                answer["ErrorMessage"] = event.error().message;
                ++bad;
            }
            answers.push_back(std::move(answer));
        }
        Json out = Json::object();
        out["FailedEntryCount"] = bad;
        out["Entries"] = std::move(answers);
        respond(out);
        for (const auto& [bus, event] : events) bus_.deliver(caller, bus, event);
    }

    void put_rule(const Owner& caller, const Json& input, const Respond& respond) {
        const std::string name = text_of(input, "Name");
        if (!is_rule_name(name))
            return respond(validation("Name must have 1 to 64 letters, digits, '.', '-' or '_'"));
        if (find(input, "ScheduleExpression") != nullptr)
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

    /// Answers where there is no such rule; null then.
    RulePtr named_rule(const Owner& caller, const Json& input, const char* member,
                       const Respond& respond) const {
        const std::string name = text_of(input, member);
        const std::string bus = bus_of(input);
        RulePtr rule = rules_.find(caller, bus, name);
        if (!rule) respond(name.empty() ? validation(missing(member)) : no_rule(name, bus));
        return rule;
    }

    /// Changes a rule that is there.
    void change(const Rule& rule, const std::function<void(Rule&)>& how, Json answer,
                const Respond& respond) {
        rules_.change(
            rule.owner, rule.bus, rule.name,
            [&](const Rule* there) {
                if (there == nullptr) return std::optional<Rule>();
                Rule changed = *there;
                how(changed);
                return std::optional(std::move(changed));
            },
            [respond, answer = std::move(answer), name = rule.name,
             bus = rule.bus](Outcome outcome) {
                if (outcome == Outcome::committed) return respond(answer);
                respond(outcome == Outcome::not_found ? no_rule(name, bus) : failed(outcome));
            });
    }

    void describe_rule(const Owner& caller, const Json& input, const Respond& respond) {
        if (const RulePtr rule = named_rule(caller, input, "Name", respond)) respond(shown(*rule));
    }

    void list_rules(const Owner& caller, const Json& input, const Respond& respond) {
        const auto page = page_of(input);
        if (!page) return respond(page.error());
        const std::string prefix = text_of(input, "NamePrefix");
        Json all = Json::array();
        for (const RulePtr& rule : rules_.list(caller, bus_of(input))) {
            if (rule->name.starts_with(prefix)) all.push_back(shown(*rule));
        }
        respond(paged("Rules", all, *page));
    }

    void delete_rule(const Owner& caller, const Json& input, const Respond& respond) {
        const std::string name = text_of(input, "Name");
        if (name.empty()) return respond(validation(missing("name")));
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

    void enable_rule(const Owner& caller, const Json& input, const Respond& respond) {
        if (const RulePtr rule = named_rule(caller, input, "Name", respond))
            change(
                *rule, [](Rule& r) { r.enabled = true; }, Json::object(), respond);
    }
    void disable_rule(const Owner& caller, const Json& input, const Respond& respond) {
        if (const RulePtr rule = named_rule(caller, input, "Name", respond))
            change(
                *rule, [](Rule& r) { r.enabled = false; }, Json::object(), respond);
    }

    void put_targets(const Owner& caller, const Json& input, const Respond& respond) {
        const RulePtr rule = named_rule(caller, input, "Rule", respond);
        if (!rule) return;
        const Json* targets = find(input, "Targets");
        if (targets == nullptr || !targets->is_array() || targets->empty() ||
            targets->size() > kMostTargetsPerCall)
            return respond(validation("Targets must have 1 to 100 elements"));
        Json bad = Json::array();
        std::vector<Json> good;
        for (const Json& target : targets->get_ref<const Json::array_t&>()) {
            if (!target.is_object() || text_of(target, "Id").empty())
                return respond(validation(missing("targets.1.member.id")));
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

    /// Targets with more of them; one of the same Id goes in the place of the old one.
    static Json merged(const Json& targets, const std::vector<Json>& more) {
        Json out = targets;
        for (const Json& target : more) {
            auto& all = out.get_ref<Json::array_t&>();
            const auto same = std::ranges::find_if(all, [&](const Json& there) {
                return text_of(there, "Id") == text_of(target, "Id");
            });
            if (same == all.end()) {
                all.push_back(target);
            } else {
                *same = target;
            }
        }
        return out;
    }

    void remove_targets(const Owner& caller, const Json& input, const Respond& respond) {
        const RulePtr rule = named_rule(caller, input, "Rule", respond);
        if (!rule) return;
        const Json* ids = find(input, "Ids");
        if (ids == nullptr || !ids->is_array() || ids->empty())
            return respond(validation(missing("ids")));
        const Json wanted = *ids;
        change(
            *rule,
            [&](Rule& r) {
                std::erase_if(r.targets.get_ref<Json::array_t&>(), [&](const Json& target) {
                    const auto& all = wanted.get_ref<const Json::array_t&>();
                    return std::ranges::find(all, *find(target, "Id")) != all.end();
                });
            },
            failed_entries(Json::array()), respond);
    }

    void list_targets(const Owner& caller, const Json& input, const Respond& respond) {
        const RulePtr rule = named_rule(caller, input, "Rule", respond);
        if (!rule) return;
        const auto page = page_of(input);
        if (!page) return respond(page.error());
        respond(paged("Targets", rule->targets, *page));
    }

    void list_rules_of_target(const Owner& caller, const Json& input, const Respond& respond) {
        const auto page = page_of(input);
        if (!page) return respond(page.error());
        const std::string arn = text_of(input, "TargetArn");
        if (arn.empty()) return respond(validation(missing("targetArn")));
        Json names = Json::array();
        for (const RulePtr& rule : rules_.list(caller, bus_of(input))) {
            const auto& targets = rule->targets.get_ref<const Json::array_t&>();
            if (std::ranges::any_of(
                    targets, [&](const Json& target) { return text_of(target, "Arn") == arn; }))
                names.push_back(rule->name);
        }
        respond(paged("RuleNames", names, *page));
    }

    void test_event_pattern(const Owner&, const Json& input, const Respond& respond) {
        const auto pattern = stepwell::events::EventPattern::parse(text_of(input, "EventPattern"));
        if (!pattern)
            return respond(Refusal{"InvalidEventPatternException", pattern.error().message});
        const auto event = parse_json(text_of(input, "Event"));
        if (!event || !event->is_object())
            return respond(validation("Parameter Event is not valid."));
        Json out = Json::object();
        out["Result"] = pattern->matches(*event);
        respond(out);
    }

    ReaderPool& readers_;
    const Clock& clock_;
    const Owner owner_;
    RuleTable rules_;
    EventBus bus_;
    std::mutex mutex_;
    std::condition_variable idle_;
    int under_way_ = 0;  ///< requests on reader threads
};

const std::array<EventsApi::Impl::Operation, 12> EventsApi::Impl::kOperations = {{
    {"PutEvents", &Impl::put_events},
    {"PutRule", &Impl::put_rule},
    {"DescribeRule", &Impl::describe_rule},
    {"ListRules", &Impl::list_rules},
    {"DeleteRule", &Impl::delete_rule},
    {"EnableRule", &Impl::enable_rule},
    {"DisableRule", &Impl::disable_rule},
    {"PutTargets", &Impl::put_targets},
    {"RemoveTargets", &Impl::remove_targets},
    {"ListTargetsByRule", &Impl::list_targets},
    {"ListRuleNamesByTarget", &Impl::list_rules_of_target},
    {"TestEventPattern", &Impl::test_event_pattern},
}};

EventsApi::EventsApi(Store& store, Api& api, ReaderPool& readers, const Clock& clock, Owner owner)
    : impl_(std::make_unique<Impl>(store, api, readers, clock, std::move(owner))) {}
EventsApi::~EventsApi() = default;

void EventsApi::load() { impl_->load(); }
bool EventsApi::has_rules() const { return impl_->has_rules(); }
void EventsApi::clear() { impl_->clear(); }

void EventsApi::handle(Request request, std::function<void(Response)> respond) {
    impl_->handle(std::move(request), std::move(respond));
}

void EventsApi::put_own(const Json& event) { impl_->put_own(event); }

}  // namespace stepwell::api::events
