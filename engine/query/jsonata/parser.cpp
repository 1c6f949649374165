#include <array>
#include <optional>
#include <utility>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/lexer.hpp"
#include "engine/query/jsonata/regex.hpp"
#include "engine/query/jsonata/syntax.hpp"

/// Top-down operator precedence (Pratt): each token knows how tightly it binds what stands left of
/// it, and how it reads on as a prefix or an infix.
namespace stepwell::jsonata {

namespace {

struct Infix {
    std::string_view symbol;
    int power;
    Operator op = Operator::none;
};
/// Binding powers. What is not here ends an expression.
constexpr Infix kInfixes[] = {
    {".", 75},
    {"[", 80},
    {"{", 70},
    {"(", 80},
    {"@", 80},
    {"#", 80},
    {"^", 40},
    {"?", 20},
    {"?:", 40},
    {"??", 40},
    {":=", 10},
    {"~>", 40},
    {"+", 50, Operator::add},
    {"-", 50, Operator::subtract},
    {"*", 60, Operator::multiply},
    {"/", 60, Operator::divide},
    {"%", 60, Operator::modulo},
    {"=", 40, Operator::equal},
    {"!=", 40, Operator::not_equal},
    {"<", 40, Operator::less},
    {"<=", 40, Operator::less_equal},
    {">", 40, Operator::greater},
    {">=", 40, Operator::greater_equal},
    {"&", 50, Operator::concatenate},
    {"in", 40, Operator::in},
    {"and", 30, Operator::logical_and},
    {"or", 25, Operator::logical_or},
};
constexpr int kAssignPower = 10;
/// Symbols that the parser knows without being infixes; others are S0204.
constexpr std::string_view kOtherSymbols[] = {":", ";", ",", ")", "]", "}", "..", "**", "|"};

const Infix* find_infix(const Token& token) {
    if (token.kind != TokenKind::symbol) return nullptr;
    for (const Infix& infix : kInfixes) {
        if (infix.symbol == token.text) return &infix;
    }
    return nullptr;
}

class Parser {
public:
    Parser(std::string_view text, Dialect dialect)
        : text_(text), lexer_(text, dialect == Dialect::standard) {
        advance(true);
    }

    NodePtr run() {
        NodePtr root = expression(0);
        if (token_.kind != TokenKind::end) {
            fail("S0201", {.position = token_.position, .token = token_.text});
        }
        return root;
    }

private:
    /// Reads the next token. Beginning with an operand, a `/` opens a regular expression.
    Token advance(bool operand) {
        Token taken = std::move(token_);
        token_ = lexer_.next(operand);
        if (token_.kind == TokenKind::symbol && !is_known(token_)) {
            fail("S0204", {.position = token_.position, .token = token_.text});
        }
        return taken;
    }
    static bool is_known(const Token& token) {
        if (find_infix(token) != nullptr) return true;
        for (const std::string_view symbol : kOtherSymbols) {
            if (token.text == symbol) return true;
        }
        return false;
    }
    Token expect(std::string_view symbol, bool operand_next = true) {
        if (!token_.is(symbol)) {
            fail(token_.kind == TokenKind::end ? "S0203" : "S0202",
                 {.position = token_.position,
                  .token = token_.text,
                  .value = '"' + std::string(symbol) + '"'});
        }
        return advance(operand_next);
    }
    bool skip(std::string_view symbol) {
        if (!token_.is(symbol)) return false;
        advance(true);
        return true;
    }

    NodePtr expression(int power) {
        if (++depth_ > kMaxDepth) {
            fail("S0500", {.position = token_.position, .token = token_.text});
        }
        Token first = advance(false);
        NodePtr left = prefix(std::move(first));
        for (const Infix* next = find_infix(token_); next != nullptr && next->power > power;
             next = find_infix(token_)) {
            const Token token = advance(true);
            left = infix(*next, token, std::move(left));
        }
        --depth_;
        return left;
    }

    NodePtr leaf(NodeKind kind, Token& token) {
        NodePtr node = make_node(kind, token.position);
        node->text = std::move(token.text);
        return node;
    }

    // --- prefixes ---

    NodePtr prefix(Token token) {
        switch (token.kind) {
            case TokenKind::end:
                return leaf(NodeKind::end, token);
            case TokenKind::name:
                return leaf(NodeKind::name, token);
            case TokenKind::variable:
                return leaf(NodeKind::variable, token);
            case TokenKind::regex:
                return regex(token);
            case TokenKind::text:
            case TokenKind::number:
            case TokenKind::constant:
                return literal(token);
            case TokenKind::symbol:
                break;
        }
        return prefix_symbol(token);
    }

