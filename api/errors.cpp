#include "api/errors.hpp"

#include <iterator>

#include "api/json_writer.hpp"

namespace stepwell::api {
namespace {

constexpr bool rows_stand_in_order() {
    for (std::size_t i = 0; i < std::size(kErrors); ++i) {
        if (static_cast<std::size_t>(kErrors[i].kind) != i) return false;
    }
    return true;
}
static_assert(rows_stand_in_order(), "kErrors must have one row per ErrorKind, in its order");

}  // namespace

ApiError error(ErrorKind kind, std::string_view detail) {
    const std::string_view text = row_of(kind).text;
    if (text.empty()) return {kind, std::string(detail)};
    const std::size_t hole = text.find("{}");
    std::string message(text.substr(0, hole));
    if (hole != std::string_view::npos) message.append(detail).append(text.substr(hole + 2));
    return {kind, std::move(message)};
}

ApiError tagged_resource_not_found(std::string_view arn) {
    return {ErrorKind::resource_not_found, "Resource not found: '" + std::string(arn) + "'"};
}

std::string error_body(const ApiError& error) {
    std::string body;
    ObjectWriter object(body);
    object.text("__type", row_of(error.kind).type);
    object.text("message", error.message);
    if (!error.reason.empty()) object.text("reason", error.reason);
    object.end();
    return body;
}

}  // namespace stepwell::api
