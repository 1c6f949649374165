#include "integrations/items/parquet_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

namespace stepwell::items {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Optional;

/// A folder with a script, its packages and a `node` of the test's own, which is all of PATH.
class Parquet : public testing::Test {
protected:
    Parquet() : path_(std::getenv("PATH")) {
        std::string name = (fs::temp_directory_path() / "parquet_test_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        folder = name;
        fs::create_directories(folder / "node_modules/hyparquet");
        std::ofstream(folder / "parquet_lines.mjs") << "";
        ::setenv("PATH", folder.c_str(), 1);
    }
    ~Parquet() override {
        ::setenv("PATH", path_.c_str(), 1);
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }

    void write_node(const std::string& body) {
        std::ofstream(folder / "node") << "#!/bin/sh\n" << body;
        ::chmod((folder / "node").c_str(), 0755);
    }
    std::optional<std::string> convert() {
        ParquetProgram program(loop, folder / "parquet_lines.mjs");
        return program.convert("from", (folder / "lines").string());
    }

    fs::path folder;
    IoLoop loop;

private:
    std::string path_;
};

TEST_F(Parquet, IsReadByNode) {
    write_node("echo \"$2 ${1##*/}\" > \"$3\"\n");
    EXPECT_EQ(convert(), std::nullopt);
    std::ifstream lines(folder / "lines");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(lines), {}), "from parquet_lines.mjs\n");
}

TEST_F(Parquet, SaysWhatToInstallWithoutNode) {
    EXPECT_THAT(convert(), Optional(HasSubstr("Node.js 18 or newer")));
}

TEST_F(Parquet, SaysWhatToInstallWithoutThePackage) {
    write_node("exit 0\n");
    fs::remove_all(folder / "node_modules");
    EXPECT_THAT(convert(), Optional(HasSubstr("npm ci --prefix " + folder.string())));
}

TEST_F(Parquet, HandsOnWhatTheScriptSays) {
    write_node("echo 'parquet file invalid (footer != PAR1)' >&2; exit 1\n");
    EXPECT_THAT(convert(),
                Optional(std::string("The Parquet file cannot be read: parquet file invalid "
                                     "(footer != PAR1).")));
    write_node("kill -9 $$\n");
    EXPECT_THAT(convert(), Optional(HasSubstr("its reader ended with signal: killed")));
}

TEST_F(Parquet, BoundsWhatTheScriptSays) {
    write_node("i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done; exit 1\n");
    EXPECT_LT(convert().value_or("").size(), 10'000U);
}

TEST_F(Parquet, EndsWithTheServer) {
    // The script never ends by itself, so the answer comes from stop() alone.
    write_node(": > \"$3\"; exec /bin/sleep 600\n");
    ParquetProgram program(loop, folder / "parquet_lines.mjs");
    std::optional<std::string> cause;
    std::thread waiting([&] { cause = program.convert("from", (folder / "lines").string()); });
    while (!fs::exists(folder / "lines")) std::this_thread::yield();
    program.stop();
    waiting.join();
    EXPECT_THAT(cause, Optional(std::string("Stepwell is ending.")));
    EXPECT_THAT(program.convert("from", "to"), Optional(std::string("Stepwell is ending.")));
}

}  // namespace
}  // namespace stepwell::items
