#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Reads pages of journals: see Store::read_journal and read_history.
///
/// An execution's rows are a chain that is followed backwards, which is how a history is read
/// downwards. To read upwards, the chain is entered at the next anchor above (every 16th row is
/// one, and the last row of all), followed down to where the page begins, and turned round, anchor
/// by anchor.
class JournalReader {
public:
    explicit JournalReader(sqlite::Connection& connection);

    std::vector<JournalRow> read_journal(ExecutionKey key, Sequence from, std::size_t max_rows,
                                         std::size_t max_bytes);
    std::vector<JournalRow> read_history(ExecutionKey key, EventId from, bool reverse,
                                         std::size_t max_rows, std::size_t max_bytes);

private:
    struct End {
        std::int64_t number = 0;
        std::int64_t last_row = 0;
        Sequence last_sequence = 0;
    };
    struct Anchor {
        std::int64_t place = 0;
        std::int64_t row = 0;
        EventId first_event = 0;
    };
    /// A row before its bytes are read.
    struct Head {
        std::int64_t id = 0;
        std::int64_t previous = 0;
        JournalRow row;
        std::size_t bytes = 0;
    };
    struct Page;
    using Test = std::function<bool(const JournalRow&)>;

    std::optional<End> find(ExecutionKey key);
    std::optional<Head> head(std::int64_t id);
    std::optional<Anchor> anchor_at_or_before(const End& end, std::int64_t place);
    std::optional<Anchor> anchor_after(const End& end, std::int64_t place);
    std::optional<Anchor> anchor_of_event(const End& end, EventId event);
    bool add(Page& page, const Head& head);
    void read_up(const End& end, std::int64_t first_place, const Test& ends_before, Page& page);
    void read_down(const End& end, EventId from, Page& page);

    sqlite::Connection& connection_;
    sqlite::Statement begin_;
    sqlite::Statement end_;
    sqlite::Statement journal_end_;
    sqlite::Statement head_;
    sqlite::Statement bytes_;
    sqlite::Statement anchor_floor_;
    sqlite::Statement anchors_up_;
};

}  // namespace stepwell::storage