    NodePtr literal(Token& token) {
        NodePtr node = leaf(NodeKind::literal, token);
        if (token.kind == TokenKind::text) {
            node->constant = Value::borrow(std::string_view(node->text));
        } else if (token.kind == TokenKind::number) {
            node->constant = Value::of(token.number);
        } else {
            node->constant = node->text == "null" ? Value::null() : Value::of(node->text == "true");
        }
        return node;
    }

    NodePtr regex(Token& token) {
        auto compiled =
            Regex::compile(token.text, {.ignore_case = token.flags.find('i') != std::string::npos,
                                        .multiline = token.flags.find('m') != std::string::npos});
        if (!compiled) {
            Failure failure(std::move(compiled).error());
            failure.parts.position = token.position;
            throw failure;
        }
        NodePtr node = leaf(NodeKind::regex, token);
        node->regex = std::make_shared<const Regex>(std::move(*compiled));
        return node;
    }

    NodePtr prefix_symbol(Token& token) {
        const std::string_view symbol = token.text;
        if (symbol == "-") {
            NodePtr node = leaf(NodeKind::negate, token);
            node->add(expression(70));
            return node;
        }
        if (symbol == "*") return leaf(NodeKind::wildcard, token);
        if (symbol == "**") return leaf(NodeKind::descendant, token);
        if (symbol == "%") return leaf(NodeKind::parent, token);
        if (symbol == "(") return block(token);
        if (symbol == "[") return array(token);
        if (symbol == "{") {
            NodePtr node = make_node(NodeKind::object, token.position);
            node->members = read_pairs(*node);
            return node;
        }
        if (symbol == "|") return transform(token);
        if (symbol == "and" || symbol == "or" || symbol == "in") {
            return leaf(NodeKind::symbol, token);
        }
        fail("S0211", {.position = token.position, .token = token.text});
    }

    NodePtr block(const Token& token) {
        NodePtr node = make_node(NodeKind::block, token.position);
        while (!token_.is(")")) {
            node->add(expression(0));
            if (!skip(";")) break;
        }
        expect(")", false);
        return node;
    }

    NodePtr array(const Token& token) {
        NodePtr node = make_node(NodeKind::array, token.position);
        if (!token_.is("]")) {
            do node->add(array_item());
            while (skip(","));
        }
        expect("]", false);
        return node;
    }
    NodePtr array_item() {
        NodePtr item = expression(0);
        if (!token_.is("..")) return item;
        Token dots = expect("..");
        NodePtr range = leaf(NodeKind::binary, dots);
        range->op = Operator::range;
        range->add(std::move(item));
        range->add(expression(0));
        return range;
    }

    std::unique_ptr<Group> read_pairs(Node& node) {
        auto group = std::make_unique<Group>();
        group->position = node.position;
        if (!token_.is("}")) {
            do {
                NodePtr key = expression(0);
                expect(":");
                NodePtr value = expression(0);
                node.add_height_of(*key);
                node.add_height_of(*value);
                group->pairs.emplace_back(std::move(key), std::move(value));
            } while (skip(","));
        }
        expect("}", false);
        return group;
    }

    NodePtr transform(const Token& token) {
        NodePtr node = make_node(NodeKind::transform, token.position);
        node->add(expression(0));
        expect("|");
        node->add(expression(0));
        if (skip(",")) node->add(expression(0));
        expect("|");
        return node;
    }

    // --- infixes ---

    NodePtr infix(const Infix& rule, const Token& token, NodePtr left) {
        if (rule.op != Operator::none) {
            NodePtr node = binary(NodeKind::binary, token, std::move(left), rule.power);
            node->op = rule.op;
            return node;
        }
        if (rule.symbol == ".") return binary(NodeKind::dot, token, std::move(left), rule.power);
        if (rule.symbol == "~>") {
            return binary(NodeKind::apply, token, std::move(left), rule.power);
        }
        if (rule.symbol == "(") return call(token, std::move(left));
        if (rule.symbol == "[") return predicate(token, std::move(left));
        if (rule.symbol == "{") {
            NodePtr node = make_node(NodeKind::group_by, token.position);
            node->add(std::move(left));
            node->group = read_pairs(*node);
            return node;
        }
        if (rule.symbol == "^") return order_by(token, std::move(left));
        if (rule.symbol == "@") return variable_bind(NodeKind::focus_bind, token, std::move(left));
        if (rule.symbol == "#") return variable_bind(NodeKind::index_bind, token, std::move(left));
        if (rule.symbol == ":=") return assignment(token, std::move(left));
        if (rule.symbol == "?") return condition(token, std::move(left));
        return default_value(rule, token, std::move(left));
    }

    NodePtr binary(NodeKind kind, const Token& token, NodePtr left, int power) {
        NodePtr node = make_node(kind, token.position);
        node->text = token.text;
        node->add(std::move(left));
        node->add(expression(power));
        return node;
    }

