#pragma once

#include <atomic>

namespace stepwell::storage_test {

/// A disk that fails on demand: an SQLite VFS over the system's. Name it in SqliteOptions::vfs. One
/// for the process. https://www.sqlite.org/vfs.html
struct FaultyDisk {
    static constexpr const char* kName = "stepwell-faulty";

    /// SQLite result codes that the calls return; 0 lets them through.
    std::atomic<int> write_error{0};
    std::atomic<int> sync_error{0};
    std::atomic<int> read_error{0};
    /// Calls that came through, and those that were failed.
    std::atomic<int> syncs{0};
    std::atomic<int> failed{0};

    /// The one there is, registered with SQLite, all well.
    static FaultyDisk& mended();
};

}  // namespace stepwell::storage_test
