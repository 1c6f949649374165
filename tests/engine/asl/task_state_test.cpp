#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

const std::string kLambda = R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")";
const std::string kInvoke = R"("Resource":"arn:aws:states:::lambda:invoke")";
const std::string kToken = R"("Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken")";

std::string task(const std::string& fields) {
    return R"({"Type":"Task","End":true,)" + fields + "}";
}

INSTANTIATE_TEST_SUITE_P(
    TaskResource, StateIs,
    testing::Values(StateCase{"Missing",
                              R"({"Type":"Task","End":true})",
                              {schema("These fields are required: [Resource]")}},
                    StateCase{"Number",
                              task(R"("Resource":1)"),
                              {schema("Expected value of type String", "/Resource")}},
                    StateCase{"NoArn",
                              task(R"("Resource":"f")"),
                              {schema("Value is not a valid resource ARN", "/Resource")}},
                    StateCase{
                        "Unknown",
                        task(R"("Resource":"arn:aws:states:::dynamodb:query")"),
                        {schema("The resource provided arn:aws:states:::dynamodb:query is not "
                                "recognized. The value is not a valid "
                                "resource ARN, or the resource is not available in this region.",
                                "/Resource")}}),
    case_name);

// Recorded: sfn_api_express, test_illegal_callbacks and test_illegal_activity_task.
INSTANTIATE_TEST_SUITE_P(
    Express, StateIs,
    testing::Values(
        StateCase{
            "Sync",
            task(
                R"("Resource":"arn:aws:states:::states:startExecution.sync","Parameters":{"StateMachineArn":"a"})"),
            {schema("Express state machine does not support '.sync' service integration",
                    "/Resource")},
            WorkflowType::express},
        StateCase{
            "Token",
            task(kToken + R"(,"Parameters":{"FunctionName":"f"})"),
            {schema(
                "Express state machine does not support '.waitForTaskToken' service integration ",
                "/Resource")},
            WorkflowType::express},
        StateCase{"Activity",
                  task(R"("Resource":"arn:aws:states:us-east-1:123456789012:activity:a")"),
                  {schema("Express state machine does not support Activity ARN", "/Resource")},
                  WorkflowType::express},
        StateCase{"RequestResponse",
                  task(kInvoke + R"(,"Parameters":{"FunctionName":"f"})"),
                  {},
                  WorkflowType::express},
        StateCase{
            "InsideABranch",
            R"({"Type":"Parallel","End":true,"Branches":[{"StartAt":"T","States":{"T":)" +
                task(kToken + R"(,"Parameters":{"FunctionName":"f"})") + "}}]}",
            {schema(
                "Express state machine does not support '.waitForTaskToken' service integration ",
                "/Branches[0]/States/T/Resource")},
            WorkflowType::express}),
    case_name);

