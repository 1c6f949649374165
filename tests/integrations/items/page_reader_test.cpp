#include "integrations/items/page_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/integrations/items/temporary_buckets.hpp"

// Developer Guide, "ItemReader (Map)", where no other page is named.
namespace stepwell::items {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::optional<std::string> no_parquet(const std::string&, const std::string&) {
    return "no Parquet here";
}

class Pages : public testing::Test {
protected:
    Json reader_of(std::string_view config, std::string_view key) {
        Json reader = Json::object();
        reader["Resource"] = "arn:aws:states:::s3:getObject";
        reader["ReaderConfig"] = json(config);
        reader["Parameters"] = Json::object();
        reader["Parameters"]["Bucket"] = "data";
        reader["Parameters"]["Key"] = key;
        return reader;
    }

    Json lister_of(std::string_view config, std::string_view parameters) {
        Json reader = Json::object();
        reader["Resource"] = "arn:aws:states:::s3:listObjectsV2";
        reader["ReaderConfig"] = json(config);
        reader["Parameters"] = json(parameters);
        return reader;
    }

    /// All items, in pages of `max_items`; or what went wrong. Every page is read by `again()`.
    std::vector<std::string> items_of(const Json& reader, std::size_t max_items = 1000) {
        std::vector<std::string> items;
        ItemRead read;
        read.reader = reader;
        read.owner = owner;
        read.max_items = max_items;
        for (int pages = 0; pages < 10'000; ++pages) {
            const auto page = next_reader().read(read);
            if (!page) {
                items.push_back(page.error().error + ": " + page.error().cause);
                return items;
            }
            EXPECT_LE(page->items.size(), max_items);
            for (const Payload& item : page->items) {
                items.push_back(item.text());
                EXPECT_TRUE(parse_json(item.text())) << item.text();
            }
            sources.push_back(page->source);
            if (page->end) return items;
            EXPECT_LE(page->cursor.size(), 4096U);
            read.cursor = page->cursor;
        }
        ADD_FAILURE() << "the pages never end";
        return items;
    }

    PageReader& next_reader() {
        // A restart: nothing but the cursor is left of the page before.
        if (restarts) reader_ = std::make_unique<PageReader>(buckets.store(), parquet);
        return *reader_;
    }

    TemporaryBuckets buckets;
    Owner owner{"123456789012", "us-east-1"};
    ParquetToLines parquet = no_parquet;
    bool restarts = false;
    std::vector<std::string> sources;

private:
    std::unique_ptr<PageReader> reader_ = std::make_unique<PageReader>(
        buckets.store(), [this](const auto& from, const auto& to) { return parquet(from, to); });
};

constexpr const char* kFirstRow = R"({"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"})";

TEST_F(Pages, OfCsvHaveTheHeadersOfTheFirstRow) {
    buckets.write("data/f.csv", "id,name\n1,Ada\n2,\"Grace, H.\"\n");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")),
                ElementsAre(R"({"name":"Ada","id":"1"})", R"({"name":"Grace, H.","id":"2"})"));
    EXPECT_EQ(sources.front(), "S3://data/f.csv");
}

TEST_F(Pages, OfCsvHaveGivenHeaders) {
    // OBSERVED, in a recorded case: short rows are filled up, long ones cut, blanks stay.
    buckets.write("data/f.csv",
                  "Value1,Value2,Value3\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\n"
                  "Null,None,\n   \n");
    const Json three = reader_of(
        R"({"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["H1","H2","H3"]})",
        "f.csv");
    EXPECT_THAT(
        items_of(three),
        ElementsAre(R"({"H1":"Value1","H2":"Value2","H3":"Value3"})",
                    R"({"H1":"Value4","H2":"Value5","H3":"Value6"})",
                    R"({"H1":"","H2":"","H3":""})", R"({"H1":"true","H2":"1","H3":"'HelloWorld'"})",
                    R"({"H1":"Null","H2":"None","H3":""})", R"({"H1":"   ","H2":"","H3":""})"));
    const Json one = reader_of(
        R"({"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["H1"]})", "f.csv");
    EXPECT_THAT(items_of(one),
                ElementsAre(R"({"H1":"Value1"})", R"({"H1":"Value4"})", R"({"H1":""})",
                            R"({"H1":"true"})", R"({"H1":"Null"})", R"({"H1":"   "})"));
}

