#include "engine/query/jsonata_value.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "engine/query/budget.hpp"
#include "engine/query/jsonata/expression.hpp"

namespace stepwell {
namespace {

constexpr std::string_view kInvalid = "INVALID_JSONATA_EXPRESSION";
constexpr std::string_view kUnsupported = "UNSUPPORTED_JSONATA_EXPRESSION";

struct Node;

/// A string `{% … %}`.
struct ComputedNode {
    jsonata::Expression expression;
};
struct ObjectNode {
    std::vector<std::pair<std::string, Node>> fields;
};
struct ArrayNode {
    std::vector<Node> items;
};

/// A part of a value: constant, computed, or with something computed in it.
struct Node {
    std::variant<Json, ComputedNode, std::unique_ptr<ObjectNode>, std::unique_ptr<ArrayNode>>
        content;

    bool constant() const { return std::holds_alternative<Json>(content); }
};

/// More than Validate shows. A hostile text could earn a hundred thousand, each with a long place.
constexpr std::size_t kMostProblems = 100;

/// What stands between `{%` and `%}`; nullopt where `text` is no expression.
std::optional<std::string_view> expression_in(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    if (text.size() < 4 || !text.starts_with("{%") || !text.ends_with("%}")) return std::nullopt;
    text = text.substr(2, text.size() - 4);
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return std::string_view();
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string sentence(std::string_view expression, std::string_view field) {
    std::string out = "The JSONata expression '";
    out.append(expression).append("' specified for the field '").append(field).append("' ");
    return out;
}

class Compiler {
public:
    Compiler(std::string field, StatesMembers members)
        : place_(std::move(field)), base_(place_.size()), members_(members) {}

    Node compile(const Json& source) {
        if (const auto* text = source.get_ptr<const Json::string_t*>()) {
            const auto expression = expression_in(*text);
            return expression ? compile_expression(*expression) : Node{source};
        }
        if (const auto* object = source.get_ptr<const Json::object_t*>())
            return compile_object(source, *object);
        if (const auto* array = source.get_ptr<const Json::array_t*>())
            return compile_array(source, *array);
        return {source};
    }

    std::vector<JsonataProblem> problems;
    VariableNames variables;
    bool reads_context = false;

private:
    Node compile_expression(std::string_view text) {
        auto expression = jsonata::Expression::compile(text, jsonata::Dialect::aws);
        if (!expression) {
            problem(kInvalid, expression.error().message);
            return {Json()};
        }
        check(expression->references());
        return {ComputedNode{*std::move(expression)}};
    }

    /// OBSERVED: what reads a value that is never there is refused when the machine is created
    /// (floci-io/floci#2670, #2745). docs/observed.md
    void check(const jsonata::References& references) {
        for (const std::string& name : references.bare_fields)
            problem(kUnsupported, "Reference to '" + name + "' at the top level is not supported.");
        if (references.top_input) problem(kUnsupported, "Reference to '$$' is not supported.");
        for (const std::string& member : references.states_members) {
            // A catcher may name the result: AWS's own editor takes it, though there is none.
            if ((member == "result" && members_ == StatesMembers::plain) ||
                (member == "errorOutput" && members_ != StatesMembers::with_error_output)) {
                problem(kUnsupported, "Reference to '$states." + member + "' is not supported.");
            }
            reads_context = reads_context || member == "context" || member == "*";
        }
        for (const std::string& name : references.variables) {
            if (name != "states") variables.insert(name);
        }
    }

    Node compile_object(const Json& source, const Json::object_t& object) {
        auto node = std::make_unique<ObjectNode>();
        bool constant = true;
        for (const auto& [name, value] : object) {
            node->fields.emplace_back(name, inside("/" + name, value));
            constant = constant && node->fields.back().second.constant();
        }
        if (constant) return {source};
        return {std::move(node)};
    }
    Node compile_array(const Json& source, const Json::array_t& array) {
        auto node = std::make_unique<ArrayNode>();
        bool constant = true;
        for (std::size_t i = 0; i < array.size(); ++i) {
            node->items.push_back(inside("[" + std::to_string(i) + "]", array[i]));
            constant = constant && node->items.back().constant();
        }
        if (constant) return {source};
        return {std::move(node)};
    }
    Node inside(const std::string& step, const Json& value) {
        const std::size_t before = place_.size();
        place_ += step;
        Node node = compile(value);
        place_.resize(before);
        return node;
    }
    void problem(std::string_view code, std::string message) {
        if (problems.size() >= kMostProblems) return;
        problems.push_back({code, std::move(message), place_.substr(base_)});
    }

    std::string place_;
    const std::size_t base_;
    const StatesMembers members_;
};

/// One evaluation of a value.
class Evaluation {
public:
    Evaluation(const JsonataScope& scope, const std::string& field) : scope_(scope), field_(field) {
        bindings_.reserve(scope.variables.size());
        for (const BoundVariable& variable : scope.variables)
            bindings_.push_back({variable.name, &variable.value.value()});
        environment_.bindings = bindings_;
        environment_.states = [this](std::string_view member) { return states(member); };
        environment_.now = scope.now;
        environment_.random = &scope.random;
    }

    Result<Json, QueryFailure> evaluate(const Node& node) {
        if (const auto* constant = std::get_if<Json>(&node.content)) return *constant;
        if (const auto* computed = std::get_if<ComputedNode>(&node.content))
            return evaluate(*computed);
        if (const auto* object = std::get_if<std::unique_ptr<ObjectNode>>(&node.content)) {
            Json::object_t members;
            members.reserve((*object)->fields.size());
            for (const auto& [name, field] : (*object)->fields) {
                path_.push_back({&name, 0});
                members.emplace(name, TRY(evaluate(field)));
                path_.pop_back();
            }
            return Json(std::move(members));
        }
        const auto& nodes = std::get<std::unique_ptr<ArrayNode>>(node.content)->items;
        Json::array_t items;
        items.reserve(nodes.size());
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            path_.push_back({nullptr, i});
            items.push_back(TRY(evaluate(nodes[i])));
            path_.pop_back();
        }
        return Json(std::move(items));
    }

private:
    Result<Json, QueryFailure> evaluate(const ComputedNode& node) {
        using std::chrono::microseconds;
        if (scope_.soft_deadline != std::chrono::steady_clock::time_point::max()) {
            const auto left = std::chrono::duration_cast<microseconds>(
                scope_.soft_deadline - std::chrono::steady_clock::now());
            environment_.limits.soft_time = std::max(left, microseconds{0});
        }
        auto value = node.expression.evaluate(environment_);
        if (!value) return failed(node, value.error());
        if (!*value) return failed(node, "returned nothing (undefined).");
        if (!budget_.spend(**value)) {
            return failed(node,
                          "threw an error during evaluation: Expression evaluation memory "
                          "limit exceeded");
        }
        return **std::move(value);
    }

    QueryFailure failed(const ComputedNode& node, std::string_view what) const {
        std::string place = field_;
        for (const PathStep& step : path_) {
            if (step.name != nullptr)
                place.append("/").append(*step.name);
            else
                place.append("[").append(std::to_string(step.index)).append("]");
        }
        return {sentence(node.expression.text(), place) + std::string(what), place};
    }
    /// OBSERVED: a full stop before an error with a code, a colon before one without
    /// (floci-io/floci#2736). docs/observed.md
    QueryFailure failed(const ComputedNode& node, const jsonata::Error& error) const {
        if (error.deferred) return {.cause = {}, .location = {}, .deferred = true};
        if (error.code == jsonata::kUnsupportedResult)
            return failed(node, "returned an unsupported result type.");
        return failed(node, "threw an error during evaluation" +
                                (error.code.empty() ? ": " : ". " + error.code + ": ") +
                                error.message);
    }

    const Json* states(std::string_view member) const {
        if (member == "input") return &scope_.input;
        if (member == "context") return scope_.context;
        if (member == "result") return scope_.result;
        if (member == "errorOutput") return scope_.error_output;
        return nullptr;
    }

    /// A member or an element on the way from the field to what is evaluated.
    struct PathStep {
        const std::string* name;
        std::size_t index;
    };

    const JsonataScope& scope_;
    const std::string& field_;
    std::vector<PathStep> path_;
    std::vector<jsonata::Binding> bindings_;
    jsonata::Environment environment_;
    Budget budget_;
};

std::string_view type_of(const Json& value) {
    if (value.is_null()) return "null";
    if (value.is_boolean()) return "boolean";
    if (value.is_number()) return "number";
    if (value.is_string()) return "string";
    return value.is_array() ? "array" : "object";
}

}  // namespace

struct JsonataValue::Program {
    std::string field;
    std::string expression;
    VariableNames variables;
    bool reads_context = false;
    Node root;
};

Result<JsonataValue, std::vector<JsonataProblem>> JsonataValue::compile(const Json& source,
                                                                        std::string field,
                                                                        StatesMembers members) {
    Compiler compiler(field, members);
    Node root = compiler.compile(source);
    if (!compiler.problems.empty()) return std::move(compiler.problems);
    std::string expression;
    if (const auto* computed = std::get_if<ComputedNode>(&root.content))
        expression = computed->expression.text();
    return JsonataValue(std::make_shared<const Program>(
        Program{std::move(field), std::move(expression), std::move(compiler.variables),
                compiler.reads_context, std::move(root)}));
}

const Json* JsonataValue::constant() const { return std::get_if<Json>(&program_->root.content); }

const std::string& JsonataValue::field() const { return program_->field; }

const std::string& JsonataValue::expression() const { return program_->expression; }

const VariableNames& JsonataValue::variables() const { return program_->variables; }

bool JsonataValue::reads_context() const { return program_->reads_context; }

Result<Json, QueryFailure> JsonataValue::evaluate(const JsonataScope& scope) const {
    return Evaluation(scope, program_->field).evaluate(program_->root);
}

QueryFailure JsonataValue::unexpected_type(std::string_view expected, const Json& value) const {
    std::string cause = sentence(program_->expression, program_->field);
    cause.append("returned an unexpected result type. Expected '").append(expected);
    cause.append("', but was '").append(type_of(value)).append("' for value: ");
    cause += write_json(value);
    return {std::move(cause), program_->field};
}

}  // namespace stepwell
