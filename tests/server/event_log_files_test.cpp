#include "server/event_log_files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace stepwell::server {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

constexpr const char* kExecution = "arn:aws:states:us-east-1:123456789012:execution:m:e";

HistoryEvent entered() {
    return {2, 0, TimePoint{Milliseconds{1'700'000'000'123}}, EventType::pass_state_entered,
            StateEnteredDetails{"P", Payload::from_text(R"({"a":1})")}};
}

std::vector<std::string> lines_of(const fs::path& path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

LoggedEvents logged(std::vector<HistoryEvent> events, const std::string& group = "/states/a",
                    bool data = true) {
    return {std::make_shared<const EventLogging>(EventLogging{EventLogLevel::all, data, group}),
            kExecution, 0, std::move(events)};
}

std::string record(bool data = true) {
    return event_record(entered(), logged({}, "/states/a", data));
}

class EventLogFilesTest : public testing::Test {
protected:
    EventLogFilesTest() {
        std::string name = (fs::temp_directory_path() / "stepwell-events-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder = name;
    }
    ~EventLogFilesTest() override {
        fs::permissions(folder, fs::perms::owner_all);
        fs::remove_all(folder);
    }

    fs::path folder;
};

TEST(EventRecord, IsThatOfCloudWatchLogs) {
    EXPECT_EQ(record(),
              R"({"id":"2","type":"PassStateEntered","details":{"name":"P","input":"{\"a\":1}",)"
              R"("inputDetails":{"truncated":false}},"previous_event_id":"0",)"
              R"("event_timestamp":"1700000000123","execution_arn":")" +
                  std::string(kExecution) + R"(","redrive_count":"0"})");
}

TEST(EventRecord, HasNoDataWhereNoneIsAskedFor) {
    EXPECT_THAT(record(false), testing::HasSubstr(R"("details":{"name":"P"},)"));
}

HistoryEvent exited_with(const std::string& text) {
    return {3, 2, TimePoint{}, EventType::pass_state_exited,
            StateExitedDetails{"P", Payload{Json(text)}}};
}

TEST(EventRecord, CutsWhatIsLongerThanCloudWatchLogsTakes) {
    constexpr std::size_t kMost = 248 * 1024;
    // The quotes around the text are escaped.
    const std::string fits = event_record(exited_with(std::string(kMost - 4, 'x')), logged({}));
    EXPECT_THAT(fits, testing::HasSubstr(R"("outputDetails":{"truncated":false})"));
    const std::string cut = event_record(exited_with(std::string(kMost - 3, 'x')), logged({}));
    EXPECT_THAT(cut, testing::HasSubstr(R"("outputDetails":{"truncated":true})"));
    EXPECT_LE(cut.size(), fits.size());
}

