// The protocol smithy-rpc-v2-cbor: bodies in RFC 8949. nlohmann's reader and writer do not know the
// tag of dates, so both stand here.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/base/utf8.hpp"
#include "integrations/aws/request.hpp"
#include "integrations/aws/response.hpp"
#include "integrations/aws/values.hpp"

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

/// Section 3.3: an IEEE 754 number of two bytes.
double half(std::uint64_t bits) {
    const double fraction = double(bits & 0x3FFU);
    const int exponent = int(bits >> 10U & 0x1FU);
    const double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                             : exponent != 31 ? std::ldexp(fraction + 1024, exponent - 25)
                             : fraction == 0  ? std::numeric_limits<double>::infinity()
                                              : std::numeric_limits<double>::quiet_NaN();
    return (bits & 0x8000U) != 0 ? -magnitude : magnitude;
}

class CborReader {
public:
    explicit CborReader(std::string_view bytes) : bytes_(bytes) {}

    /// nullopt where the bytes are not one value and nothing else.
    std::optional<Json> read() {
        Json out;
        if (!value(out, 0) || at_ != bytes_.size()) return std::nullopt;
        return out;
    }

private:
    static constexpr unsigned kMaxDepth = 128;
    static constexpr unsigned kUntilBreak = 31;
    static constexpr unsigned char kBreak = 0xFF;

    bool byte(unsigned char& out) {
        if (at_ >= bytes_.size()) return false;
        out = static_cast<unsigned char>(bytes_[at_++]);
        return true;
    }

    bool argument(unsigned low, std::uint64_t& out) {
        out = low;
        if (low < 24) return true;
        if (low > 27) return false;
        out = 0;
        for (unsigned left = 1U << (low - 24); left > 0; --left) {
            unsigned char next = 0;
            if (!byte(next)) return false;
            out = out << 8U | next;
        }
        return true;
    }

    bool take_break() {
        if (at_ >= bytes_.size() || static_cast<unsigned char>(bytes_[at_]) != kBreak) return false;
        ++at_;
        return true;
    }

    /// Bytes or text: in one piece, or in pieces up to a break.
    bool chunk(unsigned major, unsigned low, std::string& out) {
        if (low == kUntilBreak) {
            while (!take_break()) {
                unsigned char head = 0;
                if (!byte(head) || unsigned{head} >> 5U != major || (head & 0x1FU) == kUntilBreak ||
                    !chunk(major, head & 0x1FU, out))
                    return false;
            }
            return true;
        }
        std::uint64_t size = 0;
        if (!argument(low, size) || size > bytes_.size() - at_) return false;
        out += bytes_.substr(at_, size);
        at_ += size;
        return true;
    }

    /// Calls `item` for each element of an array or map.
    template <class Item>
    bool each(unsigned low, Item item) {
        if (low == kUntilBreak) {
            while (!take_break()) {
                if (!item()) return false;
            }
            return true;
        }
        std::uint64_t count = 0;
        if (!argument(low, count) || count > bytes_.size() - at_) return false;
        for (; count > 0; --count) {
            if (!item()) return false;
        }
        return true;
    }

    bool simple(unsigned low, Json& out) {
        std::uint64_t bits = 0;
        if (!argument(low, bits)) return false;
        if (low == 20 || low == 21) {
            out = low == 21;
        } else if (low == 25) {
            out = half(bits);
        } else if (low == 26) {
            out = double(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        } else if (low == 27) {
            out = std::bit_cast<double>(bits);
        } else {
            out = nullptr;
        }
        return true;
    }

    bool value(Json& out, unsigned depth) {
        unsigned char head = 0;
        if (depth > kMaxDepth || !byte(head)) return false;
        const unsigned major = unsigned{head} >> 5U;
        const unsigned low = head & 0x1FU;
        std::uint64_t number = 0;
        std::string text;
        switch (major) {
            case 0:
                if (!argument(low, number)) return false;
                out = number;
                return true;
            case 1:
                if (!argument(low, number) || number > std::uint64_t{INT64_MAX}) return false;
                out = -1 - static_cast<std::int64_t>(number);
                return true;
            case 2:
                if (!chunk(major, low, text)) return false;
                out = binary_value(text);
                return true;
            case 3:
                if (!chunk(major, low, text)) return false;
                out = to_valid_utf8(text);
                return true;
            case 4:
                out = Json::array();
                return each(low, [&] {
                    Json item;
                    if (!value(item, depth + 1)) return false;
                    out.push_back(std::move(item));
                    return true;
                });
            case 5:
                out = Json::object();
                return each(low, [&] {
                    Json key;
                    Json item;
                    if (!value(key, depth + 1) || !key.is_string() || !value(item, depth + 1))
                        return false;
                    out[key.get<std::string>()] = std::move(item);
                    return true;
                });
            case 6:  // what the model says of the value counts, not its tag
                return argument(low, number) && value(out, depth + 1);
            default:
                return low != kUntilBreak && simple(low, out);
        }
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
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

std::optional<Json> read_cbor(std::string_view bytes) { return CborReader(bytes).read(); }

}  // namespace stepwell::aws
