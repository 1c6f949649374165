#include "integrations/items/result_export.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "engine/base/state_errors.hpp"

namespace stepwell::items {

namespace {

// Children asked for at once, and bytes handed to the store at once.
constexpr std::size_t kChildrenAtOnce = 500;
constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;

enum class OutputType { json, jsonl };

StateError writer_failed(std::string cause) {
    return {std::string(state_errors::kResultWriterFailed), std::move(cause)};
}

struct WriterConfig {
    std::string bucket;
    std::string folder;  ///< of this run's files: empty, or with a `/` behind it
    Transformation transformation = Transformation::none;
    OutputType type = OutputType::json;
};

std::optional<std::string> text(const Json& fields, std::string_view name) {
    const auto found = fields.is_object() ? fields.find(name) : fields.end();
    if (found == fields.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

const Json& object(const Json& fields, std::string_view name) {
    static const Json kEmpty = Json::object();
    const auto found = fields.find(name);
    return found != fields.end() && found->is_object() ? *found : kEmpty;
}

/// `…:mapRun:NAME/LABEL:UUID` → the UUID.
std::string run_name(const std::string& arn) {
    const std::size_t colon = arn.rfind(':');
    return colon == std::string::npos ? arn : arn.substr(colon + 1);
}

Evaluated<WriterConfig> read_config(const ResultWrite& write) {
    WriterConfig config;
    const Json& parameters = object(write.writer, "Parameters");
    auto bucket = text(parameters, "Bucket");
    if (!bucket || bucket->empty()) {
        return writer_failed(
            "The field 'Bucket' of the ResultWriter must be a string that is not empty.");
    }
    config.bucket = std::move(*bucket);
    std::string prefix = text(parameters, "Prefix").value_or("");
    if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
    config.folder = prefix + run_name(write.map_run_arn) + "/";
    const Json& options = object(write.writer, "WriterConfig");
    if (const auto name = text(options, "Transformation")) {
        const auto known = transformation_of(*name);
        if (!known) return writer_failed("The Transformation \"" + *name + "\" is not supported.");
        config.transformation = *known;
    }
    if (text(options, "OutputType") == "JSONL") config.type = OutputType::jsonl;
    return config;
}

/// The files of one status, begun as they are needed.
class ResultFiles {
public:
    ResultFiles(ObjectStore& store, const Owner& owner, const WriterConfig& config,
                std::string_view status, std::uint64_t max_bytes)
        : store_(store), owner_(owner), config_(config), status_(status), max_bytes_(max_bytes) {}

    Stored<std::monostate> add(const std::string& value) {
        const bool lines = config_.type == OutputType::jsonl;
        const std::size_t needed = value.size() + 2;
        if (upload_ && size_ + needed > max_bytes_) (void)TRY(end_file());
        if (!upload_) (void)TRY(begin_file());
        if (!lines) (void)TRY(append(empty_ ? "[" : ","));
        (void)TRY(append(value));
        if (lines) (void)TRY(append("\n"));
        empty_ = false;
        return std::monostate();
    }

    Stored<std::monostate> finish() {
        if (upload_) (void)TRY(end_file());
        return std::monostate();
    }

    /// `[{"Key":…,"Size":…}]`
    Json take_list() { return std::move(list_); }

private:
    Stored<std::monostate> begin_file() {
        key_ = config_.folder + std::string(status_) + "_" + std::to_string(list_.size()) +
               (config_.type == OutputType::jsonl ? ".jsonl" : ".json");
        upload_ = TRY(store_.upload(owner_, ObjectName{config_.bucket, key_, {}}));
        size_ = 0;
        empty_ = true;
        return std::monostate();
    }

    Stored<std::monostate> end_file() {
        if (config_.type == OutputType::json) (void)TRY(append("]"));
        (void)TRY(upload_->append(buffer_));
        buffer_.clear();
        (void)TRY(upload_->finish());
        upload_.reset();
        Json file = Json::object();
        file["Key"] = key_;
        file["Size"] = size_;
        list_.push_back(std::move(file));
        return std::monostate();
    }

    Stored<std::monostate> append(std::string_view bytes) {
        buffer_ += bytes;
        size_ += bytes.size();
        if (buffer_.size() < kBufferBytes) return std::monostate();
        auto appended = upload_->append(buffer_);
        buffer_.clear();
        return appended;
    }

    ObjectStore& store_;
    const Owner& owner_;
    const WriterConfig& config_;
    std::string_view status_;
    std::uint64_t max_bytes_;
    std::unique_ptr<ObjectUpload> upload_;
    std::string key_;
    std::string buffer_;
    std::uint64_t size_ = 0;
    bool empty_ = true;
    Json list_ = Json::array();
};

Stored<Json> write_children(ResultFiles& files, const ResultWrite& write, ResultWrite::Which which,
                            Transformation transformation) {
    ExecutionKey after = 0;
    for (;;) {
        // Large ones come in smaller portions, so only an empty one is the last.
        const std::vector<ChildResult> children = write.children(which, after, kChildrenAtOnce);
        if (children.empty()) break;
        for (const ChildResult& child : children) {
            for (const Json& value : transformed(child, transformation))
                (void)TRY(files.add(write_json(value)));
        }
        after = children.back().key;
    }
    (void)TRY(files.finish());
    return Stored<Json>(boost::system::in_place_value, files.take_list());
}

Stored<Json> write_pending(ResultFiles& files, const ResultWrite& write,
                           const ResultWrite::ReadPage& read_page) {
    while (write.pending) {
        auto inputs = write.pending(read_page);
        if (!inputs) {
            spdlog::warn("{}: not all of what is pending could be written: {}: {}",
                         write.map_run_arn, inputs.error().error, inputs.error().cause);
            break;
        }
        if (inputs->empty()) break;
        for (std::string& input : *inputs)
            (void)TRY(files.add(write_json(pending_record(std::move(input)))));
    }
    (void)TRY(files.finish());
    return Stored<Json>(boost::system::in_place_value, files.take_list());
}

/// Writes everything, the manifest last: what it names is there. Returns the manifest's key.
Stored<std::string> write_all(ObjectStore& store, const ResultWrite& write,
                              const ResultWrite::ReadPage& read_page, const WriterConfig& config,
                              std::uint64_t max_file_bytes) {
    const auto files_of = [&](std::string_view status) {
        return ResultFiles(store, write.owner, config, status, max_file_bytes);
    };
    Json files = Json::object();
    ResultFiles failed = files_of("FAILED");
    files["FAILED"] =
        TRY(write_children(failed, write, ResultWrite::Which::failed, config.transformation));
    ResultFiles pending = files_of("PENDING");
    files["PENDING"] = TRY(write_pending(pending, write, read_page));
    ResultFiles succeeded = files_of("SUCCEEDED");
    files["SUCCEEDED"] =
        TRY(write_children(succeeded, write, ResultWrite::Which::succeeded, config.transformation));
    Json manifest = Json::object();
    manifest["DestinationBucket"] = config.bucket;
    manifest["MapRunArn"] = write.map_run_arn;
    manifest["ResultFiles"] = std::move(files);
    std::string key = config.folder + "manifest.json";
    (void)TRY(store.put(write.owner, ObjectName{config.bucket, key, {}}, write_json(manifest)));
    return Stored<std::string>(boost::system::in_place_value, std::move(key));
}

}  // namespace

Evaluated<Json> export_results(ObjectStore& store, const ResultWrite& write,
                               const ResultWrite::ReadPage& read_page,
                               std::uint64_t max_file_bytes) {
    const WriterConfig config = TRY(read_config(write));
    auto key = write_all(store, write, read_page, config, max_file_bytes);
    if (!key) return writer_failed(key.error().cause());
    Json details = Json::object();
    details["Bucket"] = config.bucket;
    details["Key"] = std::move(*key);
    return Evaluated<Json>(boost::system::in_place_value, std::move(details));
}

}  // namespace stepwell::items
