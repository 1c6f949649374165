#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/arn.hpp"
#include "engine/base/json.hpp"
#include "engine/events/pattern.hpp"
#include "engine/store.hpp"

/// EventBridge rules, as far as they start state machines. EventBridge API Reference.
namespace stepwell::api::events {

/// EventBridge User Guide, "Quotas": rules per bus, targets per rule.
inline constexpr std::size_t kMostRules = 300;
inline constexpr std::size_t kMostTargets = 5;

struct Rule {
    Owner owner;
    std::string bus = "default";
    std::string name;
    std::string pattern;  ///< its JSON text
    bool enabled = true;
    std::string description;
    std::string role_arn;
    Json targets = Json::array();  ///< as PutTargets gave them, each with its own Id

    /// `arn:aws:events:us-east-1:123456789012:rule/NAME`, `…:rule/BUS/NAME`.
    std::string arn() const;
};
using RulePtr = std::shared_ptr<const Rule>;

/// All rules there are, kept in the store. Thread-safe.
class RuleTable {
public:
    explicit RuleTable(Store& store) : store_(store) {}

    /// Brings back what is stored.
    void load();
    /// After a reset of the store.
    void clear();

    RulePtr find(const Owner& owner, const std::string& bus, const std::string& name) const;
    /// Of a bus, in order of name.
    std::vector<RulePtr> list(const Owner& owner, const std::string& bus) const;
    /// The enabled ones that an event on the bus matches.
    std::vector<RulePtr> matching(const Owner& owner, const std::string& bus,
                                  const Json& event) const;

    bool empty() const;

    /// Changes a rule, or adds one where there is none. `change` gets it as it stands (null: there
    /// is none) and gives it as it shall be; nullopt leaves it, and `done` is told `not_found`.
    /// limit_reached: there are kMostRules.
    using Change = std::function<std::optional<Rule>(const Rule*)>;
    void change(const Owner& owner, const std::string& bus, const std::string& name,
                const Change& change, Committed done);
    void remove(const Owner& owner, const std::string& bus, const std::string& name,
                Committed done);

private:
    struct Entry {
        RulePtr rule;
        stepwell::events::EventPattern pattern;
    };
    static std::string key_of(const Owner& owner, const std::string& bus, const std::string& name);
    static std::optional<Entry> entry_of(Rule rule);

    Store& store_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> rules_;  ///< by key
};

}  // namespace stepwell::api::events
