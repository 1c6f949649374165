#include "api/events/events_api.hpp"

#include <gtest/gtest.h>

#include <future>

#include "api/events/status_event.hpp"
#include "tests/api/service.hpp"

namespace stepwell::api::events {
namespace {

constexpr const char* kPattern = R"({"source":["s"]})";

class Events : public testing::Test {
protected:
    Response send(const std::string& operation, const Json& body) {
        std::promise<Response> answered;
        Request request;
        request.target = "AWSEvents." + operation;
        request.body = write_json(body);
        api.handle(std::move(request), [&](Response r) { answered.set_value(std::move(r)); });
        return answered.get_future().get();
    }
    Json ask(const std::string& operation, const std::string& body) {
        const Response response = send(operation, json(body));
        if (response.status != 200) throw std::runtime_error(response.body);
        return json(response.body);
    }
    std::string refusal(const std::string& operation, const std::string& body) {
        return send(operation, json(body)).error_type;
    }
    void put_rule(const std::string& name) {
        Json body = Json::object();
        body["Name"] = name;
        body["EventPattern"] = kPattern;
        ASSERT_EQ(send("PutRule", body).status, 200);
    }
    static std::string entries(const std::string& list) { return R"({"Entries":[)" + list + "]}"; }

    api::Service service;
    EventsApi api{service.store, service.api, service.readers, service.clock,
                  Owner{"123456789012", "us-east-1"}};
};

TEST_F(Events, StartTheTargetsOfTheRulesTheyMatch) {
    const std::string machine = service.create("m", kPass);
    put_rule("r");
    ask("PutTargets",
        R"({"Rule":"r","Targets":[{"Id":"1","InputPath":"$.detail","Arn":")" + machine + R"("}]})");
    const Json sent =
        ask("PutEvents", entries(R"({"Source":"s","DetailType":"t","Detail":"{\"a\":1}"},
                                {"Source":"other","DetailType":"t","Detail":"{}"})"));
    EXPECT_EQ(sent["FailedEntryCount"], Json(0));
    EXPECT_EQ(sent["Entries"].size(), 2U);
    Json listed;
    for (int i = 0; i < 1'000 && listed.size() == 0; ++i) {
        service.runtime.settle();
        listed =
            service.ask("ListExecutions", object({{"stateMachineArn", machine}}))["executions"];
    }
    ASSERT_EQ(listed.size(), 1U);
    const Json ended = service.await_end(listed[0]["executionArn"].get<std::string>());
    EXPECT_EQ(ended["input"], Json(R"({"a":1})"));
}

TEST_F(Events, EntriesThatAreNoneAreNamed) {
    const Json sent = ask("PutEvents", entries(R"({"Source":"s","DetailType":"t"},
                                    {"Source":"s","DetailType":"t","Detail":"[]"},
                                    {"Source":"s","DetailType":"t","Detail":"{}"})"));
    EXPECT_EQ(sent["FailedEntryCount"], Json(2));
    EXPECT_EQ(sent["Entries"][0]["ErrorMessage"],
              Json("Parameter Detail is not valid. Reason: Detail is a required argument."));
    EXPECT_EQ(sent["Entries"][1]["ErrorCode"], Json("MalformedDetail"));
    EXPECT_TRUE(sent["Entries"][2].contains("EventId"));
}

TEST_F(Events, RulesOfOneNameStandOnSeveralBuses) {
    put_rule("r");
    ask("PutRule", R"({"Name":"r","EventBusName":"mine","EventPattern":"{\"a\":[1]}"})");
    EXPECT_EQ(ask("DescribeRule", R"({"Name":"r"})")["Arn"],
              Json("arn:aws:events:us-east-1:123456789012:rule/r"));
    EXPECT_EQ(ask("DescribeRule", R"({"Name":"r","EventBusName":
                  "arn:aws:events:us-east-1:123456789012:event-bus/mine"})")["Arn"],
              Json("arn:aws:events:us-east-1:123456789012:rule/mine/r"));
}

TEST_F(Events, ARuleKeepsItsTargetsWhenItIsPutAgain) {
    const std::string machine = service.create("m", kPass);
    put_rule("r");
    ask("PutTargets", R"({"Rule":"r","Targets":[{"Id":"1","Arn":")" + machine + R"("}]})");
    put_rule("r");
    EXPECT_EQ(ask("ListTargetsByRule", R"({"Rule":"r"})")["Targets"].size(), 1U);
}

TEST_F(Events, ComeBackAfterARestart) {
    put_rule("r");
    EventsApi again{service.store, service.api, service.readers, service.clock,
                    Owner{"123456789012", "us-east-1"}};
    EXPECT_FALSE(again.has_rules());
    again.load();
    EXPECT_TRUE(again.has_rules());
    again.clear();
    EXPECT_FALSE(again.has_rules());
}

TEST_F(Events, AreRefusedWithEventBridgesErrors) {
    EXPECT_EQ(refusal("PutRule", R"({"Name":"r","EventPattern":"{}"})"),
              "InvalidEventPatternException");
    EXPECT_EQ(refusal("PutRule", R"({"Name":"a b","EventPattern":"{\"a\":[1]}"})"),
              "ValidationException");
    EXPECT_EQ(refusal("PutRule", R"({"Name":"r"})"), "ValidationException");
    EXPECT_EQ(refusal("DescribeRule", R"({"Name":"r"})"), "ResourceNotFoundException");
    EXPECT_EQ(refusal("PutTargets", R"({"Rule":"r","Targets":[]})"), "ResourceNotFoundException");
    EXPECT_EQ(refusal("PutEvents", R"({"Entries":[]})"), "ValidationException");
    EXPECT_EQ(refusal("StartReplay", "{}"), "UnknownOperationException");
    EXPECT_EQ(refusal("ListRules", R"({"Limit":0})"), "ValidationException");
    EXPECT_EQ(refusal("ListRules", R"({"NextToken":"x"})"), "ValidationException");
}

TEST_F(Events, ARuleHasAtMostFiveTargets) {
    const std::string machine = service.create("m", kPass);
    put_rule("r");
    Json body = json(R"({"Rule":"r","Targets":[]})");
    for (int i = 0; i < 6; ++i) {
        Json target = Json::object();
        target["Id"] = std::to_string(i);
        target["Arn"] = machine;
        body["Targets"].push_back(target);
    }
    EXPECT_EQ(send("PutTargets", body).error_type, "LimitExceededException");
}

TEST(StatusEvent, SaysHowTheExecutionWasThen) {
    ExecutionRecord execution;
    execution.arn = "arn:aws:states:eu-west-1:123456789012:execution:m:e";
    execution.name = "e";
    execution.state_machine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:m";
    execution.status = ExecutionStatus::succeeded;
    execution.start_date = TimePoint{Seconds{1'700'000'000}};
    execution.stop_date = execution.start_date + Seconds{2};
    execution.input = "{}";
    execution.output = "[1]";
    const Json running = status_event(execution, ExecutionStatus::running, *execution.stop_date);
    EXPECT_EQ(running["detail-type"], Json("Step Functions Execution Status Change"));
    EXPECT_EQ(running["region"], Json("eu-west-1"));
    EXPECT_EQ(running["time"], Json("2023-11-14T22:13:20Z"));
    EXPECT_EQ(running["detail"]["status"], Json("RUNNING"));
    EXPECT_EQ(running["detail"]["output"], Json());
    EXPECT_EQ(running["detail"]["stopDate"], Json());
    const Json ended = status_event(execution, ExecutionStatus::succeeded, *execution.stop_date);
    EXPECT_EQ(ended["detail"]["output"], Json("[1]"));
    EXPECT_EQ(ended["detail"]["stopDate"], Json(std::int64_t{1'700'000'002'000}));
    EXPECT_EQ(ended["detail"]["redriveStatus"], Json("NOT_REDRIVABLE"));

    execution.output = std::string(260'000, ' ');
    const Json large = status_event(execution, ExecutionStatus::succeeded, *execution.stop_date);
    EXPECT_EQ(large["detail"]["output"], Json());
    EXPECT_EQ(large["detail"]["outputDetails"], json(R"({"included":false})"));
}

}  // namespace
}  // namespace stepwell::api::events
