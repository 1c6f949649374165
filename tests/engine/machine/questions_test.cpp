// Expressions that take too long for a turn: they leave as an Ask, and their answer comes back as
// an input. What happens meanwhile wins.

#include <gtest/gtest.h>

#include "engine/asl/parser.hpp"
#include "engine/machine/advance.hpp"

namespace stepwell::test {
namespace {

/// Far more steps than an evaluation makes before it looks at the clock.
constexpr const char* kLong = "$sum($map([1..20000], function($x){ $x * 2 }))";
constexpr const char* kSum = "400020000";

/// An interpreter without patience: every long expression is asked elsewhere.
class Hasty {
public:
    explicit Hasty(const std::string& definition, const std::string& input = "{}",
                   std::shared_ptr<Trial> trial = nullptr) {
        auto parsed = asl::parse(definition, asl::WorkflowType::standard);
        if (!parsed.machine)
            throw std::invalid_argument(asl::invalid_definition_message(parsed.diagnostics));
        ExecutionInfo info;
        info.arn = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        info.definition = parsed.machine;
        info.input = Payload::from_text(input);
        info.start_time = now;
        info.trial = std::move(trial);
        info.tokens = std::make_shared<TokenMint>(std::string(32, 'k'));
        execution = std::make_unique<Execution>(info);
        take(Begin{});
    }

    bool take(InputBody body) {
        Step step = advance(*execution, Input{.now = now,
                                              .seed = ++seed,
                                              .body = std::move(body),
                                              .patience = std::chrono::microseconds{0}});
        for (const Entry& entry : step.entries) {
            if (entry.event) types.emplace_back(event_type_name(entry.event->type));
        }
        for (Action& action : step.actions) {
            if (auto* ask = std::get_if<Ask>(&action)) asked.push_back(std::move(*ask));
            if (auto* start = std::get_if<StartTask>(&action)) calls.push_back(std::move(*start));
        }
        while (step.more && !execution->closed()) {
            step.more = false;
            take(GoOn{});
        }
        return step.accepted;
    }
    /// Answers the oldest question, as the slow lane does.
    bool answer_one() {
        Ask ask = std::move(asked.front());
        asked.erase(asked.begin());
        return take(Answered{ask.frame, ask.ticket, answer(ask.question, std::nullopt)});
    }
    void answer_all() {
        for (int i = 0; i < 100 && !asked.empty(); ++i) answer_one();
    }
    std::string output() const { return execution->output ? execution->output->text() : "none"; }

    std::unique_ptr<Execution> execution;
    std::vector<Ask> asked;
    std::vector<StartTask> calls;
    std::vector<std::string> types;
    TimePoint now = TimePoint{Seconds{1'700'000'000}};
    std::uint64_t seed = 0;
};

std::string machine(const std::string& states) {
    return R"({"QueryLanguage":"JSONata","StartAt":"S","States":{)" + states + "}}";
}
std::string expression(const std::string& text) { return "\"{% " + text + " %}\""; }

TEST(Question, ThatTakesLongIsAskedElsewhere) {
    Hasty hasty(machine(R"("S":{"Type":"Pass","End":true,"Output":)" + expression(kLong) + "}"));
    ASSERT_EQ(hasty.asked.size(), 1U);
    EXPECT_EQ(hasty.execution->frames.at(0).phase, Phase::deciding);
    EXPECT_EQ(hasty.execution->open_questions, 1U);
    EXPECT_EQ(hasty.execution->wake_at(), TimePoint{});  // a restart asks again
    EXPECT_TRUE(hasty.answer_one());
    EXPECT_EQ(hasty.output(), kSum);
    EXPECT_EQ(hasty.execution->open_questions, 0U);
}

TEST(Question, IsNotAskedAgainWhenTheNextOneIs) {
    Hasty hasty(machine(R"("S":{"Type":"Choice","Choices":[{"Next":"E","Condition":)" +
                        expression(std::string(kLong) + " > 0") + R"(,"Output":)" +
                        expression(kLong) + R"(}]},"E":{"Type":"Succeed"})"));
    ASSERT_EQ(hasty.asked.size(), 1U);
    hasty.answer_one();
    ASSERT_EQ(hasty.asked.size(), 1U);
    hasty.answer_one();
    EXPECT_EQ(hasty.output(), kSum);
}

TEST(Question, OfATaskIsAskedBeforeAndAfterItsWork) {
    Hasty hasty(
        machine(R"("S":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
        "End":true,"Arguments":)" +
                expression(kLong) + R"(,"Output":)" +
                expression("$states.result + " + std::string(kLong)) + "}"));
    hasty.answer_one();
    ASSERT_EQ(hasty.calls.size(), 1U);
    EXPECT_EQ(hasty.calls[0].call.input.text(), kSum);
    hasty.take(TaskEnded{hasty.calls[0].frame, hasty.calls[0].scheduled,
                         TaskResult(Payload::from_text("1"))});
    ASSERT_EQ(hasty.asked.size(), 1U);
    hasty.answer_one();
    EXPECT_EQ(hasty.output(), "400020001");
}

TEST(Question, OfACatcherDoesNotRepeatWhatFailed) {
    Hasty hasty(
        machine(R"("S":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
        "End":true,"Arguments":"{% $none %}","Catch":[{"ErrorEquals":["States.ALL"],"Next":"E","Output":)" +
                expression(kLong) + R"(}]},"E":{"Type":"Succeed"})"));
    ASSERT_EQ(hasty.asked.size(), 1U);
    hasty.answer_one();
    EXPECT_EQ(hasty.output(), kSum);
    EXPECT_EQ(std::count(hasty.types.begin(), hasty.types.end(), "EvaluationFailed"), 1);
}

TEST(Question, OfAnItemLeavesOtherItemsRunning) {
    Hasty hasty(machine(
        R"("S":{"Type":"Map","End":true,"Items":[1,2,3],"MaxConcurrency":2,"ItemSelector":)" +
        expression("$states.context.Map.Item.Value + 0 * " + std::string(kLong)) +
        R"(,"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})"));
    hasty.answer_all();
    EXPECT_EQ(hasty.output(), "[1,2,3]");
}

TEST(Question, OfABranchDoesNotHoldUpTheOthers) {
    const auto branch = [](const std::string& name, const std::string& output) {
        return R"({"StartAt":")" + name + R"(","States":{")" + name +
               R"(":{"Type":"Pass","End":true,"Output":)" + output + "}}}";
    };
    Hasty hasty(machine(R"("S":{"Type":"Parallel","End":true,"Branches":[)" +
                        branch("A", expression(kLong)) + "," + branch("B", "1") + "]}"));
    EXPECT_EQ(hasty.execution->frames.at(2).phase, Phase::ended);
    hasty.answer_one();
    EXPECT_EQ(hasty.output(), std::string("[") + kSum + ",1]");
}

