#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

/// Sorts with a comparison that may be an expression: stable, asks `after(a, b)` for a before b,
/// swaps only on true, and is safe with a comparison that contradicts itself.
template <class After>
void merge_sort(std::vector<Value>& values, After after) {
    std::vector<Value> from = std::move(values);
    std::vector<Value> to(from.size());
    for (std::size_t width = 1; width < from.size(); width *= 2) {
        for (std::size_t start = 0; start < from.size(); start += 2 * width) {
            const std::size_t middle = std::min(start + width, from.size());
            const std::size_t end = std::min(start + 2 * width, from.size());
            std::size_t left = start;
            std::size_t right = middle;
            for (std::size_t out = start; out < end; ++out) {
                const bool take_right =
                    left == middle || (right < end && after(from[left], from[right]));
                to[out] = std::move(from[take_right ? right++ : left++]);
            }
        }
        std::swap(from, to);
    }
    values = std::move(from);
}

}  // namespace stepwell::jsonata
