#include "integrations/items/s3_store.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/json.hpp"

namespace stepwell::items {

namespace {

// S3 takes parts from 5 MiB on, and 10,000 of them: enough for the 5 GB of a file of results.
constexpr std::size_t kPartBytes = 8U << 20U;
constexpr std::size_t kAnswerBytes = 16U << 20U;
constexpr std::string_view kEnding = "Stepwell is ending.";

ObjectError to_object_error(const aws::Error& error) {
    ObjectError out;
    out.code = error.code;
    out.message = error.message;
    out.status = error.status;
    out.request_id = error.request_id;
    out.extended_request_id = error.extended_request_id;
    return out;
}

std::string text(const Json& fields, std::string_view name) {
    const auto found = fields.find(name);
    return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& array(const Json& fields, std::string_view name) {
    static const Json kEmpty = Json::array();
    const auto found = fields.find(name);
    return found != fields.end() && found->is_array() ? *found : kEmpty;
}

/// `bytes 0-99/1234` → 1234.
std::optional<std::uint64_t> size_in_content_range(const HttpHeaders& headers) {
    const std::string* range = find_header(headers, "Content-Range");
    const std::size_t slash = range == nullptr ? std::string::npos : range->rfind('/');
    if (slash == std::string::npos) return std::nullopt;
    std::uint64_t size = 0;
    const char* end = range->data() + range->size();
    const auto [stopped, ec] = std::from_chars(range->data() + slash + 1, end, size);
    return ec == std::errc() && stopped == end ? std::optional(size) : std::nullopt;
}

ObjectInfo object_info(const Json& content) {
    ObjectInfo info;
    info.key = text(content, "Key");
    info.etag = text(content, "ETag");
    info.last_modified = parse_rfc3339(text(content, "LastModified")).value_or(TimePoint());
    if (const auto size = content.find("Size"); size != content.end() && size->is_number_unsigned())
        info.size = size->get<std::uint64_t>();
    else if (size != content.end() && size->is_number_integer())
        info.size =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, size->get<std::int64_t>()));
    info.storage_class = text(content, "StorageClass");
    return info;
}

Json named(const ObjectName& name) {
    Json parameters = Json::object();
    parameters["Bucket"] = name.bucket;
    parameters["Key"] = name.key;
    if (!name.version_id.empty()) parameters["VersionId"] = name.version_id;
    return parameters;
}

}  // namespace

/// Makes a call on the loop's thread and waits for its answer on ours.
class S3Store::Calls {
public:
    Calls(IoLoop& loop, aws::AwsClient& client) : loop_(loop), client_(client) {}

    Stored<aws::Answer> make(const Owner& owner, std::string_view action, Json parameters,
                             std::optional<std::string> body = std::nullopt,
                             std::size_t max_answer = kAnswerBytes) {
        aws::Call call;
        call.service = "s3";
        call.action = action;
        call.parameters = std::move(parameters);
        call.owner = owner;
        call.raw_body = action == "getObject";
        call.body = std::move(body);
        call.max_body_bytes = max_answer;
        auto answered = wait_for(std::move(call));
        if (!answered) return to_object_error(answered.error());
        return std::move(*answered);
    }

    /// Without waiting for an answer.
    void abandon(const Owner& owner, std::string action, Json parameters) {
        aws::Call call;
        call.service = "s3";
        call.action = std::move(action);
        call.parameters = std::move(parameters);
        call.owner = owner;
        loop_.post([this, call = std::move(call)]() mutable {
            if (!stopped_) client_.call(std::move(call), [](aws::CallResult) {});
        });
    }

    void stop() {
        loop_.run([this] {
            stopped_ = true;
            for (const auto& [number, waiting] : std::exchange(waiting_, {})) {
                client_.cancel(waiting.id);
                waiting.answer->set_value(ending());
            }
        });
    }

private:
    using Answer = std::promise<aws::CallResult>;
    struct Waiting {
        aws::AwsClient::CallId id = 0;
        std::shared_ptr<Answer> answer;
    };

    static aws::Error ending() {
        aws::Error error;
        error.message = kEnding;
        return error;
    }

    aws::CallResult wait_for(aws::Call call) {
        const auto answer = std::make_shared<Answer>();
        loop_.post([this, answer, call = std::move(call)]() mutable {
            if (stopped_) return answer->set_value(ending());
            const unsigned number = ++last_;
            const auto id = client_.call(std::move(call), [this, number](aws::CallResult result) {
                const auto found = waiting_.find(number);
                if (found == waiting_.end()) return;
                const auto waited = std::move(found->second.answer);
                waiting_.erase(found);
                waited->set_value(std::move(result));
            });
            waiting_[number] = {id, answer};
        });
        return answer->get_future().get();
    }

    IoLoop& loop_;
    aws::AwsClient& client_;
    // Touched on the loop's thread alone.
    std::map<unsigned, Waiting> waiting_;
    unsigned last_ = 0;
    bool stopped_ = false;
};

/// Put at once while it is small, else in parts.
class S3Store::Upload : public ObjectUpload {
public:
    Upload(std::shared_ptr<Calls> calls, Owner owner, ObjectName name)
        : calls_(std::move(calls)), owner_(std::move(owner)), name_(std::move(name)) {}

