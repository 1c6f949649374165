#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Moves what is in the WAL into the data file, so that the WAL stays small and a start has little
/// to go through.
///
/// A thread of its own does most of it beside the writer. As the writer goes on meanwhile, that
/// never reaches the end of the WAL under load; so the writer then does the short rest between two
/// groups, after which the WAL begins anew. https://www.sqlite.org/wal.html#ckpt, "Avoiding
/// Excessively Large WAL Files"
class Checkpointer {
public:
    /// `connection` is used for nothing else. `warn` is told, on some thread, when a checkpoint
    /// fails.
    Checkpointer(sqlite::Connection connection, std::function<void(const std::string&)> warn);
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;
    ~Checkpointer();

    /// Counts the pages that this connection writes; nothing else checkpoints for it any more.
    void watch(sqlite::Connection& writer);
    /// On the writer's thread, between two groups.
    void after_commit(sqlite::Connection& writer);
    /// Has the other thread do what it can now, however little is in the WAL. On the writer's
    /// thread.
    void begin();

private:
    enum class Background { idle, running, finished };

    void run();
    void finish(sqlite::Connection& writer);
    void checkpoint(sqlite::Connection& connection, int mode);

    sqlite::Connection connection_;
    const std::function<void(const std::string&)> warn_;

    // Of the writer's thread.
    int wal_pages_ = 0;   ///< after the last commit
    int next_at_;         ///< pages at which to begin again
    bool asked_ = false;  ///< the background was, and it is not known yet to have ended

    std::mutex mutex_;
    std::condition_variable changed_;
    Background background_ = Background::idle;
    bool ending_ = false;
    std::string complaint_;
    std::thread thread_;
};

}  // namespace stepwell::storage
