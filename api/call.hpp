#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "api/api.hpp"
#include "api/definition_cache.hpp"
#include "api/errors.hpp"
#include "api/page_token.hpp"
#include "api/request.hpp"

namespace stepwell::api {

/// What operations work with.
struct Services {
    Store& store;
    Runtime& runtime;
    ReaderPool& readers;
    const Clock& clock;
    Options options;
    DefinitionCache definitions;
    PageTokens page_tokens;
};

/// One request under way, from its parsed input to its one answer.
///
/// Shared by whoever will still do something for it. Its input belongs to the thread that works on
/// it; the answer may be given on any. What operations throw is answered as 500 and logged:
/// `guarded` is where it is caught.
class Call : public std::enable_shared_from_this<Call> {
public:
    using Respond = std::function<void(Response)>;

    /// `operation` is the name in the operation table.
    Call(std::shared_ptr<Services> services, std::string_view operation, std::string request_id,
         Owner owner, std::string trace_id, Input input, Respond respond);
    /// A call that nobody answered (its execution was given up, the runtime was shut down) gets a
    /// 500.
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    Services& services() { return *services_; }
    const Services& services() const { return *services_; }
    Store& store() const { return services_->store; }
    /// Account and region where no ARN says them.
    const Owner& owner() const { return owner_; }
    /// X-Amzn-Trace-Id of the request; empty where absent.
    const std::string& trace_id() const { return trace_id_; }
    Input& input() { return input_; }
    const Input& input() const { return input_; }

    /// The answer. Only the first counts.
    void succeed(std::string body);
    void refuse(const ApiError& error);
    void finish(Checked<std::string> answer);
    /// 500 InternalFailure; `what` goes to the log, the caller learns less.
    void fail(std::string_view what);
    /// 500 for a write that was not committed: how it ended, told to the caller.
    void fail(Outcome outcome);

    /// Runs `work` here and now.
    template <class Work>
    void guarded(Work&& work) noexcept {
        try {
            std::forward<Work>(work)();
        } catch (...) {
            fail_with_current_exception();
        }
    }
    /// Runs `work`, which may block, on a reader thread.
    void on_reader(std::function<void()> work);

    /// The client has gone.
    void cancel();
    /// What to do then; at once if it is gone already.
    void on_cancel(std::function<void()> action);

private:
    void answer(Response response);
    void log_failure(std::string_view what);
    void fail_with_current_exception() noexcept;

    const std::shared_ptr<Services> services_;
    const std::string_view operation_;
    const std::string request_id_;
    const Owner owner_;
    const std::string trace_id_;
    Input input_;

    std::mutex mutex_;
    Respond respond_;  // empty once answered
    bool cancelled_ = false;
    std::function<void()> on_cancel_;
};

using CallPtr = std::shared_ptr<Call>;

}  // namespace stepwell::api
