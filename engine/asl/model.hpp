#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/time.hpp"
#include "engine/query/expression.hpp"
#include "engine/query/jsonata_value.hpp"
#include "engine/query/template.hpp"

/// The definition of a state machine after parsing: every name resolved to an index, every path,
/// template and intrinsic call compiled. Immutable; an illegal definition cannot be represented.
/// Amazon States Language specification, https://states-language.net.
namespace stepwell::asl {

/// Into StateMachine::states: the states of all scopes, nested ones too.
using StateIndex = std::uint32_t;
/// Into StateMachine::flows.
using FlowIndex = std::uint32_t;

enum class WorkflowType { standard, express };

/// Of a machine, and of each of its states. ASL specification, "Query languages".
enum class QueryLanguage { json_path, jsonata };

/// A payload template in the language of its state: Assign, Credentials, ItemSelector.
using Computed = std::variant<Template, JsonataValue>;

/// Where control goes after a state: to another state of its flow, or nowhere (`End: true`).
struct Transition {
    std::optional<StateIndex> next;
};

/// InputPath and OutputPath: absent (`$`), null (`{}`), or a path.
struct WholeValue {};
struct EmptyObject {};
using PathField = std::variant<WholeValue, EmptyObject, Expression>;

/// ResultPath: absent or `$` (the result replaces the input), null (the result is discarded), or
/// where it goes.
struct ReplaceInput {};
struct DiscardResult {};
using ResultPath = std::variant<ReplaceInput, DiscardResult, JsonPath>;

/// TimeoutSeconds and its like: absent, literal, `…Path`, or `{% … %}`.
using SecondsField = std::variant<std::monostate, Seconds, Expression, JsonataValue>;

enum class Jitter { none, full };

/// One element of Retry. ASL specification, "Retrying after error".
struct Retrier {
    std::vector<std::string> error_equals;
    Seconds interval{1};
    std::int64_t max_attempts = 3;
    double backoff_rate = 2.0;
    std::optional<Seconds> max_delay;
    Jitter jitter = Jitter::none;
};

/// One element of Catch. ASL specification, "Fallback states".
struct Catcher {
    std::vector<std::string> error_equals;
    StateIndex next = 0;
    ResultPath result_path;
    std::optional<JsonataValue> output;  ///< absent: the error output
    std::optional<Computed> assign;      ///< into the scope of the state
};

/// A Lambda function named by its ARN in Resource.
struct LambdaResource {
    std::string function_arn;
};
enum class Pattern { request_response, sync, sync2, wait_for_task_token };
/// `arn:aws:states:::<service>:<action>[.sync|.sync:2|.waitForTaskToken]`.
struct ServiceResource {
    /// As the history names it: `lambda`, `aws-sdk:s3`.
    std::string resource_type;
    /// As the history names it, suffix included: `invoke.waitForTaskToken`.
    std::string resource;
    /// Without the suffix: `invoke`.
    std::string action;
    Pattern pattern = Pattern::request_response;
};
/// A Task that workers poll for: `arn:aws:states:<region>:<account>:activity:<name>`.
struct ActivityResource {
    std::string activity_arn;
};
using TaskResource = std::variant<LambdaResource, ServiceResource, ActivityResource>;

struct TaskState {
    std::string resource_arn;  ///< as written
    TaskResource resource;
    std::optional<Template> parameters;
    std::optional<JsonataValue> arguments;
    std::optional<Computed> credentials;  ///< evaluates to an object with RoleArn
    std::optional<Template> result_selector;
    ResultPath result_path;
    std::vector<Retrier> retry;
    std::vector<Catcher> catchers;
    SecondsField timeout;
    SecondsField heartbeat;
    Transition then;
};

struct PassState {
    std::optional<Payload> result;
    std::optional<Template> parameters;
    ResultPath result_path;
    Transition then;
};

enum class Comparison {
    string_equals,
    string_less_than,
    string_greater_than,
    string_less_than_equals,
    string_greater_than_equals,
    numeric_equals,
    numeric_less_than,
    numeric_greater_than,
    numeric_less_than_equals,
    numeric_greater_than_equals,
    timestamp_equals,
    timestamp_less_than,
    timestamp_greater_than,
    timestamp_less_than_equals,
    timestamp_greater_than_equals,
    boolean_equals,
    string_matches,
    is_null,
    is_present,
    is_numeric,
    is_string,
    is_boolean,
    is_timestamp,
};

struct ChoiceRule;
struct AllOf {
    std::vector<ChoiceRule> rules;
};
struct AnyOf {
    std::vector<ChoiceRule> rules;
};
struct NoneOf {
    std::unique_ptr<ChoiceRule> rule;
};  ///< `Not`
/// `Variable` and one operator; the operand is literal or, for the `…Path` operators, looked up.
struct Test {
    Expression variable;
    Comparison comparison;
    std::string operator_name;  ///< as written: `StringEqualsPath`
    std::variant<Json, Expression> operand;
};
struct ChoiceRule {
    std::variant<AllOf, AnyOf, NoneOf, Test> condition;
};
/// A rule at the top of Choices, which says where to go.
struct Choice {
    std::variant<ChoiceRule, JsonataValue> rule;  ///< a JSONata state has `Condition`
    StateIndex next = 0;
    // In place of the state's own, where the rule is the one that matches.
    std::optional<JsonataValue> output;
    std::optional<Computed> assign;
};
struct ChoiceState {
    std::vector<Choice> choices;
    std::optional<StateIndex> default_next;
};

struct SecondsPath {
    Expression path;
};
struct TimestampPath {
    Expression path;
};
struct SecondsExpression {
    JsonataValue value;
};
struct TimestampExpression {
    JsonataValue value;
};
struct WaitState {
    std::variant<Seconds, TimePoint, SecondsPath, TimestampPath, SecondsExpression,
                 TimestampExpression>
        until;
    Transition then;
};

struct SucceedState {};

struct FailState {
    /// Absent, literal, ErrorPath / CausePath (a path or an intrinsic call that gives a string), or
    /// `{% … %}`.
    using Text = std::variant<std::monostate, std::string, Expression, JsonataValue>;
    Text error;
    Text cause;
};

struct ParallelState {
    std::vector<FlowIndex> branches;
    std::optional<Template> parameters;
    std::optional<JsonataValue> arguments;
    std::optional<Template> result_selector;
    ResultPath result_path;
    std::vector<Retrier> retry;
    std::vector<Catcher> catchers;
    Transition then;
};

/// A number of a Map state: absent, literal, `…Path`, or `{% … %}`.
template <class Number>
using Limit = std::variant<std::monostate, Number, Expression, JsonataValue>;

/// ItemReader. Developer Guide, "ItemReader".
struct ItemReaderField {
    std::string resource;
    std::optional<Template> parameters;
    std::optional<JsonataValue> arguments;
    std::optional<Json> config;  ///< ReaderConfig as written, but for MaxItems and MaxItemsPath
    Limit<std::int64_t> max_items;
};
/// ItemBatcher. Developer Guide, "ItemBatcher".
struct ItemBatcherField {
    Limit<std::int64_t> max_items;
    Limit<std::int64_t> max_bytes;
    std::optional<Computed> batch_input;
};
/// ResultWriter. Developer Guide, "ResultWriter".
struct ResultWriterField {
    std::string resource;  ///< empty: the results are the state's output
    std::optional<Template> parameters;
    std::optional<JsonataValue> arguments;
    std::optional<Json> config;  ///< WriterConfig as written
};
/// What a Map in DISTRIBUTED mode has beside the fields of every Map.
struct DistributedMap {
    WorkflowType execution_type = WorkflowType::standard;
    std::string label;  ///< Label, or one made of the state's name
    std::optional<ItemReaderField> reader;
    std::optional<ItemBatcherField> batcher;
    std::optional<ResultWriterField> writer;
};

struct MapState {
    FlowIndex processor = 0;
    /// Null: the items are frames of the same execution. Else they are executions of a Map Run.
    std::shared_ptr<const DistributedMap> distributed;
    std::optional<Expression> items_path;   ///< absent: `$`
    std::optional<JsonataValue> items;      ///< absent: the state's input
    std::optional<Computed> item_selector;  ///< ItemSelector, or the older Parameters
    template <class Number>
    using Limit = asl::Limit<Number>;
    /// Absent and 0: no limit (40 at once, see kInlineMapConcurrency in the interpreter).
    Limit<std::int64_t> max_concurrency;
    /// Accepted in inline Maps too; only their values are checked there, as AWS does.
    Limit<std::int64_t> tolerated_failure_count;
    Limit<double> tolerated_failure_percentage;
    std::optional<Template> result_selector;
    ResultPath result_path;
    std::vector<Retrier> retry;
    std::vector<Catcher> catchers;
    Transition then;
};

using StateBody = std::variant<TaskState, PassState, ChoiceState, WaitState, SucceedState,
                               FailState, ParallelState, MapState>;
/// The order of StateBody's alternatives.
enum class StateType { task, pass, choice, wait, succeed, fail, parallel, map };

struct State {
    std::string name;
    FlowIndex flow = 0;  ///< the flow it belongs to
    QueryLanguage language = QueryLanguage::json_path;
    PathField input_path;
    PathField output_path;
    std::optional<JsonataValue> output;  ///< absent: the result, or the input where there is none
    std::optional<Computed> assign;
    StateBody body;
    /// The variables that its fields read, in order, without those of states inside it.
    std::vector<std::string> variables;

    StateType type() const { return static_cast<StateType>(body.index()); }
};

/// "Task", "Pass", …: the value of `Type`, and what event names begin with.
std::string_view type_name(StateType type);

/// A `States` object with its `StartAt`: the machine itself, a branch, or an item processor.
struct Flow {
    StateIndex start_at = 0;
};

/// The most bytes that one variable, and all variables of one Assign, may have as JSON text.
/// Developer Guide, "Passing data between states with variables": limits.
inline constexpr std::size_t kMaxVariableBytes = 262'144;
/// The same for all variables of an execution.
inline constexpr std::size_t kMaxStoredVariableBytes = 10'485'760;

struct StateMachine {
    std::vector<State> states;
    std::vector<Flow> flows;  ///< flows[0] is the machine itself
    std::optional<Seconds> timeout;
    std::string comment;
};

}  // namespace stepwell::asl
