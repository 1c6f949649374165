#pragma once

#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "integrations/http_client.hpp"
#include "integrations/models/service_models.hpp"

/// Answers as AWS's protocols write them. Smithy specification, "AWS protocols".
namespace stepwell::aws {

/// The operation's output as a value of the model (values.hpp); nullopt where the body is not what
/// the protocol says.
std::optional<Json> read_output(const models::Service& service, const models::Operation& operation,
                                const HttpResponse& response);

/// What a refusal says.
struct WireError {
    std::string code;       ///< without namespace and URL
    std::string exception;  ///< the shape's name where the model knows the code
    std::string message;
};
WireError read_error(const models::Service& service, const models::Operation& operation,
                     const HttpResponse& response);

/// The service's own number of the request: from a header, or from an XML body.
std::string request_id_of(const HttpResponse& response);

// The pieces: JSON and XML bodies as values of a shape.

Json read_json_value(const models::Service& service, std::uint32_t shape, const Json& value);
/// nullopt where `body` is not XML. `wrapper`: the element below the root that holds the value, or
/// empty for the root itself.
std::optional<Json> read_xml_value(const models::Service& service, std::uint32_t shape,
                                   const std::string& body, std::string_view wrapper);
struct XmlError {
    std::string code;
    std::string message;
    std::string request_id;
};
std::optional<XmlError> read_xml_error(const std::string& body);

/// A body in CBOR (RFC 8949), with bytes as binary and without its tags; nullopt where it is none.
std::optional<Json> read_cbor(std::string_view bytes);

/// The bytes of a text as a value of the model.
Json binary_value(std::string_view bytes);

}  // namespace stepwell::aws
