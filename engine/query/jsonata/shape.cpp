#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/syntax.hpp"

/// From the tree as written to the tree as meant: `a.b[0].c` becomes one path of three steps.
namespace stepwell::jsonata {

void Node::add(NodePtr child) {
    add_height_of(*child);
    children.push_back(std::move(child));
}

void Node::add_height_of(const Node& child) {
    if (child.height >= kMaxHeight) {
        fail("S0500", {.position = position, .token = text});
    }
    height = std::max(height, static_cast<std::uint16_t>(child.height + 1));
}

std::string_view operator_text(Operator op) {
    constexpr std::string_view kTexts[] = {"",   "+", "-",  "*", "/",  "%",  "=",   "!=", "<",
                                           "<=", ">", ">=", "&", "..", "in", "and", "or"};
    return kTexts[static_cast<std::size_t>(op)];
}

namespace {

bool is_step_literal_name(const Node& step) {
    return step.kind == NodeKind::literal && step.constant.is_text();
}

/// What a literal looks like in an error.
std::string literal_text(const Node& literal) {
    return literal.constant.is_number() ? number_text(literal.constant.number()) : literal.text;
}

class Shaper {
public:
    NodePtr run(NodePtr written) {
        NodePtr root = shape(std::move(written));
        if (root->kind == NodeKind::parent || !root->seeking.empty()) {
            fail("S0217", {.position = root->position, .token = std::string(kind_text(*root))});
        }
        return root;
    }

private:
    NodePtr shape(NodePtr node) {
        const bool keep_array = node->keep_array;
        NodePtr result = shape_kind(std::move(node));
        result->keep_array = result->keep_array || keep_array;
        return result;
    }

    NodePtr shape_kind(NodePtr node) {
        switch (node->kind) {
            case NodeKind::dot:
                return dot(*node);
            case NodeKind::predicate:
                return predicate(*node);
            case NodeKind::group_by:
                return group_by(*node);
            case NodeKind::order_by:
                return order_by(*node);
            case NodeKind::focus_bind:
                return focus_bind(*node);
            case NodeKind::index_bind:
                return index_bind(*node);
            case NodeKind::name:
            case NodeKind::symbol:
                node->kind = NodeKind::name;
                return single_step_path(std::move(node));
            case NodeKind::parent:
                node->ancestor = std::make_shared<Ancestor>();
                node->ancestor->label = "!" + std::to_string(labels_++);
                return node;
            case NodeKind::end:
                fail("S0207", {.position = node->position, .token = "(end)"});
            case NodeKind::lambda:
                node->children[0] = tail_optimized(shape(std::move(node->children[0])));
                return node;
            case NodeKind::transform:
                shape_children(*node, Ancestry::stays);
                return node;
            case NodeKind::apply:
                shape_children(*node, Ancestry::stays);
                node->keep_array = node->children[0]->keep_array || node->children[1]->keep_array;
                return node;
            case NodeKind::negate:
                return negate(std::move(node));
            case NodeKind::block:
                return block(std::move(node));
            case NodeKind::object:
                shape_members(*node);
                return node;
            case NodeKind::call:
            case NodeKind::partial:
                return call(std::move(node));
            default:
                shape_children(*node, Ancestry::passes);
                return node;
        }
    }

    enum class Ancestry { passes, stays };
    void shape_children(Node& node, Ancestry ancestry) {
        for (NodePtr& child : node.children) {
            child = shape(std::move(child));
            if (ancestry == Ancestry::passes) pass_ancestry(node, *child);
        }
    }

    static NodePtr path_of(NodePtr step) {
        NodePtr path = make_node(NodeKind::path, step->position);
        path->add(std::move(step));
        return path;
    }
    static NodePtr single_step_path(NodePtr step) {
        const bool keep = step->keep_array;
        NodePtr path = path_of(std::move(step));
        path->keep_singleton = keep;
        return path;
    }

    NodePtr dot(Node& node) {
        NodePtr path = shape(std::move(node.children[0]));
        if (path->kind != NodeKind::path) {
            const bool is_parent = path->kind == NodeKind::parent;
            path = path_of(std::move(path));
            if (is_parent) path->seeking.push_back(path->children[0]->ancestor);
        }
        append_steps(*path, shape(std::move(node.children[1])));
        for (const NodePtr& step : path->children) {
            if (is_step_literal_name(*step)) {
                step->kind = NodeKind::name;
            } else if (step->kind == NodeKind::literal) {
                fail("S0213", {.position = step->position, .value = literal_text(*step)});
            }
            path->keep_singleton = path->keep_singleton || step->keep_array;
        }
        for (Node* end : {path->children.front().get(), path->children.back().get()}) {
            if (end->kind == NodeKind::array) end->cons_array = true;
        }
        resolve_ancestry(*path);
        return path;
    }

