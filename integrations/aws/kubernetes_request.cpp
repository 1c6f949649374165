#include "integrations/aws/kubernetes_request.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/json_member.hpp"
#include "engine/base/percent.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/aws/job_fields.hpp"
#include "integrations/aws/task_fields.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws::kubernetes {
namespace {

constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"};
constexpr std::string_view kCallFields[] = {
    "CertificateAuthority", "ClusterName", "Endpoint", "Method", "Path",
    "QueryParameters",      "RequestBody"};
constexpr std::string_view kCallRequired[] = {"ClusterName", "CertificateAuthority", "Endpoint",
                                              "Method", "Path"};
constexpr std::string_view kJobFields[] = {"CertificateAuthority", "ClusterName", "Endpoint", "Job",
                                           "LogOptions",           "Namespace"};
constexpr std::string_view kJobRequired[] = {"ClusterName", "CertificateAuthority", "Endpoint",
                                             "Job"};
constexpr std::string_view kLogFields[] = {"LogParameters", "RawLogs", "RetrieveLogs"};

constexpr std::string_view kJson = "application/json";
/// DIFFERS: Jobs bear it, so that one whose start was not answered is known again.
constexpr const char* kMark = "stepwell/request-id";
/// Kubernetes, "Object Names and IDs": what the name of a Job may have, which names pods after it.
constexpr std::size_t kLongestName = 63;
constexpr std::size_t kGeneratedLetters = 8;

Result<Cluster, BadParameters> read_cluster(const Json& parameters) {
    Cluster cluster;
    cluster.name = text_of(parameters, "ClusterName");
    if (cluster.name.empty()) return bad_format("ClusterName");
    auto url = parse_http_url(text_of(parameters, "Endpoint"));
    if (!url || url->target.find('?') != std::string::npos) return bad_format("Endpoint");
    cluster.endpoint = *std::move(url);
    if (!parameters.at("CertificateAuthority").is_string())
        return bad_format("CertificateAuthority");
    // It is looked at where a connection needs it: an example's placeholder does no harm elsewhere.
    const auto decoded = base64::decode(text_of(parameters, "CertificateAuthority"));
    if (decoded && decoded->find("-----BEGIN CERTIFICATE-----") != std::string::npos)
        cluster.certificates = *decoded;
    return cluster;
}

/// Adds `name=value` for each value, behind `first` and then `&`.
std::optional<BadParameters> add_query(const Json& parameters, const char* field, char first,
                                       std::string& target) {
    char before = first;
    return for_each_value(parameters, field,
                          [&](const std::string& name, const std::string& value) {
                              target += before + percent_encode(name) + '=' + percent_encode(value);
                              before = '&';
                          });
}

/// Kubernetes API Concepts, "Patch". JSON of no kind in particular is not taken for a patch.
std::string_view patch_type(const std::string& body) {
    const std::size_t begin = body.find_first_not_of(" \t\r\n");
    return begin != std::string::npos && body[begin] == '[' ? "application/json-patch+json"
                                                            : "application/merge-patch+json";
}

bool flag(const Json& options, const char* name) {
    const auto found = options.find(name);
    return found != options.end() && found->is_boolean() && found->get<bool>();
}

std::optional<BadParameters> read_log_options(const Json& parameters, JobRun& run) {
    const auto options = parameters.find("LogOptions");
    if (options == parameters.end() || options->is_null()) return std::nullopt;
    if (!options->is_object()) return bad_format("LogOptions");
    if (auto bad = check_fields(*options, kLogFields, {})) return bad;
    for (const char* name : {"RetrieveLogs", "RawLogs"}) {
        if (options->contains(name) && !options->at(name).is_boolean()) return bad_format(name);
    }
    run.logs = flag(*options, "RetrieveLogs");
    run.raw_logs = flag(*options, "RawLogs");
    return add_query(*options, "LogParameters", '&', run.log_query);
}

/// What the API would make of a generateName, but the same each time: a second start then finds
/// the job of the first.
std::string generated_name(std::string base, std::string_view request_id) {
    base.resize(std::min(base.size(), kLongestName - kGeneratedLetters));
    for (const char c : request_id) {
        if (c != '-') base += c;
        if (base.size() >= kLongestName) break;
    }
    return base;
}

void mark(Json& job, const std::string& request_id) {
    Json& metadata = job["metadata"];
    if (metadata.is_null()) metadata = Json::object();
    if (!metadata.is_object()) return;  // the API's to refuse
    const std::string base = text_of(metadata, "generateName");
    if (!metadata.contains("name") && !base.empty())
        metadata["name"] =
            generated_name(base, std::string_view(request_id).substr(0, kGeneratedLetters));
    Json& annotations = metadata["annotations"];
    if (annotations.is_null()) annotations = Json::object();
    if (annotations.is_object()) annotations[kMark] = request_id;
}

std::string jobs_of(std::string_view name_space) {
    return "/apis/batch/v1/namespaces/" + percent_encode(name_space) + "/jobs";
}

std::string pods_of(std::string_view name_space) {
    return "/api/v1/namespaces/" + percent_encode(name_space) + "/pods";
}

}  // namespace

