#include "integrations/lambda_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integrations/base64.hpp"
#include "integrations/lambda_endpoint.hpp"

namespace stepwell {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kArn = "arn:aws:lambda:us-east-1:123456789012:function:f";

LambdaAnswer answer(std::string payload) {
    LambdaAnswer a;
    a.headers = {{"Server", "stub"},
                 {"Date", "Mon, 01 Jan 2024 00:00:00 GMT"},
                 {"content-type", "application/json"},
                 {"Content-Length", std::to_string(payload.size())},
                 {"Connection", "keep-alive"},
                 {"x-amzn-RequestId", "r-1"},
                 {"X-Amz-Executed-Version", "$LATEST"},
                 {"x-amzn-Remapped-Content-Length", "0"},
                 {"X-Amzn-Trace-Id", "Root=1"}};
    a.payload = std::move(payload);
    return a;
}
LambdaAnswer failure(std::string payload) {
    LambdaAnswer a = answer(std::move(payload));
    a.function_failed = true;
    return a;
}

TEST(FunctionResult, IsTheFunctionsOwnText) {
    for (const char* text : {R"({"Return": "HelloWorld"})", "\"HelloWorld!\"", "0.0", "0", "true",
                             "null", "[]", "{}"}) {
        const TaskResult result = function_task_result(answer(text), kArn);
        ASSERT_TRUE(result) << text;
        EXPECT_EQ(result->text(), text);
    }
}

TEST(FunctionResult, OfNothingIsNull) {
    EXPECT_EQ(function_task_result(answer(""), kArn)->text(), "null");
}

TEST(FunctionResult, FailsWithTheErrorTypeAndTheWholePayloadAsItCame) {
    const std::string payload =
        R"({"errorMessage": "m", "errorType": "Exception", "stackTrace": []})";
    const TaskResult result = function_task_result(failure(payload), kArn);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (StateError{"Exception", payload}));
}

