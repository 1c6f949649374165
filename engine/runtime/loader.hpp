#pragma once

#include <memory>

#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/messages.hpp"
#include "engine/store.hpp"

namespace stepwell {

/// Reads an execution as last committed and folds its journal: what a restart and the return of a
/// parked execution have in common. Blocks; never throws. An Express execution has no journal: it
/// comes back as not begun. design.md, "How recovery rebuilds each kind of wait".
LoadResult load_execution(const Store& store, DefinitionCache& definitions, ExecutionKey key,
                          std::shared_ptr<const TokenMint> tokens, double wait_time_scale);

}  // namespace stepwell
