#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/items.hpp"
#include "engine/runtime/activity.hpp"
#include "engine/store.hpp"

namespace stepwell {

struct ChildBegins;
struct RedriveEnded;
struct MapRunOverInput;
class DefinitionCache;
class EngineClock;
class ExecutionKeys;
class MapRun;
class SlowLane;

/// What the Map Runs of a runtime share. All of it is thread-safe and outlives them.
struct MapRunSurroundings {
    Store& store;
    const EngineClock& clock;
    ExecutionKeys& keys;
    DefinitionCache& definitions;
    SlowLane& slow_lane;
    ItemReader* reader = nullptr;    ///< null: data sets cannot be read
    ResultWriter* writer = nullptr;  ///< null: results cannot be exported
    /// To the shards. Called on any thread, and by what may outlive the runtime.
    std::function<void(ChildBegins)> child_begins;
    std::function<void(ExecutionKey)> stop_child;
    std::function<void(ExecutionKey)> wake_child;
    std::function<void(ExecutionKey, std::function<void(RedriveEnded)>)> redrive_child;
    std::function<void(MapRunOverInput)> tell_parent;
};

/// The jobs of the thread of MapRuns: shared with those who report back, for they may outlive it.
/// Once closed it drops what comes.
class MapRunQueue {
public:
    explicit MapRunQueue(std::shared_ptr<Activity> activity) : activity_(std::move(activity)) {}
    MapRunQueue(const MapRunQueue&) = delete;
    MapRunQueue& operator=(const MapRunQueue&) = delete;

    void post(std::function<void()> job);
    /// Something about a run has changed in the store. Many such reports of one run are one job.
    void changed(MapRunKey run);
    void changed(std::string arn);
    void all_changed();

    struct Taken {
        std::deque<std::function<void()>> jobs;
        std::set<MapRunKey> runs;
        std::set<std::string> arns;
        bool all = false;
        bool closed = false;
        std::int64_t count() const {
            return std::int64_t(jobs.size() + runs.size() + arns.size()) + (all ? 1 : 0);
        }
    };
    /// Waits for something at most so long, or, without a value, for ever.
    Taken take(std::optional<std::chrono::milliseconds> wait);
    void done(const Taken& taken) { activity_->end(taken.count()); }
    /// Something is under way, as long as what this gives is held.
    std::shared_ptr<const void> under_way() {
        activity_->begin();
        return {this, [activity = activity_](const void*) { activity->end(); }};
    }
    void close();

private:
    const std::shared_ptr<Activity> activity_;
    std::mutex mutex_;
    std::condition_variable came_;
    Taken waiting_;
};

/// The Map Runs that are under way: one thread, on which each is an actor beside its parent.
/// design.md, "How recovery rebuilds each kind of wait".
///
/// What a run knows of its children stands in the store, in tallies that change with each child's
/// last Step. So a report that a child has ended says no more than "look again", and a restart
/// begins by looking, too.
class MapRuns {
public:
    MapRuns(MapRunSurroundings surroundings, std::shared_ptr<MapRunQueue> queue,
            std::uint64_t random_seed);
    MapRuns(const MapRuns&) = delete;
    MapRuns& operator=(const MapRuns&) = delete;
    ~MapRuns() { stop(); }

    /// Takes up what the store has: at the start, and after a reset that failed.
    void recover();
    /// Forgets all runs: a reset.
    void drop_all();
    void stop();

private:
    void run();
    void work(MapRunQueue::Taken& taken);
    static void guarded(const std::function<void()>& job);
    void look(MapRunKey key);
    std::shared_ptr<MapRun> take_up(MapRunKey key);
    void look_at_open_runs();

    const MapRunSurroundings by_;
    const std::shared_ptr<MapRunQueue> queue_;
    std::map<MapRunKey, std::shared_ptr<MapRun>> runs_;
    std::set<MapRunKey> look_again_;  ///< now and then, though nothing is reported
    std::set<MapRunKey> astray_;      ///< to be taken up again from what is stored
    std::chrono::steady_clock::time_point next_look_{};
    std::uint64_t seed_;
    std::thread thread_;
};

}  // namespace stepwell
