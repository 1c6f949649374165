#include "engine/query/intrinsics/arguments.hpp"
#include "engine/query/java_values.hpp"

namespace stepwell::intrinsics {
namespace {

/// Bytes that a formatted text may have: far above what a payload may, so only a runaway meets it.
constexpr std::size_t kMaxFormatted = 16U << 20U;

/// The UTF-8 sequences of a text.
std::vector<std::string_view> characters(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
        out.push_back(text.substr(at, end - at));
        at = end;
    }
    return out;
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
    const std::string_view text = *TRY(string_argument(call, 0, "string"));
    const std::vector<std::string_view> separators = characters(*TRY(string_argument(call, 1, "splitter")));
    Json::array_t parts;
    std::size_t start = 0;
    const auto take = [&](std::size_t end) {
        if (end > start) parts.emplace_back(std::string(text.substr(start, end - start)));
    };
    for (std::size_t at = 0; at < text.size();) {
        std::size_t separator = 0;
        for (const std::string_view candidate : separators) {
            if (text.substr(at, candidate.size()) == candidate) separator = candidate.size();
        }
        if (separator == 0) {
            ++at;
            continue;
        }
        take(at);
        at += separator;
        start = at;
    }
    take(text.size());
    return Json(std::move(parts));
}

Answer<Json> format(const Invocation& call) {
    FormatTemplate looked_up;
    if (!call.format) looked_up = split_at_placeholders(*TRY(string_argument(call, 0, "template")));
    const FormatTemplate& pieces = call.format ? *call.format : looked_up;
    const std::size_t given = call.arguments.size() - 1;
    if (pieces.size() - 1 != given) {
        return Refusal{"The template has " + std::to_string(pieces.size() - 1) + " placeholders but " +
                       std::to_string(given) + " values were given"};
    }
    std::string out = pieces[0];
    for (std::size_t i = 0; i < given; ++i) {
        append_java_text(out, call.value(i + 1));
        out += pieces[i + 1];
        if (out.size() > kMaxFormatted) return Refusal{"The formatted text is too long"};
    }
    return Json(std::move(out));
}

}  // namespace stepwell::intrinsics
