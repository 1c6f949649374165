#pragma once

#include "engine/items.hpp"
#include "integrations/items/object_store.hpp"

namespace stepwell::items {

/// How large one file of results may become before the next one begins.
/// Developer Guide, "ResultWriter (Map)": files of up to 5 GB.
inline constexpr std::uint64_t kMaxResultFileBytes = 5'000'000'000;

/// Writes the results of a Map Run: `PREFIX/RUN/SUCCEEDED_0.json`, `FAILED_0.json`,
/// `PENDING_0.json` … and `manifest.json`, which names them. Blocks. The ResultWriterDetails, or
/// States.ResultWriterFailed. `read_page` is for what is pending, which ends where the data set
/// cannot be read on: the run is over without it.
Evaluated<Json> export_results(ObjectStore& store, const ResultWrite& write,
                               const ResultWrite::ReadPage& read_page,
                               std::uint64_t max_file_bytes = kMaxResultFileBytes);

}  // namespace stepwell::items
