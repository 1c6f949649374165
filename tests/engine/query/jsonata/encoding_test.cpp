#include "engine/query/jsonata/encoding.hpp"

#include "engine/base/digest.hpp"
#include "engine/query/jsonata/utf16.hpp"
#include "tests/engine/query/jsonata/library_case.hpp"

namespace stepwell::jsonata {
namespace {

TEST(Base64, TakesTheLowBytesOfUtf16Units) {
    EXPECT_EQ(base64_encode_text("hi"), "aGk=");
    EXPECT_EQ(base64_encode_text("\u00E9\U0001F602"), "6T0C");
    EXPECT_EQ(base64_decode_text("aGk="), "hi");
    EXPECT_EQ(base64_decode_text("6Q"), "\u00E9");
    EXPECT_EQ(base64_decode_text("a*Gk=ignored"), "hi");
    EXPECT_EQ(base64_decode_text("_-8"), "\u00FF\u00EF");
}

TEST(Urls, AreEncoded) {
    EXPECT_EQ(outcome(encode_url("http://x/\u00E9?a=b c#d")), "http://x/%C3%A9?a=b%20c#d");
    EXPECT_EQ(outcome(encode_url_component("a b&\u00E9/?")), "a%20b%26%C3%A9%2F%3F");
    EXPECT_EQ(encode_url("\xED\xA0\x80").error().code, "D3140");
}

TEST(Urls, AreDecoded) {
    EXPECT_EQ(outcome(decode_url("%D1%88%2F%41")), "\u0448%2FA");
    EXPECT_EQ(outcome(decode_url_component("%F0%9F%98%82%2F")), "\U0001F602/");
    for (const char* text : {"%", "%zz", "%E0%A4%A", "%ff", "%80", "%C0%80", "%ED%A0%80", "%F8%88"})
        EXPECT_EQ(decode_url_component(text).error().code, "D3140") << text;
    EXPECT_EQ(decode_url("%zz").error().message, "Malformed URL passed to $decodeUrl(): \"%zz\"");
}

TEST(Digests, HaveAwssNames) {
    EXPECT_EQ(hex_digest("MD5", ""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(hex_digest("SHA-1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex_digest("sha-1", "abc"), std::nullopt);
}

TEST(Utf16, CountsUnitsAndCodePoints) {
    const std::string text = "a\u00E9\U0001F602z";
    EXPECT_EQ(code_point_count(text), 4U);
    EXPECT_EQ(utf16_length(text), 5U);
    EXPECT_EQ(byte_of_utf16(text, 2), 3U);
    EXPECT_EQ(byte_of_utf16(text, 3), 7U);
    EXPECT_EQ(byte_of_utf16(text, 4), 7U);
    EXPECT_EQ(byte_of_utf16(text, 99), text.size());
    EXPECT_EQ(code_point_substring(text, 1, 2), "\u00E9\U0001F602");
    EXPECT_EQ(code_point_substring(text, 4, 2), "");
}

TEST(Utf16, OrdersByUnits) {
    EXPECT_TRUE(compare_utf16_units("\U0001F602", "\uFF5E") < 0);
    EXPECT_TRUE(compare_utf16_units("a\uE000", "a\U0010FFFF") > 0);
    EXPECT_TRUE(compare_utf16_units("a", "ab") < 0);
    EXPECT_TRUE(compare_utf16_units("\u00E9", "\u00E9") == 0);
}

TEST(Utf16, RepairsWhatIsNoText) {
    EXPECT_EQ(repaired_utf8("a\xFF\xED\xA0\x80z"), "a\uFFFD\uFFFDz");
    EXPECT_TRUE(has_lone_surrogate("\xED\xA0\x80"));
    EXPECT_FALSE(has_lone_surrogate("\uD7FF\U0001F602"));
}

}  // namespace
}  // namespace stepwell::jsonata
