#include "integrations/items/folder_actions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/items/temporary_buckets.hpp"

// Answers as recorded in the conformance cases aws_sdk_task_service__s3_*, where there are any;
// else Amazon S3 API Reference.
namespace stepwell::items {
namespace {

class FolderActions : public testing::Test {
protected:
    FolderActions() { buckets.write("data/a.txt", "binary data"); }

    /// The answer, or the error's code (or message, where it has none).
    Json ask(std::string_view action, std::string_view parameters) {
        const auto answer = call_folder(buckets.store(), action, json(parameters));
        if (answer) return answer->output;
        EXPECT_EQ(answer.error().service_id, "S3");
        return answer.error().code.empty() ? answer.error().message : answer.error().code;
    }

    TemporaryBuckets buckets;
};

TEST_F(FolderActions, GetAnObject) {
    const Json answer = ask("getObject", R"({"Bucket":"data","Key":"a.txt"})");
    std::vector<std::string> members;
    for (const auto& member : answer.items()) members.push_back(member.key());
    EXPECT_THAT(members,
                testing::ElementsAre("AcceptRanges", "ContentLength", "ContentType", "ETag",
                                     "LastModified", "Metadata", "ServerSideEncryption", "Body"));
    EXPECT_EQ(answer["ContentLength"], 11);
    EXPECT_EQ(answer["ETag"], "\"e1a49b59e0c42e4fd3735ad644f25d57\"");
    EXPECT_EQ(answer["Body"], "binary data");
}

TEST_F(FolderActions, GetAPartOfAnObject) {
    const auto part = [&](const std::string& range) {
        const Json answer =
            ask("getObject", R"({"Bucket":"data","Key":"a.txt","Range":")" + range + "\"}");
        return answer.is_object()
                   ? answer["Body"].get<std::string>() + " " + answer.value("ContentRange", "")
                   : answer.get<std::string>();
    };
    EXPECT_EQ(part("bytes=0-5"), "binary bytes 0-5/11");
    EXPECT_EQ(part("bytes=7-"), "data bytes 7-10/11");
    EXPECT_EQ(part("bytes=-4"), "data bytes 7-10/11");
    EXPECT_EQ(part("bytes=7-99"), "data bytes 7-10/11");
    EXPECT_EQ(part("bytes=11-"), "InvalidRange");
    EXPECT_EQ(part("lines=1-2"), "binary data ");
}

TEST_F(FolderActions, DoNotGetWhatAStateCannotHold) {
    buckets.write("data/large", std::string(262'145, 'x'));
    const auto answer =
        call_folder(buckets.store(), "getObject", json(R"({"Bucket":"data","Key":"large"})"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().http, HttpError::Kind::too_large);
}

TEST_F(FolderActions, PutABodyAsJson) {
    // Recorded: aws_sdk_task_service__s3_put_object__{str,dict,list,bool,num}.
    const std::pair<const char*, const char*> kBodies[] = {
        {R"("text data")", "KUmHvQ=="},
        {R"({"Dict":"Value"})", "hnEfWw=="},
        {R"(["List","Data"])", "1F2MPA=="},
        {"false", "K81oMA=="},
        {"0", "9NvfIQ=="},
    };
    for (const auto& [body, checksum] : kBodies) {
        const Json answer =
            ask("putObject", std::string(R"({"Bucket":"data","Key":"x/y","Body":)") + body + "}");
        EXPECT_EQ(buckets.read("data/x/y"), body);
        EXPECT_EQ(answer["ChecksumCRC32"], checksum);
        EXPECT_EQ(answer["ChecksumType"], "FULL_OBJECT");
        EXPECT_EQ(answer["ServerSideEncryption"], "AES256");
    }
    EXPECT_EQ(ask("putObject", R"({"Bucket":"data","Key":"x","Body":0})"), "InternalError");
}

TEST_F(FolderActions, HeadCopyAndDelete) {
    EXPECT_EQ(
        ask("copyObject",
            R"({"Bucket":"data","Key":"b c.txt","CopySource":"/data/a.txt"})")["CopyObjectResult"]
                                                                              ["ETag"],
        "\"e1a49b59e0c42e4fd3735ad644f25d57\"");
    EXPECT_TRUE(ask("copyObject", R"({"Bucket":"data","Key":"d","CopySource":"data/b%20c.txt"})")
                    .is_object());
    EXPECT_EQ(buckets.read("data/d"), "binary data");
    EXPECT_EQ(ask("headObject", R"({"Bucket":"data","Key":"d"})")["ContentLength"], 11);
    EXPECT_EQ(ask("deleteObject", R"({"Bucket":"data","Key":"d"})"), Json::object());
    EXPECT_EQ(ask("headObject", R"({"Bucket":"data","Key":"d"})"), "NoSuchKey");
    EXPECT_EQ(ask("deleteObjects",
                  R"({"Bucket":"data","Delete":{"Objects":[{"Key":"b c.txt"},{"Key":"none"}]}})"),
              json(R"({"Deleted":[{"Key":"b c.txt"},{"Key":"none"}]})"));
}

TEST_F(FolderActions, ListObjects) {
    buckets.write("data/in/1", "");
    buckets.write("data/in/2", "");
    const Json all = ask("listObjectsV2", R"({"Bucket":"data"})");
    EXPECT_EQ(all["KeyCount"], 3);
    EXPECT_EQ(all["IsTruncated"], false);
    EXPECT_EQ(all["Contents"][0]["Key"], "a.txt");
    const Json first = ask("ListObjectsV2", R"({"Bucket":"data","MaxKeys":2})");
    EXPECT_EQ(first["IsTruncated"], true);
    const Json rest = ask("listObjectsV2", R"({"Bucket":"data","ContinuationToken":)" +
                                               write_json(first["NextContinuationToken"]) + "}");
    EXPECT_EQ(rest["Contents"][0]["Key"], "in/2");
    EXPECT_EQ(ask("listObjectsV2", R"({"Bucket":"data","Delimiter":"/"})")["CommonPrefixes"],
              json(R"([{"Prefix":"in/"}])"));
    EXPECT_EQ(ask("listObjects", R"({"Bucket":"data","Marker":"in/1"})")["Contents"][0]["Key"],
              "in/2");
    EXPECT_EQ(ask("listObjectsV2", R"({"Bucket":"data","ContinuationToken":"?"})"),
              "InvalidArgument");
}

TEST_F(FolderActions, SayWhatIsMissing) {
    EXPECT_EQ(ask("getObject", R"({"Bucket":"data","Key":"none"})"), "NoSuchKey");
    EXPECT_EQ(ask("listObjects", R"({"Bucket":"none"})"), "NoSuchBucket");
    EXPECT_EQ(ask("getObject", R"({"Bucket":"data"})"),
              "The field 'Key' is required but was missing");
    const auto other = call_folder(buckets.store(), "putBucketPolicy", Json::object());
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, aws::Error::Kind::unknown_action);
}

}  // namespace
}  // namespace stepwell::items
