#include "integrations/items/folder_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/integrations/items/temporary_buckets.hpp"

namespace stepwell::items {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class Folder : public testing::Test {
protected:
    Folder() { fs::create_directory(buckets.path() / "data"); }

    std::string content(const std::string& key, std::uint64_t offset = 0,
                        std::size_t length = 1'000) {
        const auto part = store.get(owner, {"data", key, {}}, offset, length);
        return part ? part->bytes : part.error().code;
    }
    std::vector<std::string> keys(const ListRequest& request) {
        std::vector<std::string> found;
        const auto list = store.list(owner, request);
        if (!list) return {list.error().code};
        for (const ObjectInfo& object : list->objects) found.push_back(object.key);
        return found;
    }
    std::string put(const std::string& key, std::string_view bytes) {
        const auto done = store.put(owner, {"data", key, {}}, bytes);
        return done ? "" : done.error().code;
    }

    TemporaryBuckets buckets;
    FolderStore& store = buckets.store();
    Owner owner{"123456789012", "us-east-1"};
};

TEST_F(Folder, GivesWholeObjectsAndParts) {
    buckets.write("data/a/b.txt", "0123456789");
    EXPECT_EQ(content("a/b.txt"), "0123456789");
    EXPECT_EQ(content("a/b.txt", 3, 4), "3456");
    EXPECT_EQ(content("a/b.txt", 8, 4), "89");
    EXPECT_EQ(content("a/b.txt", 10, 4), "");
    EXPECT_EQ(store.get(owner, {"data", "a/b.txt", {}}, 0, 1)->object_size, 10U);
}

TEST_F(Folder, SaysWhatIsMissingInS3sWords) {
    EXPECT_EQ(store.get(owner, {"none", "x", {}}, 0, 1).error().cause(),
              "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error "
              "Code: NoSuchBucket; Request ID: null; S3 Extended Request ID: null; Proxy: null)");
    EXPECT_EQ(store.get(owner, {"data", "x", {}}, 0, 1).error().message,
              "The specified key does not exist.");
    EXPECT_EQ(store.get(owner, {"data", "x", "v1"}, 0, 1).error().code, "NoSuchVersion");
}

TEST_F(Folder, HasNothingOutsideOfIt) {
    buckets.write("secret.txt", "secret");
    buckets.write("other/secret.txt", "secret");
    for (const char* key : {"../secret.txt", "../other/secret.txt", "a/../../secret.txt", "/secret",
                            "./x", "a//b", "", ".", ".."}) {
        EXPECT_EQ(content(key), "NoSuchKey") << key;
        EXPECT_EQ(put(key, "x"), "InvalidArgument") << key;
    }
    for (const char* bucket : {"..", ".", "", "data/../other", "/etc", ".stepwell-uploads", "a\nb"})
        EXPECT_EQ(store.get(owner, {bucket, "x", {}}, 0, 1).error().code, "NoSuchBucket") << bucket;
    EXPECT_EQ(content(std::string("a\0b", 3)), "NoSuchKey");
}

TEST_F(Folder, FollowsNoSymbolicLinks) {
    buckets.write("outside/file.txt", "secret");
    fs::create_symlink(buckets.path() / "outside/file.txt", buckets.path() / "data/file.txt");
    fs::create_directory_symlink(buckets.path() / "outside", buckets.path() / "data/folder");
    fs::create_directory_symlink("/etc", buckets.path() / "linked");
    EXPECT_EQ(content("file.txt"), "NoSuchKey");
    EXPECT_EQ(content("folder/file.txt"), "NoSuchKey");
    EXPECT_NE(put("folder/file.txt", "changed"), "");
    EXPECT_EQ(buckets.read("outside/file.txt"), "secret");
    EXPECT_EQ(store.get(owner, {"linked", "hosts", {}}, 0, 1).error().code, "NoSuchBucket");
    EXPECT_THAT(keys({.bucket = "data"}), IsEmpty());
    // A link in the place of an object that is written is replaced, not followed.
    EXPECT_EQ(put("file.txt", "mine"), "");
    EXPECT_EQ(buckets.read("outside/file.txt"), "secret");
}

TEST_F(Folder, DoesNotWaitForPipes) {
    ASSERT_EQ(::mkfifo((buckets.path() / "data/pipe").c_str(), 0600), 0);
    EXPECT_EQ(content("pipe"), "NoSuchKey");
    EXPECT_THAT(keys({.bucket = "data"}), IsEmpty());
}

TEST_F(Folder, PutsObjectsAsAWhole) {
    EXPECT_EQ(put("x/y/z.txt", "one"), "");
    EXPECT_EQ(buckets.read("data/x/y/z.txt"), "one");
    auto upload = store.upload(owner, {"data", "x/y/z.txt", {}});
    ASSERT_TRUE(upload);
    EXPECT_TRUE((*upload)->append("two"));
    EXPECT_EQ(content("x/y/z.txt"), "one");
    EXPECT_TRUE((*upload)->append(", three"));
    EXPECT_TRUE((*upload)->finish());
    EXPECT_EQ(content("x/y/z.txt"), "two, three");
    EXPECT_TRUE(fs::is_empty(buckets.path() / ".stepwell-uploads"));
}

TEST_F(Folder, ForgetsAnUploadThatIsNotFinished) {
    {
        auto upload = store.upload(owner, {"data", "x", {}});
        ASSERT_TRUE(upload);
        EXPECT_TRUE((*upload)->append("half"));
    }
    EXPECT_EQ(content("x"), "NoSuchKey");
    EXPECT_TRUE(fs::is_empty(buckets.path() / ".stepwell-uploads"));
}

// API Reference, ListObjectsV2: "List results are returned in UTF-8 binary order".
TEST_F(Folder, ListsInTheOrderOfBytes) {
    for (const char* key : {"a/b", "a.txt", "a-b", "B", "ä", "a/a/z", "a0"})
        buckets.write(std::string("data/") + key, key);
    EXPECT_THAT(keys({.bucket = "data"}),
                ElementsAre("B", "a-b", "a.txt", "a/a/z", "a/b", "a0", "ä"));
}

TEST_F(Folder, ListsWhatAPrefixBegins) {
    for (const char* key : {"in/1", "in/2", "into", "out/in/1"})
        buckets.write(std::string("data/") + key, key);
    EXPECT_THAT(keys({.bucket = "data", .prefix = "in/"}), ElementsAre("in/1", "in/2"));
    EXPECT_THAT(keys({.bucket = "data", .prefix = "in"}), ElementsAre("in/1", "in/2", "into"));
    EXPECT_THAT(keys({.bucket = "data", .prefix = "x"}), IsEmpty());
    EXPECT_THAT(keys({.bucket = "data", .start_after = "in/1"}),
                ElementsAre("in/2", "into", "out/in/1"));
}

TEST_F(Folder, ListsPageByPage) {
    std::vector<std::string> all;
    for (int i = 10; i < 35; ++i) {
        all.push_back("f" + std::to_string(i / 10) + "/" + std::to_string(i));
        buckets.write("data/" + all.back(), "x");
    }
    for (const std::size_t size : {1U, 7U, 25U, 26U}) {
        std::vector<std::string> found;
        ListRequest request{.bucket = "data", .max_keys = size};
        for (bool more = true; more;) {
            const auto page = store.list(owner, request);
            ASSERT_TRUE(page);
            EXPECT_LE(page->objects.size(), size);
            for (const ObjectInfo& object : page->objects) found.push_back(object.key);
            more = page->truncated;
            request.start_after = page->last;
        }
        EXPECT_EQ(found, all) << size;
    }
}

TEST_F(Folder, RollsUpCommonPrefixes) {
    for (const char* key : {"a/1", "a/2", "b", "c/d/1", "c/d/2"})
        buckets.write(std::string("data/") + key, key);
    ListRequest request{.bucket = "data", .delimiter = "/", .max_keys = 2};
    auto page = store.list(owner, request);
    ASSERT_TRUE(page);
    EXPECT_THAT(page->common_prefixes, ElementsAre("a/"));
    EXPECT_EQ(page->objects.front().key, "b");
    ASSERT_TRUE(page->truncated);
    request.start_after = page->last;
    page = store.list(owner, request);
    EXPECT_THAT(page->common_prefixes, ElementsAre("c/"));
    EXPECT_FALSE(page->truncated);
}

TEST_F(Folder, TellsTheMd5AsETag) {
    buckets.write("data/hello", "binary data");
    const auto info = store.head({"data", "hello", {}});
    ASSERT_TRUE(info);
    EXPECT_EQ(info->etag, "\"e1a49b59e0c42e4fd3735ad644f25d57\"");
    EXPECT_EQ(info->size, 11U);
    buckets.write("data/large", std::string(9U << 20U, 'x'));
    EXPECT_THAT(store.head({"data", "large", {}})->etag, testing::EndsWith("-2\""));
}

TEST_F(Folder, RemovesObjects) {
    buckets.write("data/a/b", "x");
    EXPECT_TRUE(store.remove({"data", "a/b", {}}));
    EXPECT_EQ(content("a/b"), "NoSuchKey");
    EXPECT_TRUE(store.remove({"data", "a/b", {}}));
    EXPECT_TRUE(store.remove({"data", "../x", {}}));
}

TEST(FolderStoreRoot, MustBeThere) {
    EXPECT_THROW(FolderStore("/nowhere/at/all"), std::system_error);
}

}  // namespace
}  // namespace stepwell::items
