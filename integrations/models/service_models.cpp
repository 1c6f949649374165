#include "integrations/models/service_models.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "engine/base/ascii.hpp"
#include "integrations/models/model_files.hpp"
#include "integrations/models/sdk_name.hpp"
#include "integrations/models/table.hpp"

namespace stepwell::models {
namespace {

constexpr std::string_view kMagic = "SWM2";

[[noreturn]] void damaged() { throw std::runtime_error("the table of service models is damaged"); }

/// Reads what compile_models.py wrote.
class Reader {
public:
    Reader(std::string_view bytes, const Strings& strings) : bytes_(bytes), strings_(strings) {}

    std::uint32_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 35; shift += 7) {
            const auto byte = static_cast<unsigned char>(next());
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if ((byte & 0x80U) == 0) return static_cast<std::uint32_t>(value);
        }
        damaged();
    }
    /// A number that counts what follows, at least a byte each.
    std::uint32_t count() {
        const std::uint32_t value = number();
        if (value > bytes_.size() - at_) damaged();
        return value;
    }
    std::optional<std::uint32_t> optional_number() {
        const std::uint32_t value = number();
        return value == 0 ? std::nullopt : std::optional(value - 1);
    }
    Text text() { return strings_.at(number()); }
    /// A bound of a value or length.
    std::optional<double> bound() {
        const Text written = text();
        double value = 0;
        const auto [stopped, ec] =
            std::from_chars(written.data(), written.data() + written.size(), value);
        return ec == std::errc() && !written.empty() ? std::optional(value) : std::nullopt;
    }
    XmlNamespace xml_namespace() {
        const Text prefix = text();
        return {prefix, text()};
    }
    bool done() const { return at_ == bytes_.size(); }

private:
    char next() {
        if (at_ >= bytes_.size()) damaged();
        return bytes_[at_++];
    }

    std::string_view bytes_;
    const Strings& strings_;
    std::size_t at_ = 0;
};

bool bit(std::uint32_t flags, unsigned position) { return ((flags >> position) & 1U) != 0; }

Member read_member(Reader& in) {
    Member member;
    member.name = in.text();
    member.shape = in.number();
    const std::uint32_t flags = in.number();
    member.required = bit(flags, 0);
    member.idempotency_token = bit(flags, 1);
    member.host_label = bit(flags, 2);
    member.json_value = bit(flags, 3);
    member.flattened = bit(flags, 4);
    member.xml_attribute = bit(flags, 5);
    member.streaming = bit(flags, 6);
    member.event_payload = bit(flags, 7);
    if (bit(flags, 8)) member.place = static_cast<Place>(in.number());
    if (bit(flags, 9)) member.location_name = in.text();
    if (bit(flags, 10)) member.query_name = in.text();
    if (bit(flags, 11)) member.xml_namespace = in.xml_namespace();
    return member;
}

Shape read_shape(Reader& in) {
    Shape shape;
    shape.name = in.text();
    shape.kind = static_cast<Kind>(in.number());
    const std::uint32_t flags = in.number();
    shape.exception = bit(flags, 0);
    shape.fault = bit(flags, 1);
    shape.flattened = bit(flags, 2);
    shape.is_union = bit(flags, 3);
    shape.document = bit(flags, 4);
    shape.event_stream = bit(flags, 5);
    shape.streaming = bit(flags, 6);
    shape.wrapper = bit(flags, 7);
    shape.sensitive = bit(flags, 8);
    if (shape.kind == Kind::structure) {
        if (bit(flags, 9)) {
            shape.error_code = in.text();
            shape.http_status = in.number();
        }
        if (bit(flags, 10)) shape.payload = in.text();
        for (std::uint32_t left = in.count(); left > 0; --left)
            shape.members.push_back(read_member(in));
        return shape;
    }
    shape.min = in.bound();
    shape.max = in.bound();
    if (shape.kind == Kind::list || shape.kind == Kind::map) {
        shape.members.push_back(read_member(in));
        if (shape.kind == Kind::map) shape.members.push_back(read_member(in));
    } else if (shape.kind == Kind::string) {
        for (std::uint32_t left = in.count(); left > 0; --left) shape.values.push_back(in.text());
    } else if (shape.kind == Kind::timestamp) {
        shape.timestamp_format = static_cast<TimestampFormat>(in.number());
    }
    return shape;
}

Operation read_operation(Reader& in) {
    Operation operation;
    operation.name = in.text();
    operation.method = in.text();
    operation.uri = in.text();
    operation.response_code = in.number();
    operation.input = in.optional_number();
    operation.input_location_name = in.text();
    operation.input_namespace = in.xml_namespace();
    operation.output = in.optional_number();
    operation.result_wrapper = in.text();
    operation.host_prefix = in.text();
    operation.checksum_member = in.text();
    const std::uint32_t flags = in.number();
    operation.unsigned_request = bit(flags, 0);
    operation.checksum_required = bit(flags, 1);
    operation.unsigned_payload = bit(flags, 2);
    for (std::uint32_t left = in.count(); left > 0; --left) operation.errors.push_back(in.number());
    return operation;
}

