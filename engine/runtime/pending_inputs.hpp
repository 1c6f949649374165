#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/items.hpp"
#include "engine/runtime/child_inputs.hpp"

namespace stepwell {

/// The inputs of the children that a Map Run which failed or was stopped has not started, in their
/// order: what ResultWriter's PENDING files are made of. Developer Guide, "ResultWriter (Map)",
/// "Exporting to Amazon S3".
///
/// What was in hand is read again, so it shares nothing with the run. Used by one thread at a time,
/// which it blocks.
class PendingInputs {
public:
    /// `plan` must outlive it and what `inputs` was made of. `now`: what expressions see.
    PendingInputs(const MapRunPlan& plan, ChildInputs inputs, Owner owner, std::uint64_t seed,
                  TimePoint now);

    /// Some more; none at the end. The errors of the reader and of ItemSelector: asked again, it
    /// meets them again.
    Evaluated<std::vector<std::string>> next(const ResultWrite::ReadPage& read_page);
    /// How many items are in those that it has given.
    std::int64_t items() const { return items_; }

private:
    Evaluated<std::monostate> read(const ResultWrite::ReadPage& read_page);
    Evaluated<std::monostate> select(std::size_t at);

    const MapRunPlan& plan_;
    ChildInputs inputs_;
    const Owner owner_;
    RandomBits random_;
    const TimePoint now_;
    std::int64_t items_ = 0;
};

}  // namespace stepwell
