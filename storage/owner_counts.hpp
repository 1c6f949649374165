#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "engine/base/arn.hpp"

namespace stepwell::storage {

/// Developer Guide, "Service quotas": per account and region.
inline constexpr std::int64_t kMaxStateMachines = 100'000;
inline constexpr std::int64_t kMaxActivities = 10'000;

/// How many of something each account has in each region. Counted when first asked for, then kept:
/// or else each one that is made would count all that there are.
class OwnerCounts {
public:
    /// `count` is called where it is not known. Valid until the next call.
    template <class Count>
    std::int64_t& of(const Owner& owner, Count&& count) {
        const auto [at, added] =
            counts_.try_emplace({owner.account, owner.region, owner.partition});
        if (added) at->second = count();
        return at->second;
    }
    /// Some have gone, or it is not certain what is there.
    void forget() { counts_.clear(); }

private:
    std::map<std::array<std::string, 3>, std::int64_t> counts_;
};

}  // namespace stepwell::storage