TEST_F(Pages, OfCsvWriteColumnsInAwsOrder) {
    // OBSERVED, in a recorded case.
    buckets.write("data/f.csv", "0,True,{}\nValue4,Value5,Value6\n");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")),
                ElementsAre(R"({"0":"Value4","{}":"Value6","True":"Value5"})"));
}

TEST_F(Pages, OfCsvRefuseDuplicateHeaders) {
    buckets.write("data/f.csv", "a,b,a\n1,2,3\n");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")),
                ElementsAre("States.ItemReaderFailed: CSV headers cannot contain duplicates."));
}

TEST_F(Pages, OfCsvRefuseLongHeaders) {
    buckets.write("data/most.csv", std::string(10'240, 'a') + "\n1\n");
    EXPECT_EQ(items_of(reader_of(kFirstRow, "most.csv")).size(), 1U);
    buckets.write("data/f.csv", std::string(10'250, 'a') + "\n1\n");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")),
                ElementsAre(HasSubstr("larger than 10240 bytes")));
}

TEST_F(Pages, OfCsvTakeEachDelimiter) {
    const std::pair<const char*, char> kDelimiters[] = {
        {"COMMA", ','}, {"PIPE", '|'}, {"SEMICOLON", ';'}, {"SPACE", ' '}, {"TAB", '\t'}};
    for (const auto& [name, character] : kDelimiters) {
        buckets.write("data/f.csv", std::string("a") + character + "b\n1" + character + "2\n");
        Json reader = reader_of(kFirstRow, "f.csv");
        reader["ReaderConfig"]["CSVDelimiter"] = name;
        EXPECT_THAT(items_of(reader), ElementsAre(R"({"a":"1","b":"2"})")) << name;
    }
}

TEST_F(Pages, OfCsvPassOverAByteOrderMarkAndEmptyLines) {
    buckets.write("data/f.csv",
                  "\xEF\xBB\xBF"
                  "a,b\r\n\r\n1,2\r\n\r\n");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")), ElementsAre(R"({"a":"1","b":"2"})"));
}

TEST_F(Pages, OfCsvRepairWhatIsNoUtf8) {
    buckets.write("data/f.csv", "a\nM\xFCnchen\n");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")),
                ElementsAre("{\"a\":\"M\xEF\xBF\xBDnchen\"}"));
}

TEST_F(Pages, OfEmptyCsvHaveNoItems) {
    for (const char* text : {"", "a,b", "a,b\n"}) {
        buckets.write("data/f.csv", text);
        EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")), IsEmpty()) << text;
    }
}

TEST_F(Pages, OfJsonHaveTheElementsOfTheArray) {
    buckets.write("data/f.json", R"([ {"b": 1, "a": [2.50]}, "x", null ])");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"JSON"})", "f.json")),
                ElementsAre(R"({"b":1,"a":[2.5]})", R"("x")", "null"));
}

TEST_F(Pages, OfJsonGoWhereItemsPointerPoints) {
    buckets.write("data/f.json", R"({"meta":{"items":[9]},"orders":{"items":[1,2]}})");
    EXPECT_THAT(
        items_of(reader_of(R"({"InputType":"JSON","ItemsPointer":"/orders/items"})", "f.json")),
        ElementsAre("1", "2"));
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"JSON","ItemsPointer":"orders"})", "f.json")),
                ElementsAre(HasSubstr("is not a JSON Pointer")));
}

