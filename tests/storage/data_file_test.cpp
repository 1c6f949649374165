#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>

#include "storage/schema.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/child_process.hpp"
#include "tests/storage/records.hpp"

/// The data file between runs of the program: what survives, and what is refused, untouched, with
/// one clear line.
namespace stepwell::storage_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;
using testing::SizeIs;

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// The line with which opening is refused.
std::string refusal(const std::filesystem::path& path) {
    try {
        open_sqlite_store(path);
        return "opened";
    } catch (const StorageError& error) {
        return error.what();
    }
}

void run_sql(const std::filesystem::path& path, const char* sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
}

std::int64_t count(const std::filesystem::path& path, const std::string& table) {
    sqlite3* raw = nullptr;
    sqlite3_open(path.c_str(), &raw);
    std::int64_t rows = -1;
    const std::string sql = "SELECT count(*) FROM " + table;
    sqlite3_exec(
        raw, sql.c_str(),
        [](void* to, int, char** values, char**) {
            *static_cast<std::int64_t*>(to) = std::stoll(values[0]);
            return 0;
        },
        &rows, nullptr);
    sqlite3_close(raw);
    return rows;
}

class DataFile : public testing::Test {
protected:
    Folder folder;
    std::filesystem::path path = folder / "data.db";
};

// --- what survives

TEST_F(DataFile, KeepsEverythingOverARestart) {
    std::string token_key;
    std::string revision_key;
    {
        const auto store = open_sqlite_store(path);
        create(*store, machine(), {{"a", "b"}});
        start(*store, execution(1, "a"));
        JournalRow second = row(2, 1, 2, 1, "second");
        second.latest_time = at(500);
        second.job_stops =
            std::make_shared<const std::vector<JobStop>>(std::vector<JobStop>{{7, "job"}});
        ExecutionUpdate with_tokens = goes_on(2, 2, at(77));
        with_tokens.open_tokens = 3;
        append(*store, 1, 1, second, with_tokens);
        StateMachineRecord r2 = machine();
        r2.revision_id = "r2";
        r2.definition = "second";
        update(*store, r2, "");
        token_key = store->token_key();
        revision_key = store->revision_of(1)->revision_key;
    }
    const auto store = open_sqlite_store(path);
    EXPECT_EQ(store->find_state_machine(kMachine)->definition, "second");
    EXPECT_EQ(store->find_state_machine(kMachine)->revision_id, "r2");
    EXPECT_THAT(store->tags_of(kMachine), Optional(SizeIs(1)));
    EXPECT_EQ(store->find_execution(execution_arn_of("a"))->last_sequence, 2);
    EXPECT_EQ(store->wakes_after({}, 10).at(0).at, at(77));
    EXPECT_EQ(store->read_journal(1, 1, 10, 1000).at(1).bytes, "second");
    EXPECT_EQ(store->revision_of(1)->definition, machine().definition);
    EXPECT_EQ(store->revision_of(1)->revision_key, revision_key);
    EXPECT_EQ(store->token_key(), token_key);
    EXPECT_EQ(store->latest_time(), at(500));
    EXPECT_EQ(store->jobs_to_stop(0, 10).at(0).call, "job");
    EXPECT_EQ(store->write_statistics().open_tokens, 3);

    // And goes on: the numbers that journals are stored under are not given twice.
    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), succeeds(3, 3)), Outcome::committed);
    EXPECT_EQ(store->write_statistics().open_tokens, 0);
    ExecutionRecord later = execution(2, "b");
    later.revision_id = "r2";
    EXPECT_EQ(start(*store, later).outcome, Outcome::committed);
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), SizeIs(3));
    EXPECT_THAT(store->read_journal(2, 1, 10, 1000), SizeIs(1));
}

TEST_F(DataFile, OfTheFirstVersionIsBroughtUpToDate) {
    {
        { const std::ofstream made(path); }
        sqlite::Connection connection(path.string(), {});
        storage::migrate(connection, 1);
        connection.run(
            "INSERT INTO state_machines VALUES(1, 'arn:aws:states:us-east-1:123456789012:"
            "stateMachine:order', '123456789012', 'us-east-1', 'aws', 'order', 0, 0, 0, 1);"
            "INSERT INTO revisions VALUES(1, 1, '', 0, 'role', '', '{}', '{}', '', 'old');"
            "INSERT INTO executions VALUES(7, 1, 1, 1, 0, 0, 0, NULL, NULL, 1, 1, 5, 0, 0, 'arn', "
            "'e',"
            " NULL, '{}', NULL, NULL, NULL)");
    }
    const auto store = open_sqlite_store(path);
    EXPECT_EQ(store->find_state_machine(kMachine)->definition, "old");
    const auto execution = store->find_execution(7);
    ASSERT_TRUE(execution);
    EXPECT_EQ(execution->version, 0);
    EXPECT_EQ(execution->alias, "");
    Waited<PublishOutcome> published;
    store->publish_version(kMachine, "", {"first"}, at(1), published.callback());
    EXPECT_EQ(published.get().version.number, 1);
    EXPECT_EQ(store->find_version(kMachine, 1)->definition, "old");
}