TEST(InvokeResult, FailsWithTheErrorTypeAndThePayloadWrittenAnew) {
    const TaskResult result =
        invoke_task_result(failure(R"({"errorMessage": "", "errorType": "CustomException"})"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (StateError{"CustomException",
                                          R"({"errorMessage":"","errorType":"CustomException"})"}));
}

TEST(FunctionFailure, WithoutAnErrorTypeIsLambdaUnknown) {
    const std::string payload =
        R"({"errorMessage":"2024-01-01T00:00:00.000Z id Task timed out after 3.00 seconds"})";
    const StateError want{"Lambda.Unknown",
                          "The cause could not be determined because Lambda did not return an "
                          "error type. Returned payload: " +
                              payload};
    EXPECT_EQ(function_task_result(failure(payload), kArn).error(), want);
    EXPECT_EQ(invoke_task_result(failure(payload)).error(), want);
    EXPECT_EQ(invoke_task_result(failure("no json")).error().error, "Lambda.Unknown");
}

TEST(DataLimit, NamesTheFunctionOrTheService) {
    // 257 KiB that are not even JSON, as recorded.
    const std::string large(257 * 1024, 'a');
    const StateError by_arn = function_task_result(answer(large), kArn).error();
    EXPECT_EQ(by_arn.error, "States.DataLimitExceeded");
    EXPECT_EQ(
        by_arn.cause,
        std::string("The state/task '") + kArn +
            "' returned a result with a size exceeding the maximum number of bytes service limit.");
    EXPECT_THAT(invoke_task_result(answer(large)).error().cause,
                StartsWith("The state/task 'lambda' returned"));
    // A payload that fits, with metadata that makes it too large.
    const std::string nearly = "\"" + std::string(kMaxPayloadBytes - 2, 'a') + "\"";
    EXPECT_TRUE(function_task_result(answer(nearly), kArn));
    EXPECT_EQ(invoke_task_result(answer(nearly)).error().error, "States.DataLimitExceeded");
}

TEST(InvokeResult, HasThePayloadAndTheSdksMetadataInTheServicesOrder) {
    const TaskResult result = invoke_task_result(answer(R"({"a": 1})"));
    ASSERT_TRUE(result);
    EXPECT_EQ(
        result->text(),
        R"({"ExecutedVersion":"$LATEST","Payload":{"a":1},"SdkHttpMetadata":{"AllHttpHeaders":{"X-Amz-Executed-Version":["$LATEST"],)"
        R"("x-amzn-Remapped-Content-Length":["0"],"Connection":["keep-alive"],"x-amzn-RequestId":["r-1"],"Content-Length":["8"],)"
        R"("Date":["Mon, 01 Jan 2024 00:00:00 GMT"],"X-Amzn-Trace-Id":["Root=1"],"Content-Type":["application/json"]},)"
        R"("HttpHeaders":{"Connection":"keep-alive","Content-Length":"8","Content-Type":"application/json",)"
        R"("Date":"Mon, 01 Jan 2024 00:00:00 GMT","X-Amz-Executed-Version":"$LATEST","x-amzn-Remapped-Content-Length":"0",)"
        R"("x-amzn-RequestId":"r-1","X-Amzn-Trace-Id":"Root=1"},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"r-1"},)"
        R"("StatusCode":200})");
}

TEST(InvokeResult, HasTheLogWhereItWasAskedFor) {
    LambdaAnswer with_log = answer("{}");
    with_log.headers.push_back({"X-Amz-Log-Result", "bG9n"});
    const Payload output = *invoke_task_result(with_log);
    EXPECT_THAT(output.text(),
                StartsWith(R"({"ExecutedVersion":"$LATEST","LogResult":"bG9n","Payload":{},)"
                           R"("SdkHttpMetadata":{"AllHttpHeaders":{"X-Amz-Log-Result":["bG9n"],)"));
}

struct ParameterCase {
    const char* name;
    const char* parameters;
    const char* why;
};
class InvokeParameters : public ::testing::TestWithParam<ParameterCase> {};

TEST_P(InvokeParameters, AreRefused) {
    const Payload parameters = Payload::from_text(GetParam().parameters);
    const auto invocation = read_invoke_parameters(parameters, "us-east-1", "123456789012");
    ASSERT_FALSE(invocation);
    EXPECT_EQ(invocation.error().error, "States.Runtime");
    EXPECT_EQ(invocation.error().cause, std::string("The Parameters '") + GetParam().parameters +
                                            "' could not be used to start the Task: [" +
                                            GetParam().why + "]");
}

INSTANTIATE_TEST_SUITE_P(
    Parameters, InvokeParameters,
    ::testing::Values(ParameterCase{"NoName", R"({"Payload":1})",
                                    "The field 'FunctionName' is required but was missing"},
                      ParameterCase{"NullName", R"({"FunctionName":null})",
                                    "The field 'FunctionName' is required but was missing"},
                      ParameterCase{"NumberName", R"({"FunctionName":1})",
                                    "The value of the field 'FunctionName' has an invalid format"},
                      ParameterCase{"BadName", R"({"FunctionName":"a b"})",
                                    "The value of the field 'FunctionName' has an invalid format"},
                      ParameterCase{"EmptyName", R"({"FunctionName":""})",
                                    "The value of the field 'FunctionName' has an invalid format"},
                      ParameterCase{"Unknown", R"({"FunctionName":"f","Nonsense":1})",
                                    "The field 'Nonsense' is not supported by Step Functions"},
                      ParameterCase{
                          "BadType", R"({"FunctionName":"f","InvocationType":"Later"})",
                          "The value of the field 'InvocationType' has an invalid format"},
                      ParameterCase{"BadLog", R"({"FunctionName":"f","LogType":"All"})",
                                    "The value of the field 'LogType' has an invalid format"},
                      ParameterCase{"BadContext", R"({"FunctionName":"f","ClientContext":"{}"})",
                                    "The value of the field 'ClientContext' has an invalid format"},
                      ParameterCase{"BadQualifier", R"({"FunctionName":"f","Qualifier":"a?b"})",
                                    "The value of the field 'Qualifier' has an invalid format"}),
    [](const auto& test) { return test.param.name; });

TEST(InvokeParameters, BecomeAnInvocation) {
    const auto read = [](const char* text) {
        return *read_invoke_parameters(Payload::from_text(text), "eu-west-1", "111122223333");
    };
    const auto full = read(
        R"({"FunctionName":"f","Payload":{"a":[1]},"Qualifier":"PROD","InvocationType":"Event",)"
        R"("LogType":"Tail","ClientContext":"e30="})");
    EXPECT_EQ(full.function.arn(), "arn:aws:lambda:eu-west-1:111122223333:function:f:PROD");
    EXPECT_EQ(full.payload, R"({"a":[1]})");
    EXPECT_EQ(full.type, InvocationType::event);
    EXPECT_TRUE(full.tail_log);
    EXPECT_EQ(full.client_context, "e30=");
    // A null Payload is none, a text that is no JSON is a JSON string.
    EXPECT_EQ(read(R"({"FunctionName":"f","Payload":null})").payload, "");
    EXPECT_EQ(read(R"({"FunctionName":"f"})").payload, "");
    EXPECT_EQ(read(R"({"FunctionName":"f","Payload":"x"})").payload, "\"x\"");
    EXPECT_EQ(read(R"({"FunctionName":"f","Payload":"\"x\""})").payload, "\"x\"");
    EXPECT_EQ(read(R"({"FunctionName":"f","Payload":"{\"a\": 1}"})").payload, R"({"a": 1})");
}

struct NameCase {
    const char* name;
    const char* given;
    const char* qualifier;
    const char* want;
};
class FunctionName : public ::testing::TestWithParam<NameCase> {};

TEST_P(FunctionName, NamesAFunction) {
    const FunctionId id =
        parse_function_id(GetParam().given, GetParam().qualifier, "us-east-1", "123456789012");
    EXPECT_EQ(id.arn(), GetParam().want);
    EXPECT_EQ(id.given, GetParam().given);
}

INSTANTIATE_TEST_SUITE_P(
    Names, FunctionName,
    ::testing::Values(
        NameCase{"Bare", "f", "", "arn:aws:lambda:us-east-1:123456789012:function:f"},
        NameCase{"BareVersion", "f:3", "", "arn:aws:lambda:us-east-1:123456789012:function:f:3"},
        NameCase{"Qualifier", "f", "PROD", "arn:aws:lambda:us-east-1:123456789012:function:f:PROD"},
        NameCase{"Arn", "arn:aws-cn:lambda:cn-north-1:111122223333:function:f", "",
                 "arn:aws-cn:lambda:cn-north-1:111122223333:function:f"},
        NameCase{"ArnLatest", "arn:aws:lambda:us-east-1:1:function:f:$LATEST", "",
                 "arn:aws:lambda:us-east-1:1:function:f:$LATEST"},
        NameCase{"Partial", "111122223333:function:f", "",
                 "arn:aws:lambda:us-east-1:111122223333:function:f"},
        NameCase{"PartialAlias", "111122223333:function:f:PROD", "",
                 "arn:aws:lambda:us-east-1:111122223333:function:f:PROD"},
        NameCase{"Function", "function:f", "", "arn:aws:lambda:us-east-1:123456789012:function:f"}),
    [](const auto& test) { return test.param.name; });

TEST(FunctionNotFound, IsToldAsTheServiceDoes) {
    const auto id = parse_function_id("nobody", "", "us-east-1", "123456789012");
    EXPECT_EQ(
        function_not_found(id, "r-9"),
        (StateError{
            "Lambda.ResourceNotFoundException",
            "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody:$LATEST "
            "(Service: AWSLambda; "
            "Status Code: 404; Error Code: ResourceNotFoundException; Request ID: r-9; Proxy: "
            "null)"}));
}

struct RefusalCase {
    const char* name;
    unsigned status;
    HttpHeaders headers;
    const char* body;
    StateError want;
};
class InvokeRefusal : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(InvokeRefusal, IsNamedAsAwsNamesIt) {
    const RefusalCase& c = GetParam();
    HttpResponse response;
    response.status = c.status;
    response.headers = c.headers;
    response.body = c.body;
    const LambdaResult result = read_invoke_answer(response, "own", false);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, c.want.error);
    EXPECT_EQ(result.error().cause, c.want.cause);
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, InvokeRefusal,
    ::testing::Values(
        RefusalCase{"NotFound",
                    404,
                    {{"x-amzn-ErrorType", "ResourceNotFoundException"}, {"x-amzn-RequestId", "r"}},
                    R"({"Type":"User","Message":"Function not found: arn"})",
                    {"Lambda.ResourceNotFoundException",
                     "Function not found: arn (Service: AWSLambda; Status Code: 404; Error Code: "
                     "ResourceNotFoundException; "
                     "Request ID: r; Proxy: null)"}},
        RefusalCase{
            "Throttled",
            429,
            {{"x-amzn-ErrorType", "TooManyRequestsException:http://x/"}},
            R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."})",
            {"Lambda.TooManyRequestsException",
             "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: "
             "TooManyRequestsException; Request ID: "
             "own; Proxy: null)"}},
        RefusalCase{"Service",
                    500,
                    {{"x-amzn-ErrorType", "ServiceException"}},
                    R"({"Message":"m"})",
                    {"Lambda.ServiceException",
                     "m (Service: AWSLambda; Status Code: 500; Error Code: ServiceException; "
                     "Request ID: own; Proxy: null)"}},
        RefusalCase{"Unmodelled",
                    403,
                    {{"x-amzn-ErrorType", "AccessDeniedException"}},
                    R"({"Message":"no"})",
                    {"Lambda.AWSLambdaException",
                     "no (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; "
                     "Request ID: own; Proxy: null)"}},
        RefusalCase{"TypeInBody",
                    400,
                    {},
                    R"({"__type":"com.amazon#InvalidParameterValueException","message":"bad"})",
                    {"Lambda.InvalidParameterValueException",
                     "bad (Service: AWSLambda; Status Code: 400; Error Code: "
                     "InvalidParameterValueException; Request ID: own; "
                     "Proxy: null)"}},
        RefusalCase{"Bare500",
                    502,
                    {},
                    "Bad gateway",
                    {"Lambda.ServiceException",
                     "Bad gateway (Service: AWSLambda; Status Code: 502; Error Code: "
                     "ServiceException; Request ID: own; Proxy: "
                     "null)"}},
        RefusalCase{"Redirect",
                    301,
                    {},
                    "",
                    {"Lambda.AWSLambdaException",
                     " (Service: AWSLambda; Status Code: 301; Error Code: 301; Request ID: own; "
                     "Proxy: null)"}}),
    [](const auto& test) { return test.param.name; });

TEST(RuntimeEmulator, DoesNotSayThatAFunctionFailedSoThePayloadDoes) {
    HttpResponse response;
    response.status = 200;
    response.body = R"({"errorMessage":"m","errorType":"Exception"})";
    EXPECT_TRUE(read_invoke_answer(response, "own", true)->function_failed);
    EXPECT_FALSE(read_invoke_answer(response, "own", false)->function_failed);
    response.body = R"({"errorType":"a field of the result"})";
    EXPECT_FALSE(read_invoke_answer(response, "own", true)->function_failed);
}

TEST(Base64, GoesBothWays) {
    for (const auto& [plain, encoded] : {std::pair{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(base64::encode(plain), encoded);
        EXPECT_EQ(base64::decode(encoded), plain);
    }
    for (const char* bad : {"Z", "Zg", "Zg=", "Z===", "Zm9!", "Zg==Zg=="})
        EXPECT_EQ(base64::decode(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace stepwell
