#include "storage/revision_uses.hpp"

#include "storage/statements.hpp"

namespace stepwell::storage {

RevisionUses::RevisionUses(sqlite::Connection& c)
    : uses_(c, sql::kRevisionUses),
      set_uses_(c, sql::kSetRevisionUses),
      delete_uses_(c, sql::kDeleteRevisionUses),
      is_held_(c, sql::kIsRevisionHeld),
      delete_revision_(c, sql::kDeleteRevision) {}

std::int64_t RevisionUses::stored(std::int64_t revision) {
    sqlite::Rows rows = uses_.query(revision);
    return rows.next() ? rows.integer(0) : 0;
}

bool RevisionUses::is_held(std::int64_t revision) {
    sqlite::Rows rows = is_held_.query(revision);
    return rows.next() && rows.integer(0) != 0;
}

void RevisionUses::left_behind(std::int64_t revision) {
    const auto change = changes_.find(revision);
    const std::int64_t uses = stored(revision) + (change == changes_.end() ? 0 : change->second);
    if (uses > 0 || is_held(revision)) return;
    if (change != changes_.end()) changes_.erase(change);
    remove(revision);
}

void RevisionUses::flush() {
    for (const auto& [revision, change] : changes_) {
        const std::int64_t uses = stored(revision) + change;
        if (uses > 0 || is_held(revision)) {
            set_uses_.execute(revision, uses);
        } else {
            remove(revision);
        }
    }
    changes_.clear();
}

void RevisionUses::remove(std::int64_t revision) {
    delete_uses_.execute(revision);
    delete_revision_.execute(revision);
}

}  // namespace stepwell::storage
