#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "engine/base/result.hpp"
#include "engine/tasks.hpp"
#include "integrations/aws/kubernetes_request.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/http_client.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell::aws {

/// `eks:call` and `eks:runJob`: the Kubernetes API of a cluster (kubernetes_request.hpp). Belongs
/// to the loop's thread.
///
/// A cluster at AWS is called at the endpoint of `kubernetes` (`kubectl proxy` is one), or at AWS
/// itself where that is allowed; any other Endpoint is called where it says, and over TLS only if
/// its certificate is of the Task's CertificateAuthority. Nothing but AWS itself gets credentials.
class KubernetesTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// Both must outlive it.
    KubernetesTasks(IoLoop& loop, HttpClient& http, AwsOptions options)
        : loop_(loop), http_(http), options_(std::move(options)) {}

    GiveUp call(TaskCall call, Finished finished);
    /// Creates the job, or, where `call.submitted` says which, waits for its end and reads its
    /// logs.
    GiveUp run_job(TaskCall call, Finished finished);
    /// Deletes the job of a `.sync` task: the one that `call.submitted` says, or the one of the
    /// call's name that bears its request's id. `done` when it was asked for, or there is none:
    /// best effort.
    void stop_job(const TaskCall& call, std::function<void()> done);

private:
    struct Target;
    struct Start;
    struct Watch;
    using StartPtr = std::shared_ptr<Start>;
    using WatchPtr = std::shared_ptr<Watch>;

    Result<Target, StateError> target_of(const kubernetes::Cluster& cluster,
                                         const TaskCall& call) const;
    HttpClient::CallId send(const Target& target, kubernetes::ApiRequest request, HttpDone done);

    GiveUp start(TaskCall call, kubernetes::JobRun run, Target target, Finished finished);
    void created(const StartPtr& start, HttpResult answer);
    void begun(const StartPtr& start, TaskResult result);

    GiveUp watch(TaskCall call, kubernetes::JobRun run, Target target, Finished finished);
    void look(const WatchPtr& watch);
    void looked(const WatchPtr& watch, HttpResult answer);
    void look_later(const WatchPtr& watch);
    void list_pods(const WatchPtr& watch);
    void read_next_log(const WatchPtr& watch);
    void log_read(const WatchPtr& watch, const HttpResult& answer);
    void finish(const WatchPtr& watch);

    /// A job that has gone meanwhile is gone.
    void delete_job(const Target& target, const kubernetes::JobRun& run, const std::string& name,
                    const std::string& execution_arn, std::function<void()> done);

    IoLoop& loop_;
    HttpClient& http_;
    AwsOptions options_;
};

}  // namespace stepwell::aws
