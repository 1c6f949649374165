#pragma once

#include <cstddef>
#include <memory>
#include <variant>

#include "engine/asl/model.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/random.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/machine/map_run_plan.hpp"
#include "engine/machine/question.hpp"
#include "engine/runtime/map_run_items.hpp"

namespace stepwell {

/// What the children of a Map Run get: its items, as ItemSelector and ItemBatcher make them.
/// Developer Guide, "ItemSelector" and "ItemBatcher".
///
/// It reads nothing and waits for nothing: whoever uses it does what it asks for. Used by one
/// thread.
class ChildInputs {
public:
    /// As far as `progress` says that children have been started. `plan` must outlive it, `state`
    /// is of the definition.
    ChildInputs(const MapRunPlan& plan, std::shared_ptr<const asl::StateMachine> definition,
                const asl::MapState& state, const MapRunProgress& progress);

    MapRunItems& items() { return items_; }
    const MapRunItems& items() const { return items_; }

    /// What is to be done for the next child to have its input.
    enum class Need {
        nothing,    ///< so many items in hand are its input
        page,       ///< more are to be read
        selection,  ///< that of the item at `at`
        no_child,   ///< there is none: all items have been given away
    };
    struct Next {
        Need need = Need::nothing;
        std::size_t count = 0;
        std::size_t at = 0;
    };
    Next next();

    /// What ItemSelector makes of the item in hand at `at`: in JSONPath the value, in JSONata a
    /// question. It is told with `selected`.
    std::variant<Evaluated<Json>, Question> selection(std::size_t at, RandomBits& random,
                                                      TimePoint now) const;
    void selected(std::size_t at, Json value);
    /// The error that a question without an answer is.
    static Evaluated<Json> value_of(Answer found);

    /// The input of a child that gets the first `count` items in hand.
    Payload input_of(std::size_t count) const;
    /// They have been given to it.
    void consume(std::size_t count);

private:
    Json context_of(std::size_t at) const;

    const MapRunPlan& plan_;
    const std::shared_ptr<const asl::StateMachine> definition_;
    const asl::MapState& state_;
    MapRunItems items_;
    // Of the batch that is being made, so that it is gone through once.
    std::size_t batch_count_ = 0;
    std::size_t batch_bytes_ = 0;
};

}  // namespace stepwell
