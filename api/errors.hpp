#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

/// What a caller's mistake is answered with. One row per error: its type, its HTTP status, its
/// words.
namespace stepwell::api {

/// In the order of kErrors.
enum class ErrorKind : std::uint8_t {
    // What the protocol refuses, before an operation sees the call.
    unknown_operation,
    serialization,
    validation,
    // What operations refuse.
    activity_already_exists,
    activity_does_not_exist,
    activity_limit_exceeded,
    activity_worker_limit_exceeded,
    conflict,
    execution_already_exists,
    execution_does_not_exist,
    execution_limit_exceeded,
    execution_not_redrivable,
    invalid_arn,
    invalid_definition,
    invalid_encryption_configuration,
    invalid_execution_input,
    invalid_logging_configuration,
    invalid_name,
    invalid_output,
    invalid_token,
    missing_required_parameter,
    resource_not_found,
    service_quota_exceeded,
    state_machine_already_exists,
    state_machine_deleting,
    state_machine_does_not_exist,
    state_machine_limit_exceeded,
    state_machine_type_not_supported,
    task_does_not_exist,
    task_timed_out,
    too_many_tags,
    // What we failed at.
    internal_failure,
};

struct ErrorRow {
    ErrorKind kind;
    std::string_view type;  ///< `__type`, without namespace
    int status;
    std::string_view text;  ///< `{}` stands for the detail; "" where the detail is the whole text
};

/// API Reference, "Errors" of each operation. Texts as the service writes them, where they are
/// known.
inline constexpr ErrorRow kErrors[] = {
    {ErrorKind::unknown_operation, "UnknownOperationException", 400, ""},
    {ErrorKind::serialization, "SerializationException", 400, ""},
    {ErrorKind::validation, "ValidationException", 400, ""},
    {ErrorKind::activity_already_exists, "ActivityAlreadyExists", 400,
     "Activity Already Exists: '{}'"},
    {ErrorKind::activity_does_not_exist, "ActivityDoesNotExist", 400,
     "Activity Does Not Exist: '{}'"},
    {ErrorKind::activity_limit_exceeded, "ActivityLimitExceeded", 400,
     "Activity Limit Exceeded: '{}'"},
    {ErrorKind::activity_worker_limit_exceeded, "ActivityWorkerLimitExceeded", 400,
     "Activity Worker Limit Exceeded: '{}'"},
    {ErrorKind::conflict, "ConflictException", 400, ""},
    {ErrorKind::execution_already_exists, "ExecutionAlreadyExists", 400,
     "Execution Already Exists: '{}'"},
    {ErrorKind::execution_does_not_exist, "ExecutionDoesNotExist", 400,
     "Execution Does Not Exist: '{}'"},
    {ErrorKind::execution_limit_exceeded, "ExecutionLimitExceeded", 400,
     "Execution Limit Exceeded: '{}'"},
    {ErrorKind::execution_not_redrivable, "ExecutionNotRedrivable", 400, ""},
    {ErrorKind::invalid_arn, "InvalidArn", 400, "Invalid Arn: '{}'"},
    {ErrorKind::invalid_definition, "InvalidDefinition", 400, ""},
    {ErrorKind::invalid_encryption_configuration, "InvalidEncryptionConfiguration", 400,
     "Invalid Encryption Configuration: {}"},
    {ErrorKind::invalid_execution_input, "InvalidExecutionInput", 400,
     "Invalid State Machine Execution Input: '{}'"},
    {ErrorKind::invalid_logging_configuration, "InvalidLoggingConfiguration", 400,
     "Invalid Logging Configuration: {}"},
    {ErrorKind::invalid_name, "InvalidName", 400, "Invalid Name: '{}'"},
    {ErrorKind::invalid_output, "InvalidOutput", 400, "Invalid Output: '{}'"},
    {ErrorKind::invalid_token, "InvalidToken", 400, "Invalid Token: 'Invalid token'"},
    {ErrorKind::missing_required_parameter, "MissingRequiredParameter", 400, ""},
    {ErrorKind::resource_not_found, "ResourceNotFound", 400,
     "Request references a resource that does not exist."},
    {ErrorKind::service_quota_exceeded, "ServiceQuotaExceededException", 400, ""},
    {ErrorKind::state_machine_already_exists, "StateMachineAlreadyExists", 400,
     "State Machine Already Exists: '{}'"},
    {ErrorKind::state_machine_deleting, "StateMachineDeleting", 400,
     "State Machine is being deleted: '{}'"},
    {ErrorKind::state_machine_does_not_exist, "StateMachineDoesNotExist", 400,
     "State Machine Does Not Exist: '{}'"},
    {ErrorKind::state_machine_limit_exceeded, "StateMachineLimitExceeded", 400,
     "State Machine Limit Exceeded: '{}'"},
    {ErrorKind::state_machine_type_not_supported, "StateMachineTypeNotSupported", 400,
     "This operation is not supported by this type of state machine"},
    {ErrorKind::task_does_not_exist, "TaskDoesNotExist", 400, "Task Does Not Exist: '{}'"},
    {ErrorKind::task_timed_out, "TaskTimedOut", 400, "Task Timed Out: '{}'"},
    {ErrorKind::too_many_tags, "TooManyTags", 400, ""},
    {ErrorKind::internal_failure, "InternalFailure", 500, ""},
};

constexpr const ErrorRow& row_of(ErrorKind kind) { return kErrors[static_cast<std::size_t>(kind)]; }

/// A caller's mistake. Only api/ makes them.
struct ApiError {
    ErrorKind kind;
    std::string message;
    /// `reason` of a ValidationException, where the service gives one.
    std::string_view reason = {};
};

/// The error of a row, its text filled in with `detail`.
ApiError error(ErrorKind kind, std::string_view detail = {});

/// ResourceNotFound in the words of the operations on tags.
ApiError tagged_resource_not_found(std::string_view arn);

/// `{"__type":"…","message":"…"}`.
std::string error_body(const ApiError& error);

template <class T>
using Checked = Result<T, ApiError>;

/// Called by Checked<T>::value() on one that holds an error: our bug.
[[noreturn]] inline void throw_exception_from_error(const ApiError& error,
                                                    const boost::source_location&) {
    throw std::logic_error("unchecked ApiError: " + error.message);
}

}  // namespace stepwell::api
