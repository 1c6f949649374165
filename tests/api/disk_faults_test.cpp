// The whole of API, engine and data file over a disk that fails: what is refused is refused clearly
// and has not been acted on, what was acknowledged is there, and work goes on by itself when the
// disk does. design.md, "Order, commit, answer", 8.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "api/api.hpp"
#include "engine/base/json.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/storage/records.hpp"
#include "tests/support/scripted_tasks.hpp"

namespace stepwell::api {
namespace {

using namespace std::chrono_literals;
using storage_test::eventually;
using storage_test::FaultyDisk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kPass = R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";
constexpr const char* kTwoTasks = R"({"StartAt":"First","States":{
    "First":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Next":"Second"},
    "Second":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:g","End":true}}})";

class SystemClock final : public Clock {
public:
    TimePoint now() const override {
        return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
    }
};

/// A server without its sockets, on a data file; going down and up again is a restart.
class Server {
public:
    Server(const std::filesystem::path& path, std::chrono::milliseconds give_up_after)
        : store(open(path, give_up_after)),
          runtime(*store, tasks, clock, RuntimeOptions{}, 1),
          api(*store, runtime, readers, clock, Options{}) {
        runtime.recover();
    }
    ~Server() {
        runtime.shut_down();
        store->close();
    }

    std::future<Response> send(const std::string& operation, const Json& body) {
        auto answer = std::make_shared<std::promise<Response>>();
        api.handle({"AWSStepFunctions." + operation,
                    "application/x-amz-json-1.0",
                    {},
                    write_json(body),
                    "id"},
                   [answer](Response response) { answer->set_value(std::move(response)); });
        return answer->get_future();
    }
    Response call(const std::string& operation, const Json& body) {
        auto answer = send(operation, body);
        if (answer.wait_for(60s) != std::future_status::ready) return {0, "no answer", {}};
        return answer.get();
    }
    Json ask(const std::string& operation, const Json& body) {
        const Response response = call(operation, body);
        EXPECT_EQ(response.status, 200) << operation << ": " << response.body;
        return *parse_json(response.body);
    }
    std::string create(const std::string& name, const char* definition) {
        return ask("CreateStateMachine", members({{"name", name},
                                                  {"definition", definition},
                                                  {"roleArn", "arn:aws:iam::123456789012:role/r"}}))
            .value("stateMachineArn", "");
    }
    std::string status(const std::string& execution) {
        const Response response = call("DescribeExecution", members({{"executionArn", execution}}));
        return response.status == 200 ? parse_json(response.body)->value("status", "")
                                      : response.error_type;
    }
    /// Types of all events, which must have no gaps.
    std::vector<std::string> history(const std::string& execution) {
        std::vector<std::string> types;
        const Json answer = ask("GetExecutionHistory", members({{"executionArn", execution}}));
        for (const Json& event : answer["events"]) {
            types.push_back(event.value("type", ""));
            EXPECT_EQ(event.value("id", 0), int(types.size()));
        }
        return types;
    }
    static Json members(std::initializer_list<std::pair<std::string, std::string>> members) {
        Json object = Json::object();
        for (const auto& [name, text] : members) object[name] = text;
        return object;
    }

    SystemClock clock;
    stepwell::testing::ScriptedTasks tasks;
    std::unique_ptr<SqliteStore> store;
    Runtime runtime;
    ReaderPool readers{2};
    Api api;

private:
    static std::unique_ptr<SqliteStore> open(const std::filesystem::path& path,
                                             std::chrono::milliseconds give_up_after) {
        SqliteOptions options;
        options.vfs = FaultyDisk::kName;
        options.writer.give_up_after = give_up_after;
        return open_sqlite_store(path, std::move(options));
    }
};

struct Fault {
    const char* name;
    int code;
};
class DiskFaults : public ::testing::TestWithParam<Fault> {
protected:
    FaultyDisk& disk = FaultyDisk::mended();
    storage_test::Folder folder;

