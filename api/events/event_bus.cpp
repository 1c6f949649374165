#include "api/events/event_bus.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "api/machines.hpp"
#include "engine/events/target_input.hpp"

namespace stepwell::api::events {

void EventBus::deliver(const Owner& owner, const std::string& bus, const Json& event) {
    for (const RulePtr& rule : rules_.matching(owner, bus, event)) {
        for (const Json& target : rule->targets.get_ref<const Json::array_t&>())
            start(*rule, target, event);
    }
}

void EventBus::start(const Rule& rule, const Json& target, const Json& event) {
    const std::string id = target.find("Id")->get<std::string>();
    auto input = stepwell::events::target_input(
        target, event,
        {.arn = rule.arn(), .name = rule.name, .ingestion_time = to_iso8601(clock_.now())});
    if (!input) {
        spdlog::warn("event rule {}: target {} is not started: {}", rule.name, id,
                     input.error().message);
        return;
    }
    Json body = Json::object();
    body["stateMachineArn"] = *target.find("Arn");
    body["input"] = *std::move(input);
    Request request{.target = "AWSStepFunctions.StartExecution",
                    .content_type = "application/x-amz-json-1.0",
                    .authorization = {},
                    .body = write_json(body),
                    .request_id = new_uuid(),
                    .caller = rule.owner};
    call_(std::move(request), [name = rule.name, id](const Response& response) {
        if (response.error_type.empty()) return;
        spdlog::warn("event rule {}: target {} was not started: {}", name, id, response.body);
    });
}

}  // namespace stepwell::api::events
