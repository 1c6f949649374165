#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/json.hpp"
#include "engine/base/payload.hpp"

namespace stepwell {

/// What one batch of an ItemBatcher may have. Developer Guide, "ItemBatcher (Map)": so many items,
/// so many bytes, and never more than a child's input may have. A limit of 0 is none.
class BatchLimits {
public:
    BatchLimits(std::int64_t most_items, std::int64_t most_bytes,
                const std::optional<Payload>& batch_input)
        : most_items_(most_items),
          most_bytes_(most_bytes > 0 ? std::min(std::size_t(most_bytes), kMaxPayloadBytes)
                                     : kMaxPayloadBytes),
          frame_bytes_(kFrame.size() + (batch_input ? batch_input->size() : 0)) {}

    /// Whether a batch of so many items takes no more of them, whatever their size.
    bool full(std::size_t count) const {
        return most_items_ > 0 && std::int64_t(count) == most_items_;
    }
    /// Whether `more` bytes go into a batch of `count` items that take `bytes`, their commas
    /// included. One item that is too large by itself is a child's, too.
    bool has_room(std::size_t count, std::size_t bytes, std::size_t more) const {
        return count == 0 || frame_bytes_ + bytes + more <= most_bytes_;
    }

private:
    /// What a batch's input has beside its items and BatchInput.
    static constexpr std::string_view kFrame = R"({"BatchInput":,"Items":[]})";

    std::int64_t most_items_;
    std::size_t most_bytes_;
    std::size_t frame_bytes_;
};

/// The input of the child that a batch is for.
inline Json batch_of(const std::optional<Payload>& batch_input, Json items) {
    Json child = Json::object();
    if (batch_input) child["BatchInput"] = batch_input->value();
    child["Items"] = std::move(items);
    return child;
}

}  // namespace stepwell
