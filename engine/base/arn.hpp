#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stepwell {

/// `arn:<partition>:<service>:<region>:<account>:<resource>`; the resource keeps its colons and
/// slashes. AWS General Reference, "Amazon Resource Names".
struct Arn {
    std::string partition;
    std::string service;
    std::string region;
    std::string account;
    std::string resource;

    /// nullopt where there are fewer than six parts or the first is not "arn".
    static std::optional<Arn> parse(std::string_view text);
    std::string text() const;
    bool operator==(const Arn&) const = default;
};

/// Whose resources a call speaks of, where no ARN says so. See design.md, "Order", 12.
struct Owner {
    std::string account;
    std::string region;
    std::string partition = "aws";
    bool operator==(const Owner&) const = default;
};

/// `stateMachine:NAME`.
std::string state_machine_arn(const Owner& owner, std::string_view name);
/// `activity:NAME`.
std::string activity_arn(const Owner& owner, std::string_view name);
/// `execution:MACHINE:NAME`, in the machine's partition, region and account.
std::string execution_arn(const Arn& state_machine, std::string_view machine_name,
                          std::string_view name);
/// `express:MACHINE:NAME:UUID`.
std::string express_execution_arn(const Arn& state_machine, std::string_view machine_name,
                                  std::string_view name, std::string_view uuid);

}  // namespace stepwell
