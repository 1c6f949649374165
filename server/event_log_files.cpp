#include "server/event_log_files.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "api/history_event.hpp"
#include "api/json_writer.hpp"

namespace stepwell::server {
namespace {

constexpr const char* kStandardOutput = "stdout";
constexpr std::size_t kMaxQueuedBytes = 64U << 20U;
constexpr std::size_t kMaxOpenFiles = 64;
/// Most file systems allow 255 bytes.
constexpr std::size_t kMaxComponentBytes = 200;
/// Developer Guide, "Using CloudWatch Logs to log execution history": an escaped input or output of
/// more than 248 KB is truncated.
constexpr std::size_t kMaxLoggedPayloadBytes = 248 * 1024;
/// Between two lines about events that came too fast.
constexpr std::chrono::seconds kComplaintPause{10};

/// A part of a log group's name between slashes, as a file name.
std::string component_of(const std::string& part) {
    std::string name = part.substr(0, kMaxComponentBytes);
    // `.` and `..` mean something else.
    if (name.find_first_not_of('.') == std::string::npos) name.insert(0, "_");
    for (char& c : name) {
        if (c == '\\' || c == '\0') c = '_';
    }
    return name;
}

void check_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed && std::filesystem::is_directory(folder, failed) &&
        ::access(folder.c_str(), W_OK | X_OK) == 0)
        return;
    throw EventLogError("--log-folder \"" + folder.string() +
                        "\" cannot be written: name a folder in which files can be made");
}

}  // namespace

std::string event_record(const HistoryEvent& event, const LoggedEvents& of) {
    std::string line;
    api::ObjectWriter object(line);
    object.text("id", std::to_string(event.id));
    object.text("type", event_type_name(event.type));
    api::append_event_details(
        object.member("details"), event,
        of.logging->include_data ? api::ExecutionData::include : api::ExecutionData::leave_out,
        kMaxLoggedPayloadBytes);
    object.text("previous_event_id", std::to_string(event.previous));
    object.text("event_timestamp", std::to_string(event.timestamp.time_since_epoch().count()));
    object.text("execution_arn", of.execution_arn);
    object.text("redrive_count", std::to_string(of.redrive_count));
    object.end();
    return line;
}

std::filesystem::path file_of_log_group(const std::string& log_group) {
    std::filesystem::path file;
    for (std::size_t begin = 0; begin <= log_group.size();) {
        const std::size_t end = std::min(log_group.find('/', begin), log_group.size());
        if (end > begin) file /= component_of(log_group.substr(begin, end - begin));
        begin = end + 1;
    }
    if (file.empty()) file = "_";
    file += ".log";
    return file;
}

EventLogFiles::EventLogFiles(EventLogOptions options) : options_(std::move(options)) {
    if (options_.folder) check_folder(*options_.folder);
    if (!options_.all) return;
    all_ = *options_.all == kStandardOutput ? std::make_unique<LineFile>(ending_)
                                            : std::make_unique<LineFile>(*options_.all, ending_);
    if (const auto problem = all_->open()) {
        throw EventLogError("--log-events \"" + *options_.all + "\" cannot be written (" +
                            *problem + "): name a file that can be, or stdout");
    }
}

void EventLogFiles::begin() {
    thread_ = std::thread([this] { run(); });
}

EventLogFiles::~EventLogFiles() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void EventLogFiles::write(LoggedEvents logged) {
    const std::size_t bytes = approximate_bytes(logged);
    {
        const std::lock_guard lock(mutex_);
        if (queued_bytes_ + bytes > kMaxQueuedBytes) {
            dropped_ += logged.events.size();
            return;
        }
        queued_bytes_ += bytes;
        queue_.push_back(std::move(logged));
    }
    changed_.notify_one();
}

void EventLogFiles::run() {
    for (;;) {
        std::vector<LoggedEvents> batches;
        std::uint64_t dropped = 0;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !queue_.empty() || ending_; });
            if (queue_.empty()) break;
            batches = std::exchange(queue_, {});
            queued_bytes_ = 0;
            dropped = std::exchange(dropped_, 0);
        }
        tell_dropped(dropped);
        write_out(batches);
    }
    told_ = {};
    tell_dropped(0);
}

void EventLogFiles::tell_dropped(std::uint64_t dropped) {
    untold_ += dropped;
    const auto now = std::chrono::steady_clock::now();
    if (untold_ == 0 || now - told_ < kComplaintPause) return;
    told_ = now;
    spdlog::warn("{} execution events came too fast to be logged", std::exchange(untold_, 0));
}

void EventLogFiles::write_out(const std::vector<LoggedEvents>& batches) {
    for (const LoggedEvents& batch : batches) {
        LineFile* group = options_.folder ? &file_for(batch.logging->log_group) : nullptr;
        for (const HistoryEvent& event : batch.events) {
            const std::string record = event_record(event, batch);
            if (all_) all_->add(record);
            if (group != nullptr) group->add(record);
        }
    }
    if (all_) all_->flush();
    for (auto& [group, file] : files_) file.flush();
}

LineFile& EventLogFiles::file_for(const std::string& log_group) {
    const auto found = files_.find(log_group);
    if (found != files_.end()) return found->second;
    if (files_.size() >= kMaxOpenFiles) files_.clear();
    return files_.try_emplace(log_group, *options_.folder / file_of_log_group(log_group), ending_)
        .first->second;
}

}  // namespace stepwell::server
