#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "engine/base/json.hpp"
#include "tests/integrations/processes.hpp"
#include "tests/integrations/scratch.hpp"
#include "tests/integrations/waiting.hpp"

extern char** environ;

namespace stepwell {
namespace {

using testing::eventually;
using testing::is_running;
using testing::ScratchFolder;

/// A process of OWNER_PROGRAM (owner_main.cpp) that has a local function at work.
class Owner {
public:
    explicit Owner(const std::string& folder) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::string program = OWNER_PROGRAM;
        std::string argument = folder;
        char* argv[] = {program.data(), argument.data(), nullptr};
        if (::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ) != 0)
            throw std::runtime_error("spawn");
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        output_ = ends[0];
    }
    ~Owner() {
        kill_hard();
        ::close(output_);
    }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    /// The first line that it prints.
    std::string line() const {
        std::string text;
        char c = 0;
        while (::read(output_, &c, 1) == 1 && c != '\n') text += c;
        return text;
    }
    void kill_hard() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_ = -1;
    int output_ = -1;
};

TEST(OwnerKilled, LeavesNoProcessBehind) {
    ScratchFolder code;
    // The function's process, one that it started, and the guard beside the owner.
    code.write("app.py",
               "import os, subprocess\n"
               "def handler(event, context):\n"
               "    child = subprocess.Popen(['sleep', '600'])\n"
               "    owner = os.getppid()\n"
               "    others = []\n"
               "    for pid in os.listdir('/proc'):\n"
               "        try:\n"
               "            stat = open(f'/proc/{pid}/stat').read() if pid.isdigit() else ''\n"
               "        except OSError: continue\n"
               "        if stat and int(stat.rpartition(') ')[2].split()[1]) == owner: "
               "others.append(int(pid))\n"
               "    return {'function': os.getpid(), 'grandchild': child.pid, 'all': others}\n");
    Owner owner(code.path().string());
    const std::string line = owner.line();
    const auto told = parse_json(line);
    ASSERT_TRUE(told) << line;
    const auto function = told->at("function").get<pid_t>();
    const auto grandchild = told->at("grandchild").get<pid_t>();
    ASSERT_TRUE(is_running(function));
    ASSERT_TRUE(is_running(grandchild));
    ASSERT_EQ(told->at("all").size(), 2U) << "the function and the guard: " << line;

    owner.kill_hard();

    EXPECT_TRUE(eventually([&] { return !is_running(function); }));
    EXPECT_TRUE(eventually([&] { return !is_running(grandchild); }));
    for (const auto& pid : told->at("all")) {
        EXPECT_TRUE(eventually([&] { return !is_running(pid.get<pid_t>()); })) << pid.get<pid_t>();
    }
}

}  // namespace
}  // namespace stepwell
