#pragma once

#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "integrations/aws/names.hpp"
#include "integrations/models/service_models.hpp"

/// Between a Task's parameters and results and values of the API model.
///
/// A value of the model is Json with members named as the model names them; a blob is binary, a
/// timestamp a number of milliseconds since 1970.
namespace stepwell::aws {

/// Why parameters cannot be sent, in AWS's words: `The field 'Qeueu' is not supported by Step
/// Functions`.
struct BadParameters {
    std::string why;
};

/// What fills members that the parameters leave out.
struct Fill {
    std::string client_token;         ///< of members that are idempotency tokens
    std::optional<std::string> body;  ///< of the blob that is the request's body
};

/// A Task's parameters as the operation's input. Null members count as absent. What is not text
/// where text is wanted is written as JSON, and so is all that a stream is to send.
Result<Json, BadParameters> read_parameters(const models::Service& service,
                                            const models::Operation& operation,
                                            const Json& parameters, const Fill& fill);

/// A value as a Task's result shows it. Blobs are base64, but those that are a body are text.
Json show(const models::Service& service, std::uint32_t shape, const Json& value, Style style);

/// The member of a structure that is the whole body; null where the body holds members.
const models::Member* payload_member(const models::Shape& shape);

}  // namespace stepwell::aws