TEST_F(DataFile, WhatAKilledProcessHadAcknowledgedIsThereAndJournalsAreGapless) {
    std::map<ExecutionKey, Sequence> acknowledged;
    for (const int answers : {1, 50, 333, 2000}) {
        ChildProcess writer("write", path.string());
        for (int i = 0; i < answers; ++i) {
            std::istringstream line(writer.line());
            ExecutionKey key = 0;
            Sequence last = 0;
            ASSERT_TRUE(line >> key >> last) << "the writer ended by itself";
            ASSERT_GT(last, acknowledged[key]);
            acknowledged[key] = last;
        }
        writer.kill();

        const auto store = open_sqlite_store(path);
        ASSERT_TRUE(store->find_state_machine(kMachine));
        for (const auto& [key, last] : acknowledged) {
            const auto found = store->find_execution(key);
            ASSERT_TRUE(found) << key;
            EXPECT_GE(found->last_sequence, last);
            const auto journal = store->read_journal(key, 1, 100'000, std::size_t{1} << 30);
            ASSERT_THAT(journal, SizeIs(found->last_sequence));
            for (std::size_t i = 0; i < journal.size(); ++i) {
                ASSERT_EQ(journal[i].first_sequence, static_cast<Sequence>(i) + 1);
            }
            acknowledged[key] = found->last_sequence;
        }
    }
}

TEST_F(DataFile, ARestartGoesOnWithTheRemovalOfADeletedMachine) {
    ChildProcess deleter("delete", path.string());
    ASSERT_EQ(deleter.line(), "deleted");
    ASSERT_EQ(deleter.wait(), -1);
    {
        const auto store = open_sqlite_store(path);
        EXPECT_TRUE(eventually([&] { return !store->find_state_machine(kMachine); }));
    }
    for (const char* table : {"state_machines", "revisions", "revision_uses", "executions",
                              "journal", "journal_anchors"}) {
        EXPECT_EQ(count(path, table), 0) << table;
    }
}

TEST_F(DataFile, ARevisionIsStoredOnceAndGoesWhenNothingNeedsIt) {
    {
        const auto store = open_sqlite_store(path);
        create(*store, machine("quick", WorkflowType::express));
        const std::string arn = state_machine_arn(machine().owner, "quick");
        const auto start_on = [&](ExecutionKey key, const char* revision) {
            ExecutionRecord record = execution(key, "e" + std::to_string(key), arn);
            record.revision_id = revision;
            return start(*store, record, JournalRow{}).outcome;
        };
        const auto change = [&](const char* from, const char* to) {
            StateMachineRecord record = machine("quick", WorkflowType::express);
            record.revision_id = to;
            return update(*store, record, from);
        };
        ASSERT_EQ(start_on(1, ""), Outcome::committed);
        ASSERT_EQ(start_on(2, ""), Outcome::committed);
        ASSERT_EQ(change("", "r2"), Outcome::committed);    // the first one is needed
        ASSERT_EQ(change("r2", "r3"), Outcome::committed);  // r2 never was
        ASSERT_EQ(start_on(3, "r3"), Outcome::committed);
        EXPECT_EQ(count(path, "revisions"), 2);
        forget(*store, 1);
        EXPECT_EQ(count(path, "revisions"), 2);
        forget(*store, 2);
        EXPECT_EQ(count(path, "revisions"), 1);
        forget(*store, 3);
        EXPECT_EQ(count(path, "revisions"), 1);  // the machine's own stays
        EXPECT_TRUE(store->find_state_machine(arn));
    }
}

TEST_F(DataFile, AResetLeavesNothingBehind) {
    {
        const auto store = open_sqlite_store(path);
        create(*store, machine(), {{"a", "b"}});
        ExecutionRecord record = execution(1, "a");
        record.input = std::string(5000, 'i');
        start(*store, record, row(1, 1, 1, 1, std::string(100'000, 'x')));
        append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2, std::string(5000, 'o')));
        reset(*store);
    }
    for (const char* table :
         {"state_machines", "revisions", "revision_uses", "tags", "executions", "execution_inputs",
          "execution_results", "journal", "journal_anchors"}) {
        EXPECT_EQ(count(path, table), 0) << table;
    }
}

TEST_F(DataFile, TheWalStaysSmallUnderLoadAndReads) {
    const auto store = open_sqlite_store(path);
    create(*store, machine());
    start(*store, execution(1, "a"));
    std::atomic<bool> stop{false};
    std::jthread reader([&] {
        while (!stop) store->read_journal(1, 1, 100, 1 << 20);
    });
    constexpr std::uintmax_t kBound = 64U << 20U;
    std::uintmax_t largest = 0;
    constexpr Sequence kWrites = 12'000;  // 96 MB
    Waited<Outcome> last;
    for (Sequence n = 1; n <= kWrites; ++n) {
        store->append(1, n, row(n + 1, 1, n + 1, 1, std::string(8000, 'x')), goes_on(n + 1, n + 1),
                      [&, n, done = last.callback()](Outcome outcome) {
                          std::error_code ignored;
                          largest = std::max(
                              largest, std::filesystem::file_size(path.string() + "-wal", ignored));
                          if (n == kWrites) done(outcome);
                      });
        // No more than the queue takes.
        while (store->write_statistics().queued > 2000) std::this_thread::yield();
    }
    EXPECT_EQ(last.get(), Outcome::committed);
    stop = true;
    EXPECT_LT(largest, kBound);
}

// --- where it is made

TEST_F(DataFile, IsMadeWithTheFoldersOnTheWayForItsOwnerOnly) {
    const auto deep = folder / "a/b/c/data.db";
    { const auto store = open_sqlite_store(deep); }
    struct stat file {};
    ASSERT_EQ(::stat(deep.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat((folder / "a/b").c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0700U);
}

TEST_F(DataFile, AnEmptyFileIsTaken) {
    write(path, "");
    EXPECT_EQ(refusal(path), "opened");
}

TEST_F(DataFile, AnSqliteFileWithoutAnythingInItIsTaken) {
    // As a kill between the making of the file and that of its tables leaves it.
    run_sql(path, "PRAGMA journal_mode=WAL; CREATE TABLE t(x); DROP TABLE t;");
    EXPECT_EQ(refusal(path), "opened");
}

TEST_F(DataFile, OddNamesAreNamesOnly) {
    for (const char* name :
         {"file:data.db?mode=memory", "with space \"quoted\".db", ":memory:x", "ünï.db"}) {
        EXPECT_EQ(refusal(folder / name), "opened") << name;
        EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
    }
}

TEST_F(DataFile, MemoryIsNoFile) {
    const auto store = open_store(":memory:");
    EXPECT_EQ(create(*store, machine()), Outcome::committed);
    EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

// --- what is refused

TEST_F(DataFile, InUseByAnotherProcessIsRefusedUntilThatOneIsKilled) {
    ChildProcess holder("hold", path.string());
    ASSERT_EQ(holder.line(), "opened");
    EXPECT_EQ(refusal(path),
              "data file \"" + path.string() + "\" is in use by another Stepwell (process " +
                  std::to_string(holder.id()) + "): stop that one, or name another file");
    std::filesystem::create_symlink(path, folder / "link.db");
    EXPECT_THAT(refusal(folder / "link.db"), HasSubstr("is in use by another Stepwell"));
    holder.kill();
    EXPECT_EQ(refusal(path), "opened");
}

TEST_F(DataFile, InUseByThisProcessIsRefusedToo) {
    const auto store = open_sqlite_store(path);
    EXPECT_THAT(refusal(path), HasSubstr("is in use by another Stepwell"));
    // And the first one keeps what it has, SQLite's locks included.
    EXPECT_EQ(create(*store, machine()), Outcome::committed);
    ChildProcess other("open", path.string());
    EXPECT_THAT(other.line(), HasSubstr("is in use by another Stepwell"));
}

TEST_F(DataFile, LockedByAnotherProgramIsRefused) {
    { const auto store = open_sqlite_store(path); }
    sqlite3* raw = nullptr;
    sqlite3_open(path.c_str(), &raw);
    sqlite3_exec(raw, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
    EXPECT_THAT(refusal(path), HasSubstr("is locked by another program"));
    sqlite3_close(raw);
    EXPECT_EQ(refusal(path), "opened");
}

TEST_F(DataFile, HoldsNoMoreStateMachinesOfAnOwnerThanTheQuotaAllows) {
    { const auto store = open_sqlite_store(path); }
    run_sql(path, R"sql(
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
INSERT INTO state_machines(arn, account, region, partition, name, type, status, creation_date, revision)
SELECT 'arn' || i, '123456789012', 'us-east-1', 'aws', 'm' || i, 0, 0, 0, 1 FROM n)sql");
    const auto store = open_sqlite_store(path);
    EXPECT_EQ(create(*store, machine()), Outcome::committed);
    EXPECT_EQ(create(*store, machine()), Outcome::conflict);
    StateMachineRecord over = machine();
    over.arn += "-over";
    over.name += "-over";
    EXPECT_EQ(create(*store, over), Outcome::limit_reached);
    over.owner.account = "000000000002";
    EXPECT_EQ(create(*store, over), Outcome::committed);
}

TEST_F(DataFile, AFolderIsRefused) {
    EXPECT_EQ(refusal(folder.path()),
              "data file \"" + folder.path().string() + "\" is a folder: name a file in it");
    EXPECT_THAT(refusal(folder / "new/"), HasSubstr("is a folder"));
    write(folder / "file", "x");
    EXPECT_THAT(refusal(folder / "file/data.db"),
                AllOf(HasSubstr("cannot be"), HasSubstr("ot a directory")));
    EXPECT_THAT(refusal("/dev/null"), HasSubstr("is not a regular file"));
}

TEST_F(DataFile, AFileThatIsNoSqliteFileIsRefusedAndUntouched) {
    for (const std::string& bytes : {std::string("short"), std::string(5000, 'x')}) {
        write(path, bytes);
        EXPECT_THAT(refusal(path), HasSubstr("is not a Stepwell data file (no SQLite file)"));
        EXPECT_EQ(content(path), bytes);
    }
}

TEST_F(DataFile, AnotherApplicationsFileIsRefusedAndUntouched) {
    for (const char* sql : {"CREATE TABLE notes(x); PRAGMA user_version=1",
                            "CREATE TABLE notes(x); PRAGMA application_id=123",
                            "PRAGMA application_id=123; PRAGMA user_version=1"}) {
        std::filesystem::remove(path);
        run_sql(path, sql);
        const std::string before = content(path);
        EXPECT_THAT(refusal(path), HasSubstr("is an SQLite file of another application")) << sql;
        EXPECT_EQ(content(path), before);
    }
}

TEST_F(DataFile, ANewerVersionsFileIsRefusedAndUntouched) {
    { const auto store = open_sqlite_store(path); }
    run_sql(path, "PRAGMA user_version=99");
    const std::string before = content(path);
    EXPECT_THAT(
        refusal(path),
        HasSubstr("was written by a newer Stepwell (its tables have version 99, this program "
                  "knows "));
    EXPECT_EQ(content(path), before);
}

TEST_F(DataFile, ADamagedFileIsRefused) {
    {
        const auto store = open_sqlite_store(path);
        create(*store, machine());
    }
    const std::string whole = content(path);

    write(path, whole.substr(0, whole.size() / 2));
    EXPECT_THAT(refusal(path), HasSubstr("is damaged (cut off): put back a copy"));
    EXPECT_EQ(content(path).size(), whole.size() / 2);

    std::string overwritten = whole;
    overwritten.replace(100, 4000, std::string(4000, '\x77'));
    write(path, overwritten);
    EXPECT_THAT(refusal(path), HasSubstr("is damaged"));

    // Everything but the tables' definitions.
    overwritten = whole;
    overwritten.replace(4096, overwritten.size() - 4096,
                        std::string(overwritten.size() - 4096, '\x77'));
    write(path, overwritten);
    EXPECT_THAT(refusal(path), HasSubstr("is damaged"));

    write(path, whole);
    EXPECT_EQ(refusal(path), "opened");
}

TEST_F(DataFile, AFileThatCannotBeWrittenIsRefused) {
    { const auto store = open_sqlite_store(path); }
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(path, std::filesystem::perms(0444));
    {
        ChildProcess child("open-as-nobody", path.string());
        EXPECT_EQ(
            child.line(),
            "data file \"" + path.string() +
                "\" cannot be opened for writing (Permission denied): allow it for the file and "
                "its folder");
    }
    // A file that may be written in a folder that may not.
    std::filesystem::permissions(path, std::filesystem::perms(0666));
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
    {
        ChildProcess child("open-as-nobody", path.string());
        EXPECT_THAT(child.line(), HasSubstr("cannot be opened for writing"));
    }
    {
        ChildProcess child("open-as-nobody", (folder / "new.db").string());
        EXPECT_THAT(child.line(), HasSubstr("cannot be opened for writing (Permission denied)"));
    }
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
}

TEST_F(DataFile, AFileSystemWithoutSharedMemoryIsRefused) {
    SqliteOptions options;
    options.vfs = "unix-dotfile";  // of SQLite; stands for such a file system
    try {
        open_sqlite_store(path, std::move(options));
        FAIL() << "opened";
    } catch (const StorageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("is on a file system without shared memory"));
    }
}

TEST_F(DataFile, AFullDiskIsOneClearLine) {
    ChildProcess child("open-on-full-disk", folder.path().string());
    const std::string line = child.line();
    if (child.wait() == 77) GTEST_SKIP() << "no disk of our own may be mounted here";
    EXPECT_THAT(line, HasSubstr("data.db\" is full: make room on it"));
}

}  // namespace
}  // namespace stepwell::storage_test
