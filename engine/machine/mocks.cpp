#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// Developer Guide, "Using mocked service integrations for testing in Step Functions Local"; beyond
// it: docs/mocks.md. The journal says which tasks were mocked, and counts the invocations, so that
// a restart asks for the same answers.
namespace stepwell {
namespace {

/// Of the item of the innermost Map in which the frame runs.
std::optional<std::uint32_t> map_index(const Execution& execution, const Frame& frame) {
    for (const Frame* at = &frame; at->id != at->parent;) {
        const Frame& parent = execution.frames.at(at->parent);
        if (parent.children && parent.children->map) return at->index;
        at = &parent;
    }
    return std::nullopt;
}

}  // namespace

bool Turn::is_mocked(const Frame& frame) const {
    const ExecutionInfo& info = x_.info;
    return !info.test_case.empty() && input_.mocks != nullptr &&
           input_.mocks->is_mocked(info.state_machine_name, info.test_case,
                                   x_.state_of(frame).name);
}

std::optional<MockedCall> mocked_call(const Execution& execution, const Frame& frame) {
    if (!frame.task->mocked) return std::nullopt;
    return MockedCall{.state_machine = execution.info.state_machine_name,
                      .test_case = execution.info.test_case,
                      .type = execution.state_of(frame).type(),
                      .invocation = frame.task->invocation,
                      .map_index = map_index(execution, frame)};
}

void Turn::mock_children(Frame& frame, EventType started, EventDetails details, Payload input) {
    record(frame, started, std::move(details),
           ChildrenMocked{make_uuid(random_), std::move(input)});
    if (x_.closed()) return;
    step_.actions.emplace_back(StartTask{frame.id, frame.task->scheduled, task_call(x_, frame)});
}

void Turn::children_mock_ended(Frame& frame, const TaskResult& result) {
    if (!result) {
        StateError error = result.error();
        if (error.error == state_errors::kRuntime) error = located(frame, std::move(error));
        return state_failed(frame, std::move(error));
    }
    if (result->size() > kMaxPayloadBytes)
        return state_failed(frame, too_large(x_.state_of(frame).name));
    const bool map = x_.state_of(frame).type() == asl::StateType::map;
    record_beside(frame, frame.last_event,
                  map ? EventType::map_state_succeeded : EventType::parallel_state_succeeded,
                  NoDetails{}, ChildrenDone{*result});
}

}  // namespace stepwell
