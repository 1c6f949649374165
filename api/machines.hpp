#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "api/arns.hpp"
#include "api/call.hpp"
#include "engine/asl/parser.hpp"

namespace stepwell::api {

/// Parses what a caller sent; InvalidDefinition with all errors. Takes milliseconds for a large
/// definition: for reader threads.
Checked<DefinitionCache::Definition> parse_definition(std::string_view text, WorkflowType type);

/// Hands on the compiled definition of a machine: here and now from the cache, else on a reader
/// thread, which parses it. A stored definition that no longer parses is our failure, not the
/// caller's: `next` is not called then.
void with_definition(const CallPtr& call, std::shared_ptr<const StateMachineRecord> machine,
                     std::function<void(DefinitionCache::Definition)> next);

/// The machine that this ARN names as it stands, not one of its versions: ACTIVE, or else why not
/// (StateMachineDoesNotExist, StateMachineDeleting). Served from memory.
Checked<std::shared_ptr<const StateMachineRecord>> find_active_machine(Call& call,
                                                                       const StateMachineArn& arn);

/// The same, whatever its status.
Checked<std::shared_ptr<const StateMachineRecord>> find_machine(Call& call,
                                                                const StateMachineArn& arn);

/// A new version 4 UUID, for names, ARNs and revision ids.
std::string new_uuid();

/// "STANDARD", "EXPRESS".
std::string_view type_text(WorkflowType type);

}  // namespace stepwell::api