    ~Upload() override {
        if (finished_ || upload_id_.empty()) return;
        Json parameters = named(name_);
        parameters["UploadId"] = upload_id_;
        calls_->abandon(owner_, "abortMultipartUpload", std::move(parameters));
    }

    Stored<std::monostate> append(std::string_view bytes) override {
        buffer_ += bytes;
        while (buffer_.size() >= kPartBytes) {
            if (upload_id_.empty()) (void)TRY(begin());
            (void)TRY(put_part(buffer_.substr(0, kPartBytes)));
            buffer_.erase(0, kPartBytes);
        }
        return std::monostate();
    }

    Stored<std::monostate> finish() override {
        if (upload_id_.empty()) {
            (void)TRY(calls_->make(owner_, "putObject", named(name_), std::move(buffer_)));
        } else {
            if (!buffer_.empty()) (void)TRY(put_part(std::move(buffer_)));
            Json parameters = named(name_);
            parameters["UploadId"] = upload_id_;
            parameters["MultipartUpload"] = Json::object();
            parameters["MultipartUpload"]["Parts"] = std::move(parts_);
            (void)TRY(calls_->make(owner_, "completeMultipartUpload", std::move(parameters)));
        }
        finished_ = true;
        return std::monostate();
    }

private:
    Stored<std::monostate> begin() {
        const aws::Answer answer = TRY(calls_->make(owner_, "createMultipartUpload", named(name_)));
        upload_id_ = text(answer.output, "UploadId");
        if (!upload_id_.empty()) return std::monostate();
        return ObjectError{{}, "The S3 endpoint gave no UploadId for " + name_.uri(), 0, {}, {}};
    }

    Stored<std::monostate> put_part(std::string bytes) {
        Json parameters = named(name_);
        parameters["UploadId"] = upload_id_;
        parameters["PartNumber"] = parts_.size() + 1;
        const aws::Answer answer =
            TRY(calls_->make(owner_, "uploadPart", std::move(parameters), std::move(bytes)));
        Json part = Json::object();
        part["ETag"] = text(answer.output, "ETag");
        part["PartNumber"] = parts_.size() + 1;
        parts_.push_back(std::move(part));
        return std::monostate();
    }

    std::shared_ptr<Calls> calls_;
    Owner owner_;
    ObjectName name_;
    std::string buffer_;
    std::string upload_id_;
    Json parts_ = Json::array();
    bool finished_ = false;
};

S3Store::S3Store(IoLoop& loop, aws::AwsClient& client)
    : calls_(std::make_shared<Calls>(loop, client)) {}

S3Store::~S3Store() { calls_->stop(); }

Stored<ObjectPart> S3Store::get(const Owner& owner, const ObjectName& name, std::uint64_t offset,
                                std::size_t length) {
    Json parameters = named(name);
    parameters["Range"] =
        "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1);
    auto answer = calls_->make(owner, "getObject", std::move(parameters), std::nullopt,
                               std::max(length + 1, kAnswerBytes));
    if (!answer) {
        // Behind the end there is nothing, also where the object is empty.
        if (answer.error().status != 416) return answer.error();
        if (offset == 0) return ObjectPart();
        ObjectPart part = TRY(get(owner, name, 0, 1));
        part.bytes.clear();
        return part;
    }
    ObjectPart part;
    part.version = text(answer->output, "ETag");
    if (const auto size = size_in_content_range(answer->headers)) {
        part.object_size = *size;
        part.bytes = std::move(answer->body);
    } else {
        // Asked for a range, it gave all there is.
        part.object_size = answer->body.size();
        if (offset < part.object_size) part.bytes = answer->body.substr(offset, length);
    }
    return part;
}

Stored<ObjectList> S3Store::list(const Owner& owner, const ListRequest& request) {
    Json parameters = Json::object();
    parameters["Bucket"] = request.bucket;
    parameters["MaxKeys"] = request.max_keys;
    if (!request.prefix.empty()) parameters["Prefix"] = request.prefix;
    if (!request.delimiter.empty()) parameters["Delimiter"] = request.delimiter;
    if (!request.start_after.empty()) parameters["StartAfter"] = request.start_after;
    const aws::Answer answer = TRY(calls_->make(owner, "listObjectsV2", std::move(parameters)));
    ObjectList list;
    for (const Json& content : array(answer.output, "Contents")) {
        list.objects.push_back(object_info(content));
        list.last = std::max(list.last, list.objects.back().key);
    }
    for (const Json& common : array(answer.output, "CommonPrefixes")) {
        list.common_prefixes.push_back(text(common, "Prefix"));
        list.last = std::max(list.last, list.common_prefixes.back());
    }
    const auto truncated = answer.output.find("IsTruncated");
    list.truncated = truncated != answer.output.end() && truncated->is_boolean() &&
                     truncated->get<bool>() && !list.last.empty();
    return list;
}

Stored<std::monostate> S3Store::put(const Owner& owner, const ObjectName& name,
                                    std::string_view bytes) {
    (void)TRY(calls_->make(owner, "putObject", named(name), std::string(bytes)));
    return std::monostate();
}

Stored<std::unique_ptr<ObjectUpload>> S3Store::upload(const Owner& owner, const ObjectName& name) {
    return std::unique_ptr<ObjectUpload>(std::make_unique<Upload>(calls_, owner, name));
}

void S3Store::stop() { calls_->stop(); }

}  // namespace stepwell::items
