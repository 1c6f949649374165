#include "integrations/items/csv_records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::items {
namespace {

using testing::ElementsAre;
using Fields = std::vector<std::string>;

Fields fields_of(std::string_view text, char delimiter = ',') {
    const auto record = cut_csv_record(text, delimiter, Rest::none);
    return record ? record->fields : Fields{"(none)"};
}

std::vector<Fields> records_of(std::string_view text) {
    std::vector<Fields> records;
    while (const auto record = cut_csv_record(text, ',', Rest::none)) {
        records.push_back(record->fields);
        text.remove_prefix(record->bytes);
    }
    return records;
}

// Developer Guide, "How Step Functions parses input CSV files".
struct RecordCase {
    const char* name;
    const char* text;
    Fields want;
};
std::string case_name(const testing::TestParamInfo<RecordCase>& info) { return info.param.name; }
class CsvRecord : public testing::TestWithParam<RecordCase> {};

TEST_P(CsvRecord, HasFields) { EXPECT_EQ(fields_of(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Rules, CsvRecord,
    testing::Values(RecordCase{"Plain", "a,b,c\n", {"a", "b", "c"}},
                    RecordCase{"EmptyFields", ",,\n", {"", "", ""}},
                    RecordCase{"BlanksStay", "  a , b\n", {"  a ", " b"}},
                    RecordCase{"WithoutLineEnd", "a,b", {"a", "b"}},
                    RecordCase{"CrLf", "a,b\r\nc", {"a", "b"}},
                    RecordCase{"Cr", "a,b\rc", {"a", "b"}},
                    RecordCase{"QuotedDelimiter", "\"a,b\",c\n", {"a,b", "c"}},
                    RecordCase{"QuotedLineEnd", "\"a\nb\",c\n", {"a\nb", "c"}},
                    RecordCase{"QuotedCrLf", "\"a\r\nb\"\n", {"a\r\nb"}},
                    RecordCase{"DoubledQuote", "\"a \"\"b\"\" c\"\n", {"a \"b\" c"}},
                    RecordCase{"DoubledQuoteOutsideOfQuotes",
                               "{\"\"MyKey\"\":\"\"MyValue\"\"},\"[1,2,3]\"\n",
                               {R"({"MyKey":"MyValue"})", "[1,2,3]"}},
                    RecordCase{"EmptyQuotes", "\"\",\"\"\n", {"", ""}},
                    RecordCase{"OnlyEmptyQuotes", "\"\"\n", {""}},
                    RecordCase{"QuoteBehindBlanks", "a,  \"b,c\"\n", {"a", "b,c"}},
                    RecordCase{"QuoteWithinText", "5\" disk,b\n", {"5\" disk", "b"}},
                    RecordCase{"TextBehindQuotes", "\"a\"b,c\n", {"ab", "c"}},
                    RecordCase{"ThreeQuotes", "\"\"\"a\"\"\"\n", {"\"a\""}},
                    RecordCase{"UnclosedQuote", "\"a,b\nc", {"a,b\nc"}},
                    RecordCase{"EscapedBackslash",
                               R"(C:\\Program Files\\MyApp.exe,6534512)",
                               {R"(C:\Program Files\MyApp.exe)", "6534512"}},
                    RecordCase{"EscapedDelimiter", R"(a\,b,c)", {"a,b", "c"}},
                    RecordCase{"EscapedQuotes", R"(\"a\",b)", {R"("a")", "b"}},
                    RecordCase{"EscapedQuotesInQuotes", R"("\"a\", b",c)", {R"("a", b)", "c"}},
                    RecordCase{"OtherEscapeVanishes", R"(a\nb\t,c\)", {"anbt", "c"}},
                    RecordCase{"Utf8", "Grüße,日本\n", {"Grüße", "日本"}}),
    case_name);

TEST(CsvRecords, AreTheDocumentedExample) {
    // The page's example file.
    const std::string_view text =
        "abc,123,\"This string contains commas, a double quotation marks (\"\"), and a newline "
        "(\n)\",{\"\"MyKey\"\":\"\"MyValue\"\"},\"[1,2,3]\"\n";
    EXPECT_THAT(fields_of(text),
                ElementsAre("abc", "123",
                            "This string contains commas, a double quotation marks (\"), and a "
                            "newline (\n)",
                            R"({"MyKey":"MyValue"})", "[1,2,3]"));
}

TEST(CsvRecords, FollowEachOther) {
    EXPECT_THAT(
        records_of("a,b\nc,d\r\n\n   \ne"),
        ElementsAre(Fields{"a", "b"}, Fields{"c", "d"}, Fields{}, Fields{"   "}, Fields{"e"}));
    EXPECT_THAT(records_of(""), ElementsAre());
    EXPECT_THAT(records_of("a\n"), ElementsAre(Fields{"a"}));
}

TEST(CsvRecords, TakeEachDelimiter) {
    for (const char delimiter : {',', '|', ';', ' ', '\t'}) {
        const std::string text = std::string("a") + delimiter + "\"b" + delimiter + "\"\n";
        EXPECT_THAT(fields_of(text, delimiter), ElementsAre("a", std::string("b") + delimiter));
    }
}

TEST(CsvRecords, WaitForMoreWhereItDecides) {
    for (const char* text : {"", "a,b", "\"a\n", "\"a\"", "a\\", "a\r"})
        EXPECT_FALSE(cut_csv_record(text, ',', Rest::more)) << text;
    EXPECT_EQ(cut_csv_record("a\n", ',', Rest::more)->bytes, 2U);
    EXPECT_EQ(cut_csv_record("a\r\nb", ',', Rest::more)->bytes, 3U);
    EXPECT_EQ(cut_csv_record("a\rb", ',', Rest::more)->bytes, 2U);
}

TEST(CsvRecords, AreTheSameHoweverTheTextIsCut) {
    const std::string text = "h1,h2\r\n\"a\"\"b\r\nc\",d\\\"e\r\r\n\"x\"\n\\\\,\"\"";
    const auto whole = records_of(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        std::vector<Fields> records;
        std::string_view rest = std::string_view(text).substr(0, cut);
        std::size_t at = 0;
        while (const auto record = cut_csv_record(rest, ',', Rest::more)) {
            records.push_back(record->fields);
            at += record->bytes;
            rest.remove_prefix(record->bytes);
        }
        for (const Fields& fields : records_of(std::string_view(text).substr(at)))
            records.push_back(fields);
        EXPECT_EQ(records, whole) << "cut at " << cut;
    }
}

TEST(CsvColumns, StandInTheOrderOfAJavaHashMap) {
    // OBSERVED, in recorded cases: `0,True,{}` and `H1,`.
    EXPECT_THAT(column_order({"0", "True", "{}"}), ElementsAre(0, 2, 1));
    EXPECT_THAT(column_order({"H1", ""}), ElementsAre(1, 0));
    EXPECT_THAT(column_order({"Col1", "Col2"}), ElementsAre(0, 1));
}

TEST(CsvColumns, AreAllThereWhenThereAreMany) {
    std::vector<std::string> headers;
    for (int i = 0; i < 100; ++i) headers.push_back("column" + std::to_string(i));
    auto order = column_order(headers);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

}  // namespace
}  // namespace stepwell::items
