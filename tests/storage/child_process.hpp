#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace stepwell::storage_test {

/// tests/storage/storage_child.cpp as a process, whose lines are read here.
class ChildProcess {
public:
    ChildProcess(const std::string& mode, const std::string& path) {
        int out[2];
        int in[2];
        if (::pipe(out) != 0 || ::pipe(in) != 0) throw std::runtime_error("no pipe");
        process_ = ::fork();
        if (process_ < 0) throw std::runtime_error("no process");
        if (process_ == 0) {
            ::dup2(out[1], STDOUT_FILENO);
            ::dup2(in[0], STDIN_FILENO);
            for (const int handle : {out[0], out[1], in[0], in[1]}) ::close(handle);
            ::execl(STORAGE_CHILD, STORAGE_CHILD, mode.c_str(), path.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(out[1]);
        ::close(in[0]);
        lines_ = ::fdopen(out[0], "r");
        input_ = in[1];
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        kill();
        std::fclose(lines_);
        ::close(input_);
    }

    /// Its next line, or "" at the end.
    std::string line() {
        std::string text;
        for (int c = std::fgetc(lines_); c != EOF; c = std::fgetc(lines_)) {
            if (c == '\n') return text;
            text.push_back(static_cast<char>(c));
        }
        return {};
    }
    void kill() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        wait();
    }
    /// Its exit code, or -1 where a signal ended it.
    int wait() {
        int status = 0;
        ::waitpid(process_, &status, 0);
        process_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    ::pid_t id() const { return process_; }

private:
    ::pid_t process_ = 0;
    std::FILE* lines_ = nullptr;
    int input_ = -1;
};

}  // namespace stepwell::storage_test
