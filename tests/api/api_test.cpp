#include "api/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>

#include "api/errors.hpp"
#include "api/operations.hpp"
#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

using testing::HasSubstr;

Request request(std::string target, std::string content_type) {
    return {std::move(target), std::move(content_type), {}, "{}", "id"};
}

TEST(Protocol, UnknownOperationIsRefused) {
    Service service;
    for (const char* target : {"AWSStepFunctions.Nonsense", "AWSStepFunctions.",
                               "ListStateMachines", "DynamoDB_20120810.ListTables", ""}) {
        const Response response = service.send(request(target, "application/x-amz-json-1.0"));
        EXPECT_EQ(response.status, 400) << target;
        EXPECT_EQ(response.error_type, "UnknownOperationException") << target;
    }
}

TEST(Protocol, OtherContentTypesAreRefused) {
    Service service;
    for (const char* type :
         {"", "application/json", "text/plain", "application/x-www-form-urlencoded",
          "application/x-amz-json-1.", "application/x-amz-json-1.0x"}) {
        const Response response = service.send(request("AWSStepFunctions.ListStateMachines", type));
        EXPECT_EQ(response.error_type, "UnknownOperationException") << type;
    }
    for (const char* type : {"application/x-amz-json-1.0", "application/x-amz-json-1.1",
                             "Application/X-AMZ-JSON-1.0; charset=utf-8"}) {
        EXPECT_EQ(service.send(request("AWSStepFunctions.ListStateMachines", type)).status, 200)
            << type;
    }
}

TEST(Protocol, EveryOperationIsFoundByItsName) {
    for (const Operation& operation : operations()) {
        ASSERT_EQ(find_operation(operation.name), &operation);
        EXPECT_EQ(operation.input->kind, Shape::Kind::structure);
    }
    EXPECT_EQ(operations().size(), 37U);
}

TEST(Protocol, BrokenJsonIsASerializationException) {
    Service service;
    EXPECT_THAT(service.refusal("StartExecution", "{"), HasSubstr("SerializationException"));
}

TEST(Protocol, ResourcesBelongToTheCallersAccountAndRegion) {
    Service service;
    const std::string body = object({{"name", "m"}, {"definition", kPass}, {"roleArn", kRole}});
    const Response created = service.send(
        {"AWSStepFunctions.CreateStateMachine", "application/x-amz-json-1.0",
         "AWS4-HMAC-SHA256 Credential=000000000002/20240101/eu-west-1/states/aws4_request", body,
         "id"});
    const std::string arn = json(created.body).value("stateMachineArn", "");
    EXPECT_EQ(arn, "arn:aws:states:eu-west-1:000000000002:stateMachine:m");
    // An ARN says whose it is, whatever the credentials.
    EXPECT_EQ(
        service.ask("DescribeStateMachine", object({{"stateMachineArn", arn}})).value("name", ""),
        "m");
    EXPECT_EQ(service.ask("ListStateMachines", "{}")["stateMachines"].size(), 0U);
}

struct TroubledCall {
    const char* operation;
    std::string body;
};
std::string arn_of(std::string_view member, std::string_view resource) {
    return object({{member, std::string(kArnPrefix) + std::string(resource)}});
}

class StoreInTrouble : public testing::Test {
protected:
    void expect_internal_failure(const TroubledCall& call) {
        const Response response = service.call(call.operation, call.body);
        EXPECT_EQ(response.status, 500) << call.operation << ": " << response.body;
        EXPECT_EQ(response.error_type, "InternalFailure") << call.operation;
        EXPECT_EQ(json(response.body).value("__type", ""), "InternalFailure") << call.operation;
    }

    Service service;
    std::string machine = service.create("m", kPass);
};

TEST_F(StoreInTrouble, ReadThatFailsIsAnInternalFailure) {
    service.run(machine, "x");
    service.store.unreadable = true;
    for (const char* operation :
         {"DescribeStateMachine", "StartExecution", "StartSyncExecution", "ListExecutions"}) {
        expect_internal_failure({operation, arn_of("stateMachineArn", "stateMachine:m")});
    }
    for (const char* operation : {"DescribeExecution", "GetExecutionHistory", "StopExecution",
                                  "DescribeStateMachineForExecution"}) {
        expect_internal_failure({operation, arn_of("executionArn", "execution:m:x")});
    }
    expect_internal_failure({"ListStateMachines", "{}"});
    service.store.unreadable = false;
}

TEST_F(StoreInTrouble, WriteThatIsNotTakenIsAnInternalFailure) {
    service.store.overloaded = true;
    expect_internal_failure(
        {"CreateStateMachine", object({{"name", "n"}, {"definition", kPass}, {"roleArn", kRole}})});
    expect_internal_failure(
        {"UpdateStateMachine", object({{"stateMachineArn", machine}, {"definition", kWait}})});
    expect_internal_failure({"DeleteStateMachine", object({{"stateMachineArn", machine}})});
    expect_internal_failure({"StartExecution", object({{"stateMachineArn", machine}})});
}

TEST_F(StoreInTrouble, ClosedStoreIsAnInternalFailure) {
    service.store.close();
    expect_internal_failure(
        {"CreateStateMachine", object({{"name", "n"}, {"definition", kPass}, {"roleArn", kRole}})});
}

TEST_F(StoreInTrouble, WriteIsTriedAgainWhereSomebodyWasFaster) {
    service.store.conflicts = 3;
    service.ask("StartExecution", object({{"stateMachineArn", machine}}));
    service.store.conflicts = 3;
    service.ask("UpdateStateMachine",
                object({{"stateMachineArn", machine}, {"definition", kWait}}));
}

TEST_F(StoreInTrouble, WriteIsNotTriedForEver) {
    service.store.conflicts = 1000;
    EXPECT_THAT(service.refusal("StartExecution", object({{"stateMachineArn", machine}})),
                HasSubstr("ConflictException"));
    EXPECT_THAT(service.refusal("UpdateStateMachine",
                                object({{"stateMachineArn", machine}, {"definition", kWait}})),
                HasSubstr("ConflictException"));
    EXPECT_GT(service.store.conflicts, 900);
}

TEST(ReaderPool, DoesWhatWasPostedBeforeItEnds) {
    std::atomic<int> done = 0;
    {
        ReaderPool pool(2);
        for (int i = 0; i < 100; ++i) pool.post([&] { ++done; });
    }
    EXPECT_EQ(done, 100);
}

TEST(ReaderPool, RunsAsManyAtOnceAsItHasThreads) {
    std::latch both(2);
    ReaderPool pool(2);
    for (int i = 0; i < 2; ++i) pool.post([&] { both.arrive_and_wait(); });
    both.wait();
}

}  // namespace
}  // namespace stepwell::api
