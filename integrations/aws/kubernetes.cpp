#include "integrations/aws/kubernetes.hpp"

#include <spdlog/spdlog.h>

#include <ctime>
#include <utility>
#include <vector>

#include "engine/base/sigv4.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/aws/eks_token.hpp"
#include "integrations/aws/errors.hpp"
#include "integrations/aws/job_fields.hpp"
#include "integrations/aws/look_timer.hpp"
#include "integrations/aws/task_fields.hpp"

namespace stepwell::aws {
namespace {

constexpr std::string_view kResourceType = "eks";
constexpr Milliseconds kTimeout{60'000};

bool is_of_aws(std::string_view host) {
    return host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") ||
           host.ends_with(".api.aws") || host.ends_with(".api.amazonwebservices.com.cn");
}

bool is_sync(const TaskCall& call) {
    return std::get<asl::ServiceResource>(call.resource).pattern == asl::Pattern::sync;
}

bool is_success(const HttpResponse& response) {
    return response.status >= 200 && response.status < 300;
}

/// A look that failed for a moment only.
bool may_pass(const HttpResult& answer) {
    if (!answer) return answer.error().kind != HttpError::Kind::too_large;
    return answer->status >= 500 || answer->status == 429;
}

/// The job that TaskSubmitted says was created.
std::string job_in(const Json& submitted) {
    const Json* job = value_at(submitted, "ResponseBody");
    return job == nullptr ? std::string() : kubernetes::name_of(*job);
}

/// In place of a log.
Json failed_log(const HttpResult& answer) {
    const StateError why =
        answer ? kubernetes::refused(*answer) : kubernetes::unreachable(answer.error());
    Json entry = Json::object();
    entry["error"] = why.error;
    entry["cause"] = why.cause;
    return entry;
}

TaskResult result_of(const HttpResult& answer) {
    if (!answer && answer.error().kind == HttpError::Kind::too_large)
        return result_too_large(kResourceType);
    if (!answer) return kubernetes::unreachable(answer.error());
    if (!is_success(*answer)) return kubernetes::refused(*answer);
    return task_result(kubernetes::shown(*answer), kResourceType);
}

}  // namespace

/// Where a cluster's API is, and what opens it.
struct KubernetesTasks::Target {
    HttpUrl url;
    std::string certificates;  ///< in PEM; empty: those of the client
    std::string cluster_name;  ///< of a cluster that wants AWS's token; empty: none does
    std::string region;
};

struct KubernetesTasks::Start {
    TaskCall call;
    kubernetes::JobRun run;
    Target target;
    Finished finished;
    HttpClient::CallId id = 0;
};

struct KubernetesTasks::Watch {
    explicit Watch(IoLoop& loop) : timer(loop) {}
    TaskCall call;
    kubernetes::JobRun run;
    Target target;
    Finished finished;
    std::string job_name;
    HttpClient::CallId id = 0;
    LookTimer timer;  // DIFFERS: AWS looks once a minute, and later every five.
    bool over = false;
    // Once it has ended:
    Json job;
    std::vector<std::pair<std::string, std::string>> containers;
    std::size_t next_container = 0;
    std::size_t log_bytes = 0;
    Json logs = Json::object();
};

Result<KubernetesTasks::Target, StateError> KubernetesTasks::target_of(
    const kubernetes::Cluster& cluster, const TaskCall& call) const {
    const bool at_aws = is_of_aws(cluster.endpoint.host);
    // No service of AWS: the endpoint for all of those is not where it is.
    const auto said = options_.endpoints.find("kubernetes");
    if (at_aws && said != options_.endpoints.end()) {
        if (auto url = parse_http_url(said->second)) return Target{*std::move(url), "", "", ""};
    }
    if (at_aws && (!options_.allow_real_aws || !options_.credentials))
        return cannot_call(call, "there is no endpoint for the Kubernetes API of '" +
                                     cluster.endpoint.host +
                                     "': say where it is with --endpoint kubernetes=URL");
    if (at_aws && !cluster.endpoint.tls)
        return bad_parameters(call.input, bad_format("Endpoint").why);
    if (cluster.endpoint.tls && cluster.certificates.empty())
        return bad_parameters(call.input, bad_format("CertificateAuthority").why);
    return Target{cluster.endpoint, cluster.certificates, at_aws ? cluster.name : "", call.region};
}

HttpClient::CallId KubernetesTasks::send(const Target& target, kubernetes::ApiRequest request,
                                         HttpDone done) {
    HttpRequest out;
    out.method = std::move(request.method);
    out.url = target.url;
    if (out.url.target.ends_with('/')) out.url.target.pop_back();
    out.url.target += request.target;
    out.headers.push_back({"Accept", "application/json"});
    if (!request.content_type.empty())
        out.headers.push_back({"Content-Type", std::move(request.content_type)});
    if (!target.cluster_name.empty())
        out.headers.push_back(
            {"Authorization",
             "Bearer " + eks_token(*options_.credentials, target.region, target.cluster_name,
                                   sigv4::time_text(TimePoint{Seconds{std::time(nullptr)}}))});
    out.body = std::move(request.body);
    out.timeout = kTimeout;
    out.trusted_certificates = target.certificates;
    return http_.send(std::move(out), std::move(done));
}

KubernetesTasks::GiveUp KubernetesTasks::call(TaskCall call, Finished finished) {
    auto read = kubernetes::read_call(call.input.value());
    if (!read) {
        finished(bad_parameters(call.input, read.error().why));
        return {};
    }
    const auto target = target_of(read->cluster, call);
    if (!target) {
        finished(target.error());
        return {};
    }
    const auto id =
        send(*target, std::move(read->request),
             [finished = std::move(finished)](HttpResult answer) { finished(result_of(answer)); });
    return [&http = http_, id] { http.cancel(id); };
}

KubernetesTasks::GiveUp KubernetesTasks::run_job(TaskCall call, Finished finished) {
    auto run = kubernetes::read_job_run(call.input.value(), call.request_id);
    if (!run) {
        finished(bad_parameters(call.input, run.error().why));
        return {};
    }
    auto target = target_of(run->cluster, call);
    if (!target) {
        finished(std::move(target).error());
        return {};
    }
    const bool submitted = call.submitted.has_value();
    return submitted
               ? watch(std::move(call), *std::move(run), *std::move(target), std::move(finished))
               : start(std::move(call), *std::move(run), *std::move(target), std::move(finished));
}

// --- starting

KubernetesTasks::GiveUp KubernetesTasks::start(TaskCall call, kubernetes::JobRun run, Target target,
                                               Finished finished) {
    const auto started = std::make_shared<Start>();
    started->call = std::move(call);
    started->run = std::move(run);
    started->target = std::move(target);
    started->finished = std::move(finished);
    started->id = send(started->target, kubernetes::create_job(started->run),
                       [this, started](HttpResult answer) { created(started, std::move(answer)); });
    return [this, started] { http_.cancel(started->id); };
}

/// A job of the name may be the one that this very call created before the server was killed, or
/// before a connection broke.
void KubernetesTasks::created(const StartPtr& start, HttpResult answer) {
    constexpr unsigned kConflict = 409;
    const std::string name = kubernetes::name_of(start->run.job);
    if (!answer || answer->status != kConflict || name.empty())
        return begun(start, result_of(answer));
    start->id = send(start->target, kubernetes::describe_job(start->run.name_space, name),
                     [this, start, refusal = *std::move(answer)](const HttpResult& found) {
                         if (found && is_success(*found) &&
                             kubernetes::is_own(body_value(found->body), start->run))
                             return begun(start, result_of(found));
                         begun(start, kubernetes::refused(refusal));
                     });
}

void KubernetesTasks::begun(const StartPtr& start, TaskResult result) {
    if (result && is_sync(start->call) && job_in(result->value()).empty())
        result = StateError{"EKS.SdkClientException",
                            "Unable to unmarshall response: it does not name the job"};
    start->finished(std::move(result));
}

// --- waiting for the end

KubernetesTasks::GiveUp KubernetesTasks::watch(TaskCall call, kubernetes::JobRun run, Target target,
                                               Finished finished) {
    const auto watched = std::make_shared<Watch>(loop_);
    watched->call = std::move(call);
    watched->run = std::move(run);
    watched->target = std::move(target);
    watched->finished = std::move(finished);
    watched->job_name = job_in(watched->call.submitted->value());
    look(watched);
    return [this, watched] {
        watched->over = true;
        watched->timer.cancel();
        http_.cancel(watched->id);
    };
}

void KubernetesTasks::look(const WatchPtr& watch) {
    watch->id =
        send(watch->target, kubernetes::describe_job(watch->run.name_space, watch->job_name),
             [this, watch](HttpResult answer) { looked(watch, std::move(answer)); });
}

void KubernetesTasks::looked(const WatchPtr& watch, HttpResult answer) {
    if (watch->over) return;
    if (may_pass(answer)) return look_later(watch);
    if (!answer || !is_success(*answer)) {
        watch->over = true;
        return watch->finished(result_of(answer));
    }
    watch->job = body_value(answer->body);
    if (kubernetes::state_of(watch->job) == kubernetes::JobState::running) return look_later(watch);
    if (watch->run.logs) return list_pods(watch);
    finish(watch);
}

void KubernetesTasks::look_later(const WatchPtr& watch) {
    watch->timer.start([this, weak = std::weak_ptr(watch)] {
        if (const auto again = weak.lock()) look(again);
    });
}

// --- its logs, as far as they are to be had

void KubernetesTasks::list_pods(const WatchPtr& watch) {
    watch->id = send(watch->target, kubernetes::list_pods(watch->run.name_space, watch->job_name),
                     [this, watch](const HttpResult& answer) {
                         if (watch->over) return;
                         if (answer && is_success(*answer)) {
                             watch->containers =
                                 kubernetes::containers_in(body_value(answer->body));
                             watch->logs["pods"] = Json::object();
                             return read_next_log(watch);
                         }
                         watch->logs = failed_log(answer);
                         finish(watch);
                     });
}

void KubernetesTasks::read_next_log(const WatchPtr& watch) {
    if (watch->next_container == watch->containers.size()) return finish(watch);
    const auto& [pod, container] = watch->containers[watch->next_container];
    watch->id = send(watch->target, kubernetes::read_log(watch->run, pod, container),
                     [this, watch](const HttpResult& answer) { log_read(watch, answer); });
}

void KubernetesTasks::log_read(const WatchPtr& watch, const HttpResult& answer) {
    if (watch->over) return;
    const auto& [pod, container] = watch->containers[watch->next_container++];
    Json entry = Json::object();
    if (answer && is_success(*answer)) {
        watch->log_bytes += answer->body.size();
        entry["log"] =
            watch->run.raw_logs ? Json(to_valid_utf8(answer->body)) : body_value(answer->body);
    } else {
        entry = failed_log(answer);
    }
    const bool too_large = !answer && answer.error().kind == HttpError::Kind::too_large;
    if (too_large || watch->log_bytes > kMaxPayloadBytes) {
        watch->over = true;
        return watch->finished(result_too_large(kResourceType));
    }
    watch->logs["pods"][pod]["containers"][container] = std::move(entry);
    read_next_log(watch);
}

void KubernetesTasks::finish(const WatchPtr& watch) {
    watch->over = true;
    const bool failed = kubernetes::state_of(watch->job) == kubernetes::JobState::failed;
    if (watch->run.logs) watch->job["logs"] = std::move(watch->logs);
    if (failed)
        return watch->finished(
            StateError{std::string(state_errors::kTaskFailed), write_json(watch->job)});
    watch->finished(task_result(std::move(watch->job), kResourceType));
}

// --- stopping

void KubernetesTasks::stop_job(const TaskCall& call, std::function<void()> done) {
    const auto run = kubernetes::read_job_run(call.input.value(), call.request_id);
    if (!run) return done();  // nothing could be created
    const auto target = target_of(run->cluster, call);
    if (!target) return done();
    if (call.submitted) {
        return delete_job(*target, *run, job_in(call.submitted->value()), call.execution_arn,
                          std::move(done));
    }
    const std::string name = kubernetes::name_of(run->job);
    if (name.empty()) {
        spdlog::warn("{}: whether a Kubernetes job was created is not known, so none is deleted",
                     call.execution_arn);
        return done();
    }
    send(*target, kubernetes::describe_job(run->name_space, name),
         [this, target = *target, run = *run, name, arn = call.execution_arn,
          done = std::move(done)](const HttpResult& found) {
             const bool ours =
                 found && is_success(*found) && kubernetes::is_own(body_value(found->body), run);
             if (!ours) return done();
             delete_job(target, run, name, arn, done);
         });
}

void KubernetesTasks::delete_job(const Target& target, const kubernetes::JobRun& run,
                                 const std::string& name, const std::string& execution_arn,
                                 std::function<void()> done) {
    send(target, kubernetes::delete_job(run.name_space, name),
         [execution_arn, done = std::move(done)](const HttpResult& answer) {
             if (!answer || !is_success(*answer))
                 spdlog::warn(
                     "{}: the Kubernetes job could not be deleted: {}", execution_arn,
                     answer ? "status " + std::to_string(answer->status) : answer.error().message);
             done();
         });
}

}  // namespace stepwell::aws
