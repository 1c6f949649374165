#include "server/line_file.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace stepwell::server {
namespace {

constexpr std::size_t kFlushBytes = 256 * 1024;
/// Between two looks at whether the server is ending.
constexpr int kPatienceMilliseconds = 100;

std::string text_of(int error) { return std::generic_category().message(error); }

}  // namespace

LineFile::LineFile(std::filesystem::path path, const std::atomic<bool>& in_a_hurry)
    : path_(std::move(path)), in_a_hurry_(in_a_hurry) {}

LineFile::LineFile(const std::atomic<bool>& in_a_hurry)
    : in_a_hurry_(in_a_hurry), descriptor_(STDOUT_FILENO) {}

LineFile::~LineFile() {
    flush();
    close();
}

std::optional<std::string> LineFile::open() {
    if (!path_ || descriptor_ >= 0) return std::nullopt;
    std::error_code failed;
    if (path_->has_parent_path()) std::filesystem::create_directories(path_->parent_path(), failed);
    // O_NONBLOCK: a pipe without a reader is an error, not a halt.
    descriptor_ = ::open(path_->c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                         0644);  // NOLINT(cppcoreguidelines-pro-type-vararg)
    if (descriptor_ < 0) return failed ? failed.message() : text_of(errno);
    return std::nullopt;
}

void LineFile::close() {
    if (path_ && descriptor_ >= 0) ::close(descriptor_);
    if (path_) descriptor_ = -1;
}

/// Whether another file, or none, has the name of the one that is open.
bool LineFile::replaced() const {
    if (!path_ || descriptor_ < 0) return false;
    struct stat opened {};
    struct stat named {};
    if (::fstat(descriptor_, &opened) != 0 || ::stat(path_->c_str(), &named) != 0) return true;
    return opened.st_dev != named.st_dev || opened.st_ino != named.st_ino;
}

void LineFile::add(std::string_view line) {
    held_.append(line).push_back('\n');
    ++held_lines_;
    if (held_.size() >= kFlushBytes) flush();
}

void LineFile::flush() {
    if (held_.empty()) return;
    if (replaced()) {
        close();
        torn_ = false;
    }
    std::optional<std::string> problem = open();
    if (!problem) problem = write_lines();
    report(problem);
    held_.clear();
    held_lines_ = 0;
}

std::optional<std::string> LineFile::write_lines() {
    // So that what was lost spoils one line only.
    if (std::exchange(torn_, false)) held_.insert(held_.begin(), '\n');
    std::string_view rest = held_;
    while (!rest.empty()) {
        if (!wait_until_writable()) return "its reader takes nothing";
        // A pipe that is ready takes so much without waiting.
        const ssize_t written =
            ::write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written < 0) {
            const int error = errno;
            torn_ = rest.size() < held_.size() && held_[held_.size() - rest.size() - 1] != '\n';
            return text_of(error);
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return std::nullopt;
}

bool LineFile::wait_until_writable() const {
    for (;;) {
        pollfd file{descriptor_, POLLOUT, 0};
        const int ready = ::poll(&file, 1, kPatienceMilliseconds);
        if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // write() says what is wrong
        if (ready == 0 && in_a_hurry_) return false;
    }
}

void LineFile::report(const std::optional<std::string>& problem) {
    const std::string name = path_ ? path_->string() : "standard output";
    if (problem) {
        lost_lines_ += held_lines_;
        if (!std::exchange(failing_, true))
            spdlog::warn("execution events are lost: {} cannot be written: {}", name, *problem);
    } else if (std::exchange(failing_, false)) {
        spdlog::warn("{} takes execution events again, {} were lost", name,
                     std::exchange(lost_lines_, 0));
    }
}

}  // namespace stepwell::server