TEST(EventRecord, IsCutBetweenCharacters) {
    constexpr std::size_t kMost = 248 * 1024;
    std::string text(kMost - 3, 'x');  // behind the escaped quote one byte is left
    text += "€€";
    const std::string cut = event_record(exited_with(text), logged({}));
    EXPECT_THAT(cut, testing::HasSubstr(R"(xxx","outputDetails":{"truncated":true})"));
}

TEST(EventRecord, CountsEscapesWhenItCuts) {
    const std::string cut = event_record(exited_with(std::string(130'000, '\n')), logged({}));
    EXPECT_THAT(cut, testing::HasSubstr(R"("outputDetails":{"truncated":true})"));
    EXPECT_LT(cut.size(), 248U * 1024 + 1000);
}

TEST(FileOfLogGroup, IsBelowTheFolderWhateverTheName) {
    EXPECT_EQ(file_of_log_group("/aws/vendedlogs/states/m"), "aws/vendedlogs/states/m.log");
    EXPECT_EQ(file_of_log_group("m"), "m.log");
    EXPECT_EQ(file_of_log_group("../../etc/x"), "_../_../etc/x.log");
    EXPECT_EQ(file_of_log_group("a//./b/"), "a/_./b.log");
    EXPECT_EQ(file_of_log_group("/"), "_.log");
    EXPECT_LT(file_of_log_group(std::string(512, 'x')).string().size(), 255U);
}

TEST_F(EventLogFilesTest, EachLogGroupHasAFile) {
    {
        EventLogFiles log({.folder = folder, .all = {}});
        log.begin();
        log.write(logged({entered(), entered()}));
        log.write(logged({entered()}, "/states/b", false));
    }
    EXPECT_THAT(lines_of(folder / "states/a.log"), ElementsAre(record(), record()));
    EXPECT_THAT(lines_of(folder / "states/b.log"), ElementsAre(record(false)));
}

TEST_F(EventLogFilesTest, OneFileHasThemAllAndGrows) {
    const std::string all = (folder / "all.jsonl").string();
    for (int run = 0; run < 2; ++run) {
        EventLogFiles log({.folder = {}, .all = all});
        log.begin();
        log.write(logged({entered()}));
        log.write(logged({entered()}, "/states/b"));
    }
    EXPECT_EQ(lines_of(all).size(), 4U);
}

TEST_F(EventLogFilesTest, WhatComesBeforeItBeginsWaits) {
    const fs::path all = folder / "all.jsonl";
    {
        EventLogFiles log({.folder = {}, .all = all.string()});
        log.write(logged({entered()}));
        EXPECT_THAT(lines_of(all), testing::IsEmpty());
        log.begin();
    }
    EXPECT_THAT(lines_of(all), ElementsAre(record()));
}

TEST_F(EventLogFilesTest, AFileThatCannotBeWrittenIsAnErrorAtOnce) {
    std::ofstream(folder / "file") << "x";
    EXPECT_THROW(EventLogFiles({.folder = {}, .all = (folder / "file/below").string()}),
                 EventLogError);
    EXPECT_THROW(EventLogFiles({.folder = {}, .all = folder.string()}), EventLogError);
    EXPECT_THROW(EventLogFiles({.folder = folder / "file", .all = {}}), EventLogError);
}

TEST_F(EventLogFilesTest, KeepsNoMoreThanItsBoundForADiskThatIsSlow) {
    const std::string all = (folder / "all.jsonl").string();
    EventLogFiles log({.folder = {}, .all = all});  // not begun: the slowest there is
    const HistoryEvent large = exited_with(std::string(1U << 20U, 'x'));
    for (int i = 0; i < 100; ++i) log.write(logged({large}));
    log.begin();
    while (lines_of(all).empty()) std::this_thread::yield();
    log.write(logged({entered()}));
    while (lines_of(all).empty() || lines_of(all).back() != record()) std::this_thread::yield();
    EXPECT_LE(lines_of(all).size(), 65U);
    EXPECT_GE(lines_of(all).size(), 61U);
}

// --- LineFile

class LineFileTest : public EventLogFilesTest {
protected:
    std::atomic<bool> in_a_hurry = true;
};

TEST_F(LineFileTest, GoesOnInANewFileWhereTheOldOneWasMovedAway) {
    LineFile file(folder / "log", in_a_hurry);
    file.add("1");
    file.flush();
    fs::rename(folder / "log", folder / "log.1");
    file.add("2");
    file.flush();
    fs::remove(folder / "log");
    file.add("3");
    file.flush();
    EXPECT_THAT(lines_of(folder / "log.1"), ElementsAre("1"));
    EXPECT_THAT(lines_of(folder / "log"), ElementsAre("3"));
}

TEST_F(LineFileTest, LosesWhatCannotBeWrittenAndGoesOn) {
    std::ofstream(folder / "in_the_way") << "x";
    LineFile file(folder / "in_the_way/log", in_a_hurry);
    EXPECT_TRUE(file.open());
    file.add("lost");
    file.flush();
    fs::remove(folder / "in_the_way");
    file.add("kept");
    file.flush();
    EXPECT_THAT(lines_of(folder / "in_the_way/log"), ElementsAre("kept"));
}

TEST_F(LineFileTest, AFullDiskEndsNothing) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    LineFile file("/dev/full", in_a_hurry);
    file.add("lost");
    file.flush();
    file.add("lost, too");
    file.flush();
}

TEST_F(LineFileTest, APipeWithoutReaderIsRefused) {
    const fs::path pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_TRUE(LineFile(pipe, in_a_hurry).open());
}

TEST_F(LineFileTest, AReaderThatStandsStillHoldsNoEndUp) {
    const fs::path pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    {
        LineFile file(pipe, in_a_hurry);
        for (int i = 0; i < 4; ++i) file.add(std::string(200'000, 'x'));
        file.flush();  // comes back although nobody reads
    }
    char first = 0;
    EXPECT_EQ(::read(reader, &first, 1), 1);
    EXPECT_EQ(first, 'x');
    ::close(reader);
}

}  // namespace
}  // namespace stepwell::server