TEST_F(Pages, OfJsonRefuseLongPointers) {
    const std::string name(1'999, 'a');
    buckets.write("data/f.json", R"({")" + name + R"(":[1]})");
    const auto pointed = [&](const std::string& pointer) {
        return items_of(
            reader_of(R"({"InputType":"JSON","ItemsPointer":")" + pointer + R"("})", "f.json"));
    };
    EXPECT_THAT(pointed("/" + name), ElementsAre("1"));
    EXPECT_THAT(pointed("/a" + name),
                ElementsAre("States.ItemReaderFailed: ItemsPointer must have at most 2000 "
                            "characters."));
}

TEST_F(Pages, OfJsonNeedAnArray) {
    // OBSERVED, in a recorded case.
    buckets.write("data/f.json", R"({"Hello": "world"})");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"JSON"})", "f.json")),
                ElementsAre("States.ItemReaderFailed: Attempting to map over non-iterable node."));
}

TEST_F(Pages, OfJsonSayWhatIsNoJson) {
    for (const char* text : {"", "[1, nothing]", "[1", "[1 2]", "[\"\x80\"]"}) {
        buckets.write("data/f.json", text);
        EXPECT_THAT(items_of(reader_of(R"({"InputType":"JSON"})", "f.json")).back(),
                    testing::StartsWith("States.ItemReaderFailed: The data set is not"))
            << text;
    }
}

TEST_F(Pages, OfJsonLinesHaveAnItemALine) {
    buckets.write("data/f.jsonl", "\xEF\xBB\xBF{\"a\": 1}\r\n\n[2]\n3");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"JSONL"})", "f.jsonl")),
                ElementsAre(R"({"a":1})", "[2]", "3"));
    buckets.write("data/f.jsonl", "{\"a\": 1}\nnonsense\n");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"JSONL"})", "f.jsonl")),
                ElementsAre(HasSubstr("Unrecognized token 'nonsense'")));
}

TEST_F(Pages, UnpackGzip) {
    buckets.write("data/f.csv.gz", gzipped("a\n1\n") + gzipped("2\n"));
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv.gz"), 1),
                ElementsAre(R"({"a":"1"})", R"({"a":"2"})"));
    const std::string packed = gzipped("a\n1\n2\n3\n");
    buckets.write("data/f.csv.gz", packed.substr(0, packed.size() - 9));
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv.gz")),
                ElementsAre(HasSubstr("its compressed data ends early")));
    buckets.write("data/f.csv.gz",
                  "\x1F\x8B"
                  "nonsense");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv.gz")), ElementsAre(HasSubstr("damaged")));
}