Service read_service(Reader& in) {
    Service service;
    service.service_id = in.text();
    service.protocol = static_cast<Protocol>(in.number());
    service.endpoint_prefix = in.text();
    service.signing_name = in.text();
    service.target_prefix = in.text();
    service.json_version = in.text();
    service.api_version = in.text();
    service.global_endpoint = in.text();
    service.signature_version = in.text();
    service.xml_namespace = in.xml_namespace();
    const std::uint32_t shapes = in.count();
    service.shapes.reserve(shapes);
    for (std::uint32_t i = 0; i < shapes; ++i) service.shapes.push_back(read_shape(in));
    const std::uint32_t operations = in.count();
    service.operations.reserve(operations);
    for (std::uint32_t i = 0; i < operations; ++i) service.operations.push_back(read_operation(in));
    if (!in.done()) damaged();
    return service;
}

std::uint32_t read_u32(std::string_view four) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
        value |= std::uint32_t{static_cast<unsigned char>(four[i])} << (8 * i);
    return value;
}

/// Reads what is not packed: numbers of four bytes, and texts.
class Plain {
public:
    explicit Plain(std::string_view bytes) : left_(bytes) {}
    std::uint32_t number() { return read_u32(bytes(4)); }
    std::string_view text() { return bytes(number()); }
    std::string_view bytes(std::size_t count) {
        if (count > left_.size()) damaged();
        const std::string_view out = left_.substr(0, count);
        left_.remove_prefix(count);
        return out;
    }
    std::string_view left() const { return left_; }

private:
    std::string_view left_;
};

struct Alias {
    std::string_view optimized;
    std::string_view sdk;
};
/// Services whose optimized integrations go by another name than in `aws-sdk:`.
constexpr Alias kAliases[] = {{"elasticmapreduce", "emr"},
                              {"emr-containers", "emrcontainers"},
                              {"emr-serverless", "emrserverless"},
                              {"events", "eventbridge"},
                              {"states", "sfn"}};

}  // namespace

const Operation* Service::find_operation(std::string_view name) const {
    const auto found =
        std::ranges::lower_bound(operations, name, less_ignoring_case, &Operation::name);
    return found == operations.end() || less_ignoring_case(name, found->name) ? nullptr : &*found;
}

Text Strings::at(std::size_t number) const {
    if (number >= size()) damaged();
    const std::size_t begin = number == 0 ? 0 : read_u32(ends_.substr((number - 1) * 4));
    const std::size_t end = read_u32(ends_.substr(number * 4));
    if (begin > end || end > bytes_.size()) damaged();
    return bytes_.substr(begin, end - begin);
}

ServiceModels::ServiceModels() : ServiceModels(compiled_table()) {}

ServiceModels::ServiceModels(std::string_view table) {
    Plain head(table);
    if (head.bytes(std::min(kMagic.size(), table.size())) != kMagic) damaged();
    for (std::uint32_t left = head.number(); left > 0; --left) {
        const std::string_view key = head.text();
        const std::string_view id = head.text();
        const std::size_t begin = head.number();
        const std::size_t end = head.number();
        if (begin > end) damaged();
        sections_.emplace(key, Section{id, begin, end});
    }
    body_size_ = head.number();
    packed_ = head.left();
}

/// Once, for the first service that is asked for.
void ServiceModels::unpack() const {
    auto body = std::make_unique_for_overwrite<char[]>(body_size_);
    uLongf size = body_size_;
    const int status =
        uncompress(reinterpret_cast<Bytef*>(body.get()), &size,
                   reinterpret_cast<const Bytef*>(packed_.data()), uLong{packed_.size()});
    if (status != Z_OK || size != body_size_) damaged();
    Plain strings({body.get(), body_size_});
    const std::string_view ends = strings.bytes(std::size_t{strings.number()} * 4);
    strings_ = Strings(ends, strings.text());
    body_ = std::move(body);
}

ServiceModels::~ServiceModels() = default;

void ServiceModels::add_folder(const std::filesystem::path& folder) {
    for (const std::filesystem::path& file : model_files(folder)) {
        auto read = read_model_file(file);
        from_files_[sdk_name(read->service.service_id)] = std::move(read);
    }
}

const Service* ServiceModels::find(std::string_view resource_type) const {
    constexpr std::string_view kSdk = "aws-sdk:";
    std::string_view name = resource_type;
    if (name.starts_with(kSdk)) {
        name.remove_prefix(kSdk.size());
    } else if (const auto* alias = std::ranges::find(kAliases, name, &Alias::optimized);
               alias != std::end(kAliases)) {
        name = alias->sdk;
    }
    if (const auto file = from_files_.find(name); file != from_files_.end())
        return &file->second->service;
    const auto section = sections_.find(name);
    if (section == sections_.end()) return nullptr;
    const std::lock_guard lock(mutex_);
    auto& service = decoded_[section->first];
    if (!service) {
        if (!body_) unpack();
        const auto& [id, begin, end] = section->second;
        if (end > body_size_) damaged();
        Reader reader({body_.get() + begin, end - begin}, strings_);
        service = std::make_unique<const Service>(read_service(reader));
    }
    return service.get();
}

std::vector<std::string_view> ServiceModels::names() const {
    std::vector<std::string_view> out;
    for (const auto& [name, unused] : sections_) out.push_back(name);
    for (const auto& [name, unused] : from_files_) {
        if (!sections_.contains(name)) out.push_back(name);
    }
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> ServiceModels::service_ids() const {
    std::vector<std::string> out;
    for (const auto& [name, section] : sections_) out.emplace_back(section.service_id);
    for (const auto& [name, file] : from_files_) out.emplace_back(file->service.service_id);
    return out;
}

}  // namespace stepwell::models
