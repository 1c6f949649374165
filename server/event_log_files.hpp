#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/event_log.hpp"
#include "server/event_log_options.hpp"
#include "server/line_file.hpp"

namespace stepwell::server {

/// The record of an event, one line of JSON, as CloudWatch Logs has it: `{"id":"1","type":…,
/// "details":{…},"previous_event_id":"0","event_timestamp":"…","execution_arn":…,
/// "redrive_count":"0"}`. An input or output of more than 248 KiB, escaped, is cut. Developer
/// Guide, "CloudWatch Logs payloads".
std::string event_record(const HistoryEvent& event, const LoggedEvents& of);

/// The file of a log group, relative to the folder of all: `aws/vendedlogs/states/orders.log`.
/// Never one outside of it, whatever the name.
std::filesystem::path file_of_log_group(const std::string& log_group);

/// A file cannot be written. The message is one line for the person who runs the server.
class EventLogError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Appends records to files, on a thread of its own. What that thread cannot keep up with is
/// dropped, and counted in the server's log: publishing logs never slows an execution down.
class EventLogFiles final : public EventLog {
public:
    /// Opens the file of all records; throws EventLogError where it, or the folder, cannot be
    /// written.
    explicit EventLogFiles(EventLogOptions options);
    EventLogFiles(const EventLogFiles&) = delete;
    EventLogFiles& operator=(const EventLogFiles&) = delete;
    /// Writes what is queued; a pipe whose reader stands still gets no more.
    ~EventLogFiles() override;

    /// What came before waits for this, so that nothing is on standard output before the ready
    /// line.
    void begin();
    void write(LoggedEvents logged) override;

private:
    void run();
    void write_out(const std::vector<LoggedEvents>& batches);
    void tell_dropped(std::uint64_t dropped);
    LineFile& file_for(const std::string& log_group);

    const EventLogOptions options_;
    std::atomic<bool> ending_ = false;

    // Of the thread.
    std::unique_ptr<LineFile> all_;
    std::map<std::string, LineFile> files_;  ///< by log group; a few, used last
    std::uint64_t untold_ = 0;               ///< dropped, and not said yet
    std::chrono::steady_clock::time_point told_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<LoggedEvents> queue_;
    std::size_t queued_bytes_ = 0;
    std::uint64_t dropped_ = 0;
    std::thread thread_;
};

}  // namespace stepwell::server
