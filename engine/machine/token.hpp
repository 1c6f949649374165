#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/random.hpp"
#include "engine/machine/journal.hpp"

namespace stepwell {

/// Internal, unique and growing with the time of the start: never shown to callers, except inside
/// task tokens.
using ExecutionKey = std::int64_t;

/// What a task token stands for: one attempt of one task.
struct TokenTarget {
    ExecutionKey execution = 0;
    FrameId frame = 0;
    /// The entry that was to come when the token was made: that of …Scheduled, or an earlier one
    /// where expressions that read the token took long, and others went on meanwhile.
    Sequence scheduled = 0;
};

/// Makes and reads task tokens. A token carries its target, a random part and a MAC (HMAC-SHA-256)
/// under a key kept in the store: there is no table to grow, and a forged or foreign token is told
/// from a late one. Immutable. API Reference, "SendTaskSuccess": 1 to 2048 characters.
class TokenMint {
public:
    explicit TokenMint(std::string key) : key_(std::move(key)) {}
    std::string make(const TokenTarget& target, RandomBits& random) const;
    /// nullopt for what this mint has not made.
    std::optional<TokenTarget> read(std::string_view token) const;

    /// The entry that a token of a trusted place (a journal) names; nullopt where it has another
    /// form. Looks at no MAC.
    static std::optional<Sequence> entry_named_by(std::string_view token);

private:
    std::string mac(std::string_view message) const;
    std::string key_;
};

}  // namespace stepwell
