#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/tasks.hpp"
#include "integrations/aws/values.hpp"
#include "integrations/http_client.hpp"
#include "integrations/http_url.hpp"

/// What `eks:call` and `eks:runJob` ask of a cluster's Kubernetes API, and what its answers mean.
/// Developer Guide, "Create and manage Amazon EKS clusters with Step Functions"; Kubernetes API
/// Reference, "Job v1 batch", "Pod v1 core".
namespace stepwell::aws::kubernetes {

/// A cluster as a Task names it.
struct Cluster {
    std::string name;
    std::string certificates;  ///< in PEM; empty where CertificateAuthority is not that
    HttpUrl endpoint;
};

/// One request to the API.
struct ApiRequest {
    std::string method = "GET";
    std::string target;  ///< path and query
    std::string body;
    std::string content_type;  ///< empty: there is no body
};

/// `eks:call`.
struct Call {
    Cluster cluster;
    ApiRequest request;
};

/// `eks:runJob`.
struct JobRun {
    Cluster cluster;
    std::string name_space = "default";
    std::string request_id;
    Json job;           ///< as it is created: with a name, and marked with the request's id
    bool logs = false;  ///< LogOptions.RetrieveLogs
    bool raw_logs = false;
    std::string log_query;  ///< `&tailLines=6`
};

Result<Call, BadParameters> read_call(const Json& parameters);
/// `request_id`: of the Task; by it the job is known again.
Result<JobRun, BadParameters> read_job_run(const Json& parameters, const std::string& request_id);

// Requests about a job. Names go into paths encoded.
ApiRequest create_job(const JobRun& run);
ApiRequest describe_job(std::string_view name_space, std::string_view name);
/// Its pods go with it.
ApiRequest delete_job(std::string_view name_space, std::string_view name);
ApiRequest list_pods(std::string_view name_space, std::string_view job);
ApiRequest read_log(const JobRun& run, std::string_view pod, std::string_view container);

/// The answer as a Task shows it: ResponseBody, StatusCode, StatusText.
Json shown(const HttpResponse& response);
/// What the Task fails with where the API did not do what was asked: `EKS.409`.
StateError refused(const HttpResponse& response);
StateError unreachable(const HttpError& error);

/// `metadata.name` of a Job; empty where it has none.
std::string name_of(const Json& job);
/// Whether a Job is the one that this run has created.
bool is_own(const Json& job, const JobRun& run);

enum class JobState { running, complete, failed };
JobState state_of(const Json& job);

/// The containers of pods as the API lists them: pod, container.
std::vector<std::pair<std::string, std::string>> containers_in(const Json& pods);

}  // namespace stepwell::aws::kubernetes
