#pragma once

#include <memory>

#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/messages.hpp"
#include "engine/store.hpp"

namespace stepwell {

/// What becomes of an execution that is closed: it is only said that it is, or folded for a
/// redrive.
enum class IfClosed { say_so, fold };

/// Reads an execution as last committed and folds its journal: what a restart and the return of a
/// parked execution have in common. Blocks; never throws. An Express execution has no journal: it
/// comes back as not begun. design.md, "How recovery rebuilds each kind of wait".
LoadResult load_execution(const Store& store, DefinitionCache& definitions, ExecutionKey key,
                          std::shared_ptr<const TokenMint> tokens, double wait_time_scale,
                          IfClosed if_closed = IfClosed::say_so);

}  // namespace stepwell
