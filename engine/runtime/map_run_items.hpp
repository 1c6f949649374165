#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/items.hpp"
#include "engine/machine/map_run_plan.hpp"
#include "engine/store.hpp"

namespace stepwell {

/// The items of a Map Run that have been read and not yet started, with the place of each in the
/// data set, so that the row of the run can say where a restart goes on. Used by one thread.
class MapRunItems {
public:
    /// As far as `progress` says that they have been started. `plan` must outlive it.
    MapRunItems(const MapRunPlan& plan, const MapRunProgress& progress);

    struct Item {
        std::size_t page = 0;  ///< of those that are in hand
        std::int64_t offset = 0;
        Payload value;
        bool selected = false;  ///< ItemSelector has made `value` of it
        /// `value` is `{"Key":…,"Value":…}`, of a member of an object.
        bool is_pair = false;
    };
    const std::deque<Item>& in_hand() const { return items_; }
    /// Where one in hand comes from: $$.Map.Item.Source.
    const std::string& source_of(const Item& item) const {
        return pages_[item.page - first_page_].source;
    }
    /// Whether all that there is has been read.
    bool at_end() const { return at_end_; }
    /// How many items are known: those that were started, and those in hand.
    std::int64_t known() const { return started_ + std::int64_t(items_.size()); }
    /// Index of the first item in hand: $$.Map.Item.Index.
    std::int64_t started() const { return started_; }

    /// Whether a page should be read now, to have items for `wanted` more children or so.
    bool wants_page(std::size_t wanted) const;
    /// Inline items need no reader: takes the next ones.
    void take_inline();
    bool is_inline() const { return plan_.items.has_value(); }
    std::string next_cursor() const { return next_cursor_; }
    void add_page(ItemPage page);
    /// ItemSelector has made `value` of the one in hand at `at`.
    void select(std::size_t at, Payload value);

    /// The first `count` in hand have been given to children.
    void consume(std::size_t count);
    /// Where a restart goes on after the first `count` in hand.
    struct Place {
        std::string cursor;
        std::int64_t skip = 0;
    };
    Place place_after(std::size_t count) const;

private:
    void end_at_limit();

    const MapRunPlan& plan_;
    std::deque<Item> items_;
    struct Page {
        std::string cursor;
        std::string source;
    };
    std::deque<Page> pages_;      ///< of those in hand
    std::size_t first_page_ = 0;  ///< number of pages_.front()
    std::string next_cursor_;
    std::int64_t next_offset_ = 0;  ///< of inline items
    std::int64_t skip_ = 0;         ///< of the first page
    std::int64_t started_ = 0;
    std::size_t bytes_ = 0;
    bool at_end_ = false;
};

}  // namespace stepwell
