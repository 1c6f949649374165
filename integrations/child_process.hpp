#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell {

/// A process to start.
struct ChildCommand {
    std::filesystem::path executable;      ///< absolute
    std::vector<std::string> arguments;    ///< argv, the first included
    std::vector<std::string> environment;  ///< `NAME=value`; nothing else is inherited
    std::filesystem::path folder;          ///< its working directory
    std::string standard_input;            ///< what it reads there; then the end
};

/// Why a process could not be started: `/usr/bin/python3: No such file or directory`.
struct StartError {
    std::string message;
};

/// How a process ended, in Lambda's words: `exit status 1`, `signal: killed`; empty for exit status
/// 0.
std::string describe_exit(int wait_status);

/// The first executable file `name` in PATH, or empty.
std::filesystem::path find_program(std::string_view name);

/// Kills process groups when this process is gone, however it went.
///
/// PR_SET_PDEATHSIG reaches only the process that we started, not what that started in turn. So a
/// small process of ours holds the reading end of a pipe: when we are dead, kill -9 included, the
/// pipe ends and it kills the groups that it was told of. It leaves when it has nothing more to
/// watch over.
class ProcessGuard {
public:
    /// Starts the guard. Without one (no process to be had) groups are not watched; the log says
    /// so.
    ProcessGuard();
    /// Kills what is still watched, and waits for the guard to leave.
    ~ProcessGuard();
    ProcessGuard(const ProcessGuard&) = delete;
    ProcessGuard& operator=(const ProcessGuard&) = delete;

    void watch(pid_t group);
    /// Before the group's leader is waited for: its number may then be used again.
    void forget(pid_t group);

private:
    void tell(pid_t message);
    int pipe_ = -1;
    pid_t pid_ = -1;
};

/// A running process, the leader of a process group of its own, killed with all of the group at the
/// latest by the destructor. Its output (stdout and stderr) comes in chunks, in order. Belongs to
/// the loop's thread.
class ChildProcess {
public:
    struct Events {
        std::function<void(std::string_view)> output;
        /// It has ended, and all its output was told. `wait_status` as waitpid(2) gives it. May
        /// destroy the object.
        std::function<void(int wait_status)> ended;
    };

    static Result<std::unique_ptr<ChildProcess>, StartError> start(IoLoop& loop,
                                                                   ProcessGuard& guard,
                                                                   const ChildCommand& command,
                                                                   Events events);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }
    /// SIGKILL to the whole group. `ended` follows.
    void kill();
    /// Takes what has been written so far, without waiting.
    void read_output();

private:
    ChildProcess(IoLoop& loop, ProcessGuard& guard, Events events, pid_t pid, int output_fd);
    void watch_end();
    void look_for_end();
    bool reap();

    IoLoop& loop_;
    ProcessGuard& guard_;
    Events events_;
    pid_t pid_;
    bool reaped_ = false;
    std::unique_ptr<FdWatch> output_;
    std::unique_ptr<FdWatch> end_;
    LoopTimer poll_;  // where the kernel has no pidfd
};

}  // namespace stepwell
