// The first line is a path, the rest the document; a reference path writes into it, too.

#include "engine/query/jsonpath.hpp"

#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace stepwell;
    const auto [text, rest] = fuzz::split_line(fuzz::text_of(data, size));
    const auto path = JsonPath::compile(text);
    if (!path) return 0;
    path->normalized();
    const auto document = parse_json(rest);
    if (!document) return 0;
    if (const auto selected = path->select(*document)) write_json(selected->value());
    if (path->reference()) {
        if (const auto written = path->write(*document, Json(1))) write_json(*written);
    }
    return 0;
}
