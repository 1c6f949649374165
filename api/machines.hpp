#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "api/arns.hpp"
#include "api/call.hpp"
#include "engine/asl/parser.hpp"

namespace stepwell::api {

/// Parses what a caller sent; InvalidDefinition with all errors. Takes milliseconds for a large
/// definition: for reader threads. `sdk_actions` as asl::parse has them.
Checked<DefinitionCache::Definition> parse_definition(std::string_view text, WorkflowType type,
                                                      const asl::SdkActions* sdk_actions);

/// Hands on the compiled definition of a machine: here and now from the cache, else on a reader
/// thread, which parses it. A stored definition that no longer parses is our failure, not the
/// caller's: `next` is not called then.
void with_definition(const CallPtr& call, std::shared_ptr<const StateMachineRecord> machine,
                     std::function<void(DefinitionCache::Definition)> next);

/// What an ARN stands for, and what a start runs on.
struct Target {
    std::shared_ptr<const StateMachineRecord> machine;  ///< or a version of it
    std::string alias;                                  ///< that chose the version; empty: none
};

/// The machine that an ARN names, or the version, or one that the alias chooses, at random and
/// according to its weights. StateMachineDoesNotExist, with the ARN, where there is none;
/// StateMachineDeleting unless the machine is ACTIVE. Reads the store: for reader threads where the
/// ARN is qualified.
Checked<Target> find_active_target(Call& call, const StateMachineArn& arn);
/// The same to be looked at, whatever the machine's status; of an alias the version that it names
/// first.
Checked<std::shared_ptr<const StateMachineRecord>> find_described(Call& call,
                                                                  const StateMachineArn& arn);

/// The ARN of a version of a machine, or of an alias.
std::string qualified_arn(std::string_view state_machine_arn, std::int64_t version);
std::string qualified_arn(std::string_view state_machine_arn, std::string_view alias);

/// The compiled definition of a machine, for reader threads: from the cache, or parsed here. Null
/// where a stored definition no longer parses.
DefinitionCache::Definition definition_of(Call& call,
                                          std::shared_ptr<const StateMachineRecord> machine);

/// The machine that this ARN names as it stands, not one of its versions: ACTIVE, or else why not
/// (StateMachineDoesNotExist, StateMachineDeleting). Served from memory.
Checked<std::shared_ptr<const StateMachineRecord>> find_active_machine(Call& call,
                                                                       const StateMachineArn& arn);

/// The same, whatever its status.
Checked<std::shared_ptr<const StateMachineRecord>> find_machine(Call& call,
                                                                const StateMachineArn& arn);

/// When a version that is published now is: after its machine was created, if only by a
/// millisecond. One as old as its machine is the one that CreateStateMachine published.
TimePoint publication_time(const Clock& clock, const StateMachineRecord& machine);

/// ServiceQuotaExceededException: the machine has kMaxVersions.
ApiError too_many_versions(std::string_view state_machine_arn);

/// A new version 4 UUID, for names, ARNs and revision ids.
std::string new_uuid();

/// "STANDARD", "EXPRESS".
std::string_view type_text(WorkflowType type);

}  // namespace stepwell::api
