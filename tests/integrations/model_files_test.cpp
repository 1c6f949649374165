#include "integrations/models/model_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/scratch.hpp"

namespace stepwell::models {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kShop = R"({
  "metadata": {"apiVersion":"2026-01-01","endpointPrefix":"shop","protocols":["unknown","smithy-rpc-v2-cbor"],
               "serviceId":"Pet Shop","targetPrefix":"PetShop","signatureVersion":"v4"},
  "operations": {
    "Sell": {"name":"Sell","http":{"method":"POST","requestUri":"/"},"input":{"shape":"SellInput"},
             "output":{"shape":"SellOutput"},"errors":[{"shape":"SoldOut"}]}},
  "shapes": {
    "Text":{"type":"string","min":1}, "When":{"type":"timestamp"}, "Bytes":{"type":"blob"}, "Count":{"type":"integer"},
    "Tags":{"type":"map","key":{"shape":"Text"},"value":{"shape":"Text"}}, "Names":{"type":"list","member":{"shape":"Text"}},
    "SellInput":{"type":"structure","required":["pet"],"members":{"pet":{"shape":"Text"},"when":{"shape":"When"},
       "photo":{"shape":"Bytes"},"count":{"shape":"Count"},"tags":{"shape":"Tags"},"names":{"shape":"Names"}}},
    "SellOutput":{"type":"structure","members":{"at":{"shape":"When"},"photo":{"shape":"Bytes"}}},
    "SoldOut":{"type":"structure","members":{"message":{"shape":"Text"}},"exception":true}}})";

std::string problem(const std::filesystem::path& folder) {
    ServiceModels models;
    try {
        models.add_folder(folder);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

TEST(ModelFiles, AddServicesAndReplaceThoseOfTheProgram) {
    const testing::ScratchFolder scratch;
    scratch.write("petshop.json", kShop);
    ServiceModels models;
    models.add_folder(scratch.path());
    const Service* shop = models.find("aws-sdk:petshop");
    ASSERT_NE(shop, nullptr);
    EXPECT_EQ(shop->service_id, "Pet Shop");
    EXPECT_EQ(shop->signing_name, "shop");
    EXPECT_NE(shop->find_operation("sell"), nullptr);
    EXPECT_THAT(models.names(), Contains("petshop"));
    EXPECT_THAT(models.service_ids(), Contains("Pet Shop"));
    EXPECT_NE(models.find("dynamodb"), nullptr);
}

TEST(ModelFiles, BotocoresOwnReadAsTheProgramsTable) {
    ServiceModels from_files;
    from_files.add_folder(STEPWELL_BOTOCORE_DATA "/sqs");
    const ServiceModels compiled;
    const Service* file = from_files.find("sqs");
    const Service* table = compiled.find("sqs");
    ASSERT_NE(file, table);
    ASSERT_EQ(file->shapes.size(), table->shapes.size());
    ASSERT_EQ(file->operations.size(), table->operations.size());
    for (std::size_t i = 0; i < file->shapes.size(); ++i) {
        const Shape& a = file->shapes[i];
        const Shape& b = table->shapes[i];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.kind, b.kind) << a.name;
        EXPECT_EQ(a.flattened, b.flattened) << a.name;
        EXPECT_EQ(a.error_code, b.error_code) << a.name;
        ASSERT_EQ(a.members.size(), b.members.size()) << a.name;
        for (std::size_t m = 0; m < a.members.size(); ++m) {
            EXPECT_EQ(a.members[m].name, b.members[m].name);
            EXPECT_EQ(a.members[m].shape, b.members[m].shape);
            EXPECT_EQ(a.members[m].required, b.members[m].required);
            EXPECT_EQ(a.members[m].location_name, b.members[m].location_name);
        }
    }
    for (std::size_t i = 0; i < file->operations.size(); ++i) {
        EXPECT_EQ(file->operations[i].name, table->operations[i].name);
        EXPECT_EQ(file->operations[i].result_wrapper, table->operations[i].result_wrapper);
    }
}

TEST(ModelFiles, SayWhatIsWrongWithThem) {
    const testing::ScratchFolder scratch;
    EXPECT_THAT(problem(scratch.path()), HasSubstr("has no service models"));
    EXPECT_THAT(problem("/nowhere"), HasSubstr("/nowhere"));
    scratch.write("a.json", "{");
    EXPECT_THAT(problem(scratch.path()), HasSubstr("a.json is not JSON"));
    scratch.write("a.json", R"({"metadata":{"serviceId":"X","protocol":"soap"}})");
    EXPECT_THAT(problem(scratch.path()), HasSubstr("its protocol is none"));
    scratch.write("a.json", R"({"metadata":{"serviceId":"X","protocol":"json"},"shapes":{},
        "operations":{"Do":{"http":{},"input":{"shape":"Lost"}}}})");
    EXPECT_THAT(problem(scratch.path()), HasSubstr("names a shape that it lacks"));
}

}  // namespace
}  // namespace stepwell::models
