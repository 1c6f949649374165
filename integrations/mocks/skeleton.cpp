#include "integrations/mocks/skeleton.hpp"

#include <variant>

#include "engine/base/overloaded.hpp"

namespace stepwell::mocks {
namespace {

/// How deep an answer is filled in: what is below is rarely looked at, and shapes contain
/// themselves.
constexpr unsigned kDepth = 3;

/// As Step Functions names members.
std::string result_name(models::Text name) {
    std::string out(name);
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
}

Json sample(const models::Service& service, std::uint32_t index, unsigned depth);

Json structure(const models::Service& service, const models::Shape& shape, unsigned depth) {
    Json out = Json::object();
    for (const models::Member& member : shape.members) {
        if (depth < kDepth || member.required)
            out[result_name(member.name)] = sample(service, member.shape, depth + 1);
        if (shape.is_union) break;  // has one of its members
    }
    return out;
}

Json sample(const models::Service& service, std::uint32_t index, unsigned depth) {
    using models::Kind;
    if (index >= service.shapes.size() || depth > 2 * kDepth) return Json::object();
    const models::Shape& shape = service.shapes[index];
    switch (shape.kind) {
        case Kind::structure:
            return shape.document ? Json::object() : structure(service, shape, depth);
        case Kind::list: {
            Json out = Json::array();
            if (depth < kDepth && !shape.members.empty())
                out.push_back(sample(service, shape.members.front().shape, depth + 1));
            return out;
        }
        case Kind::map:
            return Json::object();
        case Kind::integer:
        case Kind::long_integer:
            return Json(static_cast<std::int64_t>(shape.min.value_or(0)));
        case Kind::single_float:
        case Kind::double_float:
            return Json(shape.min.value_or(0));
        case Kind::boolean:
            return Json(false);
        case Kind::string:
            return Json(shape.values.empty() ? std::string("string")
                                             : std::string(shape.values.front()));
        case Kind::blob:
            return Json("");
        case Kind::timestamp:
            return Json("1970-01-01T00:00:00Z");
    }
    return Json::object();
}

Json invoked() {
    Json out = Json::object();
    out["StatusCode"] = 200;
    out["Payload"] = Json::object();
    return out;
}

Json answered_http() {
    Json out = Json::object();
    out["Headers"] = Json::object();
    out["ResponseBody"] = Json::object();
    out["StatusCode"] = 200;
    out["StatusText"] = "OK";
    return out;
}

Json answer_of(const asl::ServiceResource& resource, const models::ServiceModels& models) {
    if (resource.resource_type == "lambda") return invoked();
    if (resource.resource_type == "http" || resource.resource_type == "apigateway")
        return answered_http();
    // What ends a callback is the workflow's own, not the service's.
    if (resource.pattern == asl::Pattern::wait_for_task_token) return Json::object();
    const models::Service* const service = models.find(resource.resource_type);
    const models::Operation* const operation =
        service == nullptr ? nullptr : service->find_operation(resource.action);
    if (operation == nullptr || !operation->output) return Json::object();
    return sample(*service, *operation->output, 0);
}

Json answer_of(const asl::TaskState& task, const models::ServiceModels& models) {
    return std::visit(
        Overloaded{[](const asl::LambdaResource&) { return invoked(); },
                   [](const asl::ActivityResource&) { return Json(Json::object()); },
                   [&](const asl::ServiceResource& service) { return answer_of(service, models); }},
        task.resource);
}

}  // namespace

Json skeleton(const asl::StateMachine& definition, const std::string& state_machine,
              const std::string& test_case, const models::ServiceModels& models) {
    Json states = Json::object();
    Json responses = Json::object();
    for (const asl::State& state : definition.states) {
        const auto* task = std::get_if<asl::TaskState>(&state.body);
        if (task == nullptr) continue;
        states[state.name] = state.name;
        Json returned = Json::object();
        returned["Return"] = answer_of(*task, models);
        responses[state.name] = Json::object();
        responses[state.name]["0"] = std::move(returned);
    }
    Json cases = Json::object();
    cases[test_case] = std::move(states);
    Json machine = Json::object();
    machine["TestCases"] = std::move(cases);
    Json machines = Json::object();
    machines[state_machine] = std::move(machine);
    Json root = Json::object();
    root["StateMachines"] = std::move(machines);
    root["MockedResponses"] = std::move(responses);
    return root;
}

}  // namespace stepwell::mocks
