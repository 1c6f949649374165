// What the client would send and what it would make of an answer, for botocore_test.py: reads a
// line of JSON each, writes a line of JSON each.

#include <iostream>
#include <string>

#include "engine/base/json.hpp"
#include "integrations/aws/endpoint.hpp"
#include "integrations/aws/response.hpp"
#include "integrations/aws/values.hpp"
#include "integrations/base64.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::aws {
namespace {

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json write(const models::Service& service, const models::Operation& operation, const Json& asked) {
    Json out = Json::object();
    Fill fill;
    if (asked.contains("body")) fill.body = base64::decode(text_of(asked, "body"));
    const auto input = read_parameters(service, operation, asked["parameters"], fill);
    if (!input) {
        out["refused"] = input.error().why;
        return out;
    }
    const auto wire = write_request(service, operation, *input);
    if (!wire) {
        out["refused"] = wire.error().why;
        return out;
    }
    const Endpoint endpoint{*parse_http_url(text_of(asked, "endpoint")), text_of(asked, "region"),
                            false};
    const HttpRequest request = to_http_request(
        *wire, endpoint, service, operation, {"AKID", "secret", "token"}, text_of(asked, "time"));
    out["method"] = request.method;
    out["target"] = request.url.target;
    out["host_prefix"] = wire->host_prefix;
    out["headers"] = Json::array();
    for (const HttpHeader& header : request.headers)
        out["headers"].push_back(Json::array({header.name, header.value}));
    out["body"] = base64::encode(request.body);
    return out;
}

/// Bytes have no form in JSON.
Json with_marked_bytes(const Json& value) {
    if (value.is_binary()) {
        const auto& bytes = value.get_binary();
        Json marked = Json::object();
        marked["$bytes"] = base64::encode(std::string(bytes.begin(), bytes.end()));
        return marked;
    }
    if (value.is_array()) {
        Json out = Json::array();
        for (const Json& item : value.get_ref<const Json::array_t&>())
            out.push_back(with_marked_bytes(item));
        return out;
    }
    if (!value.is_object()) return value;
    Json out = Json::object();
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>())
        out[name] = with_marked_bytes(member);
    return out;
}

Json read(const models::Service& service, const models::Operation& operation, const Json& asked) {
    HttpResponse response;
    response.status = asked["status"].get<unsigned>();
    response.body = base64::decode(text_of(asked, "body")).value_or("");
    for (const Json& header : asked["headers"])
        response.headers.push_back({header[0].get<std::string>(), header[1].get<std::string>()});
    Json out = Json::object();
    if (response.status >= 300) {
        const WireError error = read_error(service, operation, response);
        out["code"] = error.code;
        out["exception"] = error.exception;
        out["message"] = error.message;
        return out;
    }
    const auto output = read_output(service, operation, response);
    if (!output) {
        out["unreadable"] = true;
    } else {
        out["output"] = with_marked_bytes(*output);
        out["shown"] = operation.output ? show(service, *operation.output, *output, Style::sdk)
                                        : Json::object();
    }
    return out;
}

Json answer(const models::ServiceModels& all, const Json& asked) {
    const models::Service* service = all.find(text_of(asked, "service"));
    const models::Operation* operation =
        service == nullptr ? nullptr : service->find_operation(text_of(asked, "action"));
    Json out = Json::object();
    if (operation == nullptr) {
        out["unknown"] = true;
        return out;
    }
    return asked.contains("status") ? read(*service, *operation, asked)
                                    : write(*service, *operation, asked);
}

}  // namespace
}  // namespace stepwell::aws

int main() {
    const stepwell::models::ServiceModels models;
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto asked = stepwell::parse_json(line);
        if (!asked) {
            std::cerr << "not JSON: " << line << '\n';
            return 1;
        }
        std::cout << stepwell::write_json(stepwell::aws::answer(models, *asked)) << '\n';
    }
    std::cout.flush();
    return 0;
}
