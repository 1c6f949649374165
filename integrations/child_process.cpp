#include "integrations/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace stepwell {

namespace {

constexpr int kExecFailed = 127;
constexpr Milliseconds kPollWithoutPidfd{50};
// A turn of the loop reads at most this much, so that a process that writes without end holds
// nobody up.
constexpr std::size_t kOutputPerTurn = 4096;
constexpr int kMostTriesToReap = 10'000;
constexpr std::size_t kMostOutputAtEnd = 1U << 20U;

/// Closes what it holds.
class OwnedFd {
public:
    explicit OwnedFd(int fd = -1) : fd_(fd) {}
    ~OwnedFd() { reset(); }
    OwnedFd(const OwnedFd&) = delete;
    OwnedFd& operator=(const OwnedFd&) = delete;
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    void reset(int fd = -1) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = fd;
    }

private:
    int fd_;
};

void close_from(int lowest) {
    if (::syscall(SYS_close_range, lowest, ~0U, 0) == 0) return;
    for (int fd = lowest; fd < 65'536; ++fd) ::close(fd);  // Kernels before 5.9.
}

/// All that a child needs between fork and exec, where it may not allocate.
struct Launch {
    const char* executable;
    char* const* argv;
    char* const* envp;
    const char* folder;
    int input;
    int output;
    pid_t parent;
    volatile int* problem;
};

/// Runs in the child, in the parent's memory (vfork): system calls only.
[[noreturn]] void become(const Launch& launch) {
    // The default actions: a handler of the server's must not run in its memory, and what it
    // ignores (SIGPIPE) would stay ignored in the new program.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Had the parent died before that line, no signal would come.
    if (::getppid() != launch.parent) ::_exit(kExecFailed);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(launch.input, STDIN_FILENO) >= 0 && ::dup2(launch.output, STDOUT_FILENO) >= 0 &&
        ::dup2(launch.output, STDERR_FILENO) >= 0 && ::chdir(launch.folder) == 0) {
        close_from(STDERR_FILENO + 1);
        ::execve(launch.executable, launch.argv, launch.envp);
    }
    *launch.problem = errno;
    ::_exit(kExecFailed);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

/// A file in memory that holds `text`, to be read from its beginning; or -1.
int memory_file(const std::string& text) {
    OwnedFd file(::memfd_create("stepwell-input", MFD_CLOEXEC));
    if (file.get() < 0) return -1;
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = ::write(file.get(), text.data() + written, text.size() - written);
        if (count < 0) return -1;
        written += static_cast<std::size_t>(count);
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) return -1;
    return file.release();
}

/// The guard's life, in the copy of us that fork made: system calls only.
[[noreturn]] void stand_guard(int pipe) {
    constexpr std::size_t kMost = 4096;
    std::array<pid_t, kMost> groups{};
    std::size_t count = 0;
    for (;;) {
        pid_t message = 0;
        const ssize_t got = ::read(pipe, &message, sizeof message);
        if (got < 0 && errno == EINTR) continue;
        if (got != static_cast<ssize_t>(sizeof message)) break;
        if (message > 0) {
            if (count < kMost) groups[count++] = message;
        } else {
            for (std::size_t i = 0; i < count; ++i) {
                if (groups[i] == -message) {
                    groups[i] = groups[--count];
                    break;
                }
            }
        }
    }
    for (std::size_t i = 0; i < count; ++i) ::kill(-groups[i], SIGKILL);
    ::_exit(0);
}

}  // namespace

std::string describe_exit(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        std::string name = ::strsignal(WTERMSIG(wait_status));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        return "signal: " + name + (WCOREDUMP(wait_status) ? " (core dumped)" : "");
    }
    const int code = WEXITSTATUS(wait_status);
    return code == 0 ? std::string() : "exit status " + std::to_string(code);
}

std::filesystem::path find_program(std::string_view name) {
    const char* path = std::getenv("PATH");
    std::string_view folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    while (!folders.empty()) {
        const auto colon = folders.find(':');
        const std::filesystem::path candidate =
            std::filesystem::path(folders.substr(0, colon)) / name;
        std::error_code ignored;  // A folder that cannot be looked into has no program for us.
        if (candidate.is_absolute() && std::filesystem::is_regular_file(candidate, ignored) &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
        if (colon == std::string_view::npos) break;
        folders.remove_prefix(colon + 1);
    }
    return {};
}

ProcessGuard::ProcessGuard() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    OwnedFd reading(ends[0]);
    OwnedFd writing(ends[1]);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_ = ::fork();
    if (pid_ == 0) {
        // All signals stay blocked: what ends the server (Ctrl-C for the whole terminal) must not
        // end its guard first.
        ::setpgid(0, 0);
        ::prctl(PR_SET_NAME, "stepwell-guard");
        ::dup2(reading.get(), STDIN_FILENO);
        close_from(STDIN_FILENO + 1);
        stand_guard(STDIN_FILENO);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid_ < 0) return;
    pipe_ = writing.release();
    // A guard that does not read is no reason for us to stand still.
    ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
}

