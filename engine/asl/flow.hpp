#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/asl/assign.hpp"
#include "engine/asl/fields.hpp"
#include "engine/asl/model.hpp"
#include "engine/asl/problems.hpp"

namespace stepwell::asl {

/// The most scopes (machine, branch, item processor …) within each other. AWS has a limit of its
/// own that is not published; this one keeps recursion shallow.
inline constexpr std::size_t kMaxFlowDepth = 50;

/// What is known while one definition is read: shared by all its scopes.
struct Definition {
    Problems problems;
    StateMachine machine;
    QueryLanguage language = QueryLanguage::json_path;
    std::unordered_set<std::string>
        state_names;  ///< of all scopes: they are unique in the whole machine
    std::unordered_set<std::string> labels;
    const SdkActions* sdk_actions = nullptr;  ///< null: any that is well-formed
    bool stored = false;                      ///< see parse_stored
};

class FlowReader;

/// What a scope inherits.
struct FlowContext {
    WorkflowType type = WorkflowType::standard;
    std::size_t depth = 0;
    /// The scope whose variables it sees beside its own; null for a machine, and for the children
    /// of a distributed Map, which are executions of their own.
    const FlowReader* outer_scope = nullptr;
    /// The state of that scope which holds this one.
    std::string_view within = {};
};

/// One `States` object with its `StartAt` while it is read: names become indexes, and the graph is
/// checked at the end.
class FlowReader {
public:
    /// Reads the scope's fields `StartAt` and `States` into `definition.machine`, and reports
    /// whatever is wrong with them and with the graph they make. `scope` holds no unchecked fields.
    static FlowIndex read(Definition& definition, const Fields& scope, FlowContext context);

    FlowReader(const FlowReader&) = delete;
    FlowReader& operator=(const FlowReader&) = delete;

    Definition& definition() { return definition_; }
    const FlowContext& context() const { return context_; }
    Problems& problems() { return definition_.problems; }
    /// As it stands in the definition.
    std::string_view name_of(StateIndex state) const { return states_[state - first_].name; }
    /// Whether a state of a scope around this one assigns the variable: one beside those that this
    /// scope is within, which do so only when it is over (OBSERVED, docs/observed.md).
    bool outer_scope_assigns(std::string_view name) const;

    /// Whether a state of this scope or of one around it assigns the variable.
    bool sees_assigned(std::string_view name) const;

    /// Where state `from` may go: the state of this scope that the string names, or a report of a
    /// missing target.
    std::optional<StateIndex> transition(StateIndex from, const std::string& target,
                                         const Location& where);
    /// State `from` can end the scope: Succeed, Fail or `End: true`.
    void ends(StateIndex from) { states_[from - first_].terminal = true; }

private:
    struct Node {
        std::string_view name;
        bool terminal = false;
        std::vector<StateIndex> next;
    };

    FlowReader(Definition& definition, FlowContext context)
        : definition_(definition), context_(context) {}

    void reserve(const Json::object_t& states);
    void read_states(const Json::object_t& states, const Location& where);
    void check_name(std::string_view name, const Location& where);
    /// Terminal state and reachability. Only where every state could be read: else what they say
    /// may be untrue.
    void check_graph(std::optional<StateIndex> start, const Location& states);
    std::vector<std::size_t> unreachable(std::optional<StateIndex> start) const;

    Definition& definition_;
    FlowContext context_;
    FlowIndex flow_ = 0;
    StateIndex first_ = 0;
    std::vector<Node> states_;
    std::unordered_map<std::string_view, StateIndex> indexes_;
    AssignedNames assigned_;
};

}  // namespace stepwell::asl
