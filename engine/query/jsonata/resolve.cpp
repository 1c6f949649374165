#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query/jsonata/builtin.hpp"
#include "engine/query/jsonata/syntax.hpp"

/// Binds names to places before anything is evaluated: a variable is a slot in a frame so many hops
/// outwards, or a built-in function, or comes from outside.
namespace stepwell::jsonata {

namespace {

using Names = std::vector<std::string>;

void add_name(Names& names, const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
    }
}

std::uint32_t slot_of(const Names& names, const std::string& name) {
    return static_cast<std::uint32_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// Frames as they will be at run time, the innermost last. A block without variables has none.
struct Scope {
    const Scope* parent;
    const Names* names;
};

std::size_t first_tuple_step(const Node& path) {
    for (std::size_t i = 0; i < path.children.size(); ++i) {
        if (path.children[i]->tuple) return i;
    }
    return Node::kNever;
}

/// The node whose tuples a step gives, or null.
const Node* tuple_source(const Node& step) {
    if (!step.tuple) return nullptr;
    if (step.kind == NodeKind::path) return &step;
    if (step.kind != NodeKind::block || step.children.empty()) return nullptr;
    return tuple_source(*step.children.back());
}

/// The variables of a path's tuples: focus, index and ancestor of each step, and those of the tuple
/// streams that its steps give.
void add_tuple_names(Names& names, const Node& path) {
    for (const NodePtr& step : path.children) {
        if (const Node* source = tuple_source(*step)) add_tuple_names(names, *source);
        add_name(names, step->focus);
        add_name(names, step->index);
        if (step->ancestor) add_name(names, step->ancestor->label);
        for (const Stage& stage : step->stages) add_name(names, stage.index);
    }
}

/// Adds what `node` binds with `:=` in the frame around it.
void add_bound_names(Names& names, const Node& node) {
    if (node.kind == NodeKind::bind) add_name(names, node.text);
    const bool own_frame = node.kind == NodeKind::block || node.kind == NodeKind::lambda;
    const std::size_t last = node.kind == NodeKind::path
                                 ? std::min(first_tuple_step(node), node.children.size())
                                 : node.children.size();
    if (!own_frame) {
        for (std::size_t i = 0; i < last; ++i) add_bound_names(names, *node.children[i]);
    }
    const bool has_tuples = last < node.children.size();
    for (const NodePtr& predicate : node.predicates) add_bound_names(names, *predicate);
    for (const Stage& stage : node.stages) {
        if (stage.filter) add_bound_names(names, *stage.filter);
    }
    for (const Group* group : {node.members.get(), has_tuples ? nullptr : node.group.get()}) {
        if (group == nullptr) continue;
        for (const auto& [key, value] : group->pairs) {
            add_bound_names(names, *key);
            add_bound_names(names, *value);
        }
    }
    for (const SortTerm& term : node.terms) add_bound_names(names, *term.expression);
}

class Resolver {
public:
    explicit Resolver(Program& program) : program_(program) {}

    void run() {
        add_bound_names(program_.frame_names, *program_.root);
        const Scope scope{nullptr, &program_.frame_names};
        visit(*program_.root, program_.frame_names.empty() ? nullptr : &scope, Context::top);
    }

private:
    /// What `$` and field names refer to.
    enum class Context { top, item };

    void visit(Node& node, const Scope* scope, Context context) {
        switch (node.kind) {
            case NodeKind::variable:
                variable(node, scope, context);
                break;
            case NodeKind::parent:
                find_places(node, node.ancestor->label, scope);
                break;
            case NodeKind::name:
                if (context == Context::top) add_name(references().bare_fields, node.text);
                break;
            case NodeKind::bind:
                if (!node.text.empty()) node.target = nearest(node.text, scope);
                visit(*node.children[0], scope, context);
                break;
            case NodeKind::path:
                path(node, scope, context);
                break;
            case NodeKind::block:
            case NodeKind::lambda:
                framed(node, scope, context);
                break;
            case NodeKind::object:
                group(*node.members, scope, context);
                break;
            case NodeKind::transform:
                for (const NodePtr& child : node.children) visit(*child, scope, Context::item);
                break;
            default:
                for (const NodePtr& child : node.children) visit(*child, scope, context);
        }
        if (node.kind != NodeKind::path) after(node, scope);
    }

    References& references() { return program_.references; }

    /// Predicates and grouping of what is no path.
    void after(Node& node, const Scope* scope) {
        const Node* source = tuple_source(node);
        const Scope tuples{scope, source != nullptr ? &source->frame_names : nullptr};
        for (const NodePtr& predicate : node.predicates) {
            visit(*predicate, source != nullptr ? &tuples : scope, Context::item);
        }
        if (node.group) group(*node.group, source != nullptr ? &tuples : scope, Context::item);
    }

    void group(Group& group, const Scope* scope, Context context) {
        for (const auto& [key, value] : group.pairs) {
            visit(*key, scope, context);
            visit(*value, scope, context);
        }
    }

    void framed(Node& node, const Scope* scope, Context context) {
        for (const std::string& parameter : node.parameters) {
            node.frame_names.push_back(parameter);  // twice the same: the last one counts
        }
        for (const NodePtr& child : node.children) add_bound_names(node.frame_names, *child);
        const Scope own{scope, &node.frame_names};
        for (const NodePtr& child : node.children) {
            visit(*child, node.frame_names.empty() ? scope : &own, context);
        }
    }

    void path(Node& node, const Scope* scope, Context context) {
        node.first_tuple = first_tuple_step(node);
        const bool has_tuples = node.first_tuple != Node::kNever;
        if (has_tuples) add_tuple_names(node.frame_names, node);
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            if (i < node.first_tuple) continue;
            Names bound;
            add_bound_names(bound, *node.children[i]);
            node.children[i]->binds = !bound.empty();
            for (const std::string& name : bound) add_name(node.frame_names, name);
        }
        if (has_tuples && node.group) {
            for (const auto& [key, value] : node.group->pairs) {
                add_bound_names(node.frame_names, *key);
                add_bound_names(node.frame_names, *value);
            }
        }
        states_member(node, scope);
        const Scope tuples{scope, &node.frame_names};
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            const Scope* around = i >= node.first_tuple ? &tuples : scope;
            step(*node.children[i], node, around, i == 0 ? context : Context::item);
        }
        node.plain = node.children.size() == 1 && node.children.front()->plain && !has_tuples &&
                     is_unmarked(node) && !node.keep_singleton;
        for (const NodePtr& predicate : node.predicates) visit(*predicate, scope, Context::item);
        if (node.group) group(*node.group, has_tuples ? &tuples : scope, Context::item);
    }

