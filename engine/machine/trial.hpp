#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/asl/model.hpp"
#include "engine/base/json.hpp"
#include "engine/base/payload.hpp"
#include "engine/query/variables.hpp"

/// One state run by itself, with what it is told in place of the world, and with a look at what
/// happens to its data: TestState. API Reference, TestState, "MockInput", "InspectionData".
namespace stepwell {

/// What stands for the work of a Task, Parallel or Map: its result, or the error it fails with.
struct TrialMock {
    std::optional<Payload> result;
    std::string error;  ///< where there is no result
    std::optional<std::string> cause;
};

/// What the state did with its data: InspectionData, empty where it did not get that far or AWS
/// shows nothing for its type and query language.
struct TrialData {
    std::optional<Payload> after_arguments;
    std::optional<Payload> after_input_path;
    std::optional<Payload> after_parameters;
    std::optional<Payload> result;
    std::optional<Payload> after_result_selector;
    std::optional<Payload> after_result_path;
    std::optional<Payload> after_items_path;
    std::optional<Payload> after_item_selector;
    std::optional<Payload> after_item_batcher;
    std::optional<std::int64_t> tolerated_failure_count;
    std::optional<double> tolerated_failure_percentage;
    std::optional<std::int64_t> max_concurrency;
    std::optional<std::uint32_t> retry_index;
    std::optional<std::int64_t> retry_backoff_seconds;
    std::optional<std::uint32_t> catch_index;
};

struct TaskInspection;

/// Shared by the execution that tries the state and whoever asked for it: the interpreter writes
/// `data` and what follows it, and the asker reads them when the execution has ended.
struct Trial {
    asl::StateIndex state = 0;
    std::optional<TrialMock> mock;
    /// The Context Object, in place of the one that the interpreter makes.
    std::optional<Json> context;
    /// Those that the state begins with; when it has been left, with what it assigned.
    VariableTable variables;
    /// Attempts already made by whichever retrier takes the error.
    std::uint32_t retry_count = 0;
    /// How many items of a mocked Map failed, for its ToleratedFailure… fields.
    std::optional<std::int64_t> failed_items;
    /// The Map is distributed and has an ItemReader: `items_read` are its items, and none are known
    /// where that is empty.
    bool reads_items = false;
    std::optional<Payload> items_read;

    /// What ItemSelector gives, item by item, and what it sees of the state; null where there is
    /// none, or when it is done.
    struct Selection {
        Payload items;
        Payload input;
        Json selected = Json::array();
        std::size_t bytes = 0;
    };
    std::optional<Selection> selection;
    /// What ItemBatcher says; null where there is none. A limit of 0 is none.
    struct Batches {
        std::int64_t most_items = 0;
        std::int64_t most_bytes = 0;
        std::optional<Payload> input;
    };
    std::optional<Batches> batches;
    /// What an HTTP Task sends and is answered; null where nobody asks for it.
    std::shared_ptr<TaskInspection> inspection;

    TrialData data;
    /// Where control would go next.
    std::optional<asl::StateIndex> next;
    /// How many items the Map has, once that is known.
    std::optional<std::size_t> item_count;
    /// The error would be retried, or was caught.
    bool retriable = false;
    bool caught = false;
    /// The error that was retried or caught; the execution has that of one that was not.
    std::optional<std::string> error;
    std::optional<std::string> cause;
};

/// The name that a state goes by in the Context Object of a trial.
/// OBSERVED: whatever its own (docs/observed.md).
inline constexpr const char* kTrialStateName = "StateName";

}  // namespace stepwell
