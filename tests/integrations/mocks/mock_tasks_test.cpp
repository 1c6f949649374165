// The registry as the runtime uses it, with a mock configuration before all integrations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/integrations/scratch.hpp"
#include "tests/integrations/tasks_fixture.hpp"

namespace stepwell::mocks {
namespace {

using stepwell::testing::Awaited;
using stepwell::testing::AwaitedResult;
using stepwell::testing::LogLines;
using ::testing::HasSubstr;

class MockedTasks : public ::testing::Test {
protected:
    void set(const std::string& states) {
        const auto error = book.set("M", "C", states);
        ASSERT_FALSE(error) << error->message;
    }
    static TaskCall call_of(asl::TaskResource resource, std::uint32_t invocation = 0) {
        static TaskCallId last = 0;
        TaskCall call;
        call.id = ++last;
        call.resource = std::move(resource);
        call.state_name = "S";
        call.request_id = "5f0a2c6e-0000-4000-8000-000000000000";
        call.execution_arn = "arn:e";
        call.input = Payload::from_text(R"({"MessageBody":"hi"})");
        MockedCall mock;
        mock.state_machine = "M";
        mock.test_case = "C";
        mock.invocation = invocation;
        call.mock = mock;
        return call;
    }
    static asl::ServiceResource service(const std::string& type, const std::string& action,
                                        asl::Pattern pattern = asl::Pattern::request_response) {
        return {type, action, action, pattern};
    }
    AwaitedResult start(TaskCall call) {
        auto result = std::make_shared<Awaited<TaskResult>>();
        registry.start(std::move(call),
                       [result](TaskCallId, TaskResult r) { result->give(std::move(r)); });
        return result;
    }
    TaskResult get(TaskCall call) { return start(std::move(call))->get(); }

    MockBook book;
    RequestLog log;
    stepwell::testing::ScriptedService own;
    TaskRegistry registry{{.lambda = {}, .mocks = &book, .mocked_requests = &log}, own};
};

TEST_F(MockedTasks, TheSdksMetadataStandWithWhatIsReturned) {
    set(R"({"S":{"0":{"Return":{"MessageId":"m"}}}})");
    const auto result = get(call_of(service("sqs", "sendMessage")));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["MessageId"], Json("m"));
    EXPECT_EQ(result->value()["SdkHttpMetadata"]["HttpStatusCode"], Json(200));
    EXPECT_EQ(result->value()["SdkResponseMetadata"]["RequestId"],
              Json("5f0a2c6e-0000-4000-8000-000000000000"));
}

TEST_F(MockedTasks, AnAwsSdkResultIsAsItStandsThere) {
    set(R"({"S":{"0":{"Return":{"b":1,"a":2}}}})");
    EXPECT_EQ(get(call_of(service("aws-sdk:s3", "getObject")))->text(), R"({"b":1,"a":2})");
}

TEST_F(MockedTasks, AFunctionByItsArnGivesThePayload) {
    set(R"({"S":{"0":{"Return":{"StatusCode":200,"Payload":{"x":1}}}}})");
    EXPECT_EQ(get(call_of(asl::LambdaResource{"arn:f"}))->text(), R"({"x":1})");
}

TEST_F(MockedTasks, AnErrorIsThrownAsItStandsThere) {
    set(R"({"S":{"0":{"Throw":{"Error":"E","Cause":"c"}}}})");
    const auto result = get(call_of(service("sqs", "sendMessage")));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "E");
    EXPECT_EQ(result.error().cause, "c");
}

TEST_F(MockedTasks, ACallbackIsSubmittedFirst) {
    set(R"({"S":{"0":{"Return":"done"}}})");
    TaskCall call = call_of(service("sqs", "sendMessage", asl::Pattern::wait_for_task_token));
    call.token = "t";
    const auto submitted = get(call);
    ASSERT_TRUE(submitted);
    // `printf hi | md5sum`
    EXPECT_EQ(submitted->value()["MD5OfMessageBody"], Json("49f68a5c8493ec2c0bf489821c21fc3b"));
    EXPECT_TRUE(submitted->value().contains("SdkHttpMetadata"));
    call.submitted = *submitted;
    EXPECT_EQ(get(call)->text(), "\"done\"");
    const Json seen = json(log.of("arn:e"));
    ASSERT_EQ(seen["requests"].size(), 1U);
    EXPECT_EQ(seen["requests"][0]["taskToken"], Json("t"));
}

TEST_F(MockedTasks, AnInvocationWithoutAnAnswerFailsAndSaysWhatThereIs) {
    set(R"({"S":{"0-1":{"Return":1}}})");
    const auto result = get(call_of(service("sqs", "sendMessage"), 2));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Runtime");
    EXPECT_EQ(result.error().cause,
              "The mock configuration has no answer for invocation 2 of the state 'S' in the test "
              "case 'C' of the state machine 'M': it has those for 0-1");
}

