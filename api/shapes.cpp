#include "api/shapes.hpp"

#include <algorithm>

namespace stepwell::api::shapes {
namespace {

using Kind = Shape::Kind;
using std::string_view_literals::operator""sv;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
constexpr Pattern kAscii{"\\p{ASCII}*", &is_ascii};

constexpr Shape kBoolean{.kind = Kind::boolean};
constexpr Shape kName{.min = 1, .max = 80};
constexpr Shape kArn{.min = 1, .max = 256};
constexpr Shape kLongArn{.min = 1, .max = 2000};
constexpr Shape kDefinition{.min = 1, .max = 1'048'576, .sensitive = true};
// OBSERVED: "Member must have size less than or equal to 262144 bytes in UTF-8 encoding" (public
// bug reports, 2026).
constexpr Shape kSensitiveData{.max = 262'144, .in_bytes = true, .sensitive = true};
constexpr Shape kSensitiveError{.min = 0, .max = 256, .sensitive = true};
constexpr Shape kSensitiveCause{.min = 0, .max = 32'768, .sensitive = true};
constexpr Shape kTraceHeader{.min = 0, .max = 256, .pattern = &kAscii};
constexpr Shape kPageSize{.kind = Kind::integer, .min = 0, .max = 1000};
constexpr Shape kPageToken{.min = 1, .max = 1024};
constexpr Shape kListExecutionsPageToken{.min = 1, .max = 3096};
constexpr Shape kTaskToken{.min = 1, .max = 2048};
constexpr Shape kVersionDescription{.max = 256, .sensitive = true};

constexpr std::string_view kStateMachineTypes[] = {"STANDARD"sv, "EXPRESS"sv};
constexpr Shape kStateMachineType{.values = kStateMachineTypes};
constexpr std::string_view kIncludedDataValues[] = {"ALL_DATA"sv, "METADATA_ONLY"sv};
constexpr Shape kIncludedData{.values = kIncludedDataValues};
// OBSERVED: the service lists them in this order (conformance case
// sfn_api__state_machine_status_filter).
constexpr std::string_view kExecutionStatuses[] = {
    "SUCCEEDED"sv, "TIMED_OUT"sv, "PENDING_REDRIVE"sv, "ABORTED"sv, "FAILED"sv, "RUNNING"sv};
constexpr Shape kExecutionStatus{.values = kExecutionStatuses};
constexpr std::string_view kRedriveFilters[] = {"REDRIVEN"sv, "NOT_REDRIVEN"sv};
constexpr Shape kRedriveFilter{.values = kRedriveFilters};

constexpr std::string_view kLogLevels[] = {"ALL"sv, "ERROR"sv, "FATAL"sv, "OFF"sv};
constexpr Shape kLogLevel{.values = kLogLevels};
constexpr Member kLogGroupMembers[] = {{"logGroupArn", &kArn}};
constexpr Shape kLogGroup{.kind = Kind::structure, .members = kLogGroupMembers};
constexpr Member kLogDestinationMembers[] = {{"cloudWatchLogsLogGroup", &kLogGroup}};
constexpr Shape kLogDestination{.kind = Kind::structure, .members = kLogDestinationMembers};
constexpr Shape kLogDestinations{.kind = Kind::list, .item = &kLogDestination};
constexpr Member kLoggingMembers[] = {{"level", &kLogLevel},
                                      {"includeExecutionData", &kBoolean},
                                      {"destinations", &kLogDestinations}};
constexpr Shape kLogging{.kind = Kind::structure, .members = kLoggingMembers};

constexpr Member kTracingMembers[] = {{"enabled", &kBoolean}};
constexpr Shape kTracing{.kind = Kind::structure, .members = kTracingMembers};

constexpr Shape kKmsKeyId{.min = 1, .max = 2048};
constexpr Shape kReusePeriod{.kind = Kind::integer, .min = 60, .max = 900};
constexpr std::string_view kEncryptionTypes[] = {"AWS_OWNED_KEY"sv, "CUSTOMER_MANAGED_KMS_KEY"sv};
constexpr Shape kEncryptionType{.values = kEncryptionTypes};
constexpr Member kEncryptionMembers[] = {{"kmsKeyId", &kKmsKeyId},
                                         {"kmsDataKeyReusePeriodSeconds", &kReusePeriod},
                                         {"type", &kEncryptionType, true}};
constexpr Shape kEncryption{.kind = Kind::structure, .members = kEncryptionMembers};

constexpr Shape kTagKey{.min = 1, .max = 128};
constexpr Shape kTagValue{.min = 0, .max = 256};
constexpr Member kTagMembers[] = {{"key", &kTagKey}, {"value", &kTagValue}};
constexpr Shape kTag{.kind = Kind::structure, .members = kTagMembers};
constexpr Shape kTags{.kind = Kind::list, .item = &kTag};

constexpr Member kCreateActivityMembers[] = {
    {"name", &kName, true}, {"tags", &kTags}, {"encryptionConfiguration", &kEncryption}};
constexpr Member kActivityArnMember[] = {{"activityArn", &kArn, true}};
constexpr Member kPageMembers[] = {{"maxResults", &kPageSize}, {"nextToken", &kPageToken}};
constexpr Member kGetActivityTaskMembers[] = {{"activityArn", &kArn, true}, {"workerName", &kName}};
constexpr Member kCreateStateMachineMembers[] = {
    {"name", &kName, true},
    {"definition", &kDefinition, true},
    {"roleArn", &kArn, true},
    {"type", &kStateMachineType},
    {"loggingConfiguration", &kLogging},
    {"tags", &kTags},
    {"tracingConfiguration", &kTracing},
    {"publish", &kBoolean},
    {"versionDescription", &kVersionDescription},
    {"encryptionConfiguration", &kEncryption},
};
constexpr Member kDescribeStateMachineMembers[] = {{"stateMachineArn", &kArn, true},
                                                   {"includedData", &kIncludedData}};
constexpr Member kUpdateStateMachineMembers[] = {
    {"stateMachineArn", &kArn, true},
    {"definition", &kDefinition},
    {"roleArn", &kArn},
    {"loggingConfiguration", &kLogging},
    {"tracingConfiguration", &kTracing},
    {"publish", &kBoolean},
    {"versionDescription", &kVersionDescription},
    {"encryptionConfiguration", &kEncryption},
};
constexpr Member kDeleteStateMachineMembers[] = {{"stateMachineArn", &kArn, true}};
constexpr Member kListStateMachinesMembers[] = {{"maxResults", &kPageSize},
                                                {"nextToken", &kPageToken}};
constexpr Member kExecutionArnAndData[] = {{"executionArn", &kArn, true},
                                           {"includedData", &kIncludedData}};
constexpr Member kStartExecutionMembers[] = {{"stateMachineArn", &kArn, true},
                                             {"name", &kName},
                                             {"input", &kSensitiveData},
                                             {"traceHeader", &kTraceHeader}};
constexpr Member kStartSyncExecutionMembers[] = {{"stateMachineArn", &kArn, true},
                                                 {"name", &kName},
                                                 {"input", &kSensitiveData},
                                                 {"traceHeader", &kTraceHeader},
                                                 {"includedData", &kIncludedData}};
constexpr Member kListExecutionsMembers[] = {
    {"stateMachineArn", &kArn}, {"statusFilter", &kExecutionStatus},
    {"maxResults", &kPageSize}, {"nextToken", &kListExecutionsPageToken},
    {"mapRunArn", &kLongArn},   {"redriveFilter", &kRedriveFilter},
};
constexpr Member kStopExecutionMembers[] = {
    {"executionArn", &kArn, true}, {"error", &kSensitiveError}, {"cause", &kSensitiveCause}};
bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}
constexpr Pattern kPrintable{"[!-~]+", &is_printable};
constexpr Shape kClientToken{.min = 1, .max = 64, .pattern = &kPrintable};
constexpr Member kRedriveExecutionMembers[] = {{"executionArn", &kArn, true},
                                               {"clientToken", &kClientToken}};
constexpr Member kGetExecutionHistoryMembers[] = {
    {"executionArn", &kArn, true}, {"maxResults", &kPageSize},          {"reverseOrder", &kBoolean},
    {"nextToken", &kPageToken},    {"includeExecutionData", &kBoolean},
};
constexpr Member kSendTaskSuccessMembers[] = {{"taskToken", &kTaskToken, true},
                                              {"output", &kSensitiveData, true}};
constexpr Member kSendTaskFailureMembers[] = {
    {"taskToken", &kTaskToken, true}, {"error", &kSensitiveError}, {"cause", &kSensitiveCause}};
constexpr std::string_view kInspectionLevels[] = {"INFO"sv, "DEBUG"sv, "TRACE"sv};
constexpr Shape kInspectionLevel{.values = kInspectionLevels};
constexpr Shape kTestedStateName{.min = 1, .max = 80, .sensitive = true};
constexpr Member kMockErrorMembers[] = {{"error", &kSensitiveError}, {"cause", &kSensitiveCause}};
constexpr Shape kMockError{.kind = Kind::structure, .members = kMockErrorMembers};
constexpr std::string_view kFieldValidationModes[] = {"STRICT"sv, "PRESENT"sv, "NONE"sv};
constexpr Shape kFieldValidationMode{.values = kFieldValidationModes};
constexpr Member kMockMembers[] = {{"result", &kSensitiveData},
                                   {"errorOutput", &kMockError},
                                   {"fieldValidationMode", &kFieldValidationMode}};
constexpr Shape kMock{.kind = Kind::structure, .members = kMockMembers};
constexpr Shape kNaturalNumber{.kind = Kind::integer, .min = 0};
constexpr Member kStateConfigurationMembers[] = {{"retrierRetryCount", &kNaturalNumber},
                                                 {"errorCausedByState", &kTestedStateName},
                                                 {"mapIterationFailureCount", &kNaturalNumber},
                                                 {"mapItemReaderData", &kSensitiveData}};
constexpr Shape kStateConfiguration{.kind = Kind::structure, .members = kStateConfigurationMembers};
constexpr Member kTestStateMembers[] = {
    {"definition", &kDefinition, true}, {"roleArn", &kArn},
    {"input", &kSensitiveData},         {"inspectionLevel", &kInspectionLevel},
    {"revealSecrets", &kBoolean},       {"variables", &kSensitiveData},
    {"stateName", &kTestedStateName},   {"mock", &kMock},
    {"context", &kSensitiveData},       {"stateConfiguration", &kStateConfiguration}};
constexpr std::string_view kSeverities[] = {"ERROR"sv, "WARNING"sv};
constexpr Shape kSeverity{.values = kSeverities};
constexpr Shape kMostDiagnostics{.kind = Kind::integer, .min = 0, .max = 100};
constexpr Member kValidateMembers[] = {{"definition", &kDefinition, true},
                                       {"type", &kStateMachineType},
                                       {"severity", &kSeverity},
                                       {"maxResults", &kMostDiagnostics}};
constexpr Member kSendTaskHeartbeatMembers[] = {{"taskToken", &kTaskToken, true}};

// --- versions, aliases, tags

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
/// A number is a version.
bool is_restricted_name(std::string_view text) {
    bool is_number = true;
    for (const char c : text) {
        if (!is_letter_or_digit(c) && c != '_' && c != '-' && c != '.') return false;
        if (c < '0' || c > '9') is_number = false;
    }
    return !is_number;
}
constexpr Pattern kRestrictedName{"^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$",
                                  &is_restricted_name};
constexpr Shape kAliasName{.min = 1, .max = 80, .pattern = &kRestrictedName};
constexpr Shape kRevisionId{};
constexpr Shape kWeight{.kind = Kind::integer, .min = 0, .max = 100};
constexpr Member kRouteMembers[] = {{"stateMachineVersionArn", &kArn, true},
                                    {"weight", &kWeight, true}};
constexpr Shape kRoute{
    .kind = Kind::structure, .members = kRouteMembers, .name = "RoutingConfigurationListItem"};
constexpr Shape kRoutes{.kind = Kind::list, .min = 1, .max = 2, .item = &kRoute};
constexpr Shape kTagKeys{.kind = Kind::list, .item = &kTagKey};

constexpr Member kPublishStateMachineVersionMembers[] = {{"stateMachineArn", &kArn, true},
                                                         {"revisionId", &kRevisionId},
                                                         {"description", &kVersionDescription}};
constexpr Member kListByMachineMembers[] = {
    {"stateMachineArn", &kArn, true}, {"nextToken", &kPageToken}, {"maxResults", &kPageSize}};
constexpr Member kDeleteStateMachineVersionMembers[] = {
    {"stateMachineVersionArn", &kLongArn, true}};
constexpr Member kCreateStateMachineAliasMembers[] = {{"description", &kVersionDescription},
                                                      {"name", &kAliasName, true},
                                                      {"routingConfiguration", &kRoutes, true}};
constexpr Member kUpdateStateMachineAliasMembers[] = {{"stateMachineAliasArn", &kArn, true},
                                                      {"description", &kVersionDescription},
                                                      {"routingConfiguration", &kRoutes}};
constexpr Member kAliasArnMembers[] = {{"stateMachineAliasArn", &kArn, true}};
constexpr Member kTagResourceMembers[] = {{"resourceArn", &kArn, true}, {"tags", &kTags, true}};
constexpr Member kUntagResourceMembers[] = {{"resourceArn", &kArn, true},
                                            {"tagKeys", &kTagKeys, true}};
constexpr Member kListTagsForResourceMembers[] = {{"resourceArn", &kArn, true}};

// --- Map Runs

constexpr Shape kMaxConcurrency{.kind = Kind::integer, .min = 0};
constexpr Shape kToleratedFailureCount{.kind = Kind::integer, .min = 0};
constexpr Shape kToleratedFailurePercentage{.kind = Kind::number, .min = 0, .max = 100};
constexpr Member kDescribeMapRunMembers[] = {{"mapRunArn", &kLongArn, true}};
constexpr Member kListMapRunsMembers[] = {
    {"executionArn", &kArn, true}, {"maxResults", &kPageSize}, {"nextToken", &kPageToken}};
constexpr Member kUpdateMapRunMembers[] = {
    {"mapRunArn", &kLongArn, true},
    {"maxConcurrency", &kMaxConcurrency},
    {"toleratedFailurePercentage", &kToleratedFailurePercentage},
    {"toleratedFailureCount", &kToleratedFailureCount}};

}  // namespace

constexpr Shape kCreateActivity{.kind = Kind::structure, .members = kCreateActivityMembers};
constexpr Shape kDescribeActivity{.kind = Kind::structure, .members = kActivityArnMember};
constexpr Shape kListActivities{.kind = Kind::structure, .members = kPageMembers};
constexpr Shape kDeleteActivity{.kind = Kind::structure, .members = kActivityArnMember};
constexpr Shape kGetActivityTask{.kind = Kind::structure, .members = kGetActivityTaskMembers};
constexpr Shape kCreateStateMachine{.kind = Kind::structure, .members = kCreateStateMachineMembers};
constexpr Shape kDescribeStateMachine{.kind = Kind::structure,
                                      .members = kDescribeStateMachineMembers};
constexpr Shape kUpdateStateMachine{.kind = Kind::structure, .members = kUpdateStateMachineMembers};
constexpr Shape kDeleteStateMachine{.kind = Kind::structure, .members = kDeleteStateMachineMembers};
constexpr Shape kListStateMachines{.kind = Kind::structure, .members = kListStateMachinesMembers};
constexpr Shape kDescribeStateMachineForExecution{.kind = Kind::structure,
                                                  .members = kExecutionArnAndData};
constexpr Shape kStartExecution{.kind = Kind::structure, .members = kStartExecutionMembers};
constexpr Shape kStartSyncExecution{.kind = Kind::structure, .members = kStartSyncExecutionMembers};
constexpr Shape kDescribeExecution{.kind = Kind::structure, .members = kExecutionArnAndData};
constexpr Shape kListExecutions{.kind = Kind::structure, .members = kListExecutionsMembers};
constexpr Shape kRedriveExecution{.kind = Kind::structure, .members = kRedriveExecutionMembers};
constexpr Shape kStopExecution{.kind = Kind::structure, .members = kStopExecutionMembers};
constexpr Shape kGetExecutionHistory{.kind = Kind::structure,
                                     .members = kGetExecutionHistoryMembers};
constexpr Shape kSendTaskSuccess{.kind = Kind::structure, .members = kSendTaskSuccessMembers};
constexpr Shape kSendTaskFailure{.kind = Kind::structure, .members = kSendTaskFailureMembers};
constexpr Shape kSendTaskHeartbeat{.kind = Kind::structure, .members = kSendTaskHeartbeatMembers};
constexpr Shape kTestState{.kind = Kind::structure, .members = kTestStateMembers};
constexpr Shape kValidateStateMachineDefinition{.kind = Kind::structure,
                                                .members = kValidateMembers};

constexpr Shape kPublishStateMachineVersion{.kind = Kind::structure,
                                            .members = kPublishStateMachineVersionMembers};
constexpr Shape kListStateMachineVersions{.kind = Kind::structure,
                                          .members = kListByMachineMembers};
constexpr Shape kDeleteStateMachineVersion{.kind = Kind::structure,
                                           .members = kDeleteStateMachineVersionMembers};
constexpr Shape kCreateStateMachineAlias{.kind = Kind::structure,
                                         .members = kCreateStateMachineAliasMembers};
constexpr Shape kUpdateStateMachineAlias{.kind = Kind::structure,
                                         .members = kUpdateStateMachineAliasMembers};
constexpr Shape kDescribeStateMachineAlias{.kind = Kind::structure, .members = kAliasArnMembers};
constexpr Shape kListStateMachineAliases{.kind = Kind::structure, .members = kListByMachineMembers};
constexpr Shape kDeleteStateMachineAlias{.kind = Kind::structure, .members = kAliasArnMembers};
constexpr Shape kTagResource{.kind = Kind::structure, .members = kTagResourceMembers};
constexpr Shape kUntagResource{.kind = Kind::structure, .members = kUntagResourceMembers};
constexpr Shape kListTagsForResource{.kind = Kind::structure,
                                     .members = kListTagsForResourceMembers};
constexpr Shape kDescribeMapRun{.kind = Kind::structure, .members = kDescribeMapRunMembers};
constexpr Shape kListMapRuns{.kind = Kind::structure, .members = kListMapRunsMembers};
constexpr Shape kUpdateMapRun{.kind = Kind::structure, .members = kUpdateMapRunMembers};

}  // namespace stepwell::api::shapes
