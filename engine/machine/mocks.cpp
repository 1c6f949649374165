#include <charconv>

#include "engine/base/state_errors.hpp"
#include "engine/machine/recorded_test_case.hpp"
#include "engine/machine/turn.hpp"

// Developer Guide, "Using mocked service integrations for testing in Step Functions Local"; beyond
// it: docs/mocks.md. The journal says which tasks were mocked, and counts the invocations, so that
// a restart asks for the same answers.
namespace stepwell {
namespace {

RecordedTestCase test_case_of(const Execution& execution) {
    return read_test_case(execution.info.test_case, execution.info.map_run != 0);
}

/// Of the item of the innermost Map in which the frame runs; a child of a Map Run is itself one.
std::optional<std::uint32_t> map_index(const Execution& execution, const Frame& frame) {
    for (const Frame* at = &frame; at->id != at->parent;) {
        const Frame& parent = execution.frames.at(at->parent);
        if (parent.children && parent.children->map) return at->index;
        at = &parent;
    }
    return test_case_of(execution).item;
}

}  // namespace

RecordedTestCase read_test_case(const std::string& recorded, bool of_child) {
    const std::size_t mark = of_child ? recorded.rfind('#') : std::string::npos;
    if (mark == std::string::npos) return {recorded, std::nullopt};
    RecordedTestCase out{recorded.substr(0, mark), std::nullopt};
    std::uint32_t item = 0;
    const char* end = recorded.data() + recorded.size();
    const auto [stop, ec] = std::from_chars(recorded.data() + mark + 1, end, item);
    if (ec == std::errc() && stop == end) out.item = item;
    return out;
}

std::string test_case_of_child(const std::string& parents, std::optional<std::int64_t> item) {
    if (parents.empty()) return {};
    return parents + '#' + (item ? std::to_string(*item) : std::string());
}

bool Turn::is_mocked(const Frame& frame) const {
    const ExecutionInfo& info = x_.info;
    return !info.test_case.empty() && input_.mocks != nullptr &&
           input_.mocks->is_mocked(info.state_machine_name, test_case_of(x_).name,
                                   x_.state_of(frame).name);
}

std::optional<MockedCall> mocked_call(const Execution& execution, const Frame& frame) {
    if (!frame.task->mocked) return std::nullopt;
    return MockedCall{.state_machine = execution.info.state_machine_name,
                      .test_case = test_case_of(execution).name,
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
