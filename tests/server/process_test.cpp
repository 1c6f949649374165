// The real program: how it starts, what it says, how it ends. What it serves is tested in
// tests/e2e.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "tests/server/raw_client.hpp"

namespace stepwell::server {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::chrono::seconds kPatience(30);

/// A child process with its output in pipes. Dies with the test.
class Program {
public:
    explicit Program(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), STEPWELL_BINARY);
        std::vector<char*> argv;
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        std::array<int, 2> out{};
        std::array<int, 2> err{};
        if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) abort();
        pid_ = fork();
        if (pid_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            dup2(out[1], STDOUT_FILENO);
            dup2(err[1], STDERR_FILENO);
            execv(argv[0], argv.data());
            _exit(127);
        }
        close(out[1]);
        close(err[1]);
        out_ = out[0];
        err_ = err[0];
    }
    ~Program() {
        if (!ended_) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        close(out_);
        close(err_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void send_signal(int number) const { kill(pid_, number); }
    /// The next line of standard output; what there is where the output ends or patience does.
    std::string read_line() {
        std::string line;
        char c = 0;
        while (readable(out_) && ::read(out_, &c, 1) == 1 && c != '\n') line.push_back(c);
        return line;
    }
    std::string read_errors() {
        std::string text;
        std::array<char, 4096> bytes{};
        ssize_t got = 0;
        while (readable(err_) && (got = ::read(err_, bytes.data(), bytes.size())) > 0) {
            text.append(bytes.data(), static_cast<std::size_t>(got));
        }
        return text;
    }
    /// The exit status, or minus the signal that killed it. Waits for the end.
    int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    /// Waits until the server is ready; its port.
    std::uint16_t ready_port() {
        const std::string line = read_line();
        const std::size_t colon = line.rfind(':');
        EXPECT_THAT(line,
                    MatchesRegex("stepwell [0-9.]+ is ready at http://127\\.0\\.0\\.1:[0-9]+"));
        return colon == std::string::npos
                   ? std::uint16_t{0}
                   : static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
    }

private:
    static bool readable(int file) {
        pollfd polled{.fd = file, .events = POLLIN, .revents = 0};
        return poll(&polled, 1, std::chrono::milliseconds(kPatience).count()) == 1;
    }

    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    bool ended_ = false;
};

std::vector<std::string> in_memory(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"serve",    "--port",      "0",    "--data",
                                       ":memory:", "--log-level", "error"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(Process, ServesOnThePortThatItPrints) {
    Program program(in_memory());
    RawClient client(program.ready_port());
    client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 200);
    client.send(api_request("ListStateMachines", "{}"));
    EXPECT_EQ(client.receive().value().body, R"({"stateMachines":[]})");
}

class ProcessEnds : public testing::TestWithParam<int> {};

TEST_P(ProcessEnds, CleanlyAndWithoutAWord) {
    Program program(in_memory());
    RawClient client(program.ready_port());
    client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(client.receive());
    program.send_signal(GetParam());
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(program.read_errors(), "");
    EXPECT_TRUE(client.closed_by_server());
}

INSTANTIATE_TEST_SUITE_P(Signals, ProcessEnds, testing::Values(SIGTERM, SIGINT));

TEST(Process, ASecondSignalEndsItAtOnce) {
    Program program(in_memory());
    RawClient client(program.ready_port());
    // Half a request keeps the drain waiting, for five seconds.
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    RawClient other(client.port());
    other.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(other.receive());
    const auto began = std::chrono::steady_clock::now();
    program.send_signal(SIGTERM);
    EXPECT_TRUE(other.closed_by_server()) << "the first one has been taken";
    program.send_signal(SIGTERM);
    EXPECT_EQ(program.wait(), -SIGTERM);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(4));
}

TEST(Process, APortInUseEndsItWithOneLine) {
    Program first(in_memory());
    const std::string port = std::to_string(first.ready_port());
    Program second({"serve", "--port", port, "--data", ":memory:"});
    EXPECT_EQ(second.wait(), 1);
    EXPECT_EQ(second.read_errors(),
              "stepwell: cannot listen on 127.0.0.1 port " + port +
                  ": another process has it. Stop that one, or choose another with --port (0 "
                  "picks a free one).\n");
}

TEST(Process, HealthAsksTheServerThatTheOptionsName) {
    Program server(in_memory());
    const std::string port = std::to_string(server.ready_port());
    Program asked({"health", "--port", port});
    EXPECT_EQ(asked.wait(), 0);
    EXPECT_EQ(asked.read_errors(), "");

    Program wildcard({"health", "--address", "0.0.0.0", "--port", port});
    EXPECT_EQ(wildcard.wait(), 0);

    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    Program gone({"health", "--port", port});
    EXPECT_EQ(gone.wait(), 1);
    EXPECT_EQ(gone.read_errors(),
              "stepwell: nothing serves at 127.0.0.1:" + port + ": Connection refused\n");
}

TEST(Process, NonsenseEndsItWithOneLineAndStatus2) {
    Program program({"--port", "http"});
    EXPECT_EQ(program.wait(), 2);
    EXPECT_EQ(program.read_errors(),
              "stepwell: --port \"http\" is not a port: give a whole number from 0 (a free one) to "
              "65535\n");
}

TEST(Process, ValidatesFilesAndEndsWithStatus1WhereOneIsWrong) {
    Program program({"validate", "/no/such/file"});
    EXPECT_EQ(program.wait(), 1);
    EXPECT_EQ(program.read_line(), "/no/such/file:1:1: error: the file cannot be read");
    EXPECT_EQ(program.read_errors(), "");
}

}  // namespace
}  // namespace stepwell::server