// What `aws-sdk:sfn` and `states` take is told from the API's own model.
INSTANTIATE_TEST_SUITE_P(
    OwnService, StateIs,
    testing::Values(
        StateCase{
            "Call",
            task(
                R"("Resource":"arn:aws:states:::aws-sdk:sfn:sendTaskSuccess","Parameters":{"TaskToken.$":"$","Output":{}})"),
            {}},
        StateCase{
            "UnknownAction",
            task(R"("Resource":"arn:aws:states:::aws-sdk:sfn:dance","Parameters":{})"),
            {schema(
                "The resource provided arn:aws:states:::aws-sdk:sfn:dance is not recognized. The "
                "value is not a valid resource ARN, or the resource is not available in this "
                "region.",
                "/Resource")}},
        StateCase{
            "UnknownParameter",
            task(
                R"("Resource":"arn:aws:states:::states:startExecution","Parameters":{"StateMachineArn":"a","Why":1})"),
            {schema("The field \"Why\" is not supported by Step Functions", "/Parameters")}},
        StateCase{
            "MissingParameter",
            task(
                R"("Resource":"arn:aws:states:::aws-sdk:sfn:stopExecution","Parameters":{"Cause":"c"})"),
            {schema("The field 'ExecutionArn' is required but was missing", "/Parameters")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Headers, StateIs,
    testing::Values(
        StateCase{
            "OfApiGateway",
            task(
                R"("Resource":"arn:aws:states:::apigateway:invoke","Parameters":{"ApiEndpoint":"x","Method":"GET","Headers":{"Authorization":["a"],"X-Own":["b"],"X-Amz-Date":["c"]}})"),
            {schema("The 'Headers' field contains unsupported values: [authorization, x-amz-date]",
                    "/Parameters")}},
        StateCase{
            "OfHttpTasks",
            task(
                R"("Resource":"arn:aws:states:::http:invoke","Parameters":{"ApiEndpoint":"https://x","Method":"GET","Headers":{"Authorization":"a","If-Match":"b"}})"),
            {schema("The 'Headers' field contains unsupported values: [authorization, if-match]",
                    "/Parameters")}},
        StateCase{
            "ThatAreKnownWhenItRuns",
            task(
                R"("Resource":"arn:aws:states:::http:invoke","Parameters":{"ApiEndpoint":"https://x","Method":"GET","Headers.$":"$.h"})"),
            {}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Invoke, StateIs,
    testing::Values(
        StateCase{
            "NoParameters",
            task(kInvoke),
            {schema("Parameters field is required for resource ARN: arn:aws:states:::lambda:invoke",
                    "/Resource")}},
        StateCase{"NoFunctionName",
                  task(kInvoke + R"(,"Parameters":{"Payload.$":"$"})"),
                  {schema("The field 'FunctionName' is required but was missing", "/Parameters")}},
        StateCase{
            "AllMembers",
            task(kInvoke +
                 R"(,"Parameters":{"FunctionName":"f","InvocationType":"Event","LogType":"Tail",
                                     "ClientContext":"c","Payload":{},"Qualifier":"1"})"),
            {}},
        StateCase{"DynamicMembers",
                  task(kInvoke + R"(,"Parameters":{"FunctionName.$":"$.f","LogType.$":"$.l"})"),
                  {}},
        StateCase{
            "UnknownMember",
            task(kInvoke + R"(,"Parameters":{"FunctionName":"f","Paylod":{}})"),
            {schema("The field \"Paylod\" is not supported by Step Functions", "/Parameters")}},
        StateCase{
            "UnknownDynamicMember",
            task(kToken + R"(,"Parameters":{"FunctionName":"f","TaskToken.$":"$$.Task.Token"})"),
            {}},
        StateCase{"NoObject",
                  task(kInvoke + R"(,"Parameters":"f")"),
                  {schema("Expected value of type Object", "/Parameters")}}),
    case_name);

std::string service(const std::string& resource, const std::string& parameters) {
    return task(R"("Resource":"arn:aws:states:::)" + resource + R"(","Parameters":)" + parameters);
}
std::string missing(const std::string& field) {
    return schema("The field '" + field + "' is required but was missing", "/Parameters");
}

INSTANTIATE_TEST_SUITE_P(
    RequiredParameters, StateIs,
    testing::Values(
        StateCase{"None",
                  service("sqs:sendMessage", "{}"),
                  {missing("QueueUrl"), missing("MessageBody")}},
        StateCase{"OfACallback",
                  service("sqs:sendMessage.waitForTaskToken", R"({"QueueUrl":"q"})"),
                  {missing("MessageBody")}},
        StateCase{"OfAJob", service("glue:startJobRun.sync", "{}"), {missing("JobName")}},
        StateCase{
            "Dynamic", service("dynamodb:putItem", R"({"TableName.$":"$.t","Item.$":"$.i"})"), {}},
        StateCase{"OfNoOther", service("dynamodb:deleteItem", "{}"), {}},
        StateCase{"OfJsonata",
                  R"({"Type":"Task","End":true,"QueryLanguage":"JSONata",)"
                  R"("Resource":"arn:aws:states:::sns:publish","Arguments":{"TopicArn":"t"}})",
                  {schema("The field 'Message' is required but was missing", "/Arguments")}},
        StateCase{"OfAnExpression",
                  R"({"Type":"Task","End":true,"QueryLanguage":"JSONata",)"
                  R"("Resource":"arn:aws:states:::sns:publish","Arguments":"{% $a %}"})",
                  {}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Credentials, StateIs,
    testing::Values(
        StateCase{
            "RoleArn", task(kLambda + R"(,"Credentials":{"RoleArn":"arn:aws:iam::1:role/r"})"), {}},
        StateCase{"DynamicRoleArn", task(kLambda + R"(,"Credentials":{"RoleArn.$":"$.role"})"), {}},
        StateCase{"IntrinsicRoleArn",
                  task(kLambda + R"x(,"Credentials":{"RoleArn.$":"States.Format('{}', $.r)"})x"),
                  {}},
        // Recorded: test_invalid_credentials_field.
        StateCase{"Empty",
                  task(kLambda + R"(,"Credentials":{})"),
                  {schema("The field 'RoleArn' is required but was missing", "/Credentials")}},
        StateCase{"NoObject",
                  task(kLambda + R"(,"Credentials":"arn")"),
                  {schema("Expected value of type Object", "/Credentials")}},
        StateCase{"OtherMember",
                  task(kLambda + R"(,"Credentials":{"RoleArn":"r","Session":"s"})"),
                  {schema("Field 'Session' is not supported", "/Credentials")}},
        StateCase{"RoleArnOfNumber",
                  task(kLambda + R"(,"Credentials":{"RoleArn":1})"),
                  {schema("Expected value of type String", "/Credentials/RoleArn")}},
        StateCase{"WrongPath",
                  task(kLambda + R"(,"Credentials":{"RoleArn.$":"role"})"),
                  {schema("The value for the field 'RoleArn.$' must be a valid JSONPath or a valid "
                          "intrinsic function call",
                          "/Credentials")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Times, StateIs,
    testing::Values(
        StateCase{"Literals", task(kLambda + R"(,"TimeoutSeconds":2,"HeartbeatSeconds":1)"), {}},
        StateCase{
            "Paths",
            task(kLambda +
                 R"(,"TimeoutSecondsPath":"$.t","HeartbeatSecondsPath":"$$.Execution.Input.h")"),
            {}},
        StateCase{
            "Mixed", task(kLambda + R"(,"TimeoutSeconds":1,"HeartbeatSecondsPath":"$.h")"), {}},
        StateCase{"TimeoutOfZero",
                  task(kLambda + R"(,"TimeoutSeconds":0)"),
                  {schema("Minimum value is 1", "/TimeoutSeconds")}},
        StateCase{"LongHeartbeat",
                  task(kLambda + R"(,"HeartbeatSeconds":100000000)"),
                  {schema("Maximum value is 99999999", "/HeartbeatSeconds")}},
        StateCase{"TimeoutAsText",
                  task(kLambda + R"(,"TimeoutSeconds":"$.t")"),
                  {schema("Expected value of type Integer", "/TimeoutSeconds")}},
        StateCase{"TwoTimeouts",
                  task(kLambda + R"(,"TimeoutSeconds":1,"TimeoutSecondsPath":"$.t")"),
                  {schema("There should only be one of the following fields: [TimeoutSeconds, "
                          "TimeoutSecondsPath]")}},
        StateCase{"TwoHeartbeats",
                  task(kLambda + R"(,"HeartbeatSeconds":1,"HeartbeatSecondsPath":"$.t")"),
                  {schema("There should only be one of the following fields: [HeartbeatSeconds, "
                          "HeartbeatSecondsPath]")}},
        StateCase{"HeartbeatAsLongAsTheTimeout",
                  task(kLambda + R"(,"TimeoutSeconds":5,"HeartbeatSeconds":5)"),
                  {schema("The value of 'HeartbeatSeconds' must be less than 'TimeoutSeconds'",
                          "/HeartbeatSeconds")}},
        StateCase{"PathOfMany",
                  task(kLambda + R"(,"TimeoutSecondsPath":"$..t")"),
                  {schema("Value is not a Reference Path", "/TimeoutSecondsPath")}}),
    case_name);

TEST(TaskState, KeepsWhatItWasGiven) {
    const auto machine =
        accepted(machine_of(task(kToken + R"(,"Parameters":{"FunctionName":"f","Payload.$":"$"},
        "ResultSelector":{"x.$":"$.Payload"},"ResultPath":"$.out","TimeoutSeconds":9,"HeartbeatSecondsPath":"$.h",
        "Credentials":{"RoleArn":"r"})")));
    const auto& state = body_of<TaskState>(*machine);
    EXPECT_EQ(state.resource_arn, "arn:aws:states:::lambda:invoke.waitForTaskToken");
    EXPECT_EQ(std::get<ServiceResource>(state.resource).pattern, Pattern::wait_for_task_token);
    EXPECT_TRUE(state.parameters);
    EXPECT_TRUE(state.result_selector);
    EXPECT_TRUE(state.credentials);
    EXPECT_EQ(std::get<JsonPath>(state.result_path).text(), "$.out");
    EXPECT_EQ(std::get<Seconds>(state.timeout), Seconds{9});
    EXPECT_EQ(std::get<Expression>(state.heartbeat).text(), "$.h");
    EXPECT_FALSE(state.then.next);
}

TEST(TaskState, ThatWasTakenBeforeKeepsItsParameters) {
    const std::string state = machine_of(service("sqs:sendMessage", "{}"));
    EXPECT_FALSE(parse(state, WorkflowType::standard).machine);
    EXPECT_TRUE(parse_stored(state, WorkflowType::standard).machine);
}

}  // namespace
}  // namespace stepwell::asl
