#include "engine/query/jsonata/date_time.hpp"
#include "engine/query/jsonata/functions.hpp"

namespace stepwell::jsonata {

namespace {

std::optional<std::string_view> text_at(const Call& call, std::size_t index) {
    return call[index].is_text() ? std::optional(call[index].text()) : std::nullopt;
}

Value format(const Call& call, double millis, std::size_t picture) {
    return make_text(value_or_fail(format_date_time(
        millis, text_at(call, picture), text_at(call, picture + 1), call.evaluator.dialect())));
}

/// The same throughout an evaluation.
double now_millis(const Call& call) {
    return static_cast<double>(call.evaluator.environment().now.time_since_epoch().count());
}

Value now(const Call& call) { return format(call, now_millis(call), 0); }
Value millis(const Call& call) { return Value::of(now_millis(call)); }

Value from_millis(const Call& call) {
    return call[0].is_number() ? format(call, call[0].number(), 1) : Value();
}

Value to_millis(const Call& call) {
    if (!call[0].is_text()) return {};
    const auto result =
        value_or_fail(parse_date_time(call[0].text(), text_at(call, 1),
                                      call.evaluator.environment().now, call.evaluator.dialect()));
    return result ? Value::of(*result) : Value();
}

constexpr BuiltinRow kRows[] = {
    {"now", "<s?s?:s>", 2, &now},
    {"millis", "<:n>", 0, &millis},
    {"fromMillis", "<n-s?s?:s>", 3, &from_millis},
    {"toMillis", "<s-s?:n>", 2, &to_millis},
};

}  // namespace

std::span<const BuiltinRow> date_functions() { return kRows; }

}  // namespace stepwell::jsonata
