#pragma once

#include <functional>
#include <memory>

#include "engine/tasks.hpp"
#include "integrations/http_client.hpp"
#include "integrations/http_task/connection.hpp"

namespace stepwell::http_task {

/// Carries out HTTP Tasks (`http:invoke`), with the connections of stepwell.yaml. Fetches and keeps
/// the tokens of OAuth connections. Belongs to the loop's thread.
class HttpTasks {
public:
    /// `http` must outlive it.
    HttpTasks(HttpClient& http, Connections connections);
    /// Calls under way are not answered any more.
    ~HttpTasks();
    HttpTasks(const HttpTasks&) = delete;
    HttpTasks& operator=(const HttpTasks&) = delete;

    using Finished = std::function<void(TaskResult)>;
    using Cancel = std::function<void()>;
    /// The result gives the call up.
    Cancel start(TaskCall call, Finished done);

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell::http_task