    static void append_steps(Node& path, NodePtr rest) {
        if (rest->kind == NodeKind::path) {
            for (NodePtr& step : rest->children) path.add(std::move(step));
            return;
        }
        predicates_to_stages(*rest);
        path.add(std::move(rest));
    }
    static void predicates_to_stages(Node& step) {
        for (NodePtr& predicate : step.predicates) {
            const std::size_t position = predicate->position;
            step.stages.push_back(
                {.filter = std::move(predicate), .index = {}, .position = position});
        }
        step.predicates.clear();
    }

    NodePtr predicate(Node& node) {
        NodePtr result = shape(std::move(node.children[0]));
        const bool is_path = result->kind == NodeKind::path;
        Node& step = is_path ? *result->children.back() : *result;
        if (step.group) fail("S0209", {.position = node.position});
        NodePtr filter = shape(std::move(node.children[1]));
        for (const AncestorPtr& slot : filter->seeking) {
            if (slot->level == 1) {
                seek_parent(step, *slot, slot);
            } else {
                --slot->level;
            }
        }
        pass_ancestry(step, *filter);
        step.add_height_of(*filter);
        result->add_height_of(step);
        if (is_path) {
            step.stages.push_back(
                {.filter = std::move(filter), .index = {}, .position = node.position});
        } else {
            step.predicates.push_back(std::move(filter));
        }
        return result;
    }

    NodePtr group_by(Node& node) {
        NodePtr result = shape(std::move(node.children[0]));
        if (result->group) fail("S0210", {.position = node.position});
        result->group = std::move(node.group);
        for (auto& [key, value] : result->group->pairs) {
            key = shape(std::move(key));
            value = shape(std::move(value));
            result->add_height_of(*key);
            result->add_height_of(*value);
        }
        return result;
    }

    void shape_members(Node& node) {
        for (auto& [key, value] : node.members->pairs) {
            key = shape(std::move(key));
            pass_ancestry(node, *key);
            value = shape(std::move(value));
            pass_ancestry(node, *value);
        }
    }

    NodePtr order_by(Node& node) {
        NodePtr path = shape(std::move(node.children[0]));
        if (path->kind != NodeKind::path) path = path_of(std::move(path));
        NodePtr sort = make_node(NodeKind::sort, node.position);
        for (SortTerm& term : node.terms) {
            term.expression = shape(std::move(term.expression));
            pass_ancestry(*sort, *term.expression);
            sort->add_height_of(*term.expression);
            sort->terms.push_back(std::move(term));
        }
        path->add(std::move(sort));
        resolve_ancestry(*path);
        return path;
    }

    NodePtr focus_bind(Node& node) {
        NodePtr result = shape(std::move(node.children[0]));
        Node& step = result->kind == NodeKind::path ? *result->children.back() : *result;
        if (!step.stages.empty() || !step.predicates.empty()) {
            fail("S0215", {.position = node.position});
        }
        if (step.kind == NodeKind::sort) fail("S0216", {.position = node.position});
        step.keep_array = step.keep_array || node.keep_array;
        step.focus = node.text;
        step.tuple = true;
        return result;
    }

    NodePtr index_bind(Node& node) {
        NodePtr result = shape(std::move(node.children[0]));
        if (result->kind != NodeKind::path) {
            predicates_to_stages(*result);
            result = path_of(std::move(result));
        }
        Node& step = *result->children.back();
        if (step.stages.empty()) {
            step.index = node.text;
        } else {
            step.stages.push_back(
                {.filter = nullptr, .index = node.text, .position = node.position});
        }
        step.tuple = true;
        return result;
    }

    NodePtr negate(NodePtr node) {
        NodePtr operand = shape(std::move(node->children[0]));
        if (operand->kind == NodeKind::literal && operand->constant.is_number()) {
            operand->constant = Value::of(-operand->constant.number());
            return operand;
        }
        pass_ancestry(*node, *operand);
        node->children[0] = std::move(operand);
        return node;
    }

    NodePtr block(NodePtr node) {
        for (NodePtr& child : node->children) {
            child = shape(std::move(child));
            pass_ancestry(*node, *child);
            const bool path_of_cons =
                child->kind == NodeKind::path && child->children.front()->cons_array;
            node->cons_array = node->cons_array || child->cons_array || path_of_cons;
        }
        return node;
    }

