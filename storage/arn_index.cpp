#include "storage/arn_index.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>

#include "storage/statements.hpp"

namespace stepwell::storage {
namespace {

/// Moved for each start, so that a batch has gone long before the next one is full.
constexpr std::size_t kMovedPerStart = 2;

/// In a batch: the key of what was removed meanwhile.
constexpr ExecutionKey kGone = 0;

constexpr std::string_view kIndexedUpTo = "arns_indexed_up_to";

}  // namespace

// --- in memory

std::vector<ExecutionKey> RecentArns::find(std::int64_t hash) const {
    std::vector<ExecutionKey> keys;
    const std::shared_lock lock(mutex_);
    if (slots_.empty()) return keys;
    for (std::size_t slot = home_of(hash); slots_[slot].key != 0; slot = next(slot)) {
        if (slots_[slot].hash == hash) keys.push_back(slots_[slot].key);
    }
    return keys;
}

std::vector<ArnEntry> RecentArns::sorted() const {
    std::vector<ArnEntry> entries;
    {
        const std::shared_lock lock(mutex_);
        entries.reserve(size());
        std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(entries),
                     [](const ArnEntry& entry) { return entry.key != 0; });
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

void RecentArns::add(ArnEntry entry) {
    const std::unique_lock lock(mutex_);
    if (2 * (size() + 1) > slots_.size()) {
        std::vector<ArnEntry> old(std::max<std::size_t>(2 * slots_.size(), 1024));
        old.swap(slots_);
        size_.store(0, std::memory_order_relaxed);
        for (const ArnEntry& kept : old) {
            if (kept.key != 0) insert(kept);
        }
    }
    insert(entry);
}

void RecentArns::insert(ArnEntry entry) {
    std::size_t slot = home_of(entry.hash);
    while (slots_[slot].key != 0) slot = next(slot);
    slots_[slot] = entry;
    size_.fetch_add(1, std::memory_order_relaxed);
}

void RecentArns::remove(std::span<const ArnEntry> gone) {
    const std::unique_lock lock(mutex_);
    if (slots_.empty()) return;
    for (const ArnEntry& entry : gone) erase(entry);
}

void RecentArns::erase(ArnEntry entry) {
    std::size_t hole = home_of(entry.hash);
    while (slots_[hole].key != 0 && slots_[hole] != entry) hole = next(hole);
    if (slots_[hole].key == 0) return;
    size_.fetch_sub(1, std::memory_order_relaxed);
    // Those behind it move up, where that does not bring them before their home.
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = next(hole); slots_[slot].key != 0; slot = next(slot)) {
        const std::size_t from_home = (slot - home_of(slots_[slot].hash)) & mask;
        if (from_home < ((slot - hole) & mask)) continue;
        slots_[hole] = slots_[slot];
        hole = slot;
    }
    slots_[hole] = {};
}

void RecentArns::clear() {
    const std::unique_lock lock(mutex_);
    slots_.clear();
    size_.store(0, std::memory_order_relaxed);
}

// --- in the file

ArnIndex::ArnIndex(sqlite::Connection& c, RecentArns& recent, std::size_t batch)
    : recent_(recent),
      most_(batch),
      find_(c, sql::kFindKeysByArn),
      insert_(c, sql::kInsertArn),
      delete_(c, sql::kDeleteArn),
      newer_(c, sql::kArnsAfter),
      meta_(c, sql::kMeta),
      set_meta_(c, sql::kSetMeta) {}

void ArnIndex::load() {
    {
        sqlite::Rows rows = meta_.query(kIndexedUpTo);
        moved_up_to_ = rows.next() ? rows.integer(0) : 0;
    }
    recent_.clear();
    sqlite::Rows rows = newer_.query(moved_up_to_);
    maybe_in_file_ = moved_up_to_;
    while (rows.next()) {
        recent_.add({rows.integer(1), rows.integer(0)});
        maybe_in_file_ = std::max(maybe_in_file_, rows.integer(0));
    }
}

std::vector<ExecutionKey> ArnIndex::find(std::int64_t hash) {
    std::vector<ExecutionKey> keys = recent_.find(hash);
    sqlite::Rows rows = find_.query(hash);
    while (rows.next()) keys.push_back(rows.integer(0));
    return keys;
}

void ArnIndex::add(std::int64_t hash, ExecutionKey key) {
    if (key <= moved_up_to_) {
        // A late one: a restart will not look for it among the newer.
        insert_.execute(hash, key);
        return;
    }
    recent_.add({hash, key});
    added_.push_back({hash, key});
}

void ArnIndex::remove(std::int64_t hash, ExecutionKey key) {
    removed_.push_back({hash, key});
    if (key <= maybe_in_file_) delete_.execute(hash, key);
}

void ArnIndex::clear() {
    dropped_.insert(dropped_.end(), added_.begin(), added_.end());
    added_.clear();
    removed_.clear();
    moved_ = 0;
    cleared_ = true;
}

void ArnIndex::move(std::size_t starts) {
    if (starts == 0) return;
    if (next_ == batch_.size()) {
        if (recent_.size() < most_) return;
        batch_ = recent_.sorted();
        next_ = 0;
        for (const ArnEntry& entry : batch_) moved_up_to_ = std::max(moved_up_to_, entry.key);
        maybe_in_file_ = std::max(maybe_in_file_, moved_up_to_);
    }
    moved_ = std::min(kMovedPerStart * starts, batch_.size() - next_);
    for (std::size_t i = next_; i < next_ + moved_; ++i) {
        if (batch_[i].key != kGone) insert_.execute(batch_[i].hash, batch_[i].key);
    }
    if (next_ + moved_ == batch_.size()) set_meta_.execute(kIndexedUpTo, moved_up_to_);
}

void ArnIndex::committed() {
    if (cleared_) {
        cleared_ = false;
        batch_.clear();
        next_ = 0;
        recent_.clear();
        for (const ArnEntry& entry : added_) recent_.add(entry);
        dropped_.clear();
    }
    if (moved_ > 0) {
        recent_.remove(std::span(batch_).subspan(next_, moved_));
        next_ += moved_;
        moved_ = 0;
        if (next_ == batch_.size()) {
            std::vector<ArnEntry>().swap(batch_);
            next_ = 0;
        }
    }
    if (!removed_.empty()) {
        recent_.remove(removed_);
        // What is about to be moved must not come back.
        for (const ArnEntry& gone : removed_) {
            const auto from = batch_.begin() + static_cast<std::ptrdiff_t>(next_);
            const auto entry = std::lower_bound(from, batch_.end(), gone);
            if (entry != batch_.end() && *entry == gone) entry->key = kGone;
        }
        removed_.clear();
    }
    added_.clear();
}

void ArnIndex::rolled_back() {
    recent_.remove(added_);
    recent_.remove(dropped_);
    added_.clear();
    dropped_.clear();
    removed_.clear();
    moved_ = 0;
    cleared_ = false;
}

}  // namespace stepwell::storage
