// What the store costs beside bare SQLite, both in one run: the ratios are what counts, the figures
// vary with the disk.
//
//   storage_bench [--folder FOLDER] [--seconds S] [--executions N] [--only
//   appends|growth|retention]
//                 [--profile E [--window W]]
//
// FOLDER is where the data files are made (default: the system's folder for temporary files), S how
// long each line is measured, N how many executions are in the store at most for the lines about
// growth, which begin with a thousand.
// With --profile only Steps of E events are stored, W under way, for a profiler to watch.

#include <sqlite3.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite_store.hpp"

namespace {

using namespace stepwell;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::size_t kEventBytes = 180;

struct Settings {
    fs::path folder =
        fs::temp_directory_path() / ("stepwell-storage-bench-" + std::to_string(::getpid()));
    double seconds = 2;
    ExecutionKey executions = 100'000;
};

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Processor time of the calling thread.
double thread_seconds() {
    ::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

/// How often something was done per second, and what it took of the thread that did it: on a
/// machine that is busy with other things the second is what can be compared.
struct Rate {
    double per_second = 0;
    double micros_each = 0;
};

/// One line: a figure, and what it is of its floor.
void print(const std::string& name, double value, const char* unit, double floor = 0) {
    std::printf("%-62s %12.0f %-10s", name.c_str(), value, unit);
    if (floor > 0) std::printf(" %6.2f x floor", value / floor);
    std::printf("\n");
    std::fflush(stdout);
}

void print(const std::string& name, Rate rate, const char* unit, Rate floor = {}) {
    std::printf("%-62s %10.0f %-10s %7.2f us CPU", name.c_str(), rate.per_second, unit,
                rate.micros_each);
    if (floor.per_second > 0) {
        std::printf("   x floor: %5.2f, by CPU %5.2f", rate.per_second / floor.per_second,
                    floor.micros_each / rate.micros_each);
    }
    std::printf("\n");
    std::fflush(stdout);
}

double cpu_seconds() {
    ::rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const ::timeval& t) {
        return double(t.tv_sec) + double(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// --- the floor: bare SQLite

/// Rows per second of a bare insert loop, `per_commit` rows a transaction.
Rate raw_rows(const Settings& settings, int per_commit, bool full) {
    const fs::path path = settings.folder / "raw.db";
    sqlite3* db = nullptr;
    sqlite3_open(path.c_str(), &db);
    const auto run = [db](const char* sql) {
        if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
            std::fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
            std::exit(1);
        }
    };
    run("PRAGMA journal_mode=WAL");
    run(full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    run("CREATE TABLE history(id INTEGER PRIMARY KEY, execution INTEGER, bytes BLOB)");
    sqlite3_stmt* insert = nullptr;
    sqlite3_stmt* begin = nullptr;
    sqlite3_stmt* commit = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO history VALUES(?1, ?2, ?3)", -1, &insert, nullptr);
    sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, nullptr);
    sqlite3_prepare_v2(db, "COMMIT", -1, &commit, nullptr);
    const std::string bytes(kEventBytes, 'x');
    const auto step = [](sqlite3_stmt* statement) {
        sqlite3_step(statement);
        sqlite3_reset(statement);
    };
    std::int64_t rows = 0;
    const double cpu = thread_seconds();
    const auto start = Clock::now();
    while (since(start) < settings.seconds) {
        step(begin);
        for (int i = 0; i < per_commit; ++i) {
            sqlite3_bind_int64(insert, 1, ++rows);
            sqlite3_bind_int64(insert, 2, rows % 64);
            sqlite3_bind_blob(insert, 3, bytes.data(), int(bytes.size()), SQLITE_STATIC);
            step(insert);
        }
        step(commit);
    }
    const Rate rate{double(rows) / since(start), (thread_seconds() - cpu) * 1e6 / double(rows)};
    for (auto* statement : {insert, begin, commit}) sqlite3_finalize(statement);
    sqlite3_close(db);
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(path.string() + end);
    return rate;
}

// --- the store

constexpr const char* kMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:bench";

StateMachineRecord machine() {
    StateMachineRecord record;
    record.arn = kMachine;
    record.name = "bench";
    record.owner = {.account = "123456789012", .region = "us-east-1"};
    record.definition = std::string(2000, 'd');
    record.logging_configuration = "{}";
    record.tracing_configuration = "{}";
    return record;
}

std::string uuid_like(ExecutionKey key) {
    // Names as callers make them: in no order.
    char text[40];
    const auto bits = static_cast<unsigned long long>(key) * 0x9E3779B97F4A7C15ULL;
    std::snprintf(text, sizeof text, "%016llx-4000-8000-%012llx", bits,
                  (bits >> 7U) & 0xFFFFFFFFFFFFULL);
    return text;
}

ExecutionRecord execution(ExecutionKey key) {
    ExecutionRecord record;
    record.key = key;
    record.name = uuid_like(key);
    record.arn = "arn:aws:states:us-east-1:123456789012:execution:bench:" + record.name;
    record.state_machine_arn = kMachine;
    record.start_date = TimePoint{Seconds{1'700'000'000}} + Milliseconds{key};
    record.input = R"({"order":{"id":7,"lines":[1,2,3]}})";
    record.wake_at = record.start_date;
    record.last_sequence = 1;
    record.last_event = 1;
    return record;
}

/// The whole of a one-Pass execution in its first Step.
ExecutionRecord ended_execution(ExecutionKey key) {
    ExecutionRecord record = execution(key);
    record.status = ExecutionStatus::succeeded;
    record.stop_date = record.start_date;
    record.output = record.input;
    record.last_sequence = 4;
    record.last_event = 4;
    return record;
}

JournalRow step(Sequence first, std::uint32_t events) {
    JournalRow row;
    row.first_sequence = first;
    row.entry_count = events;
    row.first_event = first;
    row.event_count = events;
    row.bytes = std::string(kEventBytes * events, 'x');
    row.latest_time = TimePoint{Seconds{1'700'000'000}} + Milliseconds{first};
    return row;
}

/// Counts what is under way, so that a producer can stay a bounded distance ahead, as a shard does.
class Window {
public:
    explicit Window(std::size_t most) : most_(most) {}
    void enter() {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return count_ < most_; });
        ++count_;
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        --count_;
        if (count_ == most_ / 2 || count_ == 0) room_.notify_all();
    }
    void drain() {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return count_ == 0; });
    }

private:
    const std::size_t most_;
    std::size_t count_ = 0;
    std::mutex mutex_;
    std::condition_variable room_;
};

void must(Outcome outcome) {
    if (outcome == Outcome::committed) return;
    std::fprintf(stderr, "a write ended with outcome %d\n", int(outcome));
    std::exit(1);
}

std::unique_ptr<SqliteStore> open(const Settings& settings, const char* name, bool full) {
    SqliteOptions options;
    options.durability = full ? Durability::full : Durability::normal;
    return open_sqlite_store(settings.folder / name, std::move(options));
}

void remove_file(const Settings& settings, const std::string& name) {
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(settings.folder / (name + end));
}

void create_machine(Store& store) {
    std::promise<Outcome> created;
    store.create_state_machine(
        machine(), {}, {}, [&](const PublishOutcome& made) { created.set_value(made.outcome); });
    must(created.get_future().get());
}

/// Steps of `events` events each, appended round robin to 64 executions, `window` under way.
Rate appended_events(const Settings& settings, std::uint32_t events, std::size_t window,
                     bool full) {
    constexpr ExecutionKey kRunning = 64;
    remove_file(settings, "append.db");
    const auto store = open(settings, "append.db", full);
    create_machine(*store);
    Window under_way(window);
    std::vector<Sequence> last(kRunning + 1, 1);
    for (ExecutionKey key = 1; key <= kRunning; ++key) {
        under_way.enter();
        store->start_execution(execution(key), step(1, 1), [&](const StartOutcome& outcome) {
            must(outcome.outcome);
            under_way.leave();
        });
    }
    under_way.drain();
    std::int64_t stored = 0;
    double writer_now = 0;  // of the writer's thread, which runs the answers
    Window first(1);
    first.enter();
    store->forget_execution(999'999, [&](Outcome) {
        writer_now = thread_seconds();
        first.leave();
    });
    first.drain();
    const double writer_before = writer_now;
    const auto begin = Clock::now();
    for (ExecutionKey key = 1; since(begin) < settings.seconds; key = key % kRunning + 1) {
        Sequence& after = last[static_cast<std::size_t>(key)];
        ExecutionUpdate update;
        update.last_sequence = after + events;
        update.last_event = after + events;
        update.wake_at = execution(1).start_date;
        under_way.enter();
        store->append(key, after, step(after + 1, events), std::move(update), [&](Outcome outcome) {
            must(outcome);
            writer_now = thread_seconds();
            under_way.leave();
        });
        after += events;
        stored += events;
    }
    under_way.drain();
    return {double(stored) / since(begin), (writer_now - writer_before) * 1e6 / double(stored)};
}

/// Starts executions of one Step each, `window` under way, until `most` or the time is over; how
/// many.
ExecutionKey start_executions(Store& store, ExecutionKey first, ExecutionKey most, double seconds,
                              std::size_t window, ExecutionKey running_of_a_hundred = 0) {
    Window under_way(window);
    ExecutionKey key = first;
    const auto begin = Clock::now();
    for (; key < first + most && since(begin) < seconds; ++key) {
        under_way.enter();
        const bool runs = key % 100 < running_of_a_hundred;
        store.start_execution(runs ? execution(key) : ended_execution(key), step(1, runs ? 1 : 4),
                              [&](const StartOutcome& outcome) {
                                  must(outcome.outcome);
                                  under_way.leave();
                              });
    }
    under_way.drain();
    return key - first;
}

/// Microseconds of one call, in the middle of many.
double median_micros(int calls, const std::function<void(int)>& call) {
    std::vector<double> micros;
    for (int i = 0; i < calls; ++i) {
        const auto begin = Clock::now();
        call(i);
        micros.push_back(since(begin) * 1e6);
    }
    std::nth_element(micros.begin(), micros.begin() + calls / 2, micros.end());
    return micros[static_cast<std::size_t>(calls / 2)];
}

void measure_appends(const Settings& settings) {
    for (const bool full : {false, true}) {
        const std::string mode = full ? " (full)" : " (normal)";
        const Rate floor = raw_rows(settings, 64, full);
        print("bare SQLite, rows of 180 bytes, 64 a commit" + mode, floor, "rows/s");
        for (const std::uint32_t events : {1U, 3U, 8U}) {
            print("store: history events, Steps of " + std::to_string(events) +
                      ", 64 Steps under way" + mode,
                  appended_events(settings, events, 64, full), "events/s", floor);
        }
        const Rate single = raw_rows(settings, 1, full);
        print("bare SQLite, one row a commit" + mode, single, "commits/s");
        print("store: one Step under way" + mode, appended_events(settings, 1, 1, full), "Steps/s",
              single);
    }
    print("store: history events, Steps of 3, 1024 under way (normal)",
          appended_events(settings, 3, 1024, false), "events/s", raw_rows(settings, 1024, false));
}

/// What calls cost when so many executions lie in the store, one in a hundred of them running.
void measure_with(const Settings& settings, ExecutionKey stored) {
    remove_file(settings, "growth.db");
    {
        const auto store = open(settings, "growth.db", false);
        create_machine(*store);
        start_executions(*store, 1, stored, 1e9, 1024, 1);
    }
    const std::string with = " with " + std::to_string(stored) + " stored";
    const auto opening = Clock::now();
    const auto store = open(settings, "growth.db", false);
    const auto wakes = store->wakes_after({}, 100'000);
    print("open, and walk through " + std::to_string(wakes.size()) + " wakes" + with,
          since(opening) * 1e6, "us");

    const auto key = [&](int i) { return 1 + ExecutionKey{i} * 7919 % stored; };
    print("find_execution by ARN" + with,
          median_micros(5000, [&](int i) { store->find_execution(execution(key(i)).arn); }), "us");
    print("find_execution by key" + with,
          median_micros(5000, [&](int i) { store->find_execution(key(i)); }), "us");
    print("list_executions, 100 newest" + with,
          median_micros(300, [&](int) { store->list_executions(kMachine, {}, 0, 100); }), "us");
    print("list_executions, 100 of one status" + with,
          median_micros(300,
                        [&](int) {
                            store->list_executions(kMachine, {.status = ExecutionStatus::succeeded},
                                                   0, 100);
                        }),
          "us");
    print("read_history downwards" + with,
          median_micros(3000,
                        [&](int i) { store->read_history(key(i), 25'000, true, 100, 1 << 20); }),
          "us");
    print("find_state_machine" + with,
          median_micros(5000, [&](int) { store->find_state_machine(kMachine); }), "us");

    const double cpu = cpu_seconds();
    const auto begin = Clock::now();
    const ExecutionKey started =
        start_executions(*store, stored + 1, 10'000'000, settings.seconds, 64);
    print("start_execution of a whole execution, 64 under way" + with,
          double(started) / since(begin), "starts/s");
    print("  CPU of each, the caller's included", (cpu_seconds() - cpu) * 1e6 / double(started),
          "us");
}

/// How long starts take, 16 under way, until `over` says so; then prints the middle and the tail.
void measure_latency(Store& store, ExecutionKey first, const std::string& name,
                     const std::function<bool(ExecutionKey)>& over) {
    constexpr std::size_t kUnderWay = 16;
    Window under_way(kUnderWay);
    std::vector<double> millis;  // filled by the writer's thread alone
    ExecutionKey started = 0;
    while (!over(started)) {
        under_way.enter();
        const auto begin = Clock::now();
        store.start_execution(ended_execution(first + started++), step(1, 4),
                              [&, begin](const StartOutcome& outcome) {
                                  must(outcome.outcome);
                                  millis.push_back(since(begin) * 1e3);
                                  under_way.leave();
                              });
    }
    under_way.drain();
    std::sort(millis.begin(), millis.end());
    const auto at = [&](double part) {
        return millis[static_cast<std::size_t>(part * double(millis.size() - 1))];
    };
    std::printf("%-62s p50 %.2f  p99 %.2f  p99.9 %.2f  longest %.1f ms, %zu starts\n", name.c_str(),
                at(0.5), at(0.99), at(0.999), millis.back(), millis.size());
    std::fflush(stdout);
}

/// What --keep-executions does to starts while it removes all but a thousand.
void measure_retention(const Settings& settings) {
    constexpr ExecutionKey kStored = 100'000;
    constexpr std::uint64_t kKept = 1'000;
    const fs::path path = settings.folder / "retention.db";
    remove_file(settings, "retention.db");
    {
        const auto store = open(settings, "retention.db", false);
        create_machine(*store);
        start_executions(*store, 1, kStored, 1e9, 1024);
        const auto begin = Clock::now();
        measure_latency(*store, 2 * kStored, "start_execution, nothing removed",
                        [&](ExecutionKey) { return since(begin) >= settings.seconds; });
    }
    const auto before = fs::file_size(path);
    SqliteOptions options;
    options.keep.newest = kKept;
    const auto opening = Clock::now();
    const auto store = open_sqlite_store(path, std::move(options));
    print("open with --keep-executions for the first time", since(opening) * 1e3, "ms");
    const auto begin = Clock::now();
    measure_latency(*store, 10 * kStored, "start_execution while old ones are removed",
                    [&](ExecutionKey) { return since(begin) >= settings.seconds; });
    const auto idle = Clock::now();
    while (fs::file_size(path) > before / 10 && since(idle) < 60)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    print("  the rest, idle, until the file is a tenth", since(idle), "s");
    std::printf("  the file: %.1f MB before, %.1f MB after\n", double(before) / 1e6,
                double(fs::file_size(path)) / 1e6);
    remove_file(settings, "retention.db");
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    std::string only;
    std::uint32_t profiled = 0;
    std::size_t profiled_window = 64;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--folder") settings.folder = argv[i + 1];
        if (option == "--seconds") settings.seconds = std::atof(argv[i + 1]);
        if (option == "--executions") settings.executions = std::atoll(argv[i + 1]);
        if (option == "--only") only = argv[i + 1];
        if (option == "--window")
            profiled_window = static_cast<std::size_t>(std::atoi(argv[i + 1]));
        if (option == "--profile") profiled = static_cast<std::uint32_t>(std::atoi(argv[i + 1]));
    }
    fs::create_directories(settings.folder);
    if (profiled > 0) {
        print("store: history events", appended_events(settings, profiled, profiled_window, false),
              "events/s");
        remove_file(settings, "append.db");
        return 0;
    }
    if (only.empty() || only == "appends") measure_appends(settings);
    if (only.empty() || only == "retention") measure_retention(settings);
    if (only.empty() || only == "growth") {
        for (ExecutionKey stored = 1000; stored <= settings.executions; stored *= 10)
            measure_with(settings, stored);
    }
    remove_file(settings, "append.db");
    remove_file(settings, "growth.db");
    std::error_code ignored;
    fs::remove(settings.folder, ignored);
    return 0;
}
