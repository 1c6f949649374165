#pragma once

#include <cstdint>
#include <string>

namespace stepwell {

/// A small deterministic generator (splitmix64): same seed, same numbers, on every machine and
/// version. The interpreter gets a seed with each input; nothing below it knows a random source.
class RandomBits {
public:
    explicit RandomBits(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next();
    /// Uniform in [0, 1).
    double next_unit();
    /// Uniform in [0, bound); bound > 0.
    std::uint64_t next_below(std::uint64_t bound);

private:
    std::uint64_t state_;
};

/// A version 4 UUID made of the next bits (RFC 9562, section 5.4).
std::string make_uuid(RandomBits& random);

/// A seed from the operating system. For the edges (server, runtime) only.
std::uint64_t system_seed();

}  // namespace stepwell