    NodePtr call(const Token& token, NodePtr procedure) {
        NodePtr node = make_node(NodeKind::call, token.position);
        const bool defines_function =
            procedure->kind == NodeKind::name &&
            (procedure->text == "function" || procedure->text == "\xCE\xBB");
        node->add(std::move(procedure));
        if (!token_.is(")")) {
            do {
                if (token_.is("?")) {
                    node->kind = NodeKind::partial;
                    Token mark = advance(true);
                    node->add(leaf(NodeKind::placeholder, mark));
                } else {
                    node->add(expression(0));
                }
            } while (skip(","));
        }
        expect(")", false);
        return defines_function ? lambda(*node) : std::move(node);
    }

    NodePtr lambda(Node& call) {
        NodePtr node = make_node(NodeKind::lambda, call.position);
        for (std::size_t i = 1; i < call.children.size(); ++i) {
            Node& parameter = *call.children[i];
            if (parameter.kind != NodeKind::variable) {
                fail("S0208", {.position = parameter.position,
                               .token = parameter.text,
                               .value = std::to_string(i)});
            }
            node->parameters.push_back(std::move(parameter.text));
        }
        if (token_.is("<")) node->signature = signature();
        expect("{");
        node->add(expression(0));
        expect("}");
        return node;
    }

    std::shared_ptr<const Signature> signature() {
        const std::size_t position = token_.position;
        std::string text = "<";
        for (int depth = 1; depth > 0 && !token_.is("{") && token_.kind != TokenKind::end;) {
            advance(true);
            if (token_.is(">")) --depth;
            if (token_.is("<")) ++depth;
            text += token_.text;
        }
        expect(">");
        return std::make_shared<const Signature>(Signature::parse(text, position));
    }

    NodePtr predicate(const Token& token, NodePtr left) {
        if (token_.is("]")) {
            // The mark belongs to the step, whatever predicates stand between.
            Node* step = left.get();
            while (step->kind == NodeKind::predicate) step = step->children.front().get();
            step->keep_array = true;
            expect("]");
            return left;
        }
        NodePtr node = make_node(NodeKind::predicate, token.position);
        node->add(std::move(left));
        node->add(expression(0));
        expect("]", false);
        return node;
    }

    NodePtr order_by(const Token& token, NodePtr left) {
        NodePtr node = make_node(NodeKind::order_by, token.position);
        node->add(std::move(left));
        expect("(");
        do {
            SortTerm term;
            if (!skip("<")) term.descending = skip(">");
            term.expression = expression(0);
            node->add_height_of(*term.expression);
            node->terms.push_back(std::move(term));
        } while (skip(","));
        expect(")");
        return node;
    }

    NodePtr variable_bind(NodeKind kind, const Token& token, NodePtr left) {
        NodePtr node = binary(kind, token, std::move(left), 80);
        const Node& variable = *node->children[1];
        if (variable.kind != NodeKind::variable) {
            fail("S0214", {.position = variable.position, .token = token.text});
        }
        node->text = variable.text;
        return node;
    }

    NodePtr assignment(const Token& token, NodePtr left) {
        if (left->kind != NodeKind::variable) {
            fail("S0212", {.position = left->position, .token = written_text(*left)});
        }
        NodePtr node = make_node(NodeKind::bind, token.position);
        node->text = std::move(left->text);
        node->add(expression(kAssignPower - 1));
        return node;
    }
    /// What an error calls a node that is no leaf.
    static std::string written_text(const Node& node) {
        switch (node.kind) {
            case NodeKind::call:
            case NodeKind::partial:
            case NodeKind::block:
                return "(";
            case NodeKind::array:
            case NodeKind::predicate:
                return "[";
            case NodeKind::object:
            case NodeKind::group_by:
                return "{";
            case NodeKind::order_by:
                return "^";
            case NodeKind::transform:
                return "|";
            case NodeKind::condition:
                return "?";
            case NodeKind::focus_bind:
                return "@";
            case NodeKind::index_bind:
                return "#";
            default:
                return node.text;
        }
    }

    NodePtr condition(const Token& token, NodePtr left) {
        NodePtr node = make_node(NodeKind::condition, token.position);
        node->add(std::move(left));
        node->add(expression(0));
        if (skip(":")) node->add(expression(0));
        return node;
    }

    /// `a ?: b` and `a ?? b`: the left side is its own first branch.
    NodePtr default_value(const Infix& rule, const Token& token, NodePtr left) {
        NodePtr node = make_node(NodeKind::condition, token.position);
        node->op = rule.symbol == "??" ? Operator::equal : Operator::logical_or;
        node->add(std::move(left));
        node->add(expression(0));
        return node;
    }

    static constexpr int kMaxDepth = 400;

    std::string_view text_;
    Lexer lexer_;
    Token token_;
    int depth_ = 0;
};

}  // namespace

NodePtr parse(std::string_view text, Dialect dialect) { return Parser(text, dialect).run(); }

}  // namespace stepwell::jsonata
