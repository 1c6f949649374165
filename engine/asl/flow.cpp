#include "engine/asl/flow.hpp"

#include <utility>

#include "engine/asl/states.hpp"
#include "engine/base/json_syntax.hpp"

namespace stepwell::asl {
namespace {
/// Service quotas, "Quotas related to state machines" [m: StateName].
constexpr std::size_t kMaxStateName = 80;
}  // namespace

FlowIndex FlowReader::read(Definition& definition, const Fields& scope, FlowContext context) {
    FlowReader flow(definition, context);
    flow.flow_ = static_cast<FlowIndex>(definition.machine.flows.size());
    definition.machine.flows.emplace_back();
    if (context.depth > kMaxFlowDepth) {
        definition.problems.error(codes::kTooDeep, "States are too deeply nested", scope.where());
        return flow.flow_;
    }
    const Json* states = scope.find("States");
    const Location where = scope.at("States");
    const std::size_t before = definition.problems.unreadable();
    std::optional<Fields> members;
    if (states != nullptr)
        members = Fields::of(*states, where, definition.language, definition.problems);
    if (members && members->members().empty()) {
        definition.problems.schema("Value cannot be empty", where);
        members.reset();
    }
    if (members) flow.reserve(members->members());
    std::optional<StateIndex> start;
    const std::string* start_at = scope.string("StartAt");
    if (start_at != nullptr && members) {
        const auto found = flow.indexes_.find(*start_at);
        if (found != flow.indexes_.end()) {
            start = found->second;
            definition.machine.flows[flow.flow_].start_at = *start;
        } else {
            definition.problems.error(codes::kMissingTarget, "Missing 'Next' target: " + *start_at,
                                      scope.at("StartAt"));
        }
    }
    if (members) {
        flow.read_states(members->members(), where);
        if (start_at != nullptr && definition.problems.unreadable() == before)
            flow.check_graph(start, where);
    }
    return flow.flow_;
}

bool FlowReader::outer_scope_assigns(std::string_view name) const {
    for (const FlowReader* inner = this; inner->context_.outer_scope != nullptr;
         inner = inner->context_.outer_scope) {
        const AssignedNames& assigned = inner->context_.outer_scope->assigned_;
        const auto found = assigned.find(name);
        if (found != assigned.end() && found->second != inner->context_.within) return true;
    }
    return false;
}

bool FlowReader::sees_assigned(std::string_view name) const {
    for (const FlowReader* scope = this; scope != nullptr; scope = scope->context_.outer_scope) {
        if (scope->assigned_.contains(name)) return true;
    }
    return false;
}

void FlowReader::reserve(const Json::object_t& states) {
    first_ = static_cast<StateIndex>(definition_.machine.states.size());
    definition_.machine.states.resize(first_ + states.size());
    states_.reserve(states.size());
    indexes_.reserve(states.size());
    for (const auto& [name, unused] : states) {
        indexes_.emplace(name, static_cast<StateIndex>(first_ + states_.size()));
        states_.push_back({name, false, {}});
    }
    assigned_ = assigned_names(states);
}

void FlowReader::read_states(const Json::object_t& states, const Location& where) {
    StateIndex index = first_;
    for (const auto& [name, value] : states) {
        const Location place(where, name);
        check_name(name, place);
        State state = read_state(*this, index, value, place);
        state.name = name;
        state.flow = flow_;
        definition_.machine.states[index] = std::move(state);
        ++index;
    }
}

void FlowReader::check_name(std::string_view name, const Location& where) {
    if (name.empty()) {
        problems().error(codes::kInvalidStateName, "Invalid State name: State name cannot be empty",
                         where);
    } else if (utf16_length(name) > kMaxStateName) {
        problems().error(codes::kInvalidStateName,
                         "Invalid State name: State '" + std::string(name) +
                             "' exceeds the 80-character limit allowed by the service",
                         where);
    }
    if (!definition_.state_names.emplace(name).second) {
        problems().error(codes::kDuplicateState, "Duplicate State name: " + std::string(name),
                         where);
    }
}

std::optional<StateIndex> FlowReader::transition(StateIndex from, const std::string& target,
                                                 const Location& where) {
    const auto found = indexes_.find(target);
    if (found == indexes_.end()) {
        // AWS says 'Next' whatever the field: Next, Default, StartAt.
        problems().error(codes::kMissingTarget, "Missing 'Next' target: " + target, where);
        return std::nullopt;
    }
    states_[from - first_].next.push_back(found->second);
    return found->second;
}

void FlowReader::check_graph(std::optional<StateIndex> start, const Location& states) {
    bool ends = false;
    for (const Node& state : states_) ends = ends || state.terminal;
    if (!ends) {
        // OBSERVED: without a location, and nothing is said about reachability
        // (floci-io/floci#2786). docs/observed.md
        problems().error(codes::kMissingEnd, "Workflow has no terminal state");
        return;
    }
    for (const std::size_t lost : unreachable(start)) {
        const std::string_view name = states_[lost].name;
        problems().error(codes::kMissingTarget,
                         "State \"" + std::string(name) + "\" is not reachable.",
                         Location(states, name));
    }
}

/// OBSERVED: of states that lead to each other AWS names only the first (with a StartAt that does
/// not exist, only the head of the chain; aws-cloudformation/cfn-lint#4074). So: those that no
/// other state goes to, then, where a cycle leaves none such, the first of it in the text.
/// docs/observed.md
std::vector<std::size_t> FlowReader::unreachable(std::optional<StateIndex> start) const {
    std::vector<bool> reached(states_.size(), false);
    std::vector<std::size_t> waiting;
    const auto visit = [&](std::size_t from) {
        if (reached[from]) return;
        reached[from] = true;
        waiting.push_back(from);
        while (!waiting.empty()) {
            const Node& state = states_[waiting.back()];
            waiting.pop_back();
            for (const StateIndex next : state.next) {
                const std::size_t to = next - first_;
                if (reached[to]) continue;
                reached[to] = true;
                waiting.push_back(to);
            }
        }
    };
    std::vector<bool> entered(states_.size(), false);
    for (std::size_t from = 0; from < states_.size(); ++from) {
        for (const StateIndex next : states_[from].next) {
            if (next - first_ != from) entered[next - first_] = true;
        }
    }
    if (start) visit(*start - first_);
    std::vector<bool> lost(states_.size(), false);
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (reached[i] || entered[i]) continue;
        lost[i] = true;
        visit(i);
    }
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (reached[i]) continue;
        lost[i] = true;
        visit(i);
    }
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < lost.size(); ++i) {
        if (lost[i]) out.push_back(i);
    }
    return out;
}

}  // namespace stepwell::asl
