#pragma once

#include <string_view>

/// The reserved error names of the States Language.
/// ASL specification, Appendix A; Developer Guide, "Handling errors in Step Functions workflows".
namespace stepwell::state_errors {

inline constexpr std::string_view kAll = "States.ALL";
inline constexpr std::string_view kBranchFailed = "States.BranchFailed";
inline constexpr std::string_view kDataLimitExceeded = "States.DataLimitExceeded";
inline constexpr std::string_view kExceedToleratedFailureThreshold =
    "States.ExceedToleratedFailureThreshold";
inline constexpr std::string_view kHeartbeatTimeout = "States.HeartbeatTimeout";
inline constexpr std::string_view kHttpSocket = "States.Http.Socket";
inline constexpr std::string_view kIntrinsicFailure = "States.IntrinsicFailure";
inline constexpr std::string_view kItemReaderFailed = "States.ItemReaderFailed";
inline constexpr std::string_view kNoChoiceMatched = "States.NoChoiceMatched";
inline constexpr std::string_view kParameterPathFailure = "States.ParameterPathFailure";
inline constexpr std::string_view kPermissions = "States.Permissions";
inline constexpr std::string_view kQueryEvaluationError = "States.QueryEvaluationError";
inline constexpr std::string_view kResultPathMatchFailure = "States.ResultPathMatchFailure";
inline constexpr std::string_view kResultWriterFailed = "States.ResultWriterFailed";
inline constexpr std::string_view kRuntime = "States.Runtime";
inline constexpr std::string_view kTaskFailed = "States.TaskFailed";
inline constexpr std::string_view kTimeout = "States.Timeout";

/// Every name that may stand in ErrorEquals and begins with "States.".
inline constexpr std::string_view kReserved[] = {kAll,
                                                 kBranchFailed,
                                                 kDataLimitExceeded,
                                                 kExceedToleratedFailureThreshold,
                                                 kHeartbeatTimeout,
                                                 kHttpSocket,
                                                 kIntrinsicFailure,
                                                 kItemReaderFailed,
                                                 kNoChoiceMatched,
                                                 kParameterPathFailure,
                                                 kPermissions,
                                                 kQueryEvaluationError,
                                                 kResultPathMatchFailure,
                                                 kResultWriterFailed,
                                                 kRuntime,
                                                 kTaskFailed,
                                                 kTimeout};

}  // namespace stepwell::state_errors
