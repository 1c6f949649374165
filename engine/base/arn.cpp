#include "engine/base/arn.hpp"

namespace stepwell {

std::optional<Arn> Arn::parse(std::string_view text) {
    std::string_view parts[6];
    for (int i = 0; i < 5; ++i) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        parts[i] = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    parts[5] = text;
    if (parts[0] != "arn") return std::nullopt;
    return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
               std::string(parts[4]), std::string(parts[5])};
}

std::string Arn::text() const {
    std::string out = "arn:";
    out.append(partition).append(":").append(service).append(":").append(region).append(":");
    out.append(account).append(":").append(resource);
    return out;
}

std::string state_machine_arn(const Owner& owner, std::string_view name) {
    return Arn{owner.partition, "states", owner.region, owner.account,
               "stateMachine:" + std::string(name)}
        .text();
}

std::string activity_arn(const Owner& owner, std::string_view name) {
    return Arn{owner.partition, "states", owner.region, owner.account,
               "activity:" + std::string(name)}
        .text();
}

namespace {
std::string sibling(const Arn& machine, std::string resource) {
    return Arn{machine.partition, "states", machine.region, machine.account, std::move(resource)}
        .text();
}
}  // namespace

std::string execution_arn(const Arn& state_machine, std::string_view machine_name,
                          std::string_view name) {
    std::string resource = "execution:";
    resource.append(machine_name).append(":").append(name);
    return sibling(state_machine, std::move(resource));
}

std::string express_execution_arn(const Arn& state_machine, std::string_view machine_name,
                                  std::string_view name, std::string_view uuid) {
    std::string resource = "express:";
    resource.append(machine_name).append(":").append(name).append(":").append(uuid);
    return sibling(state_machine, std::move(resource));
}

}  // namespace stepwell
