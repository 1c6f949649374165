#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The API models of AWS's services, as the program carries them: what requests and answers look
/// like. Compiled from botocore's data by compile_models.py, which says what each field is.
namespace stepwell::models {

enum class Protocol : std::uint8_t { json, rest_json, query, ec2, rest_xml, cbor };
enum class Kind : std::uint8_t {
    structure,
    list,
    map,
    string,
    integer,
    long_integer,
    single_float,
    double_float,
    boolean,
    blob,
    timestamp,
};
enum class TimestampFormat : std::uint8_t { unset, iso8601, rfc822, unix_timestamp };
/// Where a member of a REST operation stands.
enum class Place : std::uint8_t { body, header, headers, uri, query_string, status_code };

/// Texts are views of what the ServiceModels hold, and live as long as these.
using Text = std::string_view;

struct XmlNamespace {
    Text prefix;
    Text uri;
};

/// A member of a structure, the element of a list, or the key or value of a map.
struct Member {
    Text name;  ///< empty but in structures
    std::uint32_t shape = 0;
    bool required = false;
    bool idempotency_token = false;
    bool host_label = false;
    bool json_value = false;
    bool flattened = false;
    bool xml_attribute = false;
    bool streaming = false;
    bool event_payload = false;
    Place place = Place::body;
    Text location_name;
    Text query_name;  ///< of EC2's protocol
    XmlNamespace xml_namespace;
};

struct Shape {
    Text name;
    Kind kind = Kind::structure;
    bool exception = false;
    bool fault = false;
    bool flattened = false;
    bool is_union = false;
    bool document = false;
    bool event_stream = false;
    bool streaming = false;
    bool wrapper = false;
    bool sensitive = false;
    // Of an exception.
    Text error_code;
    std::uint32_t http_status = 0;
    Text payload;  ///< of a structure: the member that is the body
    /// Of a structure its members; of a list its element; of a map key and value.
    std::vector<Member> members;
    /// Of a number its value, else the length.
    std::optional<double> min;
    std::optional<double> max;
    std::vector<Text> values;  ///< of an enum
    TimestampFormat timestamp_format = TimestampFormat::unset;
};

struct Operation {
    Text name;
    Text method;
    Text uri;
    std::uint32_t response_code = 200;
    std::optional<std::uint32_t> input;  ///< a shape
    Text input_location_name;
    XmlNamespace input_namespace;
    std::optional<std::uint32_t> output;  ///< a shape
    Text result_wrapper;
    Text host_prefix;
    Text checksum_member;
    bool unsigned_request = false;
    bool checksum_required = false;
    bool unsigned_payload = false;
    std::vector<std::uint32_t> errors;  ///< shapes
};

struct Service {
    Text service_id;
    Protocol protocol = Protocol::json;
    Text endpoint_prefix;
    Text signing_name;
    Text target_prefix;
    Text json_version;
    Text api_version;
    Text global_endpoint;
    Text signature_version;
    XmlNamespace xml_namespace;
    std::vector<Shape> shapes;
    std::vector<Operation> operations;  ///< by name, letter case aside

    /// By its name in any letter case: `putItem`. Null where there is none.
    const Operation* find_operation(std::string_view name) const;
};

/// The texts of a table by their numbers.
class Strings {
public:
    Strings() = default;
    Strings(std::string_view ends, std::string_view bytes) : ends_(ends), bytes_(bytes) {}
    std::size_t size() const { return ends_.size() / 4; }
    /// Throws std::runtime_error where there is none of that number.
    Text at(std::size_t number) const;

private:
    std::string_view ends_;  ///< u32 each, little-endian: where it ends in `bytes_`
    std::string_view bytes_;
};

struct FileService;

/// Thread-safe. The table is unpacked (some 10 ms and 4 MB) when the first service is asked for,
/// and each service decoded when it is.
class ServiceModels {
public:
    /// Of the table that the program carries.
    ServiceModels();
    /// Of another one, which must live as long as this. Throws std::runtime_error where it is no
    /// such table; what it holds behind its head is trusted, as part of the program.
    explicit ServiceModels(std::string_view table);
    ~ServiceModels();
    ServiceModels(const ServiceModels&) = delete;
    ServiceModels& operator=(const ServiceModels&) = delete;

    /// Adds the models of a folder (model_files.hpp), each in place of the program's of that
    /// service. Before anything is asked. Throws std::runtime_error where one cannot be read.
    void add_folder(const std::filesystem::path& folder);

    /// By the name that a Task's Resource gives the service: `dynamodb`, `aws-sdk:dynamodb`,
    /// `events`, `states`. Null where there is none. Lives as long as this.
    const Service* find(std::string_view resource_type) const;
    /// Whether the model of `dynamodb` is one that add_folder brought.
    bool is_from_folder(std::string_view name) const { return from_files_.contains(name); }
    /// The names that `aws-sdk:` can be put before, in order.
    std::vector<std::string_view> names() const;
    /// The service ids (`Cognito Identity Provider`) of all of them; decodes nothing.
    std::vector<std::string> service_ids() const;

private:
    struct Section {
        std::string_view service_id;
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    void unpack() const;

    std::map<std::string_view, Section> sections_;
    std::map<std::string, std::unique_ptr<const FileService>, std::less<>> from_files_;
    std::string_view packed_;
    std::size_t body_size_ = 0;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<const char[]> body_;
    mutable Strings strings_;
    mutable std::map<std::string_view, std::unique_ptr<const Service>> decoded_;
};

}  // namespace stepwell::models