// There, InputType: "Input files support the following external compression types: GZIP, ZSTD."
TEST_F(Pages, UnpackZstandard) {
    std::string rows = "a\n";
    for (int i = 0; i < 30'000; ++i) rows += std::to_string(i) + '\n';
    const std::string packed = zstandard(rows);
    // Two frames are one text, and the name says nothing.
    buckets.write("data/f.csv", packed + zstandard("last\n"));
    const auto items = items_of(reader_of(kFirstRow, "f.csv"));
    ASSERT_EQ(items.size(), 30'001U);
    EXPECT_EQ(items[29'999], R"({"a":"29999"})");
    EXPECT_EQ(items.back(), R"({"a":"last"})");

    buckets.write("data/f.csv.zstd", packed.substr(0, packed.size() - 9));
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv.zstd")),
                ElementsAre(HasSubstr("its compressed data ends early")));
    buckets.write("data/f.csv.zstd",
                  "\x28\xB5\x2F\xFD"
                  "nonsense nonsense nonsense");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv.zstd")),
                ElementsAre(HasSubstr("Zstandard data cannot be read: ")));
}

TEST_F(Pages, SayWhatIsMissing) {
    EXPECT_THAT(
        items_of(reader_of(kFirstRow, "f.csv")),
        ElementsAre("States.ItemReaderFailed: The specified bucket does not exist (Service: "
                    "Amazon S3; Status Code: 404; Error Code: NoSuchBucket; Request ID: "
                    "null; S3 Extended Request ID: null; Proxy: null)"));
    buckets.write("data/g.csv", "");
    EXPECT_THAT(items_of(reader_of(kFirstRow, "f.csv")),
                ElementsAre(HasSubstr("The specified key does not exist. (Service: Amazon S3; "
                                      "Status Code: 404; Error Code: NoSuchKey;")));
    Json reader = reader_of(kFirstRow, "f.csv");
    reader["Parameters"]["Key"] = 5;
    EXPECT_THAT(items_of(reader), ElementsAre(HasSubstr("The field 'Key'")));
}

TEST_F(Pages, RefuseAnItemThatIsTooLarge) {
    buckets.write("data/f.csv", "a\n1\n\"" + std::string(20U << 20U, 'x'));
    const auto items = items_of(reader_of(kFirstRow, "f.csv"), 1);
    EXPECT_THAT(items, ElementsAre(R"({"a":"1"})", HasSubstr("is larger than 8388608 bytes")));
}

TEST_F(Pages, AreOfOneVersionOfTheObject) {
    buckets.write("data/f.csv", "a\n1\n2\n3\n");
    ItemRead read;
    read.reader = reader_of(kFirstRow, "f.csv");
    read.max_items = 1;
    PageReader pages(buckets.store(), no_parquet);
    const ItemPage first = pages.read(read).value();
    read.cursor = first.begin;
    EXPECT_EQ(PageReader(buckets.store(), no_parquet).read(read)->items.at(0).text(),
              R"({"a":"1"})");
    buckets.write("data/f.csv", "a\n1\n2\n3\n4\n5\n");
    // Also where no more than the first page was begun.
    for (const std::string& from : {first.begin, first.cursor}) {
        read.cursor = from;
        PageReader restarted(buckets.store(), no_parquet);
        EXPECT_THAT(restarted.read(read).error().cause, HasSubstr("has changed while it was read"));
    }
}

TEST_F(Pages, StopAtTheirBytes) {
    buckets.write("data/f.jsonl", "\"aaaaaaaaaa\"\n\"bbbbbbbbbb\"\n\"cccccccccc\"\n");
    ItemRead read;
    read.reader = reader_of(R"({"InputType":"JSONL"})", "f.jsonl");
    read.max_bytes = 13;
    PageReader pages(buckets.store(), no_parquet);
    EXPECT_EQ(pages.read(read)->items.size(), 2U);
    read.max_bytes = 1;
    EXPECT_EQ(pages.read(read)->items.size(), 1U);
}

/// Every format, in pages of every small size, with a restart between all of them.
TEST_F(Pages, AreTheSameAfterRestarts) {
    std::string csv = "id,text\n";
    std::string array = "{\"list\": [";
    std::string lines;
    for (int i = 0; i < 23; ++i) {
        const std::string n = std::to_string(i);
        csv += n + ",\"a \"\"" + n + "\"\"\r\n\"\r\n";
        array += (i > 0 ? " , {\"n\": " : "{\"n\": ") + n + "}";
        lines += "{\"n\": " + n + "}\n";
    }
    buckets.write("data/f.csv", csv);
    buckets.write("data/f.csv.gz", gzipped(csv));
    buckets.write("data/f.json", array + "]}\n");
    buckets.write("data/f.jsonl", lines);
    for (const Json& reader :
         {reader_of(kFirstRow, "f.csv"), reader_of(kFirstRow, "f.csv.gz"),
          reader_of(R"({"InputType":"JSON","ItemsPointer":"/list"})", "f.json"),
          reader_of(R"({"InputType":"JSONL"})", "f.jsonl")}) {
        restarts = false;
        const auto whole = items_of(reader);
        EXPECT_EQ(whole.size(), 23U);
        for (const std::size_t size : {1U, 2U, 5U, 22U, 23U, 24U}) {
            for (const bool restarting : {false, true}) {
                restarts = restarting;
                EXPECT_EQ(items_of(reader, size), whole) << write_json(reader) << size;
            }
        }
    }
}

TEST_F(Pages, OfAListingAreWhatS3SaysOfObjects) {
    buckets.write("data/in/a.txt", "binary data");
    buckets.write("data/in/b.txt", "");
    buckets.write("data/other.txt", "x");
    const Json reader = lister_of("{}", R"({"Bucket":"data","Prefix":"in/"})");
    const auto items = items_of(reader);
    ASSERT_EQ(items.size(), 2U);
    const Json first = json(items[0]);
    std::vector<std::string> keys;
    for (const auto& member : first.items()) keys.push_back(member.key());
    EXPECT_THAT(keys, ElementsAre("Etag", "Key", "LastModified", "Size", "StorageClass"));
    EXPECT_EQ(first.value("Etag", ""), "\"e1a49b59e0c42e4fd3735ad644f25d57\"");
    EXPECT_EQ(first.value("Key", ""), "in/a.txt");
    EXPECT_EQ(first.value("Size", 0), 11);
    EXPECT_EQ(first.value("StorageClass", ""), "STANDARD");
    EXPECT_TRUE(first["LastModified"].is_number_integer());
    EXPECT_EQ(sources.front(), "S3://data");
    EXPECT_EQ(items_of(reader, 1), items);
}

TEST_F(Pages, LoadAndFlattenListedObjects) {
    buckets.write("data/in/1.csv", "a\n1\n2\n");
    buckets.write("data/in/2.csv", "a\n");
    buckets.write("data/in/3.csv.gz", gzipped("a,b\n3,x\n"));
    const Json reader = lister_of(
        R"({"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW","Transformation":"LOAD_AND_FLATTEN"})",
        R"({"Bucket":"data","Prefix":"in/"})");
    for (const std::size_t size : {1U, 2U, 100U}) {
        for (const bool restarting : {false, true}) {
            restarts = restarting;
            EXPECT_THAT(items_of(reader, size),
                        ElementsAre(R"({"a":"1"})", R"({"a":"2"})", R"({"a":"3","b":"x"})"));
        }
    }
    restarts = false;
    sources.clear();
    items_of(reader);
    EXPECT_EQ(sources.front(), "S3://data/in/1.csv");
    EXPECT_THAT(sources, testing::Contains("S3://data/in/3.csv.gz"));
}

TEST_F(Pages, LoadAndFlattenManyObjects) {
    for (int i = 0; i < 1'100; ++i)
        buckets.write("data/in/" + std::to_string(i), "[" + std::to_string(i) + "]");
    const Json reader = lister_of(R"({"InputType":"JSON","Transformation":"LOAD_AND_FLATTEN"})",
                                  R"({"Bucket":"data","Prefix":"in/"})");
    auto items = items_of(reader);
    EXPECT_EQ(items.size(), 1'100U);
    std::sort(items.begin(), items.end());
    EXPECT_EQ(std::unique(items.begin(), items.end()), items.end());
}

TEST_F(Pages, LoadAndFlattenNeedsAnInputType) {
    buckets.write("data/x", "");
    EXPECT_THAT(
        items_of(lister_of(R"({"Transformation":"LOAD_AND_FLATTEN"})", R"({"Bucket":"data"})")),
        ElementsAre(HasSubstr("needs an InputType")));
}

// S3 User Guide, "Locating your inventory list".
TEST_F(Pages, OfAnInventoryHaveTheColumnsOfItsManifest) {
    buckets.write("data/inv/manifest.json",
                  R"({"sourceBucket":"src","destinationBucket":"arn:aws:s3:::data",
                      "version":"2016-11-30","fileFormat":"CSV",
                      "fileSchema":"Bucket, Key, Size",
                      "files":[{"key":"inv/data/1.csv.gz","size":1,"MD5checksum":"x"},
                               {"key":"inv/data/2.csv.gz","size":1,"MD5checksum":"x"}]})");
    buckets.write("data/inv/data/1.csv.gz", gzipped("\"src\",\"a.txt\",\"1\"\n"));
    buckets.write("data/inv/data/2.csv.gz", gzipped("\"src\",\"b%20c.txt\",\"2\"\n"));
    for (const char* config :
         {R"({"InputType":"MANIFEST"})", R"({"ManifestType":"S3_INVENTORY"})"}) {
        for (const std::size_t size : {1U, 100U}) {
            restarts = size == 1;
            const auto items = items_of(reader_of(config, "inv/manifest.json"), size);
            ASSERT_EQ(items.size(), 2U);
            EXPECT_EQ(json(items[0]), json(R"({"Bucket":"src","Key":"a.txt","Size":"1"})"));
            EXPECT_EQ(json(items[1]), json(R"({"Bucket":"src","Key":"b%20c.txt","Size":"2"})"));
        }
    }
}

TEST_F(Pages, OfAnInventorySayWhatIsNoManifest) {
    buckets.write("data/m", "[]");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"MANIFEST"})", "m")),
                ElementsAre(HasSubstr("it is no JSON object")));
    buckets.write("data/m", R"({"fileFormat":"ORC","fileSchema":"x","files":[]})");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"MANIFEST"})", "m")),
                ElementsAre(HasSubstr("the format ORC, not CSV")));
    buckets.write("data/m", R"({"fileFormat":"CSV"})");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"MANIFEST"})", "m")),
                ElementsAre(HasSubstr("no fileSchema")));
}

