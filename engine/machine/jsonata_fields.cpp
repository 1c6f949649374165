#include "engine/machine/jsonata_fields.hpp"

#include <cmath>

namespace stepwell {

std::optional<std::int64_t> integer_of(const Json& value) {
    constexpr double kBeyond = 9.2e18;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_number_float()) return std::nullopt;
    const double number = value.get<double>();
    if (!(std::abs(number) < kBeyond) || number != std::floor(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

QueryFailure in_field(const JsonataValue& field, std::string cause) {
    return {.cause = std::move(cause), .location = field.field()};
}

}  // namespace stepwell
