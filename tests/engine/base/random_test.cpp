#include "engine/base/random.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace stepwell {
namespace {

TEST(RandomBits, AreTheSameForTheSameSeed) {
    RandomBits one(7);
    RandomBits other(7);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), other.next());
}

// The first numbers of splitmix64 from 0 (https://prng.di.unimi.it/splitmix64.c): journals rely on
// them for ever.
TEST(RandomBits, AreSplitmix64) {
    RandomBits random(0);
    EXPECT_EQ(random.next(), 0xE220A8397B1DCDAFULL);
    EXPECT_EQ(random.next(), 0x6E789E6AA1B965F4ULL);
    EXPECT_EQ(random.next(), 0x06C45D188009454FULL);
}

TEST(RandomBits, UnitsLieInZeroToOne) {
    RandomBits random(1);
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double unit = random.next_unit();
        ASSERT_GE(unit, 0.0);
        ASSERT_LT(unit, 1.0);
        sum += unit;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(RandomBits, BelowABoundTakesEveryValue) {
    RandomBits random(2);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto drawn = random.next_below(5);
        ASSERT_LT(drawn, 5U);
        seen.insert(drawn);
    }
    EXPECT_EQ(seen.size(), 5U);
    EXPECT_EQ(random.next_below(1), 0U);
}

TEST(MakeUuid, IsOfVersion4) {
    RandomBits random(3);
    const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string uuid = make_uuid(random);
        EXPECT_TRUE(std::regex_match(uuid, form)) << uuid;
        seen.insert(uuid);
    }
    EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace stepwell