// Athena User Guide, "Working with query results": "Data manifest file".
TEST_F(Pages, OfAnAthenaManifestAreThoseOfItsFiles) {
    buckets.write("data/q-manifest.csv", "s3://data/out/1\ns3://more/out/2\n");
    buckets.write("data/out/1", gzipped("{\"a\":1}\n"));
    buckets.write("more/out/2", "{\"a\":2}\n");
    EXPECT_THAT(items_of(reader_of(R"({"ManifestType":"ATHENA_DATA","InputType":"JSONL"})",
                                   "q-manifest.csv")),
                ElementsAre(R"({"a":1})", R"({"a":2})"));
    buckets.write("data/q-manifest.csv", "nonsense\n");
    EXPECT_THAT(items_of(reader_of(R"({"ManifestType":"ATHENA_DATA","InputType":"JSONL"})",
                                   "q-manifest.csv")),
                ElementsAre(HasSubstr("names no object (s3://bucket/key): nonsense")));
}

TEST_F(Pages, OfParquetAreTheLinesMadeOfIt) {
    buckets.write("data/f.parquet", "PAR1 and so on");
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"PARQUET"})", "f.parquet")),
                ElementsAre("States.ItemReaderFailed: no Parquet here"));
    parquet = [](const std::string& from, const std::string& to) {
        std::ifstream in(from);
        std::string text;
        std::getline(in, text);
        std::ofstream(to) << "{\"n\":1}\n{\"text\":\"" << text << "\"}\n";
        return std::optional<std::string>();
    };
    EXPECT_THAT(items_of(reader_of(R"({"InputType":"PARQUET"})", "f.parquet"), 1),
                ElementsAre(R"({"n":1})", R"({"text":"PAR1 and so on"})"));
}

// "The VersionId field is not supported for InputType=Parquet."
TEST_F(Pages, OfParquetAreOfNoVersion) {
    buckets.write("data/f.parquet", "PAR1");
    Json reader = reader_of(R"({"InputType":"PARQUET"})", "f.parquet");
    reader["Parameters"]["VersionId"] = "v1";
    EXPECT_THAT(items_of(reader), ElementsAre(HasSubstr("VersionId is not supported")));
}

TEST_F(Pages, RefuseADamagedCursor) {
    ItemRead read;
    read.reader = reader_of(kFirstRow, "f.csv");
    read.cursor = "nonsense";
    PageReader pages(buckets.store(), no_parquet);
    EXPECT_THAT(pages.read(read).error().cause, HasSubstr("damaged"));
}

}  // namespace
}  // namespace stepwell::items
