#include "engine/events/pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::events {
namespace {

using testing::HasSubstr;

bool matches(const std::string& pattern, const std::string& event) {
    const auto parsed = EventPattern::parse(pattern);
    if (!parsed) throw std::invalid_argument(parsed.error().message);
    return parsed->matches(json(event));
}

constexpr const char* kEvent = R"({
    "version":"0","id":"1","source":"aws.s3","detail-type":"Object Created","region":"us-east-1",
    "resources":["arn:a","arn:b"],
    "detail":{"bucket":{"name":"uploads-eu"},"object":{"key":"in/Movie.MP4","size":1024},
              "source-ip":"10.1.2.3","tags":[{"k":"a","v":1},{"k":"b","v":2}],"gone":null}})";

struct Case {
    const char* pattern;
    bool matches;
};
class Pattern : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    , Pattern,
    testing::Values(
        Case{R"({"source":["aws.s3"],"detail-type":["Object Created"]})", true},
        Case{R"({"source":["aws.s3"],"detail-type":["Object Deleted"]})", false},
        Case{R"({"source":["x","aws.s3"]})", true},
        // A list in the event: one in common is enough.
        Case{R"({"resources":["arn:b","arn:c"]})", true}, Case{R"({"resources":["arn:c"]})", false},
        Case{R"({"detail":{"object":{"size":[1024.0]}}})", true},
        Case{R"({"detail":{"gone":[null]}})", true}, Case{R"({"detail":{"gone":[""]}})", false},
        // All members below one element of a list.
        Case{R"({"detail":{"tags":{"k":["a"],"v":[1]}}})", true},
        Case{R"({"detail":{"tags":{"k":["a"],"v":[2]}}})", false},
        Case{R"({"detail":{"object":{"key":[{"prefix":"in/"}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"prefix":"out/"}]}}})", false},
        Case{R"({"detail":{"object":{"key":[{"prefix":{"equals-ignore-case":"IN/"}}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"suffix":".MP4"}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"suffix":".mp4"}]}}})", false},
        Case{R"({"detail":{"object":{"key":[{"suffix":{"equals-ignore-case":".mp4"}}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"equals-ignore-case":"IN/movie.mp4"}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"wildcard":"in/*.MP4"}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"wildcard":"*o*i*"}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"wildcard":"in/\\*.MP4"}]}}})", false},
        Case{R"({"detail":{"object":{"size":[{"numeric":[">",1000,"<=",1024]}]}}})", true},
        Case{R"({"detail":{"object":{"size":[{"numeric":[">",1024]}]}}})", false},
        Case{R"({"detail":{"object":{"size":[{"numeric":["=",1024]}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"numeric":["=",1024]}]}}})", false},
        Case{R"({"detail":{"object":{"key":[{"exists":true}]}}})", true},
        Case{R"({"detail":{"object":{"key":[{"exists":false}]}}})", false},
        Case{R"({"detail":{"object":{"etag":[{"exists":false}]}}})", true},
        Case{R"({"detail":{"object":{"etag":[{"exists":true}]}}})", false},
        Case{R"({"nothing":{"there":[{"exists":false}]}})", true},
        Case{R"({"nothing":{"there":["x"]}})", false},
        Case{R"({"detail":{"source-ip":[{"cidr":"10.0.0.0/8"}]}})", true},
        Case{R"({"detail":{"source-ip":[{"cidr":"10.2.0.0/16"}]}})", false},
        Case{R"({"detail":{"source-ip":[{"cidr":"::/0"}]}})", false},
        Case{R"({"region":[{"anything-but":"us-east-1"}]})", false},
        Case{R"({"region":[{"anything-but":["eu-west-1","eu-west-2"]}]})", true},
        Case{R"({"region":[{"anything-but":{"prefix":"eu-"}}]})", true},
        Case{R"({"region":[{"anything-but":{"prefix":["eu-","us-"]}}]})", false},
        Case{R"({"region":[{"anything-but":{"suffix":"-1"}}]})", false},
        Case{R"({"region":[{"anything-but":{"equals-ignore-case":"US-EAST-1"}}]})", false},
        Case{R"({"region":[{"anything-but":{"wildcard":"eu-*"}}]})", true},
        Case{R"({"detail":{"object":{"size":[{"anything-but":1024}]}}})", false},
        Case{R"({"$or":[{"region":["eu-west-1"]},{"source":["aws.s3"]}]})", true},
        Case{R"({"$or":[{"region":["eu-west-1"]},{"source":["aws.ec2"]}]})", false},
        Case{R"({"source":["aws.s3"],"detail":{"$or":[{"bucket":{"name":["x"]}},
                 {"object":{"size":[{"numeric":["<",2000]}]}}]}})",
             true}));

TEST_P(Pattern, MatchesAsTheGuideSays) {
    EXPECT_EQ(matches(GetParam().pattern, kEvent), GetParam().matches) << GetParam().pattern;
}

struct Wrong {
    const char* pattern;
    const char* why;
};
class WrongPattern : public testing::TestWithParam<Wrong> {};
INSTANTIATE_TEST_SUITE_P(
    , WrongPattern,
    testing::Values(Wrong{"nope", "Unrecognized token"}, Wrong{"[]", "Filter is not an object"},
                    Wrong{"{}", "Empty objects are not allowed"},
                    Wrong{R"({"a":[]})", "Empty arrays are not allowed"},
                    Wrong{R"({"a":"x"})", "\"a\" must be an object or an array"},
                    Wrong{R"({"a":[["x"]]})", "Arrays may not stand in arrays"},
                    Wrong{R"({"a":[{"like":"x"}]})", "Unrecognized match type like"},
                    Wrong{R"({"a":[{"prefix":"x","suffix":"y"}]})", "Only one key allowed"},
                    Wrong{R"({"a":[{"prefix":1}]})", "prefix match pattern must be a string"},
                    Wrong{R"({"a":[{"exists":"x"}]})", "must be either true or false"},
                    Wrong{R"({"a":[{"numeric":["<"]}]})", "an array of comparisons and numbers"},
                    Wrong{R"({"a":[{"numeric":["~",1]}]})", "Unrecognized numeric range operator"},
                    Wrong{R"({"a":[{"numeric":["<","1"]}]})", "Value of < must be numeric"},
                    Wrong{R"({"a":[{"cidr":"10.0.0.0"}]})", "Malformed CIDR"},
                    Wrong{R"({"a":[{"cidr":"10.0.0.0/33"}]})", "Malformed CIDR"},
                    Wrong{R"({"a":[{"anything-but":[]}]})", "Value of anything-but"},
                    Wrong{R"({"a":[{"anything-but":{"cidr":"x"}}]})",
                          "Unsupported anything-but pattern"},
                    Wrong{R"({"$or":["x",{"a":[1]}]})", "Filter is not an object"}));

TEST_P(WrongPattern, IsRefusedWithTheReason) {
    const auto parsed = EventPattern::parse(GetParam().pattern);
    ASSERT_FALSE(parsed) << GetParam().pattern;
    EXPECT_THAT(parsed.error().message, HasSubstr("Event pattern is not valid. Reason: "));
    EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().why));
}

TEST(PatternSize, IsBounded) {
    EXPECT_FALSE(EventPattern::parse(R"({"a":[")" + std::string(5'000, 'x') + R"("]})"));
    EXPECT_FALSE(EventPattern::parse(std::string(1'000, '[')));
}

}  // namespace
}  // namespace stepwell::events