    NodePtr call(NodePtr node) {
        // The arguments come first: an error in them is reported before one in the procedure.
        for (std::size_t i = 1; i < node->children.size(); ++i) {
            node->children[i] = shape(std::move(node->children[i]));
            pass_ancestry(*node, *node->children[i]);
        }
        node->children[0] = shape(std::move(node->children[0]));
        return node;
    }

    /// Marks the calls whose value is the function's value: they are made by the caller's loop, so
    /// that a recursion of any depth takes no stack.
    static NodePtr tail_optimized(NodePtr body) {
        mark_tail_calls(*body);
        return body;
    }
    static void mark_tail_calls(Node& node) {
        if (!node.predicates.empty() || node.group) return;
        if (node.kind == NodeKind::call) {
            node.tail_call = true;
        } else if (node.kind == NodeKind::condition) {
            for (std::size_t i = 1; i < node.children.size(); ++i) {
                mark_tail_calls(*node.children[i]);
            }
        } else if (node.kind == NodeKind::block && !node.children.empty()) {
            mark_tail_calls(*node.children.back());
        }
    }

    // --- ancestors (`%`) ---

    /// What `value` still seeks, `result` around it seeks, too.
    static void pass_ancestry(Node& result, const Node& value) {
        result.seeking.insert(result.seeking.end(), value.seeking.begin(), value.seeking.end());
        if (value.kind == NodeKind::parent) result.seeking.push_back(value.ancestor);
    }

    /// Goes outwards over a step: the one at which the level comes to zero is the ancestor.
    void seek_parent(Node& node, Ancestor& slot, const AncestorPtr& pointer) {
        switch (node.kind) {
            case NodeKind::name:
            case NodeKind::wildcard:
                if (--slot.level == 0) {
                    if (node.ancestor) slot.label = node.ancestor->label;
                    node.ancestor = pointer;
                    node.tuple = true;
                }
                return;
            case NodeKind::parent:
                ++slot.level;
                return;
            case NodeKind::block:
                if (node.children.empty()) return;
                node.tuple = true;
                return seek_parent(*node.children.back(), slot, pointer);
            case NodeKind::path: {
                node.tuple = true;
                std::size_t at = node.children.size();
                do seek_parent(*node.children[--at], slot, pointer);
                while (slot.level > 0 && at > 0);
                return;
            }
            default:
                fail("S0217", {.position = node.position, .token = std::string(kind_text(node))});
        }
    }

    void resolve_ancestry(Node& path) {
        const std::size_t last = path.children.size() - 1;
        Node& step = *path.children[last];
        if (step.kind == NodeKind::parent) step.seeking.push_back(step.ancestor);
        for (const AncestorPtr& slot : step.seeking) {
            std::size_t at = last;
            while (slot->level > 0) {
                if (at == 0) {
                    path.seeking.push_back(slot);
                    break;
                }
                Node* ancestor = path.children[--at].get();
                // Of contiguous steps that bind the focus, the first has the common context.
                while (at > 0 && !ancestor->focus.empty() &&
                       !path.children[at - 1]->focus.empty()) {
                    ancestor = path.children[--at].get();
                }
                seek_parent(*ancestor, *slot, slot);
            }
        }
    }

    /// The reference implementation's names, for errors.
    static std::string_view kind_text(const Node& node) {
        switch (node.kind) {
            case NodeKind::parent:
                return "parent";
            case NodeKind::path:
                return "path";
            case NodeKind::literal:
                return node.constant.is_text()     ? "string"
                       : node.constant.is_number() ? "number"
                                                   : "value";
            case NodeKind::variable:
                return "variable";
            case NodeKind::descendant:
                return "descendant";
            case NodeKind::regex:
                return "regex";
            case NodeKind::binary:
                return "binary";
            case NodeKind::negate:
            case NodeKind::array:
            case NodeKind::object:
                return "unary";
            case NodeKind::condition:
                return "condition";
            case NodeKind::lambda:
                return "lambda";
            case NodeKind::call:
                return "function";
            case NodeKind::partial:
                return "partial";
            case NodeKind::apply:
                return "apply";
            case NodeKind::bind:
                return "bind";
            case NodeKind::transform:
                return "transform";
            case NodeKind::sort:
                return "sort";
            case NodeKind::block:
                return "block";
            default:
                return "operator";
        }
    }

    int labels_ = 0;
};

}  // namespace

NodePtr shape(NodePtr written) { return Shaper().run(std::move(written)); }

}  // namespace stepwell::jsonata
