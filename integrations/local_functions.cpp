#include "integrations/local_functions.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "integrations/folder_watch.hpp"

namespace stepwell {

namespace {

namespace fs = std::filesystem;

/// What a process has loaded: a change of either makes it old. The file's time is for file systems
/// whose changes the kernel does not tell (some of those that containers mount from their host).
struct CodeVersion {
    std::uint64_t folder = 0;
    fs::file_time_type file;
    bool operator==(const CodeVersion&) const = default;
};

fs::path code_file(const LocalFunction& function) {
    const fs::path base = function.folder / function.file;
    for (const char* extension : {".py", ".js", ".mjs", ".cjs", ""}) {
        std::error_code ignored;  // What cannot be looked at is not there for us.
        const fs::path candidate = base.string() + extension;
        if (fs::is_regular_file(candidate, ignored)) return candidate;
    }
    return function.folder / "bootstrap";
}

LambdaAnswer failed(std::string payload) {
    LambdaAnswer answer;
    answer.payload = std::move(payload);
    answer.function_failed = true;
    return answer;
}

}  // namespace

struct LocalFunctions::Impl : std::enable_shared_from_this<Impl> {
    struct Waiting {
        std::uint64_t id;
        LambdaInvocation invocation;
        LambdaDone done;
    };
    struct Process {
        std::unique_ptr<LocalWorker> worker;
        CodeVersion code;
        std::uint64_t invocation = 0;  // the id of the last one it took
    };
    /// One function with its processes and the calls that wait for one.
    struct Pool {
        LocalFunction function;
        FolderWatch::FolderId folder = 0;
        std::deque<Waiting> waiting;
        std::vector<Process> processes;
    };

    Impl(IoLoop& io, const LambdaOptions& options)
        : loop(io),
          home{options.region, options.account},
          limits{options.init_timeout, options.idle_timeout} {
        for (const LocalFunction& function : options.functions) {
            Pool& pool = pools[function.name];
            pool.function = function;
            pool.folder = watch.add(function.folder);
        }
    }

    IoLoop& loop;
    FunctionHome home;
    LocalWorker::Limits limits;
    FolderWatch watch;
    std::optional<ProcessGuard> guard;  // from the first process on
    std::map<std::string, Pool> pools;  // never changes after construction
    std::uint64_t last_id = 0;

    Pool* find(const FunctionId& id) {
        auto found = pools.end();
        if (!id.qualifier.empty()) found = pools.find(id.name + ":" + id.qualifier);
        if (found == pools.end()) found = pools.find(id.name);
        return found == pools.end() ? nullptr : &found->second;
    }

    CodeVersion code_of(const Pool& pool) {
        CodeVersion code;
        code.folder = watch.generation(pool.folder);
        std::error_code ignored;  // A file that is away has no time: a change, too.
        code.file = fs::last_write_time(code_file(pool.function), ignored);
        return code;
    }

    /// Brings waiting calls and processes together, and starts the processes that are lacking.
    void dispatch(Pool& pool) {
        if (pool.waiting.empty()) return;
        const CodeVersion code = code_of(pool);
        for (Process& process : pool.processes) {
            if (process.code != code && !process.worker->is_retired()) {
                spdlog::info("function {}: its files have changed, process {} is replaced",
                             pool.function.name, process.worker->pid());
                process.worker->retire();
            }
        }
        for (Process& process : pool.processes) {
            if (pool.waiting.empty()) return;
            if (!process.worker->is_ready()) continue;
            Waiting next = std::move(pool.waiting.front());
            pool.waiting.pop_front();
            process.invocation = next.id;
            process.worker->invoke(std::move(next.invocation), std::move(next.done));
        }
        start_processes(pool, code);
    }

    void start_processes(Pool& pool, const CodeVersion& code) {
        const auto coming = static_cast<std::size_t>(
            std::count_if(pool.processes.begin(), pool.processes.end(), [](const Process& p) {
                return (p.worker->is_starting() && !p.worker->is_retired()) ||
                       p.worker->is_about_to_be_ready();
            }));
        std::size_t lacking = pool.waiting.size() - std::min(coming, pool.waiting.size());
        while (lacking > 0 && pool.processes.size() < pool.function.max_concurrency) {
            --lacking;
            if (const auto problem = start_process(pool, code)) {
                spdlog::error("function {}: {}", pool.function.name, problem->message);
                // Each start that fails costs one call, so a function that cannot start ends.
                fail_front(pool, [&](const std::string& id) {
                    return function_error("Runtime.InvalidEntrypoint",
                                          "RequestId: " + id + " Error: " + problem->message);
                });
            }
        }
    }