TEST_F(MockedTasks, AMockThatIsGoneFails) {
    const auto result = get(call_of(service("sqs", "sendMessage")));
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().cause, HasSubstr("no longer has the state 'S'"));
}

TEST_F(MockedTasks, ADelayedAnswerCanBeGivenUp) {
    set(R"({"S":{"0":{"Return":1,"DelaySeconds":3000},"1":{"Return":2,"DelaySeconds":0.01}}})");
    TaskCall never = call_of(service("sqs", "sendMessage"));
    const TaskCallId id = never.id;
    const auto result = start(std::move(never));
    EXPECT_EQ(get(call_of(service("aws-sdk:s3", "getObject"), 1))->text(), "2");
    registry.cancel(id);
    EXPECT_FALSE(result->has_value());
}

TEST_F(MockedTasks, TheLogSaysWhatWasAskedAndAnswered) {
    set(R"({"S":{"0":{"Return":1},"1":{"Throw":{"Error":"E"}}}})");
    get(call_of(service("aws-sdk:s3", "getObject"), 0));
    get(call_of(service("aws-sdk:s3", "getObject"), 1));
    const Json seen = json(log.of("arn:e"));
    ASSERT_EQ(seen["requests"].size(), 2U);
    EXPECT_EQ(seen["requests"][0]["input"], json(R"({"MessageBody":"hi"})"));
    EXPECT_EQ(seen["requests"][0]["return"], Json(1));
    EXPECT_EQ(seen["requests"][0]["resource"], Json("arn:aws:states:::aws-sdk:s3:getObject"));
    EXPECT_EQ(seen["requests"][1]["invocation"], Json(1));
    EXPECT_EQ(seen["requests"][1]["throw"]["Error"], Json("E"));
    EXPECT_EQ(log.of("arn:other"), R"({"requests":[],"dropped":0})");
}

TEST(RequestLog, KeepsTheLatestOfManyExecutionsAndRequests) {
    RequestLog log;
    TaskCall call;
    call.mock = MockedCall{};
    Answer answer;
    answer.result = Payload();
    for (std::size_t i = 0; i < RequestLog::kMostRequests + 5; ++i) {
        call.execution_arn = "long";
        log.add(call, answer);
    }
    EXPECT_EQ(json(log.of("long"))["dropped"], Json(5));
    EXPECT_EQ(json(log.of("long"))["requests"].size(), RequestLog::kMostRequests);
    for (std::size_t i = 0; i < RequestLog::kMostExecutions; ++i) {
        call.execution_arn = std::to_string(i);
        log.add(call, answer);
    }
    EXPECT_EQ(json(log.of("long"))["requests"].size(), 0U);
    EXPECT_EQ(json(log.of("0"))["requests"].size(), 1U);
}

class MockFile : public ::testing::Test {
protected:
    void write(const std::string& text) { std::ofstream(file, std::ios::trunc) << text; }
    static std::string with_case(const std::string& name) {
        return R"({"StateMachines":{"M":{"TestCases":{")" + name +
               R"(":{"S":{"0":{"Return":1}}}}}}})";
    }
    stepwell::testing::ScratchFolder folder;
    std::filesystem::path file = folder.path() / "mocks.json";
    MockBook book;
};

TEST_F(MockFile, IsReadAgainWhenItHasChanged) {
    write(with_case("First"));
    ASSERT_FALSE(book.use_file(file));
    EXPECT_TRUE(book.has_test_case("M", "First"));
    write(with_case("TheSecond"));
    EXPECT_TRUE(book.has_test_case("M", "TheSecond"));
    EXPECT_FALSE(book.has_test_case("M", "First"));
    EXPECT_TRUE(book.is_mocked("M", "TheSecond", "S"));
    EXPECT_FALSE(book.is_mocked("M", "TheSecond", "T"));
}

TEST_F(MockFile, StaysAsItWasWhereItsChangeIsWrong) {
    write(with_case("First"));
    ASSERT_FALSE(book.use_file(file));
    const LogLines lines;
    write("nonsense");
    EXPECT_TRUE(book.has_test_case("M", "First"));
    EXPECT_TRUE(lines.has("what was read before stays"));
}

TEST_F(MockFile, ThatIsNotThereIsRefused) {
    const auto error = book.use_file(file);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message,
              "mock configuration " + file.string() + " cannot be read: name a file that exists");
}

TEST_F(MockFile, ACaseThatIsSetGoesBeforeTheFiles) {
    write(with_case("C"));
    ASSERT_FALSE(book.use_file(file));
    ASSERT_FALSE(book.set("M", "C", R"({"T":{"0":{"Return":2}}})"));
    EXPECT_TRUE(book.is_mocked("M", "C", "T"));
    EXPECT_FALSE(book.is_mocked("M", "C", "S"));
    EXPECT_TRUE(book.remove("M", "C"));
    EXPECT_TRUE(book.is_mocked("M", "C", "S"));
    EXPECT_FALSE(book.remove("M", "C"));
}

}  // namespace
}  // namespace stepwell::mocks
