#include "engine/runtime/map_run_items.hpp"

#include <algorithm>
#include <utility>

namespace stepwell {
namespace {

/// Of an array in the state's input, so many items are taken at a time.
constexpr std::size_t kInlinePage = 1000;
/// More is not read ahead.
constexpr std::size_t kMostBytesInHand = std::size_t{4} << 20U;

/// A member of an object as an item. DIFFERS: AWS iterates over "key-value pairs" (Developer Guide,
/// "ItemReader (Map)", JSON data from a previous step) and does not show one (docs/differences.md).
Payload pair_of(const Json::object_t& members, std::int64_t at) {
    const auto& [key, value] = *(members.begin() + at);
    Json pair = Json::object();
    pair["Key"] = key;
    pair["Value"] = value;
    return Payload(std::move(pair));
}

}  // namespace

MapRunItems::MapRunItems(const MapRunPlan& plan, const MapRunProgress& progress)
    : plan_(plan), started_(progress.items.started()) {
    if (is_inline()) {
        next_offset_ = progress.skip;
        pages_.push_back({{}, "STATE_DATA"});
        at_end_ = next_offset_ >= std::int64_t(plan.items->value().size());
    } else {
        next_cursor_ = progress.cursor;
        skip_ = progress.skip;
        at_end_ = progress.read_to_end && progress.items.started() >= progress.items_known;
    }
    end_at_limit();
}

bool MapRunItems::wants_page(std::size_t wanted) const {
    return !at_end_ && items_.size() < wanted && bytes_ < kMostBytesInHand;
}

void MapRunItems::take_inline() {
    const Json& all = plan_.items->value();
    const auto* members = all.get_ptr<const Json::object_t*>();
    for (std::size_t i = 0; i < kInlinePage && next_offset_ < std::int64_t(all.size()); ++i) {
        Payload value = members != nullptr ? pair_of(*members, next_offset_)
                                           : Payload(all[std::size_t(next_offset_)]);
        items_.push_back({0, next_offset_, std::move(value), false, members != nullptr});
        ++next_offset_;
    }
    at_end_ = next_offset_ >= std::int64_t(all.size());
    end_at_limit();
}

void MapRunItems::add_page(ItemPage page) {
    const std::size_t number = first_page_ + pages_.size();
    pages_.push_back(
        {page.begin.empty() ? next_cursor_ : std::move(page.begin), std::move(page.source)});
    for (std::size_t i = 0; i < page.items.size(); ++i) {
        if (std::int64_t(i) < skip_) continue;
        bytes_ += page.items[i].size();
        items_.push_back({number, std::int64_t(i), std::move(page.items[i]), false, false});
    }
    skip_ = 0;
    next_cursor_ = std::move(page.cursor);
    at_end_ = page.end;
    end_at_limit();
}

void MapRunItems::select(std::size_t at, Payload value) {
    Item& item = items_.at(at);
    if (!is_inline()) {
        bytes_ -= std::min(bytes_, item.value.size());
        bytes_ += value.size();
    }
    item.value = std::move(value);
    item.selected = true;
}

/// MaxItems.
void MapRunItems::end_at_limit() {
    if (plan_.max_items <= 0 || known() < plan_.max_items) return;
    at_end_ = true;
    while (known() > plan_.max_items && !items_.empty()) {
        if (!is_inline()) bytes_ -= std::min(bytes_, items_.back().value.size());
        items_.pop_back();
    }
}

void MapRunItems::consume(std::size_t count) {
    for (; count > 0; --count) {
        if (!is_inline()) bytes_ -= std::min(bytes_, items_.front().value.size());
        items_.pop_front();
        ++started_;
    }
    if (is_inline()) return;
    const std::size_t first = items_.empty() ? first_page_ + pages_.size() : items_.front().page;
    for (; first_page_ < first && !pages_.empty(); ++first_page_) pages_.pop_front();
}

MapRunItems::Place MapRunItems::place_after(std::size_t count) const {
    if (count < items_.size()) {
        const Item& next = items_[count];
        return {is_inline() ? std::string() : pages_[next.page - first_page_].cursor, next.offset};
    }
    return is_inline() ? Place{{}, next_offset_} : Place{next_cursor_, 0};
}

}  // namespace stepwell
