#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/random.hpp"
#include "engine/machine/execution.hpp"
#include "engine/runtime/child_inputs.hpp"
#include "engine/runtime/event_log.hpp"
#include "engine/runtime/map_runs.hpp"

namespace stepwell {

class PendingInputs;

/// How many children of one run are under way at most, whatever MaxConcurrency says. Developer
/// Guide, "Service quotas": 10,000.
inline constexpr std::int64_t kMostChildren = 10'000;

/// One Map Run under way. Everything runs on the thread of MapRuns; what comes back from elsewhere
/// comes through its queue and finds a run that is gone not there.
class MapRun : public std::enable_shared_from_this<MapRun> {
public:
    /// Throws std::runtime_error where what is stored of it is not ours.
    MapRun(const MapRunSurroundings& by, std::shared_ptr<MapRunQueue> queue, MapRunRecord record,
           std::uint64_t seed);

    enum class Next {
        wait,           ///< until something changes
        wait_and_look,  ///< the same, but look now and then
        begin_again,    ///< from what is stored: this one is astray
        redriven,       ///< the same, and at once: it was redriven
        forget,         ///< nothing is left to do
    };
    /// Looks at the store and does what is to be done next.
    Next look();
    /// Whether it is wanted still: an internal error ends an execution without stopping its runs.
    void look_at_parent();
    /// After one that was astray: children may be stored that nobody was told of.
    void wake_children();
    void give_up();

private:
    using Moment = std::chrono::steady_clock::time_point;

    /// A job that is done only while the run is there.
    template <class Job>
    std::function<void()> here(Job job) {
        return [self = weak_from_this(), job = std::move(job)]() mutable {
            if (const auto run = self.lock()) {
                job(*run);
                run->queue_->changed(run->record_.key);
            }
        };
    }

    MapRunItems& items() { return inputs_->items(); }
    const MapRunItems& items() const { return inputs_->items(); }

    void go_on();
    void fail(StateError error);
    void store_failure();
    bool exceeds_tolerance() const;
    /// Nobody waits for its children.
    bool stopped() const { return progress_.stopping || unwanted_; }
    void for_each_running_child(const std::function<void(ExecutionKey)>& visit);
    void stop_children();
    void read_page();
    void page_read(Evaluated<ItemPage> page);
    void start_children();
    std::int64_t room_for_children() const;
    void redrive_children();
    void redrive_child(const ExecutionRecord& child);
    void child_redriven(Outcome outcome);
    /// How many items in hand the next child takes; 0: more are to be read, or selected, first.
    std::size_t next_batch();
    void select(std::size_t at);
    void selected(std::size_t at, Evaluated<Json> value);
    void fill(ChildrenStart& start);
    ExecutionRecord new_child(const Payload& input, std::size_t count);
    void children_stored(Outcome outcome);

    void finish();
    bool exports() const;
    ChildResult result_of(ExecutionRecord child) const;
    void export_results();
    std::function<ResultWrite::Pending> pending_inputs();
    void gather_results(MapRunEnd& over);
    void end(MapRunEnd over);
    void tell_parent();
    StateError located(StateError error) const;

    const MapRunSurroundings& by_;
    const std::shared_ptr<MapRunQueue> queue_;
    MapRunRecord record_;
    MapRunPlan plan_;
    std::shared_ptr<const asl::StateMachine> definition_;
    std::shared_ptr<const EventLogging> logging_;  ///< of the machine, so of the children, too
    const asl::MapState* state_ = nullptr;
    std::string role_arn_;
    std::string test_case_;  ///< of the parent: its mocks answer the children, too
    Owner owner_;
    RandomBits random_;
    std::optional<ChildInputs> inputs_;  ///< there once it is made
    MapRunProgress progress_;

    bool unwanted_ = false;  ///< also where its parent is over and did not stop it
    bool reading_ = false;
    ItemReader::GiveUp stop_reading_;
    bool selecting_ = false;
    bool starting_ = false;            ///< children are being stored
    std::int64_t redriving_ = 0;       ///< children are being redriven
    ExecutionKey redriven_up_to_ = 0;  ///< the last of those
    bool writing_ = false;             ///< results are being exported
    ResultWriter::GiveUp stop_writing_;
    std::optional<Json> written_;             ///< what the export came to
    std::shared_ptr<PendingInputs> pending_;  ///< what it has beside the children
    bool ending_ = false;
    bool astray_ = false;  ///< what is in memory may not be what is stored
    std::optional<StateError> failure_;
    bool storing_failure_ = false;
    bool failure_stored_ = false;       ///< so children may be stopped for it
    std::optional<Moment> stopped_at_;  ///< when the children were last told
    std::optional<Moment> told_at_;     ///< when the parent was
};

}  // namespace stepwell
