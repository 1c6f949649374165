#include "engine/query/jsonata/number_picture.hpp"

#include "tests/engine/query/jsonata/library_case.hpp"

namespace stepwell::jsonata {
namespace {

struct Case {
    double value;
    const char* picture;
    const char* want;
};

TEST(FormatNumber, FollowsThePicture) {
    for (const auto& [value, picture, want] : {
             Case{12345.6, "#,###.00", "12,345.60"},
             Case{123412345678.9, "9,9,99.99", "123412345,6,78.90"},
             Case{1234.56789, "9,999.999,999", "1,234.567,890"},
             Case{0.14, "01%", "14%"},
             Case{0.4857, "###.###\u2030", "485.7\u2030"},
             Case{-5, "#0;(#0)", "(5)"},
             Case{-5, "0.0", "-5.0"},
             Case{0, "#.#", ".0"},
             Case{2.5, "0", "2"},
             Case{5.5, "0.", "6"},
             Case{1234.5678, "00.000e000", "12.346e002"},
             Case{0.001, "0e0", "1e-3"},
             Case{99.999, "0.00e0", "10.00e1"},
             Case{0, "0.00e0", "0.00e0"},
             Case{-42, "0e0", "-4e1"},
             Case{0.234, "#.00e0", "0.23e0"},
             Case{217, "#,#0,000", "02,17,"},
             Case{1e21, "0", "1e+21"},
             Case{5, "<0>", "<5>"},
         }) {
        EXPECT_EQ(outcome(format_number(value, picture)), want) << picture;
    }
}

TEST(FormatNumber, RefusesPictures) {
    struct Refusal {
        const char* picture;
        const char* code;
    };
    for (const auto& [picture, code] : {
             Refusal{"#;#;#", "D3080"},
             Refusal{"#0.0.0", "D3081"},
             Refusal{"#0%%", "D3082"},
             Refusal{"#0\u2030\u2030", "D3083"},
             Refusal{"#0%\u2030", "D3084"},
             Refusal{"", "D3085"},
             Refusal{"0 0", "D3086"},
             Refusal{"%%", "D3086"},
             Refusal{"0,.e0", "D3087"},
             Refusal{"#,", "D3088"},
             Refusal{"0,,0", "D3089"},
             Refusal{"0#", "D3090"},
             Refusal{"#0.#0e0", "D3091"},
             Refusal{"#0.0e0%", "D3092"},
             Refusal{"#0.0e0,0", "D3093"},
             Refusal{"0;", "D3085"},
         }) {
        const auto result = format_number(20, picture);
        ASSERT_FALSE(result) << picture;
        EXPECT_EQ(result.error().code, code) << picture;
    }
    EXPECT_FALSE(format_number(1, "0." + std::string(101, '0')));
}

TEST(FormatNumber, TakesOptions) {
    DecimalFormat format;
    format.set("decimal-separator", ",");
    format.set("grouping-separator", ".");
    format.set("per-mille", "pm");
    format.set("unknown", "x");
    EXPECT_EQ(outcome(format_number(1234.5, "#.##0,00", format)), "1.234,50");
    EXPECT_EQ(outcome(format_number(0.14, "###pm", format)), "140pm");
    DecimalFormat letters;
    letters.set("zero-digit", "A");
    EXPECT_EQ(outcome(format_number(2, "AAA.AAA", letters)), "AAC.AAA");
}

}  // namespace
}  // namespace stepwell::jsonata