    std::unique_ptr<Server> serve(std::chrono::milliseconds give_up_after) {
        return std::make_unique<Server>(folder / "data.db", give_up_after);
    }
    void fail() { disk.write_error = GetParam().code; }
    void mend() { disk.write_error = 0; }
    bool has_failed() {
        const int before = disk.failed;
        return eventually([&] { return disk.failed > before; });
    }
    ~DiskFaults() override { FaultyDisk::mended(); }
};

Json start_of(const std::string& machine, const std::string& name) {
    return Server::members({{"stateMachineArn", machine}, {"name", name}});
}
std::string execution_of(const std::string& machine, const std::string& name) {
    std::string arn = machine;
    return arn.replace(arn.find(":stateMachine:"), 14, ":execution:") + ":" + name;
}

TEST_P(DiskFaults, WritesThatWaitTooLongGetAClear500AndReadsGoOn) {
    const auto server = serve(100ms);
    const std::string machine = server->create("m", kPass);
    const std::string done =
        server->ask("StartExecution", start_of(machine, "before")).value("executionArn", "");
    ASSERT_TRUE(eventually([&] { return server->status(done) == "SUCCEEDED"; }));
    fail();
    for (const auto& [operation, body] : {
             std::pair<std::string, Json>("StartExecution", start_of(machine, "lost")),
             {"CreateStateMachine",
              Server::members({{"name", "lost"},
                               {"definition", kPass},
                               {"roleArn", "arn:aws:iam::123456789012:role/r"}})},
             {"UpdateStateMachine",
              Server::members({{"stateMachineArn", machine}, {"definition", kTwoTasks}})},
             {"DeleteStateMachine", Server::members({{"stateMachineArn", machine}})},
         }) {
        const Response response = server->call(operation, body);
        EXPECT_EQ(response.status, 500) << operation;
        EXPECT_THAT(response.body, AllOf(HasSubstr("__type"), HasSubstr("message"))) << operation;
        EXPECT_FALSE(response.error_type.empty());
    }
    EXPECT_EQ(server->status(done), "SUCCEEDED");
    EXPECT_THAT(server->history(done), SizeIs(4));
    EXPECT_THAT(server->ask("ListExecutions",
                            Server::members({{"stateMachineArn", machine}}))["executions"],
                SizeIs(1));
    mend();
    // Nothing of what was refused is there, and everything can be done now.
    EXPECT_EQ(server->status(execution_of(machine, "lost")), "ExecutionDoesNotExist");
    EXPECT_EQ(server->ask("DescribeStateMachine", Server::members({{"stateMachineArn", machine}}))
                  .value("definition", ""),
              kPass);
    server->ask("StartExecution", start_of(machine, "lost"));
    server->create("lost", kPass);
}

TEST_P(DiskFaults, NoTaskIsCalledForWhatIsNotStored) {
    const auto server = serve(60s);
    const std::string machine = server->create("m", kTwoTasks);
    fail();
    auto waiting = server->send("StartExecution", start_of(machine, "x"));
    ASSERT_TRUE(has_failed());
    ASSERT_TRUE(has_failed());
    EXPECT_NE(waiting.wait_for(0s), std::future_status::ready);
    EXPECT_THAT(server->tasks.calls(), IsEmpty());
    EXPECT_EQ(server->status(execution_of(machine, "x")), "ExecutionDoesNotExist");
    mend();
    EXPECT_EQ(waiting.get().status, 200);
    server->tasks.wait_for_calls(1);

    // The result of the first is not stored, so the second does not begin.
    fail();
    server->tasks.finish(server->tasks.calls()[0].id, Payload::from_text("1"));
    ASSERT_TRUE(has_failed());
    ASSERT_TRUE(has_failed());
    EXPECT_THAT(server->tasks.calls(), SizeIs(1));
    mend();
    server->tasks.wait_for_calls(2);
    server->tasks.finish(server->tasks.calls()[1].id, Payload::from_text("2"));
    ASSERT_TRUE(
        eventually([&] { return server->status(execution_of(machine, "x")) == "SUCCEEDED"; }));
    EXPECT_THAT(server->history(execution_of(machine, "x")), SizeIs(12));
    EXPECT_THAT(server->tasks.calls(), SizeIs(2));
}

TEST_P(DiskFaults, ARefusedStartIsNeverRun) {
    const auto server = serve(50ms);
    const std::string machine = server->create("m", kTwoTasks);
    fail();
    EXPECT_EQ(server->call("StartExecution", start_of(machine, "x")).status, 500);
    mend();
    server->ask("StartExecution", start_of(machine, "y"));
    server->tasks.wait_for_calls(1);
    EXPECT_EQ(server->status(execution_of(machine, "x")), "ExecutionDoesNotExist");
    for (const TaskCall& call : server->tasks.calls())
        EXPECT_EQ(call.execution_arn, execution_of(machine, "y"));
}

TEST_P(DiskFaults, AnExecutionGoesOnThoughAStepOfItWasGivenUp) {
    const auto server = serve(50ms);
    server->tasks.script("Second", [](const TaskCall&) { return Payload::from_text("2"); });
    const std::string machine = server->create("m", kTwoTasks);
    server->ask("StartExecution", start_of(machine, "x"));
    server->tasks.wait_for_calls(1);
    fail();
    server->tasks.finish(server->tasks.calls()[0].id, Payload::from_text("1"));
    ASSERT_TRUE(eventually([&] { return server->store->write_statistics().overloaded > 0; }));
    EXPECT_THAT(server->tasks.calls("Second"), IsEmpty());
    mend();
    // Its end was lost, so the first is called again, under the same request id.
    server->tasks.wait_for_calls(2);
    const auto calls = server->tasks.calls("First");
    ASSERT_THAT(calls, SizeIs(2));
    EXPECT_EQ(calls[0].request_id, calls[1].request_id);
    server->tasks.finish(calls[1].id, Payload::from_text("1"));
    const std::string execution = execution_of(machine, "x");
    ASSERT_TRUE(eventually([&] { return server->status(execution) == "SUCCEEDED"; }));
    EXPECT_THAT(server->history(execution), SizeIs(12));
    EXPECT_THAT(server->tasks.calls("Second"), SizeIs(1));
}

TEST_P(DiskFaults, LoseNothingThatWasAcknowledgedHoweverOftenTheyComeAndGo) {
    std::string machine;
    std::set<std::string> acknowledged;
    {
        const auto server = serve(30ms);
        for (const char* state : {"First", "Second"})
            server->tasks.script(state, [](const TaskCall&) { return Payload::from_text("1"); });
        machine = server->create("m", kTwoTasks);
        std::mutex mutex;
        std::atomic<bool> over{false};  // as long as the disk comes and goes, there are writes
        std::vector<std::thread> clients;
        for (int client = 0; client < 3; ++client) {
            clients.emplace_back([&, client] {
                for (int i = 0; !over; ++i) {
                    const std::string name = std::to_string(client) + "-" + std::to_string(i);
                    const Response response =
                        server->call("StartExecution", start_of(machine, name));
                    const std::lock_guard lock(mutex);
                    if (response.status == 200)
                        acknowledged.insert(name);
                    else
                        EXPECT_EQ(response.status, 500);
                }
            });
        }
        // Fails until it has failed, works until a write came through.
        for (int i = 0; i < 12; ++i) {
            const auto before = server->store->write_statistics();
            fail();
            if (!eventually(
                    [&] { return server->store->write_statistics().failures > before.failures; }))
                break;
            mend();
            if (!eventually(
                    [&] { return server->store->write_statistics().commits > before.commits; }))
                break;
        }
        over = true;
        mend();
        for (std::thread& client : clients) client.join();
        for (const std::string& name : acknowledged) {
            EXPECT_TRUE(eventually([&] {
                return server->status(execution_of(machine, name)) == "SUCCEEDED";
            })) << name;
        }
        for (const TaskCall& call : server->tasks.calls())
            EXPECT_EQ(server->status(call.execution_arn), "SUCCEEDED") << call.execution_arn;
    }
    EXPECT_FALSE(acknowledged.empty());
    const auto restarted = serve(60s);
    for (const std::string& name : acknowledged)
        EXPECT_THAT(restarted->history(execution_of(machine, name)), SizeIs(12));
}

INSTANTIATE_TEST_SUITE_P(, DiskFaults,
                         ::testing::Values(Fault{"Full", SQLITE_FULL},
                                           Fault{"WriteFails", SQLITE_IOERR_WRITE},
                                           Fault{"ReadOnly", SQLITE_READONLY}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(UnreadableDisk, AnswersReadsWithAClear500UntilItWorksAgain) {
    FaultyDisk& disk = FaultyDisk::mended();
    const storage_test::Folder folder;
    std::string execution;
    {
        Server server(folder / "data.db", 60s);
        const std::string machine = server.create("m", kPass);
        execution = server.ask("StartExecution", start_of(machine, "x")).value("executionArn", "");
        ASSERT_TRUE(eventually([&] { return server.status(execution) == "SUCCEEDED"; }));
    }
    Server server(folder / "data.db", 60s);
    disk.read_error = SQLITE_IOERR_READ;
    const Response response =
        server.call("GetExecutionHistory", Server::members({{"executionArn", execution}}));
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("__type"));
    disk.read_error = 0;
    EXPECT_EQ(server.status(execution), "SUCCEEDED");
    EXPECT_THAT(server.history(execution), SizeIs(4));
}

}  // namespace
}  // namespace stepwell::api
