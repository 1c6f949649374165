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
#include "api/events/answer.hpp"
#include "api/events/event_entry.hpp"
#include "api/events/rule_operations.hpp"
#include "engine/base/json_member.hpp"
#include "engine/events/pattern.hpp"

// EventBridge API Reference.
namespace stepwell::api::events {
namespace {

constexpr std::size_t kMostEntries = 10;

}  // namespace

class EventsApi::Impl {
public:
    Impl(Store& store, Api& api, ReaderPool& readers, const Clock& clock, Owner owner)
        : readers_(readers),
          clock_(clock),
          owner_(std::move(owner)),
          rules_(store),
          rule_operations_(rules_),
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
        row->run(*this, caller, *input, answer);
    }

    void put_own(const Json& event) {
        Owner owner = owner_;
        owner.account = text_of(event, "account");
        owner.region = text_of(event, "region");
        bus_.deliver(owner, "default", event);
    }

private:
    template <auto Member>
    static void own(Impl& self, const Owner& caller, const Json& input, const Respond& respond) {
        (self.*Member)(caller, input, respond);
    }
    template <auto Member>
    static void of_rules(Impl& self, const Owner& caller, const Json& input,
                         const Respond& respond) {
        (self.rule_operations_.*Member)(caller, input, respond);
    }
    struct Operation {
        std::string_view name;
        void (*run)(Impl& self, const Owner& caller, const Json& input, const Respond& respond);
    };
    static const std::array<Operation, 12> kOperations;

    void put_events(const Owner& caller, const Json& input, const Respond& respond) {
        const Json* entries = given_member_of(input, "Entries");
        if (entries == nullptr || !entries->is_array()) return respond(missing("entries"));
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
    RuleOperations rule_operations_;
    EventBus bus_;
    std::mutex mutex_;
    std::condition_variable idle_;
    int under_way_ = 0;  ///< requests on reader threads
};

const std::array<EventsApi::Impl::Operation, 12> EventsApi::Impl::kOperations = {{
    {"PutEvents", &Impl::own<&Impl::put_events>},
    {"PutRule", &Impl::of_rules<&RuleOperations::put_rule>},
    {"DescribeRule", &Impl::of_rules<&RuleOperations::describe_rule>},
    {"ListRules", &Impl::of_rules<&RuleOperations::list_rules>},
    {"DeleteRule", &Impl::of_rules<&RuleOperations::delete_rule>},
    {"EnableRule", &Impl::of_rules<&RuleOperations::enable_rule>},
    {"DisableRule", &Impl::of_rules<&RuleOperations::disable_rule>},
    {"PutTargets", &Impl::of_rules<&RuleOperations::put_targets>},
    {"RemoveTargets", &Impl::of_rules<&RuleOperations::remove_targets>},
    {"ListTargetsByRule", &Impl::of_rules<&RuleOperations::list_targets>},
    {"ListRuleNamesByTarget", &Impl::of_rules<&RuleOperations::list_rules_of_target>},
    {"TestEventPattern", &Impl::own<&Impl::test_event_pattern>},
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
