#include "engine/asl/own_operations.hpp"

#include <algorithm>
#include <iterator>

namespace stepwell::asl {
namespace {

using Kind = ParameterKind;

constexpr OwnParameter kCreateActivity[] = {
    {"Name", Kind::text, true}, {"Tags", Kind::list}, {"EncryptionConfiguration", Kind::structure}};
constexpr OwnParameter kCreateStateMachine[] = {{"Name", Kind::text, true},
                                                {"Definition", Kind::json, true},
                                                {"RoleArn", Kind::text, true},
                                                {"Type", Kind::text},
                                                {"LoggingConfiguration", Kind::structure},
                                                {"Tags", Kind::list},
                                                {"TracingConfiguration", Kind::structure},
                                                {"Publish", Kind::flag},
                                                {"VersionDescription", Kind::text},
                                                {"EncryptionConfiguration", Kind::structure}};
constexpr OwnParameter kCreateStateMachineAlias[] = {{"Description", Kind::text},
                                                     {"Name", Kind::text, true},
                                                     {"RoutingConfiguration", Kind::list, true}};
constexpr OwnParameter kDeleteActivity[] = {{"ActivityArn", Kind::text, true}};
constexpr OwnParameter kDeleteStateMachine[] = {{"StateMachineArn", Kind::text, true}};
constexpr OwnParameter kDeleteStateMachineAlias[] = {{"StateMachineAliasArn", Kind::text, true}};
constexpr OwnParameter kDeleteStateMachineVersion[] = {
    {"StateMachineVersionArn", Kind::text, true}};
constexpr OwnParameter kDescribeActivity[] = {{"ActivityArn", Kind::text, true}};
constexpr OwnParameter kDescribeExecution[] = {{"ExecutionArn", Kind::text, true},
                                               {"IncludedData", Kind::text}};
constexpr OwnParameter kDescribeMapRun[] = {{"MapRunArn", Kind::text, true}};
constexpr OwnParameter kDescribeStateMachine[] = {{"StateMachineArn", Kind::text, true},
                                                  {"IncludedData", Kind::text}};
constexpr OwnParameter kDescribeStateMachineAlias[] = {{"StateMachineAliasArn", Kind::text, true}};
constexpr OwnParameter kDescribeStateMachineForExecution[] = {{"ExecutionArn", Kind::text, true},
                                                              {"IncludedData", Kind::text}};
constexpr OwnParameter kGetActivityTask[] = {{"ActivityArn", Kind::text, true},
                                             {"WorkerName", Kind::text}};
constexpr OwnParameter kGetExecutionHistory[] = {{"ExecutionArn", Kind::text, true},
                                                 {"MaxResults", Kind::integer},
                                                 {"ReverseOrder", Kind::flag},
                                                 {"NextToken", Kind::text},
                                                 {"IncludeExecutionData", Kind::flag}};
constexpr OwnParameter kListActivities[] = {{"MaxResults", Kind::integer},
                                            {"NextToken", Kind::text}};
constexpr OwnParameter kListExecutions[] = {
    {"StateMachineArn", Kind::text}, {"StatusFilter", Kind::text}, {"MaxResults", Kind::integer},
    {"NextToken", Kind::text},       {"MapRunArn", Kind::text},    {"RedriveFilter", Kind::text}};
constexpr OwnParameter kListMapRuns[] = {
    {"ExecutionArn", Kind::text, true}, {"MaxResults", Kind::integer}, {"NextToken", Kind::text}};
constexpr OwnParameter kListStateMachineAliases[] = {{"StateMachineArn", Kind::text, true},
                                                     {"NextToken", Kind::text},
                                                     {"MaxResults", Kind::integer}};
constexpr OwnParameter kListStateMachineVersions[] = {{"StateMachineArn", Kind::text, true},
                                                      {"NextToken", Kind::text},
                                                      {"MaxResults", Kind::integer}};
constexpr OwnParameter kListStateMachines[] = {{"MaxResults", Kind::integer},
                                               {"NextToken", Kind::text}};
constexpr OwnParameter kListTagsForResource[] = {{"ResourceArn", Kind::text, true}};
constexpr OwnParameter kPublishStateMachineVersion[] = {
    {"StateMachineArn", Kind::text, true}, {"RevisionId", Kind::text}, {"Description", Kind::text}};
constexpr OwnParameter kRedriveExecution[] = {{"ExecutionArn", Kind::text, true},
                                              {"ClientToken", Kind::text}};
constexpr OwnParameter kSendTaskFailure[] = {
    {"TaskToken", Kind::text, true}, {"Error", Kind::text}, {"Cause", Kind::text}};
constexpr OwnParameter kSendTaskHeartbeat[] = {{"TaskToken", Kind::text, true}};
constexpr OwnParameter kSendTaskSuccess[] = {{"TaskToken", Kind::text, true},
                                             {"Output", Kind::json, true}};
constexpr OwnParameter kStartExecution[] = {{"StateMachineArn", Kind::text, true},
                                            {"Name", Kind::text},
                                            {"Input", Kind::json},
                                            {"TraceHeader", Kind::text}};
constexpr OwnParameter kStartSyncExecution[] = {{"StateMachineArn", Kind::text, true},
                                                {"Name", Kind::text},
                                                {"Input", Kind::json},
                                                {"TraceHeader", Kind::text},
                                                {"IncludedData", Kind::text}};
constexpr OwnParameter kStopExecution[] = {
    {"ExecutionArn", Kind::text, true}, {"Error", Kind::text}, {"Cause", Kind::text}};
constexpr OwnParameter kTagResource[] = {{"ResourceArn", Kind::text, true},
                                         {"Tags", Kind::list, true}};
constexpr OwnParameter kTestState[] = {{"Definition", Kind::json, true},
                                       {"RoleArn", Kind::text},
                                       {"Input", Kind::json},
                                       {"InspectionLevel", Kind::text},
                                       {"RevealSecrets", Kind::flag},
                                       {"Variables", Kind::json},
                                       {"StateName", Kind::text},
                                       {"Mock", Kind::structure},
                                       {"Context", Kind::json},
                                       {"StateConfiguration", Kind::structure}};
constexpr OwnParameter kUntagResource[] = {{"ResourceArn", Kind::text, true},
                                           {"TagKeys", Kind::list, true}};
constexpr OwnParameter kUpdateMapRun[] = {{"MapRunArn", Kind::text, true},
                                          {"MaxConcurrency", Kind::integer},
                                          {"ToleratedFailurePercentage", Kind::number},
                                          {"ToleratedFailureCount", Kind::integer}};
constexpr OwnParameter kUpdateStateMachine[] = {{"StateMachineArn", Kind::text, true},
                                                {"Definition", Kind::json},
                                                {"RoleArn", Kind::text},
                                                {"LoggingConfiguration", Kind::structure},
                                                {"TracingConfiguration", Kind::structure},
                                                {"Publish", Kind::flag},
                                                {"VersionDescription", Kind::text},
                                                {"EncryptionConfiguration", Kind::structure}};
constexpr OwnParameter kUpdateStateMachineAlias[] = {{"StateMachineAliasArn", Kind::text, true},
                                                     {"Description", Kind::text},
                                                     {"RoutingConfiguration", Kind::list}};
constexpr OwnParameter kValidateStateMachineDefinition[] = {{"Definition", Kind::json, true},
                                                            {"Type", Kind::text},
                                                            {"Severity", Kind::text},
                                                            {"MaxResults", Kind::integer}};

/// In alphabetical order.
constexpr OwnOperation kOperations[] = {
    {"createActivity", kCreateActivity},
    {"createStateMachine", kCreateStateMachine},
    {"createStateMachineAlias", kCreateStateMachineAlias},
    {"deleteActivity", kDeleteActivity},
    {"deleteStateMachine", kDeleteStateMachine},
    {"deleteStateMachineAlias", kDeleteStateMachineAlias},
    {"deleteStateMachineVersion", kDeleteStateMachineVersion},
    {"describeActivity", kDescribeActivity},
    {"describeExecution", kDescribeExecution},
    {"describeMapRun", kDescribeMapRun},
    {"describeStateMachine", kDescribeStateMachine},
    {"describeStateMachineAlias", kDescribeStateMachineAlias},
    {"describeStateMachineForExecution", kDescribeStateMachineForExecution},
    {"getActivityTask", kGetActivityTask},
    {"getExecutionHistory", kGetExecutionHistory},
    {"listActivities", kListActivities},
    {"listExecutions", kListExecutions},
    {"listMapRuns", kListMapRuns},
    {"listStateMachineAliases", kListStateMachineAliases},
    {"listStateMachineVersions", kListStateMachineVersions},
    {"listStateMachines", kListStateMachines},
    {"listTagsForResource", kListTagsForResource},
    {"publishStateMachineVersion", kPublishStateMachineVersion},
    {"redriveExecution", kRedriveExecution},
    {"sendTaskFailure", kSendTaskFailure},
    {"sendTaskHeartbeat", kSendTaskHeartbeat},
    {"sendTaskSuccess", kSendTaskSuccess},
    {"startExecution", kStartExecution},
    {"startSyncExecution", kStartSyncExecution},
    {"stopExecution", kStopExecution},
    {"tagResource", kTagResource},
    {"testState", kTestState},
    {"untagResource", kUntagResource},
    {"updateMapRun", kUpdateMapRun},
    {"updateStateMachine", kUpdateStateMachine},
    {"updateStateMachineAlias", kUpdateStateMachineAlias},
    {"validateStateMachineDefinition", kValidateStateMachineDefinition},
};
static_assert(std::ranges::is_sorted(kOperations, {}, &OwnOperation::action),
              "find_own_operation searches by halves");

}  // namespace

const OwnParameter* OwnOperation::find(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &OwnParameter::name);
    return found == parameters.end() ? nullptr : &*found;
}

const OwnOperation* find_own_operation(std::string_view action) {
    const auto found = std::ranges::lower_bound(kOperations, action, {}, &OwnOperation::action);
    return found != std::end(kOperations) && found->action == action ? found : nullptr;
}

}  // namespace stepwell::asl