Result<Call, BadParameters> read_call(const Json& parameters) {
    if (auto bad = check_fields(parameters, kCallFields, kCallRequired)) return *std::move(bad);
    Call call;
    call.cluster = TRY(read_cluster(parameters));
    ApiRequest& request = call.request;
    request.method = text_of(parameters, "Method");
    if (std::ranges::find(kMethods, request.method) == std::end(kMethods))
        return bad_format("Method");
    std::string path = text_of(parameters, "Path");
    if (path.empty()) return bad_format("Path");
    if (!path.starts_with('/')) path.insert(0, 1, '/');
    request.target = path_text(path);
    if (auto bad = add_query(parameters, "QueryParameters", '?', request.target))
        return *std::move(bad);
    if (const auto body = parameters.find("RequestBody");
        body != parameters.end() && !body->is_null()) {
        request.body = body->is_string() ? body->get<std::string>() : write_json(*body);
        request.content_type = request.method == "PATCH" ? patch_type(request.body) : kJson;
    }
    return call;
}

Result<JobRun, BadParameters> read_job_run(const Json& parameters, const std::string& request_id) {
    if (auto bad = check_fields(parameters, kJobFields, kJobRequired)) return *std::move(bad);
    JobRun run;
    run.cluster = TRY(read_cluster(parameters));
    run.request_id = request_id;
    if (const auto given = parameters.find("Namespace");
        given != parameters.end() && !given->is_null()) {
        run.name_space = text_of(parameters, "Namespace");
        if (run.name_space.empty()) return bad_format("Namespace");
    }
    const Json& job = parameters.at("Job");
    run.job = job;
    if (job.is_string()) {
        auto parsed = parse_json(job.get_ref<const std::string&>());
        if (!parsed) return bad_format("Job");
        run.job = *std::move(parsed);
    }
    if (!run.job.is_object()) return bad_format("Job");
    mark(run.job, request_id);
    if (auto bad = read_log_options(parameters, run)) return *std::move(bad);
    return run;
}

ApiRequest create_job(const JobRun& run) {
    return {"POST", jobs_of(run.name_space), write_json(run.job), std::string(kJson)};
}

ApiRequest describe_job(std::string_view name_space, std::string_view name) {
    return {"GET", jobs_of(name_space) + '/' + percent_encode(name), "", ""};
}

ApiRequest delete_job(std::string_view name_space, std::string_view name) {
    return {"DELETE",
            jobs_of(name_space) + '/' + percent_encode(name) + "?propagationPolicy=Background", "",
            ""};
}

ApiRequest list_pods(std::string_view name_space, std::string_view job) {
    return {
        "GET",
        pods_of(name_space) + "?labelSelector=" + percent_encode("job-name=" + std::string(job)),
        "", ""};
}

ApiRequest read_log(const JobRun& run, std::string_view pod, std::string_view container) {
    return {"GET",
            pods_of(run.name_space) + '/' + percent_encode(pod) +
                "/log?container=" + percent_encode(container) + run.log_query,
            "", ""};
}

Json shown(const HttpResponse& response) {
    Json out = Json::object();
    out["ResponseBody"] = body_value(response.body);
    out["StatusCode"] = response.status;
    out["StatusText"] = response.reason;
    return out;
}

StateError refused(const HttpResponse& response) {
    return {"EKS." + std::to_string(response.status), write_json(shown(response))};
}

StateError unreachable(const HttpError& error) {
    return {"EKS.SdkClientException", "Unable to execute HTTP request: " + error.message};
}

std::string name_of(const Json& job) {
    const Json* name = value_at(job, "metadata.name");
    return name != nullptr && name->is_string() ? name->get<std::string>() : std::string();
}

bool is_own(const Json& job, const JobRun& run) {
    const Json* annotations = value_at(job, "metadata.annotations");
    return annotations != nullptr && annotations->is_object() &&
           text_of(*annotations, kMark) == run.request_id;
}

JobState state_of(const Json& job) {
    const Json* conditions = value_at(job, "status.conditions");
    if (conditions == nullptr || !conditions->is_array()) return JobState::running;
    for (const Json& condition : *conditions) {
        if (!condition.is_object() || text_of(condition, "status") != "True") continue;
        const std::string type = text_of(condition, "type");
        if (type == "Complete") return JobState::complete;
        if (type == "Failed") return JobState::failed;
    }
    return JobState::running;
}

std::vector<std::pair<std::string, std::string>> containers_in(const Json& pods) {
    std::vector<std::pair<std::string, std::string>> out;
    const Json* items = value_at(pods, "items");
    if (items == nullptr || !items->is_array()) return out;
    for (const Json& pod : *items) {
        const Json* containers = value_at(pod, "spec.containers");
        if (containers == nullptr || !containers->is_array()) continue;
        for (const Json& container : *containers) {
            if (container.is_object()) out.emplace_back(name_of(pod), text_of(container, "name"));
        }
    }
    return out;
}

}  // namespace stepwell::aws::kubernetes
