#include <unordered_set>

#include "engine/query/budget.hpp"
#include "engine/query/intrinsics/arguments.hpp"
#include "engine/query/java_values.hpp"

namespace stepwell::intrinsics {
namespace {

/// The UTF-8 sequence at the start of `text`.
std::string_view first_character(std::string_view text) {
    std::size_t end = 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    return text.substr(0, end);
}

FormatTemplate split_at_placeholders(std::string_view text) {
    FormatTemplate pieces;
    while (true) {
        const std::size_t at = text.find("{}");
        pieces.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return pieces;
        text.remove_prefix(at + 2);
    }
}

}  // namespace

/// Every character of the second argument separates, and empty parts are left out.
Answer<Json> string_split(const Invocation& call) {
    std::string_view text = *TRY(string_argument(call, 0, "string"));
    std::string_view splitter = *TRY(string_argument(call, 1, "splitter"));
    std::unordered_set<std::string_view> separators;
    while (!splitter.empty()) {
        separators.insert(first_character(splitter));
        splitter.remove_prefix(first_character(splitter).size());
    }
    Json::array_t parts;
    std::string part;
    const auto take_part = [&] {
        if (!part.empty()) parts.emplace_back(std::move(part));
        part.clear();
    };
    while (!text.empty()) {
        const std::string_view character = first_character(text);
        if (separators.contains(character))
            take_part();
        else
            part += character;
        text.remove_prefix(character.size());
    }
    take_part();
    return Json(std::move(parts));
}

Answer<Json> format(const Invocation& call) {
    FormatTemplate looked_up;
    if (!call.format) looked_up = split_at_placeholders(*TRY(string_argument(call, 0, "template")));
    const FormatTemplate& pieces = call.format ? *call.format : looked_up;
    const std::size_t given = call.arguments.size() - 1;
    if (pieces.size() - 1 != given) {
        return Refusal{"The template has " + std::to_string(pieces.size() - 1) +
                       " placeholders but " + std::to_string(given) + " values were given"};
    }
    std::string out = pieces[0];
    for (std::size_t i = 0; i < given; ++i) {
        append_java_text(out, call.value(i + 1));
        out += pieces[i + 1];
        if (out.size() > Budget::kMaxBytes) return Refusal{"The formatted text is too long"};
    }
    return Json(std::move(out));
}

}  // namespace stepwell::intrinsics
