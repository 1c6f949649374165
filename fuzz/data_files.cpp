// The first line says where the text is cut in two, the rest is CSV, JSON Lines and JSON. However a
// text comes, in one piece or two, its records are the same; and what readers say of where to go on
// lies within it.

#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/input.hpp"
#include "integrations/items/csv_records.hpp"
#include "integrations/items/json_elements.hpp"

namespace {

using namespace stepwell::items;

void demand(bool holds) {
    if (!holds) std::abort();
}

/// Takes records from `text` until there is none, which leaves what begins with the rest.
std::vector<CsvRecord> take_records(std::string_view& text, Rest rest) {
    std::vector<CsvRecord> records;
    while (auto record = cut_csv_record(text, ',', rest)) {
        demand(record->bytes > 0 && record->bytes <= text.size());
        text.remove_prefix(record->bytes);
        records.push_back(std::move(*record));
    }
    return records;
}

void csv(std::string_view text, std::size_t cut) {
    std::string_view whole = text;
    const auto expected = take_records(whole, Rest::none);
    demand(whole.empty());
    std::string_view first = text.substr(0, cut);
    auto records = take_records(first, Rest::more);
    std::string_view rest = text.substr(cut - first.size());
    for (CsvRecord& record : take_records(rest, Rest::none)) records.push_back(std::move(record));
    demand(records.size() == expected.size());
    for (std::size_t i = 0; i < records.size(); ++i)
        demand(records[i].fields == expected[i].fields && records[i].bytes == expected[i].bytes);
    if (!expected.empty())
        demand(column_order(expected[0].fields).size() == expected[0].fields.size());
}

void json(std::string_view text, std::size_t cut) {
    const auto pointer = parse_json_pointer(text.substr(0, cut));
    if (pointer) find_json_array(text, *pointer, Rest::none);
    const auto start = find_json_array(text, {}, Rest::none);
    const auto sooner = find_json_array(text.substr(0, cut), {}, Rest::more);
    if (sooner && *sooner) demand(start && *start && (*start)->offset == (*sooner)->offset);
    if (!start || (*start)->empty) return;
    text.remove_prefix((*start)->offset);
    for (;;) {
        const auto element = cut_json_element(text, Rest::none);
        if (!element) return;
        demand((*element)->bytes > 0 && (*element)->bytes <= text.size());
        text.remove_prefix((*element)->bytes);
        if ((*element)->last_one) return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [line, text] = stepwell::fuzz::split_line(stepwell::fuzz::text_of(data, size));
    const std::size_t cut = text.empty() ? 0 : line.size() % (text.size() + 1);
    csv(text, cut);
    json(text, cut);
    return 0;
}
