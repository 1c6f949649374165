#include "engine/machine/map_run_plan.hpp"

#include <stdexcept>
#include <utility>

#include "engine/base/json.hpp"
#include "engine/base/json_depth.hpp"

namespace stepwell {
namespace {

void put(Json& object, const char* name, const std::optional<Payload>& payload) {
    if (payload) object[name] = payload->value();
}

const Json& member(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end())
        throw std::runtime_error("a Map Run's plan lacks \"" + std::string(name) + "\"");
    return *found;
}

std::int64_t number(const Json& object, const char* name) {
    const Json& value = member(object, name);
    if (!value.is_number_integer())
        throw std::runtime_error("a Map Run's plan has no number \"" + std::string(name) + "\"");
    return value.get<std::int64_t>();
}

std::optional<Payload> payload(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return std::nullopt;
    return Payload(*found);
}

}  // namespace

std::string encode_plan(const MapRunPlan& plan) {
    Json out = Json::object();
    out["state"] = plan.state;
    out["entered"] = plan.entered_event;
    out["input"] = plan.input.value();
    put(out, "items", plan.items);
    put(out, "reader", plan.reader);
    out["maxItems"] = plan.max_items;
    if (plan.batched) {
        Json batch = Json::object();
        batch["items"] = plan.batch_items;
        batch["bytes"] = plan.batch_bytes;
        put(batch, "input", plan.batch_input);
        out["batch"] = std::move(batch);
    }
    put(out, "writer", plan.writer);
    out["context"] = plan.context.value();
    Json variables = Json::object();
    for (const auto& [name, value] : plan.variables) variables[name] = value.value();
    out["variables"] = std::move(variables);
    return write_json(out);
}

MapRunPlan decode_plan(std::string_view text) {
    const auto parsed =
        parse_json(text, {.max_depth = 2 * kMaxJsonDepth, .max_bytes = text.size()});
    if (!parsed || !parsed->is_object())
        throw std::runtime_error("a Map Run's plan is no JSON object");
    const Json& in = *parsed;
    MapRunPlan plan;
    plan.state = static_cast<asl::StateIndex>(number(in, "state"));
    plan.entered_event = number(in, "entered");
    plan.input = Payload(member(in, "input"));
    plan.items = payload(in, "items");
    plan.reader = payload(in, "reader");
    plan.max_items = number(in, "maxItems");
    if (const auto batch = in.find("batch"); batch != in.end()) {
        plan.batched = true;
        plan.batch_items = number(*batch, "items");
        plan.batch_bytes = number(*batch, "bytes");
        plan.batch_input = payload(*batch, "input");
    }
    plan.writer = payload(in, "writer");
    plan.context = Payload(member(in, "context"));
    for (const auto& [name, value] : member(in, "variables").items())
        plan.variables.emplace(name, Payload(value));
    return plan;
}

}  // namespace stepwell
