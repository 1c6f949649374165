#include "engine/runtime/map_runs.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "engine/base/random.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/map_run.hpp"
#include "engine/runtime/messages.hpp"

namespace stepwell {
namespace {

/// How often runs are looked at that wait for what may be lost: a child that is to stop, a parent
/// that is to take their end, a store that failed.
constexpr std::chrono::milliseconds kLookAgain{1000};
constexpr std::size_t kRunsPerRead = 256;

}  // namespace

void MapRunQueue::post(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    if (waiting_.closed) return;
    activity_->begin();
    waiting_.jobs.push_back(std::move(job));
    came_.notify_one();
}

void MapRunQueue::changed(MapRunKey run) {
    const std::lock_guard lock(mutex_);
    if (waiting_.closed || !waiting_.runs.insert(run).second) return;
    activity_->begin();
    came_.notify_one();
}

void MapRunQueue::changed(std::string arn) {
    const std::lock_guard lock(mutex_);
    if (waiting_.closed || !waiting_.arns.insert(std::move(arn)).second) return;
    activity_->begin();
    came_.notify_one();
}

void MapRunQueue::all_changed() {
    const std::lock_guard lock(mutex_);
    if (waiting_.closed || std::exchange(waiting_.all, true)) return;
    activity_->begin();
    came_.notify_one();
}

MapRunQueue::Taken MapRunQueue::take(std::optional<std::chrono::milliseconds> wait) {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return waiting_.closed || waiting_.count() > 0; };
    if (wait) {
        came_.wait_for(lock, *wait, something);
    } else {
        came_.wait(lock, something);
    }
    Taken taken = std::exchange(waiting_, {});
    waiting_.closed = taken.closed;
    return taken;
}

void MapRunQueue::close() {
    const std::lock_guard lock(mutex_);
    waiting_.closed = true;
    came_.notify_one();
}

MapRuns::MapRuns(MapRunSurroundings surroundings, std::shared_ptr<MapRunQueue> queue,
                 std::uint64_t random_seed)
    : by_(std::move(surroundings)), queue_(std::move(queue)), seed_(random_seed) {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "map-runs");
}

void MapRuns::recover() { queue_->all_changed(); }

void MapRuns::drop_all() {
    queue_->post([this] {
        for (const auto& [key, run] : runs_) run->give_up();
        runs_.clear();
        look_again_.clear();
        astray_.clear();
    });
}

void MapRuns::stop() {
    queue_->close();
    if (thread_.joinable()) thread_.join();
}

void MapRuns::run() {
    for (;;) {
        const bool idle = look_again_.empty() && astray_.empty();
        MapRunQueue::Taken taken = queue_->take(idle ? std::nullopt : std::optional(kLookAgain));
        if (!taken.closed) work(taken);
        queue_->done(taken);
        if (taken.closed) break;
    }
    for (const auto& [key, run] : runs_) run->give_up();
    runs_.clear();
}

/// Where our own bugs end: the run is looked at again, and what is stored of it is all there is.
void MapRuns::guarded(const std::function<void()>& job) {
    try {
        job();
    } catch (const std::exception& error) {
        spdlog::error("a Map Run: {}", error.what());
    }
}

void MapRuns::work(MapRunQueue::Taken& taken) {
    for (const auto& job : taken.jobs) guarded(job);
    for (const MapRunKey key : taken.runs) look(key);
    for (const std::string& arn : taken.arns) {
        try {
            if (const auto run = by_.store.find_map_run(arn)) look(run->key);
        } catch (const StorageError& error) {
            spdlog::error("a Map Run cannot be read now: {}", error.what());
            // It is found again among those that are open.
            queue_->all_changed();
        }
    }
    if (taken.all) look_at_open_runs();
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_) return;
    next_look_ = now + kLookAgain;
    std::set<MapRunKey> again = look_again_;
    again.insert(astray_.begin(), astray_.end());
    for (const MapRunKey key : again) look(key);
}

void MapRuns::look_at_open_runs() {
    try {
        MapRunKey after = 0;
        for (;;) {
            const std::vector<MapRunKey> page = by_.store.open_map_runs(after, kRunsPerRead);
            for (const MapRunKey key : page) {
                if (const auto run = runs_.find(key); run != runs_.end())
                    run->second->look_at_parent();
                look(key);
            }
            if (page.size() < kRunsPerRead) return;
            after = page.back();
        }
    } catch (const StorageError& error) {
        spdlog::error("Map Runs cannot be read now: {}", error.what());
    }
}

std::shared_ptr<MapRun> MapRuns::take_up(MapRunKey key) {
    auto record = by_.store.find_map_run(key);
    if (!record || record->progress.settled) return nullptr;
    const std::string arn = record->arn;
    const ExecutionKey parent = record->execution;
    try {
        auto run = std::make_shared<MapRun>(by_, queue_, *std::move(record), ++seed_);
        runs_.emplace(key, run);
        if (astray_.erase(key) > 0) run->wake_children();
        return run;
    } catch (const StorageError&) {
        throw;
    } catch (const std::exception& error) {
        // What is stored is not ours: it ends, and its parent is told so.
        spdlog::error("{} cannot go on: {}", arn, error.what());
        MapRunEnd end;
        end.status = MapRunStatus::failed;
        end.stop_date = by_.clock.now();
        end.error = std::string(state_errors::kRuntime);
        end.cause = std::string("An internal error ended this Map Run: ") + error.what();
        MapRunOverInput over;
        over.parent = parent;
        over.arn = arn;
        over.result = StateError{*end.error, *end.cause};
        by_.store.end_map_run(
            key, std::move(end),
            [tell = by_.tell_parent, over = std::move(over)](Outcome) { tell(over); });
        return nullptr;
    }
}

void MapRuns::look(MapRunKey key) {
    try {
        const auto found = runs_.find(key);
        const std::shared_ptr<MapRun> run = found != runs_.end() ? found->second : take_up(key);
        look_again_.erase(key);
        if (!run) {
            astray_.erase(key);
            return;
        }
        switch (run->look()) {
            case MapRun::Next::wait:
                return;
            case MapRun::Next::wait_and_look:
                look_again_.insert(key);
                return;
            case MapRun::Next::redriven:
                run->give_up();
                runs_.erase(key);
                return look(key);
            case MapRun::Next::begin_again:
                run->give_up();
                runs_.erase(key);
                astray_.insert(key);
                return;
            case MapRun::Next::forget:
                run->give_up();
                runs_.erase(key);
                return;
        }
    } catch (const std::exception& error) {
        spdlog::error("a Map Run (key {}) cannot go on now: {}", key, error.what());
        runs_.erase(key);
        astray_.insert(key);
    }
}

}  // namespace stepwell
