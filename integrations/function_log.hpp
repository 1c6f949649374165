#pragma once

#include <string>
#include <string_view>

namespace stepwell {

/// What a function's process writes: line by line into the server's log, under the function's name,
/// and the last 4 KB of one invocation for `LogType: Tail` (API reference, Invoke, LogResult).
class FunctionLog {
public:
    explicit FunctionLog(std::string function_name) : name_(std::move(function_name)) {}

    void write(std::string_view chunk);
    /// Ends an unfinished line.
    void flush();

    /// From here on the tail is that of one invocation.
    void begin_invocation(const std::string& request_id, const std::string& version);
    /// The invocation's tail with Lambda's own lines, in base64.
    std::string end_invocation(const std::string& request_id, double milliseconds, int memory_mb);

private:
    void say(std::string_view line) const;

    std::string name_;
    std::string line_;
    std::string tail_;
};

}  // namespace stepwell
