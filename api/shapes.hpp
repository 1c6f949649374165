#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The inputs of the operations, as the API model (states, 2016-11-23) declares them: what a
/// request is held against.
namespace stepwell::api {

struct Shape;

struct Member {
    std::string_view name;
    const Shape* shape;
    bool required = false;
};

struct Pattern {
    std::string_view text;  ///< as the model writes it, and the refusal quotes it
    bool (*matches)(std::string_view);
};

struct Shape {
    enum class Kind : std::uint8_t { string, integer, number, boolean, structure, list };

    Kind kind = Kind::string;
    /// Of a string its length in characters, of an integer or a number its value, of a list its
    /// number of items.
    std::optional<std::int64_t> min = {};
    std::optional<std::int64_t> max = {};
    /// The length is counted, and refused, in bytes of UTF-8.
    bool in_bytes = false;
    /// A refusal does not quote the value.
    bool sensitive = false;
    /// Of an enum, in the order in which a refusal lists them.
    std::span<const std::string_view> values = {};
    const Pattern* pattern = nullptr;
    std::span<const Member> members = {};  ///< of a structure
    std::string_view name = {};            ///< of a structure, as refusals that quote it call it
    const Shape* item = nullptr;           ///< of a list
};

namespace shapes {

extern const Shape kCreateActivity;
extern const Shape kDescribeActivity;
extern const Shape kListActivities;
extern const Shape kDeleteActivity;
extern const Shape kGetActivityTask;
extern const Shape kCreateStateMachine;
extern const Shape kDescribeStateMachine;
extern const Shape kUpdateStateMachine;
extern const Shape kDeleteStateMachine;
extern const Shape kListStateMachines;
extern const Shape kDescribeStateMachineForExecution;
extern const Shape kStartExecution;
extern const Shape kStartSyncExecution;
extern const Shape kDescribeExecution;
extern const Shape kListExecutions;
extern const Shape kRedriveExecution;
extern const Shape kStopExecution;
extern const Shape kGetExecutionHistory;
extern const Shape kSendTaskSuccess;
extern const Shape kSendTaskFailure;
extern const Shape kSendTaskHeartbeat;
extern const Shape kTestState;
extern const Shape kValidateStateMachineDefinition;
extern const Shape kPublishStateMachineVersion;
extern const Shape kListStateMachineVersions;
extern const Shape kDeleteStateMachineVersion;
extern const Shape kCreateStateMachineAlias;
extern const Shape kUpdateStateMachineAlias;
extern const Shape kDescribeStateMachineAlias;
extern const Shape kListStateMachineAliases;
extern const Shape kDeleteStateMachineAlias;
extern const Shape kTagResource;
extern const Shape kUntagResource;
extern const Shape kListTagsForResource;
extern const Shape kDescribeMapRun;
extern const Shape kListMapRuns;
extern const Shape kUpdateMapRun;

}  // namespace shapes
}  // namespace stepwell::api
