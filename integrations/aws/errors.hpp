#pragma once

#include <string>
#include <string_view>

#include "engine/asl/model.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/result.hpp"
#include "engine/tasks.hpp"
#include "integrations/aws/client.hpp"

/// What a Task fails with where its call did. facts.md, section 4.
namespace stepwell::aws {

/// How the optimized integration of a service names itself: after the SDK for Java 1.
struct OptimizedNames {
    std::string_view prefix;     ///< of error names: `DynamoDB`
    std::string_view service;    ///< in causes: `AmazonDynamoDBv2`
    std::string_view exception;  ///< of what no model knows: `AmazonDynamoDBException`
};

/// `DynamoDb.ResourceNotFoundException`, as `aws-sdk:dynamodb:…` fails.
StateError sdk_error(const Error& error);
/// `DynamoDB.ResourceNotFoundException`, as `dynamodb:…` fails.
StateError optimized_error(const Error& error, const OptimizedNames& names);

/// States.Runtime: the parameters do not fit.
StateError bad_parameters(const Payload& parameters, std::string_view why);
/// States.DataLimitExceeded: `service` answered with more than a state may hold.
StateError result_too_large(std::string_view service);
/// States.Runtime: there is nowhere to send the call to, or nothing that knows it. `state` is the
/// Task's name; `why` says how to mend it.
StateError cannot_call(const TaskCall& call, std::string_view why);

/// The error of a Task, whatever the call's was; `own` makes it where it is the service's or the
/// network's.
StateError task_error(const Error& error, const TaskCall& call,
                      const std::function<StateError(const Error&)>& own);

/// A Task's result, or that it is too large.
TaskResult task_result(Json output, std::string_view service);

}  // namespace stepwell::aws