TEST(Question, KnowsTheTokenOfTheAttemptWhateverHappensMeanwhile) {
    const std::string wait = R"({"Type":"Task","Resource":)"
                             R"("arn:aws:states:::lambda:invoke.waitForTaskToken","End":true,)"
                             R"("Arguments":{"FunctionName":"f","Payload":{"n":)" +
                             expression(kLong) + R"(,"token":)" +
                             expression("$states.context.Task.Token") + R"(,"hash":)" +
                             expression("$hash($states.context.Task.Token, 'MD5')") + "}}}";
    // The other branch goes on while the question is open.
    Hasty x(
        machine(R"("S":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"T","States":{"T":)" +
                wait + R"(}},{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":)" +
                R"({"Type":"Pass","End":true}}}]})"));
    x.answer_all();
    ASSERT_EQ(x.calls.size(), 1U);
    const TaskCall& call = x.calls.front().call;
    const Json& payload = call.input.value().at("Payload");
    EXPECT_EQ(payload.at("token").get<std::string>(), call.token);
    const auto target = x.execution->info.tokens->read(call.token);
    ASSERT_TRUE(target);
    EXPECT_NE(target->scheduled, x.calls.front().scheduled);  // else nothing happened meanwhile
    EXPECT_TRUE(x.take(TokenCame{target->frame, target->scheduled, Payload()}));
    EXPECT_TRUE(x.execution->closed());
}

TEST(Question, OfTheItemsOfATrialIsAskedOneAfterTheOther) {
    auto trial = std::make_shared<Trial>();
    trial->mock.emplace().result = Payload::from_text("[0,0]");
    Hasty x(
        machine(R"("S":{"Type":"Map","End":true,"Items":[1,2],"ItemSelector":)" +
                expression(std::string(kLong) + " + $states.context.Map.Item.Value") +
                R"(,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})"),
        "{}", trial);
    EXPECT_TRUE(x.calls.empty());
    EXPECT_EQ(x.asked.size(), 1U);
    x.answer_all();
    ASSERT_TRUE(trial->data.after_item_selector);
    EXPECT_EQ(trial->data.after_item_selector->text(), "[400020001,400020002]");
    EXPECT_EQ(x.output(), "[0,0]");
}

TEST(Answer, IsDroppedAfterAStop) {
    Hasty hasty(machine(R"("S":{"Type":"Pass","End":true,"Output":)" + expression(kLong) + "}"));
    hasty.take(Stop{});
    EXPECT_EQ(hasty.execution->status, ExecutionStatus::aborted);
    EXPECT_FALSE(hasty.answer_one());
}

TEST(Answer, IsDroppedWhenASiblingHasFailed) {
    Hasty hasty(machine(
        R"("S":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"E"}],"Branches":[
            {"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Output":)" +
        expression(kLong) + R"(}}},{"StartAt":"F","States":{"F":{"Type":"Fail"}}}]},
            "E":{"Type":"Wait","Seconds":100,"End":true})"));
    EXPECT_EQ(hasty.execution->open_questions, 0U);
    EXPECT_FALSE(hasty.answer_one());
    EXPECT_EQ(hasty.execution->frames.at(0).phase, Phase::waiting);
}

TEST(Answer, WithAFailureFailsTheState) {
    Hasty hasty(machine(R"("S":{"Type":"Pass","End":true,"Output":)" +
                        expression("( " + std::string(kLong) + "; $none )") + "}"));
    hasty.answer_one();
    EXPECT_EQ(hasty.execution->failure.error, "States.QueryEvaluationError");
}

}  // namespace
}  // namespace stepwell::test
