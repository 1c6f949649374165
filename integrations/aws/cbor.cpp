// The protocol smithy-rpc-v2-cbor: bodies in RFC 8949. nlohmann's reader takes all of it; its
// writer knows no tags, so dates are written here.

#include <algorithm>
#include <bit>
#include <cstdint>

#include "integrations/aws/request.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Service;
using models::Shape;

class CborWriter {
public:
    explicit CborWriter(const Service& service) : service_(service) {}

    void value(std::uint32_t index, const Json& value_of_shape) {
        const Shape& shape = service_.shapes.at(index);
        if (shape.document || value_of_shape.is_null()) return plain(value_of_shape);
        switch (shape.kind) {
            case Kind::structure: {
                const auto& members = value_of_shape.get_ref<const Json::object_t&>();
                head(5, members.size());
                for (const auto& [name, given] : members) {
                    text(name);
                    const auto member = std::ranges::find(shape.members, name, &Member::name);
                    value(member->shape, given);
                }
                break;
            }
            case Kind::list:
                head(4, value_of_shape.size());
                for (const Json& item : value_of_shape.get_ref<const Json::array_t&>())
                    value(shape.members.front().shape, item);
                break;
            case Kind::map:
                head(5, value_of_shape.size());
                for (const auto& [name, item] : value_of_shape.get_ref<const Json::object_t&>()) {
                    text(name);
                    value(shape.members.back().shape, item);
                }
                break;
            case Kind::timestamp:
                head(6, 1);  // epoch-based
                date(value_of_shape.get<std::int64_t>());
                break;
            default:
                plain(value_of_shape);
        }
    }

    std::string take() { return std::move(out_); }

private:
    void head(unsigned major, std::uint64_t argument) {
        const auto first = [&](unsigned low) { out_ += static_cast<char>(major << 5U | low); };
        const auto bytes = [&](int count) {
            for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
                out_ += static_cast<char>(argument >> shift & 0xFFU);
        };
        if (argument < 24) return first(static_cast<unsigned>(argument));
        if (argument <= 0xFF) {
            first(24);
            bytes(1);
        } else if (argument <= 0xFFFF) {
            first(25);
            bytes(2);
        } else if (argument <= 0xFFFFFFFF) {
            first(26);
            bytes(4);
        } else {
            first(27);
            bytes(8);
        }
    }
    void text(std::string_view utf8) {
        head(3, utf8.size());
        out_ += utf8;
    }
    void date(std::int64_t millis) {
        if (millis % 1000 != 0) return plain(Json(static_cast<double>(millis) / 1000.0));
        plain(Json(millis / 1000));
    }
    void plain(const Json& value_of_any) {
        Json::to_cbor(value_of_any, nlohmann::detail::output_adapter<char>(out_));
    }

    const Service& service_;
    std::string out_;
};

}  // namespace

void write_cbor_request(const Service& service, const models::Operation& operation,
                        const Json& input, WireRequest& request) {
    std::string name(service.target_prefix);
    if (name.empty()) {
        std::ranges::copy_if(service.service_id, std::back_inserter(name),
                             [](char c) { return c != ' '; });
    }
    request.method = "POST";
    request.path = "/service/" + name + "/operation/" + std::string(operation.name);
    request.headers = {{"smithy-protocol", "rpc-v2-cbor"}, {"Accept", "application/cbor"}};
    if (!operation.input) return;
    request.headers.push_back({"Content-Type", "application/cbor"});
    CborWriter writer(service);
    writer.value(*operation.input, input);
    request.body = writer.take();
}

}  // namespace stepwell::aws
