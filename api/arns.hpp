#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/errors.hpp"
#include "engine/base/arn.hpp"

namespace stepwell::api {

/// `…:stateMachine:NAME`, perhaps qualified. API Reference, StartExecution, "qualified state
/// machine ARN".
struct StateMachineArn {
    Arn arn;           ///< as given
    std::string text;  ///< as given
    std::string name;
    std::string label;      ///< of `NAME/LABEL`, a Distributed Map state; empty: none
    std::string qualifier;  ///< of `NAME:QUALIFIER`, a version or an alias; empty: none

    bool qualified() const { return !label.empty() || !qualifier.empty(); }
    /// The ARN of the machine alone.
    std::string unqualified() const;
    /// The number of the version that the qualifier names; nullopt where it is none, or an alias.
    std::optional<std::int64_t> version() const;
    /// The name of the alias that the qualifier names; "" where it is none, or a version.
    std::string alias() const { return version() ? std::string() : qualifier; }
};

/// InvalidArn where the text is no ARN, or names something else than a state machine.
Checked<StateMachineArn> parse_state_machine_arn(std::string_view text);

/// The same without a label: what Start-, Update-, Describe- and DeleteStateMachine take.
/// ValidationException, reason API_DOES_NOT_SUPPORT_LABELED_ARNS, otherwise.
Checked<StateMachineArn> parse_unlabeled_state_machine_arn(std::string_view text);

/// `…:stateMachine:NAME:NUMBER`, `…:stateMachine:NAME:ALIAS`. InvalidArn for all else.
Checked<StateMachineArn> parse_version_arn(std::string_view text);
Checked<StateMachineArn> parse_alias_arn(std::string_view text);

/// The ARN of what may have tags: `…:stateMachine:NAME`, `…:activity:NAME`. ResourceNotFound where
/// it is a part of one (a version, an alias, a labelled Map state), InvalidArn for all else.
Checked<std::string> parse_taggable_arn(std::string_view text);

/// `…:execution:MACHINE:NAME` or `…:execution:MACHINE/LABEL:NAME`. InvalidArn for all else,
/// executions of EXPRESS machines ("Resource type not valid in this context: express") among it.
Checked<std::string> parse_execution_arn(std::string_view text);

/// `…:activity:NAME`.
Checked<std::string> parse_activity_arn(std::string_view text);

/// `…:mapRun:MACHINE/LABEL:UUID`.
Checked<std::string> parse_map_run_arn(std::string_view text);

/// `arn:…:iam:…:role/NAME`, the role of a state machine.
Checked<std::string> parse_role_arn(std::string_view text);

/// InvalidName where a state machine or an execution may not be called so. API Reference,
/// CreateStateMachine, `name`.
Checked<std::string> parse_name(std::string_view text);

}  // namespace stepwell::api