    static bool is_unmarked(const Node& node) {
        return node.predicates.empty() && node.stages.empty() && !node.group && !node.keep_array &&
               !node.tuple;
    }

    void step(Node& step, const Node& path, const Scope* scope, Context context) {
        step.plain = step.kind == NodeKind::name && is_unmarked(step);
        visit(step, scope, context);
        if (const Node* source = tuple_source(step)) {
            for (const std::string& name : source->frame_names) {
                step.merged_slots.push_back(slot_of(path.frame_names, name));
            }
        }
        if (!step.focus.empty()) step.focus_slot = slot_of(path.frame_names, step.focus);
        if (!step.index.empty()) step.index_slot = slot_of(path.frame_names, step.index);
        if (step.ancestor) step.ancestor_slot = slot_of(path.frame_names, step.ancestor->label);
        for (Stage& stage : step.stages) {
            if (stage.filter) {
                visit(*stage.filter, scope, Context::item);
            } else {
                stage.index_slot = slot_of(path.frame_names, stage.index);
            }
        }
        for (const SortTerm& term : step.terms) visit(*term.expression, scope, Context::item);
    }

    /// `$states.input` at the beginning of a path: the other members are not needed.
    void states_member(Node& path, const Scope* scope) {
        Node& first = *path.children.front();
        if (!is_states(first, scope)) return;
        const bool plain = first.predicates.empty() && first.stages.empty() && !first.group &&
                           first.focus.empty() && path.children.size() > 1 &&
                           path.children[1]->kind == NodeKind::name;
        if (plain) first.states_member = path.children[1]->text;
    }
    bool is_states(const Node& node, const Scope* scope) const {
        return program_.dialect == Dialect::aws && node.kind == NodeKind::variable &&
               node.text == "states" && !is_bound(node.text, scope);
    }

    static bool is_bound(const std::string& name, const Scope* scope) {
        for (; scope != nullptr; scope = scope->parent) {
            if (slot_of(*scope->names, name) < scope->names->size()) return true;
        }
        return false;
    }

    static void find_places(Node& node, const std::string& name, const Scope* scope) {
        for (std::uint32_t hops = 0; scope != nullptr; scope = scope->parent, ++hops) {
            // A parameter given twice has the last argument.
            const auto found = std::find(scope->names->rbegin(), scope->names->rend(), name);
            if (found == scope->names->rend()) continue;
            const auto slot = static_cast<std::uint32_t>(scope->names->rend() - found - 1);
            node.places.push_back({hops, slot});
        }
    }

    /// Where `:=` binds: the innermost frame, which add_bound_names has made room in.
    static Place nearest(const std::string& name, const Scope* scope) {
        return {0, slot_of(*scope->names, name)};
    }

    void variable(Node& node, const Scope* scope, Context context) {
        if (node.text.empty()) {
            if (context == Context::top) references().top_input = true;
            return;
        }
        find_places(node, node.text, scope);
        const bool states = is_states(node, scope);
        if (node.text == "$" && node.places.empty()) references().top_input = true;
        if (!program_.nested) {
            if (const Builtin* builtin = find_builtin(node.text, program_.dialect))
                node.constant = Value::of(builtin);
        }
        const auto known = std::find(program_.globals.begin(), program_.globals.end(), node.text);
        node.global = static_cast<std::uint32_t>(known - program_.globals.begin());
        if (known == program_.globals.end()) program_.globals.push_back(node.text);
        if (states) {
            add_name(references().states_members,
                     node.states_member.empty() ? "*" : node.states_member);
        } else if (node.places.empty() && node.text != "$") {
            add_name(references().variables, node.text);
        }
    }

    Program& program_;
};

}  // namespace

void resolve(Program& program) { Resolver(program).run(); }

}  // namespace stepwell::jsonata
