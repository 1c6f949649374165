#include "integrations/models/model_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integrations/aws/request.hpp"
#include "integrations/aws/response.hpp"
#include "integrations/models/model_actions.hpp"
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

TEST(ModelActions, AreJudgedByTheProgramsModelsAndThoseOfAFolder) {
    const testing::ScratchFolder scratch;
    scratch.write("petshop.json", kShop);
    ServiceModels models;
    models.add_folder(scratch.path());
    const ModelActions actions(models);
    EXPECT_EQ(actions.look_up("dynamodb", "putItem"), asl::SdkAction::known);
    EXPECT_EQ(actions.look_up("rds", "describeDBInstances"), asl::SdkAction::known);
    EXPECT_EQ(actions.look_up("rds", "describeDbInstances"), asl::SdkAction::wrong);
    EXPECT_EQ(actions.look_up("dynamodb", "putitem"), asl::SdkAction::wrong);
    // It may be younger than the program's model, but not than the folder's.
    EXPECT_EQ(actions.look_up("dynamodb", "putItems"), asl::SdkAction::unknown_action);
    EXPECT_EQ(actions.look_up("petshop", "sell"), asl::SdkAction::known);
    EXPECT_EQ(actions.look_up("petshop", "rent"), asl::SdkAction::wrong);
    EXPECT_EQ(actions.look_up("zoo", "sell"), asl::SdkAction::unknown_service);
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

TEST(Cbor, IsWrittenAndReadWithDatesAndBytes) {
    const testing::ScratchFolder scratch;
    scratch.write("petshop.json", kShop);
    ServiceModels models;
    models.add_folder(scratch.path());
    const Service& shop = *models.find("petshop");
    const Operation& sell = *shop.find_operation("sell");
    const auto input = aws::read_parameters(
        shop, sell, json(R"({"Pet":"cat","When":"2015-01-25T08:00:00Z","Photo":"AQID","Count":70000,
                 "Tags":{"a":"b"},"Names":["x"]})"),
        {});
    ASSERT_TRUE(input);
    const auto request = aws::write_request(shop, sell, *input);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->path, "/service/PetShop/operation/Sell");
    EXPECT_EQ(*find_header(request->headers, "smithy-protocol"), "rpc-v2-cbor");
    EXPECT_EQ(*find_header(request->headers, "Content-Type"), "application/cbor");
    const Json sent = *aws::read_cbor(request->body);
    EXPECT_EQ(sent["pet"], "cat");
    EXPECT_EQ(sent["when"], 1'422'172'800);
    EXPECT_EQ(sent["count"], 70'000);
    EXPECT_EQ(sent["photo"], Json::binary({1, 2, 3}));
    EXPECT_EQ(sent["names"][0], "x");

    // {"at": 1(1422172800), "photo": h'0102'}
    HttpResponse response;
    response.status = 200;
    response.body = std::string(
        "\xA2\x62"
        "at"
        "\xC1\x1A\x54\xC4\xA2\x80\x65"
        "photo"
        "\x42\x01\x02",
        19);
    const auto output = aws::read_output(shop, sell, response);
    ASSERT_TRUE(output);
    EXPECT_EQ((*output)["at"], 1'422'172'800'000);
    EXPECT_EQ((*output)["photo"], Json::binary({1, 2}));
    response.body = "not cbor";
    EXPECT_FALSE(aws::read_output(shop, sell, response));
}

TEST(Cbor, IsReadInAllItsForms) {
    const auto text_of = [](std::string_view bytes) {
        const auto value = aws::read_cbor(bytes);
        return value ? write_json(*value) : "none";
    };
    // RFC 8949, appendix A.
    EXPECT_EQ(text_of("\x18\x64"), "100");
    EXPECT_EQ(text_of("\x39\x03\xE7"), "-1000");
    EXPECT_EQ(text_of("\xF9\x3E\x01"), "1.5009765625");
    EXPECT_EQ(text_of("\xF9\xC4\x01"), "-4.00390625");
    EXPECT_EQ(text_of("\xFA\x47\xC3\x50\x20"), "100000.25");
    EXPECT_EQ(text_of("\xFB\x3F\xF1\x99\x99\x99\x99\x99\x9A"), "1.1");
    EXPECT_EQ(text_of("\x83\xF4\xF5\xF6"), "[false,true,null]");
    EXPECT_EQ(text_of("\x7F\x62st\x61r\xFF"), R"("str")");
    EXPECT_EQ(text_of("\x9F\x01\x82\x02\x03\xFF"), "[1,[2,3]]");
    EXPECT_EQ(text_of("\xBF\x61"
                      "a\x01\xFF"),
              R"({"a":1})");
    for (const std::string_view damaged :
         {"", "\x18", "\x62x", "\x81", "\xA1\x01\x02", "\x01\x01", "\xFF", "\x5F\x61x\xFF",
          "\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "\x1C"})
        EXPECT_EQ(text_of(damaged), "none");
    EXPECT_EQ(text_of(std::string(1'000, '\x81') + "\x01"), "none");
}

}  // namespace
}  // namespace stepwell::models
