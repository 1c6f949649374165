#include "engine/base/random.hpp"

#include <random>

namespace stepwell {

std::uint64_t RandomBits::next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

double RandomBits::next_unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

std::uint64_t RandomBits::next_below(std::uint64_t bound) {
    // Numbers of the incomplete last run of `bound` are drawn again: no bias.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    std::uint64_t drawn = next();
    while (drawn >= limit) drawn = next();
    return drawn % bound;
}

std::string make_uuid(RandomBits& random) {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::uint64_t high = (random.next() & ~0xF000ULL) | 0x4000ULL;
    const std::uint64_t low = (random.next() & ~(3ULL << 62U)) | (2ULL << 62U);
    std::string text;
    text.reserve(36);
    for (unsigned nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
        const std::uint64_t half = nibble < 16 ? high : low;
        text.push_back(kHex[(half >> (60U - 4U * (nibble % 16U))) & 15U]);
    }
    return text;
}

std::uint64_t system_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace stepwell
