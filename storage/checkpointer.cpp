#include "storage/checkpointer.hpp"

#include <sqlite3.h>

#include <utility>

namespace stepwell::storage {
namespace {

/// 8 MiB: below it pages that change often are rewritten in the WAL only.
constexpr int kBeginPages = 2048;
/// 48 MiB: from here on the writer waits, for the checkpoint and for readers of old pages.
constexpr int kMostPages = 12288;

}  // namespace

Checkpointer::Checkpointer(sqlite::Connection connection,
                           std::function<void(const std::string&)> warn)
    : connection_(std::move(connection)),
      warn_(std::move(warn)),
      next_at_(kBeginPages),
      thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Checkpointer::watch(sqlite::Connection& writer) {
    sqlite3_wal_hook(
        writer.handle(),
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Checkpointer*>(self)->wal_pages_ = pages;
            return SQLITE_OK;
        },
        this);
}

void Checkpointer::after_commit(sqlite::Connection& writer) {
    const bool small = wal_pages_ < kBeginPages;
    if (small) next_at_ = kBeginPages;
    if (asked_) {
        std::unique_lock lock(mutex_);
        if (wal_pages_ >= kMostPages) {
            changed_.wait(lock, [this] { return background_ != Background::running; });
        }
        if (background_ == Background::running) return;
        background_ = Background::idle;
        asked_ = false;
        lock.unlock();
        if (!small) finish(writer);  // else the WAL has begun anew by itself
    } else if (wal_pages_ >= next_at_) {
        begin();
    }
}

void Checkpointer::begin() {
    if (asked_) return;
    asked_ = true;
    {
        const std::lock_guard lock(mutex_);
        background_ = Background::running;
    }
    changed_.notify_all();
}

void Checkpointer::finish(sqlite::Connection& writer) {
    checkpoint(writer,
               wal_pages_ >= kMostPages ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE);
    // If a reader keeps the WAL from beginning anew, the next try comes when it has grown further.
    next_at_ = wal_pages_ + kBeginPages;
}

void Checkpointer::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || background_ == Background::running; });
        if (ending_) return;
        lock.unlock();
        checkpoint(connection_, SQLITE_CHECKPOINT_PASSIVE);
        lock.lock();
        background_ = Background::finished;
        changed_.notify_all();
    }
}

/// What has failed stays in the WAL and is tried again; writes tell if the disk fails them too.
void Checkpointer::checkpoint(sqlite::Connection& connection, int mode) {
    const int code =
        sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, mode, nullptr, nullptr);
    std::string complaint;
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED) {
        complaint =
            sqlite::explain(connection.path(), code, sqlite3_system_errno(connection.handle()),
                            sqlite3_errmsg(connection.handle()));
    }
    bool tell = false;
    {
        const std::lock_guard lock(mutex_);
        tell = !complaint.empty() && complaint != complaint_;
        complaint_ = complaint;
    }
    if (tell && warn_) warn_(complaint + " (the journal file grows)");
}

}  // namespace stepwell::storage
