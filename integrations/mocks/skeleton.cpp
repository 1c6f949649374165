#include "integrations/mocks/skeleton.hpp"

#include <string_view>
#include <variant>

#include "engine/base/overloaded.hpp"
#include "integrations/aws/job_fields.hpp"
#include "integrations/aws/optimized_shapes.hpp"
#include "integrations/aws/optimized_table.hpp"

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

Json sample_answer(const models::ServiceModels& models, std::string_view service_name,
                   std::string_view action) {
    const models::Service* const service = models.find(service_name);
    const models::Operation* const operation =
        service == nullptr ? nullptr : service->find_operation(action);
    if (operation == nullptr || !operation->output) return Json::object();
    return sample(*service, *operation->output, 0);
}

/// What a job's description says of it once it has succeeded.
Json ended_job(const aws::OptimizedAction& action, const models::ServiceModels& models) {
    const aws::JobKind& job = *action.job;
    Json described = sample_answer(models, aws::model_of(action), job.look);
    if (Json* status = aws::value_at(described, job.status))
        *status = std::string(job.succeeded.substr(0, job.succeeded.find('|')));
    const Json* part = aws::value_at(described, job.result);
    return aws::shown_job(action, part == nullptr ? described : *part);
}

/// Of `eks:runJob.sync`.
Json ended_kubernetes_job() {
    Json condition = Json::object();
    condition["type"] = "Complete";
    condition["status"] = "True";
    Json job = Json::object();
    job["metadata"]["name"] = "string";
    job["status"]["succeeded"] = 1;
    job["status"]["conditions"].push_back(std::move(condition));
    return job;
}

Json answered_by_kubernetes(bool sync) {
    if (sync) return ended_kubernetes_job();
    Json out = answered_http();
    out.erase("Headers");
    return out;
}

Json answer_of(const asl::ServiceResource& resource, const models::ServiceModels& models) {
    const bool sync =
        resource.pattern == asl::Pattern::sync || resource.pattern == asl::Pattern::sync2;
    if (resource.resource_type == "lambda") return invoked();
    if (resource.resource_type == "http" || resource.resource_type == "apigateway")
        return answered_http();
    // What ends a callback is the workflow's own, not the service's.
    if (resource.pattern == asl::Pattern::wait_for_task_token) return Json::object();
    if (resource.resource_type == "eks" &&
        (resource.action == "call" || resource.action == "runJob"))
        return answered_by_kubernetes(sync);
    const auto* action = aws::find_optimized(resource.resource_type, resource.action);
    if (action == nullptr) return sample_answer(models, resource.resource_type, resource.action);
    if (sync && action->job != nullptr) return ended_job(*action, models);
    return aws::named_answer(
        *action, sample_answer(models, aws::model_of(*action), aws::operation_of(*action)));
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
