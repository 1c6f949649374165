#pragma once

#include "engine/tasks.hpp"

/// Between what a mock says and what a workflow sees. Pure.
namespace stepwell::mocks {

/// The task's result for what stands in `Return`: as it is, but for what AWS's integrations wrap
/// around or take from every answer. OBSERVED: the recorded cases of local_mocking.
Payload mocked_result(const TaskCall& call, const Payload& returned);

/// The output of TaskSubmitted: what the service would have said to the request of a
/// `.waitForTaskToken` or `.sync` task, of which a mock gives the end alone.
Payload mocked_submission(const TaskCall& call);

/// Whether a call of this resource begins with a submission (`.sync`, `.waitForTaskToken`).
bool is_submitted_first(const TaskCall& call);

}  // namespace stepwell::mocks
