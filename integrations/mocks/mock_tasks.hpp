#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "engine/tasks.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/mocks/mock_book.hpp"
#include "integrations/mocks/request_log.hpp"

namespace stepwell::mocks {

/// Answers the calls that the mock configuration answers. Belongs to the loop's thread.
class MockTasks {
public:
    /// Both may be null: then every mocked call fails, which only happens after a restart without
    /// the configuration.
    MockTasks(IoLoop& loop, const MockBook* book, RequestLog* log);

    using Finished = std::function<void(TaskResult)>;
    using Cancel = std::function<void()>;
    /// `call.mock` is there. The result gives the call up.
    Cancel start(TaskCall call, Finished done);

private:
    /// Answers once the delay has passed, unless it is given up before.
    Cancel answer_later(TaskCallId id, Milliseconds delay, TaskResult result, Finished done);

    IoLoop& loop_;
    const MockBook* book_;
    RequestLog* log_;
    std::unordered_map<TaskCallId, std::unique_ptr<LoopTimer>> delayed_;
};

}  // namespace stepwell::mocks
