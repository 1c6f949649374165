#include "integrations/aws/model_tasks.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/json_member.hpp"
#include "integrations/aws/errors.hpp"
#include "integrations/aws/optimized_shapes.hpp"
#include "integrations/aws/sdk_tasks.hpp"
#include "integrations/aws/task_fields.hpp"

namespace stepwell::aws {
namespace {

/// API Reference, InvokeModel, body: "Maximum length of 25000000".
constexpr std::size_t kMostBytes = 25'000'000;
constexpr std::string_view kService = "bedrock";

const OptimizedAction& action() { return *find_optimized(kService, "invokeModel"); }

/// Of `{"S3Uri":"s3://bucket/key"}`; nullopt: it is none.
std::optional<items::ObjectName> object_in(const Json& place) {
    if (!place.is_object() || place.size() != 1) return std::nullopt;
    return items::object_of_uri(text_of(place, "S3Uri"));
}

}  // namespace

struct ModelTasks::Run {
    TaskCall call;
    Finished finished;
    std::optional<items::ObjectName> input;
    std::optional<items::ObjectName> output;
    Call model;
    AwsClient::CallId id = 0;
    bool over = false;

    void object_failed(const Error& error) const { finished(task_error(error, call, sdk_error)); }
    Call s3(const char* operation, const items::ObjectName& name) const {
        Call out;
        out.service = "aws-sdk:s3";
        out.action = operation;
        out.parameters["Bucket"] = name.bucket;
        out.parameters["Key"] = name.key;
        out.owner = owner_of(call);
        out.timeout = longest_wait(out.service);
        return out;
    }
};

ModelTasks::GiveUp ModelTasks::invoke(TaskCall call, Finished finished) {
    const auto run = std::make_shared<Run>();
    run->call = std::move(call);
    run->finished = std::move(finished);
    const Payload& given = run->call.input;
    const auto refuse = [&](std::string_view why) {
        run->finished(bad_parameters(given, why));
        return GiveUp{};
    };
    if (!given.value().is_object()) return refuse("The Parameters must be an object");
    Json parameters = given.value();
    const bool body = parameters.contains("Body");
    if (body && parameters.contains("Input"))
        return refuse("Only one of the fields 'Body' and 'Input' is supported");
    if (!body && !parameters.contains("Input"))
        return refuse("The field 'Body' is required but was missing");
    for (const auto& [field, place] :
         {std::pair{"Input", &run->input}, std::pair{"Output", &run->output}}) {
        const auto found = parameters.find(field);
        if (found == parameters.end()) continue;
        *place = object_in(*found);
        if (!*place) return refuse(bad_format(field).why);
        parameters.erase(field);
    }
    if (!parameters.contains("ContentType")) parameters["ContentType"] = "application/json";

    run->model = call_of(action(), run->call, operation_of(action()), std::move(parameters));
    run->model.raw_body = true;
    if (run->output) run->model.max_body_bytes = kMostBytes;
    if (run->input) {
        read(run);
    } else {
        ask(run, std::nullopt);
    }
    return [this, run] {
        run->over = true;
        client_.cancel(run->id);
    };
}

void ModelTasks::read(const RunPtr& run) {
    const auto read = [this, run](CallResult object) {
        if (run->over) return;
        if (!object) return run->object_failed(object.error());
        ask(run, std::move(object->body));
    };
    if (s3_folder_ != nullptr) return s3_folder_->read(*run->input, kMostBytes, read);
    Call get = run->s3("getObject", *run->input);
    get.raw_body = true;
    get.max_body_bytes = kMostBytes;
    run->id = client_.call(std::move(get), read);
}

void ModelTasks::ask(const RunPtr& run, std::optional<std::string> body) {
    run->model.body = std::move(body);
    run->id = client_.call(std::move(run->model), [this, run](CallResult answer) {
        if (!answer) return run->finished(error_of(action(), answer.error(), run->call));
        if (run->output) return write(run, *std::move(answer));
        answer->output["Body"] = body_value(answer->body);
        run->finished(task_result(std::move(answer->output), kService));
    });
}

void ModelTasks::write(const RunPtr& run, Answer answer) {
    // DIFFERS: a reference, whose form is not published. docs/differences.md
    answer.output["Body"] = "s3://" + run->output->bucket + '/' + run->output->key;
    const auto written = [run, output = std::move(answer.output)](CallResult put) {
        if (run->over) return;
        if (!put) return run->object_failed(put.error());
        run->finished(task_result(output, kService));
    };
    if (s3_folder_ != nullptr)
        return s3_folder_->write(*run->output, std::move(answer.body), written);
    Call put = run->s3("putObject", *run->output);
    put.body = std::move(answer.body);
    run->id = client_.call(std::move(put), written);
}

}  // namespace stepwell::aws
