#include <algorithm>

#include "engine/runtime/map_run.hpp"
#include "engine/runtime/messages.hpp"

// A Map Run that was redriven: what did not succeed goes on. Developer Guide, "Redriving Map Runs".
namespace stepwell {
namespace {

/// Children that are redriven at a time.
constexpr std::int64_t kChildrenAtOnce = 200;

}  // namespace

/// Those that did not succeed before the redrive, in the order of their start, as many as may be
/// under way. New ones come after them: Developer Guide, "Redriving Map Runs".
void MapRun::redrive_children() {
    if (progress_.executions.pending_redrive == 0 || redriving_ > 0) return;
    const std::int64_t room = std::min(room_for_children(), kChildrenAtOnce);
    if (room <= 0) return;
    const auto children =
        by_.store.pending_redrives(record_.key, redriven_up_to_, std::size_t(room));
    // Some could not be redriven though they wait: from the first again.
    if (children.empty()) astray_ = true;
    redriving_ = std::int64_t(children.size());
    for (const ExecutionRecord& child : children) {
        redriven_up_to_ = child.key;
        redrive_child(child);
    }
}

void MapRun::redrive_child(const ExecutionRecord& child) {
    const auto report = [queue = queue_, under_way = queue_->under_way(),
                         self = weak_from_this()](Outcome outcome) {
        const auto run = self.lock();
        if (!run) return;
        queue->post(run->here([outcome](MapRun& redriver) { redriver.child_redriven(outcome); }));
    };
    const ExecutionKey key = child.key;
    if (child.type == WorkflowType::express) {
        return by_.store.redrive_child(record_.key, key, ChildRedrive::begins_anew,
                                       [report, key, wake = by_.wake_child](Outcome outcome) {
                                           if (outcome == Outcome::committed) wake(key);
                                           report(outcome);
                                       });
    }
    by_.redrive_child(key,
                      [report, key, run = record_.key, &store = by_.store](RedriveEnded ended) {
                          if (ended.outcome != Outcome::committed) return report(ended.outcome);
                          // What runs, or has succeeded, is not waiting.
                          if (ended.redrivability == Redrivability::redrivable ||
                              ended.redrivability == Redrivability::running ||
                              ended.redrivability == Redrivability::succeeded)
                              return report(Outcome::committed);
                          store.redrive_child(run, key, ChildRedrive::not_redrivable, report);
                      });
}

void MapRun::child_redriven(Outcome outcome) {
    --redriving_;
    // Nobody knows, or it could not be stored: begin again from what is.
    if (outcome != Outcome::committed && outcome != Outcome::conflict) astray_ = true;
}

}  // namespace stepwell
