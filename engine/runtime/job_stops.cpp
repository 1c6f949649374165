#include "engine/runtime/job_stops.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "engine/asl/resource.hpp"
#include "engine/base/json.hpp"

namespace stepwell {
namespace {

/// How many are under way at once after a restart.
constexpr std::size_t kAtOnce = 64;
constexpr std::string_view kServices = "arn:aws:states:::";

[[noreturn]] void broken(const std::string& what) {
    throw std::runtime_error("a job that is to be stopped " + what);
}

std::string text(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        broken("has no text \"" + std::string(name) + "\"");
    return found->get<std::string>();
}

}  // namespace

JobStops::JobStops(Store& store, TaskRunner& tasks, std::shared_ptr<Readers> readers,
                   std::shared_ptr<Activity> activity)
    : store_(store), tasks_(tasks), readers_(std::move(readers)), activity_(std::move(activity)) {}

void JobStops::stop(JobStopKey key, TaskCall call) { stop_then(key, std::move(call), nullptr); }

void JobStops::stop_then(JobStopKey key, TaskCall call, std::function<void()> next) {
    // The runner may answer when the runtime is gone: then the readers drop the job.
    tasks_.stop_job(std::move(call), [this, readers = readers_, key, next = std::move(next)] {
        readers->post(0, [this, key, next] {
            done(key);
            if (next) next();
        });
    });
}

void JobStops::done(JobStopKey key) {
    activity_->begin();
    // Where that cannot be stored, the next start asks once more: it does no harm.
    store_.job_stopped(key, [activity = activity_](Outcome) { activity->end(); });
}

void JobStops::recover() {
    {
        const std::lock_guard lock(mutex_);
        again_ = std::exchange(taking_up_, true);
        if (again_) return;
    }
    readers_->post(0, [this] { take_up(0); });
}

void JobStops::drop_all() {
    const std::lock_guard lock(mutex_);
    taking_up_ = again_ = false;
}

/// After the last of what is stored.
bool JobStops::begin_again() {
    const std::lock_guard lock(mutex_);
    taking_up_ = std::exchange(again_, false);
    return taking_up_;
}

void JobStops::take_up(JobStopKey after) {
    std::vector<JobStop> page;
    try {
        page = store_.jobs_to_stop(after, kAtOnce);
    } catch (const StorageError& error) {
        spdlog::error("jobs that are to be stopped cannot be read now: {}", error.what());
    }
    if (page.empty()) {
        if (begin_again()) readers_->post(0, [this] { take_up(0); });
        return;
    }
    const auto left = std::make_shared<std::atomic<std::size_t>>(page.size());
    const std::function<void()> next = [this, left, last = page.back().key] {
        if (left->fetch_sub(1) == 1) readers_->post(0, [this, last] { take_up(last); });
    };
    for (const JobStop& stop : page) {
        try {
            stop_then(stop.key, decode_stopped_call(stop.call), next);
        } catch (const std::exception& error) {
            spdlog::error("{}", error.what());
            done(stop.key);
            next();
        }
    }
}

std::string encode_stopped_call(const TaskCall& call) {
    const auto& service = std::get<asl::ServiceResource>(call.resource);
    Json out = Json::object();
    out["resource"] = service.resource_type + ':' + service.resource;
    out["input"] = call.input.text();
    out["requestId"] = call.request_id;
    out["execution"] = call.execution_arn;
    out["state"] = call.state_name;
    out["trace"] = call.trace_header;
    out["role"] = call.credentials_role_arn;
    out["region"] = call.region;
    out["account"] = call.account;
    out["scheduled"] = call.scheduled_time.time_since_epoch().count();
    if (call.submitted) out["submitted"] = call.submitted->text();
    return write_json(out);
}

TaskCall decode_stopped_call(std::string_view bytes) {
    const auto parsed = parse_json(bytes);
    if (!parsed || !parsed->is_object()) broken("is no JSON object");
    const Json& in = *parsed;
    auto resource = asl::parse_resource(std::string(kServices) + text(in, "resource"));
    if (!resource) broken("is of no known service: " + text(in, "resource"));
    const auto scheduled = in.find("scheduled");
    if (scheduled == in.end() || !scheduled->is_number_integer()) broken("has no time");
    TaskCall call;
    call.resource = *std::move(resource);
    call.input = Payload::from_text(text(in, "input"));
    call.request_id = text(in, "requestId");
    call.execution_arn = text(in, "execution");
    call.state_name = text(in, "state");
    call.trace_header = text(in, "trace");
    call.credentials_role_arn = text(in, "role");
    call.region = text(in, "region");
    call.account = text(in, "account");
    call.scheduled_time = TimePoint{Milliseconds{scheduled->get<std::int64_t>()}};
    call.repeated = true;
    if (in.contains("submitted")) call.submitted = Payload::from_text(text(in, "submitted"));
    return call;
}

}  // namespace stepwell