ProcessGuard::~ProcessGuard() {
    if (pipe_ >= 0) ::close(pipe_);
    if (pid_ > 0) {
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

void ProcessGuard::tell(pid_t message) {
    if (pipe_ < 0) return;
    // Less than PIPE_BUF, so it is written whole or not at all. A guard that is gone (EPIPE) leaves
    // PR_SET_PDEATHSIG.
    sigset_t pipe_signal;
    sigset_t before;
    ::sigemptyset(&pipe_signal);
    ::sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    if (::write(pipe_, &message, sizeof message) < 0 && errno == EPIPE) {
        const timespec now{};
        ::sigtimedwait(&pipe_signal, nullptr, &now);
        ::close(std::exchange(pipe_, -1));
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ProcessGuard::watch(pid_t group) { tell(group); }
void ProcessGuard::forget(pid_t group) { tell(-group); }

Result<std::unique_ptr<ChildProcess>, StartError> ChildProcess::start(IoLoop& loop,
                                                                      ProcessGuard& guard,
                                                                      const ChildCommand& command,
                                                                      Events events) {
    const auto fail = [](const std::string& what, int problem) {
        return StartError{what + ": " + std::strerror(problem)};
    };
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail("pipe", errno);
    OwnedFd reading(ends[0]);
    const OwnedFd writing(ends[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    const OwnedFd input(memory_file(command.standard_input));
    if (input.get() < 0) return fail("memfd_create", errno);

    const std::vector<char*> argv = pointers_to(command.arguments);
    const std::vector<char*> envp = pointers_to(command.environment);
    volatile int problem = 0;
    const Launch launch{command.executable.c_str(),
                        argv.data(),
                        envp.data(),
                        command.folder.c_str(),
                        input.get(),
                        writing.get(),
                        ::getpid(),
                        &problem};
    // No signal may be handled in the child while it runs in our memory.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid =
        ::vfork();  // fork would copy the page tables of a server that may hold gigabytes.
    if (pid == 0) become(launch);
    const int fork_problem = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return fail("fork", fork_problem);
    if (problem != 0) {
        ::waitpid(pid, nullptr, 0);
        return fail(command.executable.string(), problem);
    }
    guard.watch(pid);
    std::unique_ptr<ChildProcess> child(
        new ChildProcess(loop, guard, std::move(events), pid, reading.release()));
    child->watch_end();
    return child;
}

ChildProcess::ChildProcess(IoLoop& loop, ProcessGuard& guard, Events events, pid_t pid,
                           int output_fd)
    : loop_(loop), guard_(guard), events_(std::move(events)), pid_(pid), poll_(loop) {
    output_ = std::make_unique<FdWatch>(loop_, output_fd, [this] {
        std::array<char, kOutputPerTurn> chunk;
        const ssize_t got = ::read(output_->fd(), chunk.data(), chunk.size());
        if (got > 0) {
            events_.output({chunk.data(), static_cast<std::size_t>(got)});
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            output_.reset();  // All writers have closed it; the process may go on.
        }
    });
}

ChildProcess::~ChildProcess() {
    if (reaped_) return;
    kill();
    // It ends as soon as the kernel gets to it, unless it hangs in a file system that does not
    // answer.
    for (int tries = 0; !reap() && tries < kMostTriesToReap; ++tries) ::usleep(500);
}

void ChildProcess::kill() {
    if (reaped_) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);  // Should it have left its group.
}

void ChildProcess::read_output() {
    std::array<char, kOutputPerTurn> chunk;
    // Bounded: grandchildren may go on writing.
    for (std::size_t total = 0; output_ && total < kMostOutputAtEnd;) {
        const ssize_t got = ::read(output_->fd(), chunk.data(), chunk.size());
        if (got <= 0) return;
        total += static_cast<std::size_t>(got);
        events_.output({chunk.data(), static_cast<std::size_t>(got)});
    }
}

void ChildProcess::watch_end() {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (fd >= 0) {
        end_ = std::make_unique<FdWatch>(loop_, fd, [this] { look_for_end(); });
    } else {
        poll_.start(kPollWithoutPidfd, [this] { look_for_end(); });
    }
}

void ChildProcess::look_for_end() {
    siginfo_t info = {};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0) {
        if (!end_) poll_.start(kPollWithoutPidfd, [this] { look_for_end(); });
        return;
    }
    // While it is a zombie its number is its own, so the rest of its group can be reached safely.
    ::kill(-pid_, SIGKILL);
    read_output();
    guard_.forget(pid_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reaped_ = true;
    end_.reset();
    output_.reset();
    const auto ended = std::move(events_.ended);
    ended(status);  // May destroy this object.
}

bool ChildProcess::reap() {
    siginfo_t info = {};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0) {
        return false;
    }
    ::kill(-pid_, SIGKILL);
    guard_.forget(pid_);
    ::waitpid(pid_, nullptr, 0);
    reaped_ = true;
    return true;
}

}  // namespace stepwell
