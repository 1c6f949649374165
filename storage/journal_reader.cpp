#include "storage/journal_reader.hpp"

#include <algorithm>
#include <utility>

#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {

/// A page that is being filled: never past `max_rows`, and past `max_bytes` only with its first
/// row.
struct JournalReader::Page {
    std::size_t max_rows;
    std::size_t max_bytes;
    bool with_events_only;
    std::vector<JournalRow> rows = {};
    std::size_t bytes = 0;
};

JournalReader::JournalReader(sqlite::Connection& connection)
    : connection_(connection),
      begin_(connection, "BEGIN"),
      end_(connection, "COMMIT"),
      journal_end_(connection, sql::kJournalEnd),
      head_(connection, sql::kJournalHead),
      bytes_(connection, sql::kJournalBytes),
      anchor_floor_(connection, sql::kAnchorFloor),
      anchors_up_(connection, sql::kAnchorsUp) {}

std::vector<JournalRow> JournalReader::read_journal(ExecutionKey key, Sequence from,
                                                    std::size_t max_rows, std::size_t max_bytes) {
    Page page{.max_rows = max_rows, .max_bytes = max_bytes, .with_events_only = false};
    const sqlite::ReadTransaction transaction(connection_, begin_, end_);
    const auto end = find(key);
    if (!end || from > end->last_sequence || max_rows == 0) return {};
    const auto first =
        anchor_at_or_before(*end, journal_place(end->number, std::max<Sequence>(from, 0)));
    read_up(
        *end, first ? first->place : journal_place(end->number, 0),
        [from](const JournalRow& row) { return row.first_sequence + row.entry_count <= from; },
        page);
    return std::move(page.rows);
}

std::vector<JournalRow> JournalReader::read_history(ExecutionKey key, EventId from, bool reverse,
                                                    std::size_t max_rows, std::size_t max_bytes) {
    Page page{.max_rows = max_rows, .max_bytes = max_bytes, .with_events_only = true};
    const sqlite::ReadTransaction transaction(connection_, begin_, end_);
    const auto end = find(key);
    if (!end || max_rows == 0) return {};
    if (reverse) {
        read_down(*end, from, page);
        return std::move(page.rows);
    }
    const auto first = anchor_of_event(*end, from);
    read_up(
        *end, first ? first->place : journal_place(end->number, 0),
        [from](const JournalRow& row) { return row.first_event + row.event_count <= from; }, page);
    return std::move(page.rows);
}

/// Rows from the first that does not end before the page begins; none of those is before the anchor
/// that comes before `first_place`.
void JournalReader::read_up(const End& end, std::int64_t first_place, const Test& ends_before,
                            Page& page) {
    std::vector<Head> segment;
    std::int64_t entered_before = 0;  // the row at which the segment before was entered
    const auto read_segment = [&](std::int64_t enter) {
        segment.clear();
        for (std::int64_t id = enter; id != 0 && id != entered_before;) {
            auto row = head(id);
            if (!row || ends_before(row->row)) break;
            id = row->previous;
            segment.push_back(*std::move(row));
        }
        entered_before = enter;
        return std::all_of(segment.rbegin(), segment.rend(),
                           [&](const Head& row) { return add(page, row); });
    };
    {
        sqlite::Rows anchors =
            anchors_up_.query(first_place, journal_place(end.number, kMaxSequence));
        while (anchors.next()) {
            if (!read_segment(anchors.integer(1))) return;
        }
    }
    read_segment(end.last_row);
}

/// Rows from the one that holds event `from`, or the last before it, downwards.
void JournalReader::read_down(const End& end, EventId from, Page& page) {
    const auto before = anchor_of_event(end, from);
    const auto after = anchor_after(end, before ? before->place : journal_place(end.number, 0));
    std::int64_t id = after ? after->row : end.last_row;
    while (id != 0) {
        const auto row = head(id);
        if (!row) return;
        if (row->row.first_event <= from && !add(page, *row)) return;
        id = row->previous;
    }
}

/// False where the page is full without it.
bool JournalReader::add(Page& page, const Head& head) {
    if (page.with_events_only && head.row.event_count == 0) return true;
    if (page.rows.size() >= page.max_rows) return false;
    if (!page.rows.empty() && page.bytes + head.bytes > page.max_bytes) return false;
    page.bytes += head.bytes;
    page.rows.push_back(head.row);
    sqlite::Rows found = bytes_.query(head.id);
    if (!found.next()) damaged("a row of a journal is missing");
    page.rows.back().bytes = found.text(0);
    return true;
}

std::optional<JournalReader::End> JournalReader::find(ExecutionKey key) {
    sqlite::Rows found = journal_end_.query(key);
    if (!found.next()) return std::nullopt;
    return End{.number = found.integer(0),
               .last_row = found.integer(1),
               .last_sequence = found.integer(2)};
}

std::optional<JournalReader::Head> JournalReader::head(std::int64_t id) {
    sqlite::Rows found = head_.query(id);
    if (!found.next()) return std::nullopt;
    Head head;
    head.id = id;
    head.previous = found.integer(0);
    head.row.first_sequence = found.integer(1);
    head.row.entry_count = static_cast<std::uint32_t>(found.integer(2));
    head.row.first_event = found.integer(3);
    head.row.event_count = static_cast<std::uint32_t>(found.integer(4));
    head.bytes = static_cast<std::size_t>(found.integer(5));
    return head;
}

// --- anchors

std::optional<JournalReader::Anchor> JournalReader::anchor_at_or_before(const End& end,
                                                                        std::int64_t place) {
    sqlite::Rows found = anchor_floor_.query(journal_place(end.number, 0), place);
    if (!found.next()) return std::nullopt;
    return Anchor{found.integer(0), found.integer(1), found.integer(2)};
}

std::optional<JournalReader::Anchor> JournalReader::anchor_after(const End& end,
                                                                 std::int64_t place) {
    sqlite::Rows found = anchors_up_.query(place + 1, journal_place(end.number, kMaxSequence));
    if (!found.next()) return std::nullopt;
    return Anchor{found.integer(0), found.integer(1), found.integer(2)};
}

/// The last anchor that begins at or before an event.
///
/// Every event is an entry, so event n is never before entry n, and not far behind it where few
/// entries are without events: mostly the anchor of entry n is the one. Else the rest of the
/// journal is halved until it is found.
std::optional<JournalReader::Anchor> JournalReader::anchor_of_event(const End& end, EventId event) {
    std::int64_t low = journal_place(end.number, std::clamp<EventId>(event, 0, kMaxSequence));
    auto best = anchor_at_or_before(end, low);
    const auto next = anchor_after(end, low);
    if (!next || next->first_event > event) return best;
    best = next;
    low = next->place;
    std::int64_t high = journal_place(end.number, end.last_sequence) + 1;
    while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        const auto anchor = anchor_at_or_before(end, middle);
        if (anchor && anchor->first_event > event) {
            high = anchor->place;
        } else {
            if (anchor) best = anchor;
            low = middle;
        }
    }
    return best;
}

}  // namespace stepwell::storage
