#include "engine/query/template.hpp"

#include <algorithm>
#include <variant>

#include "engine/base/state_errors.hpp"
#include "engine/query/budget.hpp"
#include "engine/query/java_values.hpp"

namespace stepwell {
namespace {

struct Node;

/// A field whose name ends in `.$`.
struct ComputedField {
    std::string name;   ///< without `.$`
    std::string field;  ///< as written, and as the service quotes it
    Expression expression;
};

struct ObjectNode {
    std::vector<std::pair<std::string, Node>> fields;
    std::vector<ComputedField> computed;
};
struct ArrayNode {
    std::vector<Node> items;
};

/// A part of a template: constant, or with something computed in it.
struct Node {
    std::variant<Json, std::unique_ptr<ObjectNode>, std::unique_ptr<ArrayNode>> content;

    bool constant() const { return std::holds_alternative<Json>(content); }
};

constexpr std::string_view kComputedSuffix = ".$";

/// `AN ARRAY`, `A NUMBER` …, as the service names what it found instead of a string.
std::string_view type_with_article(const Json& value) {
    switch (value.type()) {
        case Json::value_t::array:
            return "an ARRAY";
        case Json::value_t::object:
            return "an OBJECT";
        case Json::value_t::boolean:
            return "a BOOLEAN";
        case Json::value_t::null:
            return "a NULL";
        case Json::value_t::string:
            return "a STRING";
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float:
            return "a NUMBER";
        case Json::value_t::binary:
        case Json::value_t::discarded:
            break;
    }
    return "a value of another type";
}

/// The order in which a java.util.HashMap gives back so many keys: by bucket, and within one as
/// they were put in.
void sort_as_hash_map(std::vector<ComputedField>& fields) {
    constexpr std::size_t kLeastBuckets = 16;
    std::size_t buckets = kLeastBuckets;
    while (fields.size() * 4 > buckets * 3) buckets *= 2;
    const auto bucket = [&](const ComputedField& field) {
        const std::uint32_t hash = java_hash(field.name);
        return (hash ^ (hash >> 16U)) & (buckets - 1);
    };
    std::stable_sort(
        fields.begin(), fields.end(),
        [&](const ComputedField& a, const ComputedField& b) { return bucket(a) < bucket(b); });
}

class Compiler {
public:
    Node compile(const Json& source) {
        if (const auto* object = source.get_ptr<const Json::object_t*>())
            return compile_object(source, *object);
        if (const auto* array = source.get_ptr<const Json::array_t*>())
            return compile_array(source, *array);
        return {source};
    }
    std::vector<TemplateProblem>& problems() { return problems_; }

private:
    Node compile_object(const Json& source, const Json::object_t& object) {
        auto node = std::make_unique<ObjectNode>();
        bool constant = true;
        for (const auto& [name, value] : object) {
            if (name.ends_with(kComputedSuffix)) {
                constant = false;
                compile_field(name, value, object, *node);
            } else {
                Node field = compile(value);
                constant = constant && field.constant();
                node->fields.emplace_back(name, std::move(field));
            }
        }
        if (constant) return {source};
        // OBSERVED: the service takes `x.$` out and puts `x` in, in the order of a hash map, behind
        // what is constant (46 recorded templates; docs/observed.md).
        sort_as_hash_map(node->computed);
        return {std::move(node)};
    }

    Node compile_array(const Json& source, const Json::array_t& array) {
        auto node = std::make_unique<ArrayNode>();
        bool constant = true;
        for (const Json& value : array) {
            node->items.push_back(compile(value));
            constant = constant && node->items.back().constant();
        }
        if (constant) return {source};
        return {std::move(node)};
    }

    void compile_field(const std::string& field, const Json& value, const Json::object_t& object,
                       ObjectNode& node) {
        const std::string name = field.substr(0, field.size() - kComputedSuffix.size());
        if (object.find(name) != object.end()) {
            problem("The fields '" + name + "' and '" + field +
                    "' cannot be specified at the same time");
        }
        const auto* text = value.get_ptr<const Json::string_t*>();
        if (!text) {
            problem("The value for the field '" + field +
                    "' must be a STRING that contains a JSONPath but was " +
                    std::string(type_with_article(value)));
            return;
        }
        auto expression = Expression::compile(*text, Expression::Accept::path_or_intrinsic);
        if (!expression) {
            problem("The value for the field '" + field +
                    "' must be a valid JSONPath or a valid intrinsic function call");
            return;
        }
        node.computed.push_back({name, field, *std::move(expression)});
    }

    void problem(std::string message) { problems_.push_back({std::move(message)}); }

    std::vector<TemplateProblem> problems_;
};

/// Not the service's words, which name the state: what is so large is refused there, too.
StateError too_much_data() {
    return {std::string(state_errors::kDataLimitExceeded),
            "The payload template makes data of a size exceeding the maximum number of bytes "
            "service limit."};
}

Evaluated<Json> evaluate_node(const Node& node, const Scope& scope, Budget& budget);

Evaluated<Json> evaluate_object(const ObjectNode& node, const Scope& scope, Budget& budget) {
    Json::object_t object;
    object.reserve(node.fields.size() + node.computed.size());
    for (const auto& [name, field] : node.fields)
        object.emplace(name, TRY(evaluate_node(field, scope, budget)));
    for (const ComputedField& field : node.computed) {
        auto selected = field.expression.evaluate(scope);
        if (!selected) return not_found_in_field(selected.error(), field.field, scope.input);
        if (!budget.spend(selected->value())) return too_much_data();
        object.emplace(field.name, std::move(*selected).take());
    }
    return Json(std::move(object));
}

Evaluated<Json> evaluate_node(const Node& node, const Scope& scope, Budget& budget) {
    if (const auto* constant = std::get_if<Json>(&node.content)) return *constant;
    if (const auto* object = std::get_if<std::unique_ptr<ObjectNode>>(&node.content)) {
        return evaluate_object(**object, scope, budget);
    }
    Json::array_t array;
    const auto& items = std::get<std::unique_ptr<ArrayNode>>(node.content)->items;
    array.reserve(items.size());
    for (const Node& item : items) array.push_back(TRY(evaluate_node(item, scope, budget)));
    return Json(std::move(array));
}

void collect(const Node& node, VariableNames& names) {
    if (const auto* object = std::get_if<std::unique_ptr<ObjectNode>>(&node.content)) {
        for (const auto& [name, field] : (*object)->fields) collect(field, names);
        for (const ComputedField& field : (*object)->computed)
            field.expression.collect_variables(names);
    } else if (const auto* array = std::get_if<std::unique_ptr<ArrayNode>>(&node.content)) {
        for (const Node& item : (*array)->items) collect(item, names);
    }
}

}  // namespace

struct Template::Program {
    Node root;
};

Result<Template, std::vector<TemplateProblem>> Template::compile(const Json& source) {
    Compiler compiler;
    Node root = compiler.compile(source);
    if (!compiler.problems().empty()) return std::move(compiler.problems());
    return Template(std::make_shared<const Program>(Program{std::move(root)}));
}

bool Template::constant() const { return program_->root.constant(); }

void Template::collect_variables(VariableNames& names) const { collect(program_->root, names); }

Evaluated<Json> Template::evaluate(const Scope& scope) const {
    Budget budget;
    return evaluate_node(program_->root, scope, budget);
}

}  // namespace stepwell
