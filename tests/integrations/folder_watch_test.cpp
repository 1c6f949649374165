#include "integrations/folder_watch.hpp"

#include <gtest/gtest.h>

#include "tests/integrations/scratch.hpp"

namespace stepwell {
namespace {

using testing::ScratchFolder;

class FolderWatchTest : public ::testing::Test {
protected:
    bool changed() { return std::exchange(last_, watch_.generation(id_)) != last_; }
    ScratchFolder folder_;
    FolderWatch watch_;
    FolderWatch::FolderId id_ = (folder_.write("sub/inner.py", ""), watch_.add(folder_.path()));
    std::uint64_t last_ = watch_.generation(id_);
};

TEST_F(FolderWatchTest, SeesAWrittenFileAtOnce) {
    EXPECT_FALSE(changed());
    folder_.write("app.py", "1");
    EXPECT_TRUE(changed());
    EXPECT_FALSE(changed());
    folder_.write("app.py", "2");
    EXPECT_TRUE(changed());
}

TEST_F(FolderWatchTest, SeesFoldersBelowAndNewOnes) {
    folder_.write("sub/inner.py", "x");
    EXPECT_TRUE(changed());
    folder_.write("new/deep/file.py", "x");
    EXPECT_TRUE(changed());
    folder_.write("new/deep/file.py", "y");
    EXPECT_TRUE(changed());
}

TEST_F(FolderWatchTest, SeesRemovingAndMoving) {
    folder_.write("a.py", "x");
    changed();
    std::filesystem::rename(folder_.path() / "a.py", folder_.path() / "b.py");
    EXPECT_TRUE(changed());
    std::filesystem::remove(folder_.path() / "b.py");
    EXPECT_TRUE(changed());
}

TEST_F(FolderWatchTest, IgnoresWhatRunningCodeLeavesBehind) {
    folder_.write("node_modules/x/index.js", "");
    folder_.write(".git/HEAD", "");
    changed();  // The folders themselves are new.
    folder_.write("__pycache__/app.cpython-311.pyc", "");
    folder_.write("node_modules/x/index.js", "1");
    folder_.write(".git/HEAD", "1");
    folder_.write(".app.py.swp", "");
    folder_.write("app.py~", "");
    EXPECT_FALSE(changed());
}

TEST_F(FolderWatchTest, TellsAFolderInsideAnotherToBoth) {
    const auto inner = watch_.add(folder_.path() / "sub");
    const auto inner_before = watch_.generation(inner);
    folder_.write("sub/inner.py", "x");
    EXPECT_NE(watch_.generation(inner), inner_before);
    EXPECT_TRUE(changed());
    const auto inner_after = watch_.generation(inner);
    folder_.write("outer.py", "x");
    EXPECT_TRUE(changed());
    EXPECT_EQ(watch_.generation(inner), inner_after);
}

TEST_F(FolderWatchTest, GivesOneIdPerFolder) { EXPECT_EQ(watch_.add(folder_.path()), id_); }

}  // namespace
}  // namespace stepwell
