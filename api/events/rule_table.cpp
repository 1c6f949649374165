#include "api/events/rule_table.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "engine/base/json_member.hpp"

namespace stepwell::api::events {
namespace {

constexpr const char* kCollection = "event-rules";

std::string document_of(const Rule& rule) {
    Json body = Json::object();
    body["account"] = rule.owner.account;
    body["region"] = rule.owner.region;
    body["partition"] = rule.owner.partition;
    body["bus"] = rule.bus;
    body["name"] = rule.name;
    body["pattern"] = rule.pattern;
    body["enabled"] = rule.enabled;
    body["description"] = rule.description;
    body["roleArn"] = rule.role_arn;
    body["targets"] = rule.targets;
    return write_json(body);
}

std::optional<Rule> rule_of(const std::string& document) {
    const auto body = parse_json(document);
    if (!body || !body->is_object()) return std::nullopt;
    Rule rule;
    rule.owner.account = text_of(*body, "account");
    rule.owner.region = text_of(*body, "region");
    rule.owner.partition = text_of(*body, "partition");
    rule.bus = text_of(*body, "bus");
    rule.name = text_of(*body, "name");
    rule.pattern = text_of(*body, "pattern");
    rule.description = text_of(*body, "description");
    rule.role_arn = text_of(*body, "roleArn");
    const auto enabled = body->find("enabled");
    rule.enabled = enabled != body->end() && enabled->is_boolean() && enabled->get<bool>();
    const auto targets = body->find("targets");
    if (targets != body->end() && targets->is_array()) rule.targets = *targets;
    return rule;
}

/// What all keys of a bus begin with: no part has a slash but the bus of a partner.
std::string prefix_of(const Owner& owner, const std::string& bus) {
    return owner.account + "/" + owner.region + "/" + bus + "/";
}

}  // namespace

std::string Rule::arn() const {
    const std::string resource = bus == "default" ? name : bus + "/" + name;
    return "arn:" + owner.partition + ":events:" + owner.region + ":" + owner.account + ":rule/" +
           resource;
}

std::string RuleTable::key_of(const Owner& owner, const std::string& bus, const std::string& name) {
    return prefix_of(owner, bus) + name;
}

std::optional<RuleTable::Entry> RuleTable::entry_of(Rule rule) {
    auto pattern = stepwell::events::EventPattern::parse(rule.pattern);
    if (!pattern) return std::nullopt;
    return Entry{std::make_shared<const Rule>(std::move(rule)), *std::move(pattern)};
}

void RuleTable::load() {
    const std::lock_guard lock(mutex_);
    for (const Document& document : store_.documents(kCollection)) {
        auto rule = rule_of(document.body);
        auto entry = rule ? entry_of(*std::move(rule)) : std::nullopt;
        if (entry) {
            rules_.insert_or_assign(document.key, *std::move(entry));
        } else {
            spdlog::warn("the event rule {} cannot be read and is not used", document.key);
        }
    }
}

void RuleTable::clear() {
    const std::lock_guard lock(mutex_);
    rules_.clear();
}

bool RuleTable::empty() const {
    const std::lock_guard lock(mutex_);
    return rules_.empty();
}

RulePtr RuleTable::find(const Owner& owner, const std::string& bus, const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = rules_.find(key_of(owner, bus, name));
    return found == rules_.end() ? nullptr : found->second.rule;
}

std::vector<RulePtr> RuleTable::list(const Owner& owner, const std::string& bus) const {
    const std::string prefix = prefix_of(owner, bus);
    const std::lock_guard lock(mutex_);
    std::vector<RulePtr> rules;
    for (auto at = rules_.lower_bound(prefix); at != rules_.end() && at->first.starts_with(prefix);
         ++at)
        rules.push_back(at->second.rule);
    return rules;
}

std::vector<RulePtr> RuleTable::matching(const Owner& owner, const std::string& bus,
                                         const Json& event) const {
    const std::string prefix = prefix_of(owner, bus);
    std::vector<Entry> candidates;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = rules_.lower_bound(prefix);
             at != rules_.end() && at->first.starts_with(prefix); ++at) {
            if (at->second.rule->enabled) candidates.push_back(at->second);
        }
    }
    std::vector<RulePtr> matched;
    for (const Entry& entry : candidates) {
        if (entry.pattern.matches(event)) matched.push_back(entry.rule);
    }
    return matched;
}

void RuleTable::change(const Owner& owner, const std::string& bus, const std::string& name,
                       const Change& change, Committed done) {
    const std::string key = key_of(owner, bus, name);
    // The store takes the writes of a rule in the order in which they are made here.
    std::unique_lock lock(mutex_);
    const auto found = rules_.find(key);
    auto changed = change(found == rules_.end() ? nullptr : found->second.rule.get());
    auto entry = changed ? entry_of(*std::move(changed)) : std::nullopt;
    if (!entry) {
        lock.unlock();
        return done(Outcome::not_found);
    }
    if (found == rules_.end()) {
        const std::string prefix = prefix_of(owner, bus);
        std::size_t count = 0;
        for (auto at = rules_.lower_bound(prefix);
             at != rules_.end() && at->first.starts_with(prefix); ++at)
            ++count;
        if (count >= kMostRules) {
            lock.unlock();
            return done(Outcome::limit_reached);
        }
    }
    std::string body = document_of(*entry->rule);
    rules_.insert_or_assign(key, *std::move(entry));
    store_.put_document({kCollection, key, std::move(body)}, std::move(done));
}

void RuleTable::remove(const Owner& owner, const std::string& bus, const std::string& name,
                       Committed done) {
    const std::string key = key_of(owner, bus, name);
    std::unique_lock lock(mutex_);
    if (rules_.erase(key) == 0) {
        lock.unlock();
        return done(Outcome::not_found);
    }
    store_.delete_document(kCollection, key, std::move(done));
}

}  // namespace stepwell::api::events
