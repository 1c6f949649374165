#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "integrations/aws/values.hpp"
#include "integrations/http_client.hpp"
#include "integrations/models/service_models.hpp"

/// Requests as AWS's protocols write them. Smithy specification, "AWS protocols".
namespace stepwell::aws {

/// A request before it has an endpoint and a signature.
struct WireRequest {
    std::string method = "POST";
    std::string path = "/";  ///< encoded
    /// Names and values, encoded; a name alone has an empty value and no `=`.
    std::string query;
    std::string host_prefix;  ///< `sync-`; what the endpoint's host begins with
    HttpHeaders headers;
    std::string body;
};

/// `input` is what read_parameters made. Fails where the input leaves out what the request's path
/// needs.
Result<WireRequest, BadParameters> write_request(const models::Service& service,
                                                 const models::Operation& operation,
                                                 const Json& input);

// The protocols, by how they write bodies; write_request picks.

void write_json_request(const models::Service& service, const models::Operation& operation,
                        const Json& input, WireRequest& request);
/// `query` and `ec2`.
void write_query_request(const models::Service& service, const models::Operation& operation,
                         const Json& input, WireRequest& request);
void write_cbor_request(const models::Service& service, const models::Operation& operation,
                        const Json& input, WireRequest& request);
/// `rest-json` and `rest-xml`.
Result<WireRequest, BadParameters> write_rest_request(const models::Service& service,
                                                      const models::Operation& operation,
                                                      const Json& input);

/// A value as JSON on the wire: blobs in base64, dates as numbers, location names.
Json wire_json(const models::Service& service, std::uint32_t shape, const Json& value);
/// The XML element of a structure that is a body.
std::string wire_xml(const models::Service& service, std::uint32_t shape, const Json& value,
                     std::string_view name, const models::XmlNamespace& xml_namespace);

/// A date as text of a format; `otherwise` where the shape has none of its own.
std::string date_text(const models::Shape& shape, std::int64_t millis,
                      models::TimestampFormat otherwise);
std::string_view bytes_view(const Json& binary);

}  // namespace stepwell::aws
