#include "engine/runtime/pending_inputs.hpp"

#include <utility>
#include <variant>

namespace stepwell {
namespace {

/// At a time, and about so many bytes of them.
constexpr std::size_t kInputsAtOnce = 500;
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20U;

}  // namespace

PendingInputs::PendingInputs(const MapRunPlan& plan, ChildInputs inputs, Owner owner,
                             std::uint64_t seed, TimePoint now)
    : plan_(plan), inputs_(std::move(inputs)), owner_(std::move(owner)), random_(seed), now_(now) {}

Evaluated<std::vector<std::string>> PendingInputs::next(const ResultWrite::ReadPage& read_page) {
    std::vector<std::string> found;
    std::size_t bytes = 0;
    while (found.size() < kInputsAtOnce && bytes < kBytesAtOnce) {
        const ChildInputs::Next next = inputs_.next();
        if (next.need == ChildInputs::Need::no_child) break;
        if (next.need == ChildInputs::Need::nothing) {
            found.push_back(inputs_.input_of(next.count).text());
            bytes += found.back().size();
            items_ += std::int64_t(next.count);
            inputs_.consume(next.count);
            continue;
        }
        const auto done = next.need == ChildInputs::Need::page ? read(read_page) : select(next.at);
        if (done) continue;
        if (found.empty()) return done.error();
        break;
    }
    return found;
}

Evaluated<std::monostate> PendingInputs::read(const ResultWrite::ReadPage& read_page) {
    MapRunItems& items = inputs_.items();
    if (items.is_inline()) {
        items.take_inline();
        return std::monostate();
    }
    ItemRead read;
    read.reader = plan_.reader->value();
    read.owner = owner_;
    read.cursor = items.next_cursor();
    items.add_page(TRY(read_page(std::move(read))));
    return std::monostate();
}

Evaluated<std::monostate> PendingInputs::select(std::size_t at) {
    auto selection = inputs_.selection(at, random_, now_);
    if (const auto* question = std::get_if<Question>(&selection))
        selection = ChildInputs::value_of(answer(*question, std::nullopt));
    inputs_.selected(at, TRY(std::get<Evaluated<Json>>(std::move(selection))));
    return std::monostate();
}

}  // namespace stepwell
