#include "integrations/function_log.hpp"

#include <spdlog/spdlog.h>

#include <cmath>
#include <cstdint>

#include "integrations/base64.hpp"

namespace stepwell {

namespace {

constexpr std::size_t kMaxLine = 8'192;  // A longer one is told in pieces.
constexpr std::size_t kMaxTail = 4'096;

void keep_end(std::string& text) {
    if (text.size() > kMaxTail) text.erase(0, text.size() - kMaxTail);
}

}  // namespace

void FunctionLog::say(std::string_view line) const { spdlog::info("[{}] {}", name_, line); }

void FunctionLog::write(std::string_view chunk) {
    tail_.append(chunk);
    keep_end(tail_);
    while (!chunk.empty()) {
        const auto end = chunk.find('\n');
        line_.append(chunk.substr(0, end));
        while (line_.size() > kMaxLine) {
            say(std::string_view(line_).substr(0, kMaxLine));
            line_.erase(0, kMaxLine);
        }
        if (end == std::string_view::npos) return;
        if (line_.ends_with('\r')) line_.pop_back();
        say(line_);
        line_.clear();
        chunk.remove_prefix(end + 1);
    }
}

void FunctionLog::flush() {
    if (line_.empty()) return;
    say(line_);
    line_.clear();
}

void FunctionLog::begin_invocation(const std::string& request_id, const std::string& version) {
    tail_ = "START RequestId: " + request_id + " Version: " + version + "\n";
}

std::string FunctionLog::end_invocation(const std::string& request_id, double milliseconds,
                                        int memory_mb) {
    if (!tail_.ends_with('\n')) tail_ += '\n';
    const auto memory = std::to_string(memory_mb);
    tail_ += "END RequestId: " + request_id + "\nREPORT RequestId: " + request_id +
             fmt::format(
                 "\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory "
                 "Used: {} MB\t\n",
                 milliseconds, static_cast<std::int64_t>(std::ceil(milliseconds)), memory, memory);
    keep_end(tail_);
    std::string encoded = base64::encode(tail_);
    tail_.clear();
    return encoded;
}

}  // namespace stepwell