    std::optional<StartError> start_process(Pool& pool, const CodeVersion& code) {
        if (!guard) guard.emplace();
        LocalWorker::Events events;
        events.ready = [this, &pool](LocalWorker&) { dispatch(pool); };
        events.slow = [this, &pool](LocalWorker&) { dispatch(pool); };
        events.gone = [this, &pool](LocalWorker& worker, std::optional<InitError> init_error) {
            remove(pool, worker);
            if (init_error)
                fail_front(pool, [&](const std::string& id) { return init_error->payload(id); });
            dispatch(pool);
        };
        auto worker = std::make_unique<LocalWorker>(loop, *guard, pool.function, home, limits,
                                                    std::move(events));
        if (auto problem = worker->start()) return problem;
        pool.processes.push_back(Process{std::move(worker), code, 0});
        return std::nullopt;
    }

    /// Fails the call that has waited longest: `error` makes the payload from its request id.
    template <class Error>
    void fail_front(Pool& pool, Error error) {
        if (pool.waiting.empty()) return;
        const Waiting first = std::move(pool.waiting.front());
        pool.waiting.pop_front();
        first.done(failed(error(first.invocation.request_id)));
    }

    static void remove(Pool& pool, const LocalWorker& worker) {
        std::erase_if(pool.processes, [&](const Process& p) { return p.worker.get() == &worker; });
    }

    void cancel(Pool& pool, std::uint64_t id) {
        if (std::erase_if(pool.waiting, [&](const Waiting& w) { return w.id == id; }) > 0) return;
        for (Process& process : pool.processes) {
            if (process.invocation == id) process.worker->forget_result();
        }
    }
};

LocalFunctions::LocalFunctions(IoLoop& loop, const LambdaOptions& options)
    : impl_(std::make_shared<Impl>(loop, options)) {}

LocalFunctions::~LocalFunctions() {
    // All at once first: each is then waited for only as long as the slowest takes.
    for (auto& [name, pool] : impl_->pools) {
        pool.waiting.clear();
        for (auto& process : pool.processes) process.worker->kill();
    }
    for (auto& [name, pool] : impl_->pools) pool.processes.clear();
}

bool LocalFunctions::has(const FunctionId& function) const {
    return impl_->find(function) != nullptr;
}

std::string LocalFunctions::names() const {
    std::string names;
    for (const auto& [name, pool] : impl_->pools) names += (names.empty() ? "" : ", ") + name;
    return names;
}

CancelInvocation LocalFunctions::invoke(LambdaInvocation invocation, LambdaDone done) {
    Impl::Pool& pool = *impl_->find(invocation.function);
    if (pool.waiting.size() >= kMostWaiting) {
        done(
            lambda_error("TooManyRequestsException", "Rate Exceeded.", 429, invocation.request_id));
        return [] {};
    }
    const std::uint64_t id = ++impl_->last_id;
    pool.waiting.push_back({id, std::move(invocation), std::move(done)});
    impl_->dispatch(pool);
    return [weak = std::weak_ptr<Impl>(impl_), &pool, id] {
        if (const auto impl = weak.lock()) impl->cancel(pool, id);
    };
}

void LocalFunctions::cancel_all() {
    for (auto& [name, pool] : impl_->pools) {
        pool.waiting.clear();
        for (auto& process : pool.processes) {
            if (process.invocation == 0 || process.worker->is_ready()) continue;
            process.worker->forget_result();
            process.worker->kill();
        }
    }
}

std::vector<pid_t> LocalFunctions::pids() const {
    std::vector<pid_t> pids;
    for (const auto& [name, pool] : impl_->pools) {
        for (const auto& process : pool.processes) pids.push_back(process.worker->pid());
    }
    return pids;
}

}  // namespace stepwell
