// A process of its own for tests of locks, kills and limits:
//
//   storage_child open FILE           opens the store and says "opened", or the error
//   storage_child open-as-nobody FILE the same, without the rights of root
//   storage_child open-on-full-disk FOLDER  mounts a tiny disk on the folder first; 77: not allowed
//   here storage_child hold FILE           says "opened" and stays until its input ends
//   storage_child write FILE          starts and continues executions for ever; says "KEY SEQUENCE"
//   of what is committed storage_child delete FILE         makes a machine with a thousand
//   executions, deletes it and says "deleted"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "storage/sqlite_store.hpp"
#include "tests/storage/records.hpp"

namespace {

using namespace stepwell;
using namespace stepwell::storage_test;

void say(const std::string& line) {
    const std::string text = line + "\n";
    // One write per line: a kill cuts none in two.
    if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(1);
}

int open_once(const std::string& path) {
    try {
        open_sqlite_store(path);
        say("opened");
    } catch (const StorageError& error) {
        say(error.what());
    }
    return 0;
}

int open_as_nobody(const std::string& path) {
    if (::getuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return 77;
    return open_once(path);
}

int open_on_full_disk(const std::string& folder) {
    if (::unshare(::getuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return 77;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=64k") != 0) return 77;
    std::ofstream filler(folder + "/filler");
    for (int i = 0; i < 100 && filler; ++i) filler << std::string(4096, 'x') << std::flush;
    return open_once(folder + "/data.db");
}

int hold(const std::string& path) {
    const auto store = open_sqlite_store(path);
    say("opened");
    while (std::getchar() != EOF) {
    }
    return 0;
}

/// Each answer goes on with its execution, so several are under way at any moment.
void write_on(Store& store, ExecutionKey key, Sequence last) {
    store.append(key, last, row(last + 1, 1, last + 1, 1, std::string(200, 'x')),
                 goes_on(last + 1, last + 1), [&store, key, last](Outcome outcome) {
                     if (outcome != Outcome::committed) std::_Exit(2);
                     say(std::to_string(key) + " " + std::to_string(last + 1));
                     write_on(store, key, last + 1);
                 });
}

int write(const std::string& path) {
    const auto store = open_sqlite_store(path);
    if (!store->find_state_machine(kMachine)) create(*store, machine());
    for (ExecutionKey key = 1; key <= 8; ++key) {
        if (const auto found = store->find_execution(key)) {
            write_on(*store, key, found->last_sequence);
        } else {
            store->start_execution(execution(key, "e" + std::to_string(key)), row(1, 1, 1, 1),
                                   [&store, key](const StartOutcome& outcome) {
                                       if (outcome.outcome != Outcome::committed) std::_Exit(2);
                                       say(std::to_string(key) + " 1");
                                       write_on(*store, key, 1);
                                   });
        }
    }
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
}

int make_and_delete(const std::string& path) {
    const auto store = open_sqlite_store(path);
    create(*store, machine());
    for (ExecutionKey key = 1; key <= 1000; ++key) {
        ExecutionRecord record = execution(key, "e" + std::to_string(key));
        record.status = ExecutionStatus::succeeded;
        store->start_execution(std::move(record), row(1, 1, 1, 1), [](const StartOutcome&) {});
    }
    remove(*store, kMachine);
    say("deleted");
    // Killed at once, in the middle of the removal.
    ::raise(SIGKILL);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::string mode = argv[1];
    const std::string path = argv[2];
    if (mode == "open") return open_once(path);
    if (mode == "open-as-nobody") return open_as_nobody(path);
    if (mode == "open-on-full-disk") return open_on_full_disk(path);
    if (mode == "hold") return hold(path);
    if (mode == "write") return write(path);
    if (mode == "delete") return make_and_delete(path);
    return 64;
}
