// How quickly data sets of Distributed Maps are read, and what memory that takes: CSV, JSON and
// JSON Lines of N rows from a folder, in pages of 1,000 items, beside reading the file's bytes
// alone (the floor).
//
//   items_bench [--rows N] [--page ITEMS]

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "integrations/items/folder_store.hpp"
#include "integrations/items/page_reader.hpp"

namespace {

using namespace stepwell;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::size_t resident_kib() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

/// A folder of buckets, gone at the end.
struct Buckets {
    fs::path path =
        fs::temp_directory_path() / ("stepwell-items-bench-" + std::to_string(::getpid()));
    Buckets() { fs::create_directories(path / "data"); }
    ~Buckets() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

void write_files(const fs::path& folder, long rows) {
    std::ofstream csv(folder / "rows.csv");
    std::ofstream array(folder / "rows.json");
    std::ofstream lines(folder / "rows.jsonl");
    csv << "id,customer,amount,comment\n";
    array << "[";
    for (long i = 0; i < rows; ++i) {
        const std::string id = std::to_string(i);
        csv << id << ",customer-" << id << ",12.50,\"said \"\"thanks\"\", twice\"\n";
        const std::string item = "{\"id\":" + id + ",\"customer\":\"customer-" + id +
                                 "\",\"amount\":12.5,\"comment\":\"said \\\"thanks\\\", twice\"}";
        array << (i > 0 ? "," : "") << item;
        lines << item << "\n";
    }
    array << "]";
}

double read_bytes(const fs::path& file) {
    const auto begin = Clock::now();
    std::ifstream in(file, std::ios::binary);
    std::string piece(1U << 20U, '\0');
    std::size_t sum = 0;
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
        sum += static_cast<unsigned char>(piece[0]);
    return sum == 0 ? 0 : since(begin);
}

void read_items(items::FolderStore& store, const fs::path& folder, const char* key,
                const char* config, long rows, std::size_t page_items) {
    items::PageReader reader(store, [](const std::string&, const std::string&) {
        return std::optional<std::string>("none");
    });
    ItemRead read;
    read.reader = json(R"({"Resource":"arn:aws:states:::s3:getObject"})");
    read.reader["ReaderConfig"] = json(config);
    read.reader["Parameters"]["Bucket"] = "data";
    read.reader["Parameters"]["Key"] = key;
    read.max_items = page_items;
    const double floor = read_bytes(folder / key);
    const std::size_t before = resident_kib();
    std::size_t most = before;
    long items = 0;
    const auto begin = Clock::now();
    for (bool end = false; !end;) {
        const auto page = reader.read(read);
        if (!page) {
            std::fprintf(stderr, "%s: %s\n", key, page.error().cause.c_str());
            std::exit(1);
        }
        items += static_cast<long>(page->items.size());
        read.cursor = page->cursor;
        end = page->end;
        most = std::max(most, resident_kib());
    }
    const double seconds = since(begin);
    if (items != rows) {
        std::fprintf(stderr, "%s: %ld items of %ld\n", key, items, rows);
        std::exit(1);
    }
    std::printf(
        "%-12s %9ld items  %9.0f items/s  %6.1f MB/s  (bytes alone: %7.1f MB/s)  +%zu KiB "
        "resident\n",
        key, items, static_cast<double>(items) / seconds,
        static_cast<double>(fs::file_size(folder / key)) / 1e6 / seconds,
        static_cast<double>(fs::file_size(folder / key)) / 1e6 / floor, most - before);
}

}  // namespace

int main(int argc, char** argv) {
    long rows = 1'000'000;
    std::size_t page = 1'000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--rows") rows = std::atol(argv[i + 1]);
        if (option == "--page") page = static_cast<std::size_t>(std::atol(argv[i + 1]));
    }
    const Buckets buckets;
    write_files(buckets.path / "data", rows);
    items::FolderStore store(buckets.path);
    read_items(store, buckets.path / "data", "rows.csv",
               R"({"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"})", rows, page);
    read_items(store, buckets.path / "data", "rows.json", R"({"InputType":"JSON"})", rows, page);
    read_items(store, buckets.path / "data", "rows.jsonl", R"({"InputType":"JSONL"})", rows, page);
}
