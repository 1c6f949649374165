#include "integrations/mocks/mock_tasks.hpp"

#include <utility>

#include "engine/base/state_errors.hpp"
#include "integrations/mocks/mock_result.hpp"

namespace stepwell::mocks {

MockTasks::MockTasks(IoLoop& loop, const MockBook* book, RequestLog* log)
    : loop_(loop), book_(book), log_(log) {}

MockTasks::Cancel MockTasks::start(TaskCall call, Finished done) {
    if (book_ == nullptr) {
        done(StateError{std::string(state_errors::kRuntime),
                        "There is no mock configuration any more that answers the state '" +
                            call.state_name + "'"});
        return {};
    }
    const bool begins = is_submitted_first(call) && !call.submitted;
    const Evaluated<Answer> answer = book_->answer(*call.mock, call.state_name, call.input.value());
    // What a restart repeats, and the end of what was submitted, were asked before.
    if (log_ != nullptr && !call.repeated && !call.submitted) log_->add(call, answer);
    if (!answer) {
        done(answer.error());
        return {};
    }
    TaskResult result = begins           ? TaskResult(mocked_submission(call))
                        : answer->result ? TaskResult(mocked_result(call, *answer->result))
                                         : TaskResult(answer->error);
    if (begins || answer->delay.count() == 0) {
        done(std::move(result));
        return {};
    }
    return answer_later(call.id, answer->delay, std::move(result), std::move(done));
}

MockTasks::Cancel MockTasks::answer_later(TaskCallId id, Milliseconds delay, TaskResult result,
                                          Finished done) {
    auto& timer = delayed_[id];
    timer = std::make_unique<LoopTimer>(loop_);
    timer->start(delay, [this, id, result = std::move(result), done = std::move(done)]() mutable {
        // The timer owns this function: it goes last.
        const auto keep = std::move(delayed_.at(id));
        delayed_.erase(id);
        done(std::move(result));
    });
    return [this, id] { delayed_.erase(id); };
}

}  // namespace stepwell::mocks
