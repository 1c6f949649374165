#include "storage/versions.hpp"

#include <algorithm>
#include <set>

#include "storage/statements.hpp"

namespace stepwell::storage {
namespace {

std::size_t count(sqlite::Statement& statement, std::int64_t machine) {
    sqlite::Rows rows = statement.query(machine);
    return rows.next() ? static_cast<std::size_t>(rows.integer(0)) : 0;
}

/// The two columns of a second route, null where there is none.
struct OtherRoute {
    explicit OtherRoute(const std::vector<AliasRoute>& routes) {
        if (routes.size() < 2) return;
        version = routes[1].version;
        weight = routes[1].weight;
    }
    std::optional<std::int64_t> version;
    std::optional<int> weight;
};

}  // namespace

// --- versions

Versions::Versions(sqlite::Connection& c)
    : of_revision_(c, sql::kVersionOfRevision),
      revision_of_(c, sql::kRevisionOfVersion),
      count_(c, sql::kCountVersions),
      take_number_(c, sql::kTakeVersionNumber),
      insert_(c, sql::kInsertVersion),
      delete_(c, sql::kDeleteVersion),
      in_use_(c, sql::kVersionInUse),
      alias_exists_(c, sql::kAliasExists),
      count_aliases_(c, sql::kCountAliases),
      insert_alias_(c, sql::kInsertAlias),
      describe_alias_(c, sql::kDescribeAlias),
      route_alias_(c, sql::kRouteAlias),
      delete_alias_(c, sql::kDeleteAlias) {}

PublishOutcome Versions::publish(std::int64_t machine, std::int64_t revision,
                                 const Publication& publication, TimePoint now) {
    {
        sqlite::Rows rows = of_revision_.query(revision);
        if (rows.next()) return {Outcome::committed, {rows.integer(0), rows.time(1)}};
    }
    if (full(machine)) return {Outcome::limit_reached};
    std::int64_t number = 0;
    {
        sqlite::Rows rows = take_number_.query(machine);
        rows.next();
        number = rows.integer(0);
        rows.next();  // to its end: only then it is done
    }
    insert_.execute(machine, number, revision, now, publication.description);
    return {Outcome::committed, {number, now}};
}

bool Versions::full(std::int64_t machine) { return count(count_, machine) >= kMaxVersions; }

std::optional<std::int64_t> Versions::revision_of(std::int64_t machine, std::int64_t number) {
    sqlite::Rows rows = revision_of_.query(machine, number);
    if (!rows.next()) return std::nullopt;
    return rows.integer(0);
}

Outcome Versions::remove(std::int64_t machine, std::int64_t number) {
    if (!revision_of(machine, number)) return Outcome::not_found;
    if (in_use_.query(machine, number).next()) return Outcome::in_use;
    delete_.execute(machine, number);
    return Outcome::committed;
}

// --- aliases

Outcome Versions::create_alias(std::int64_t machine, const AliasRecord& record) {
    if (alias_exists_.query(machine, record.name).next()) return Outcome::conflict;
    if (!has_all(machine, record.routes)) return Outcome::not_found;
    if (count(count_aliases_, machine) >= kMaxAliases) return Outcome::limit_reached;
    const AliasRoute& route = record.routes.front();
    const OtherRoute other(record.routes);
    insert_alias_.execute(machine, record.name, record.description, record.creation_date,
                          record.update_date, route.version, route.weight, other.version,
                          other.weight);
    return Outcome::committed;
}

Outcome Versions::update_alias(std::int64_t machine, const std::string& name,
                               const AliasChange& change) {
    if (!alias_exists_.query(machine, name).next()) return Outcome::not_found;
    if (change.routes && !has_all(machine, *change.routes)) return Outcome::not_found;
    if (change.description) {
        describe_alias_.execute(machine, name, *change.description, change.update_date);
    }
    if (change.routes) {
        const AliasRoute& route = change.routes->front();
        const OtherRoute other(*change.routes);
        route_alias_.execute(machine, name, route.version, route.weight, other.version,
                             other.weight, change.update_date);
    }
    return Outcome::committed;
}

Outcome Versions::delete_alias(std::int64_t machine, const std::string& name) {
    if (!alias_exists_.query(machine, name).next()) return Outcome::not_found;
    delete_alias_.execute(machine, name);
    return Outcome::committed;
}

bool Versions::has_all(std::int64_t machine, const std::vector<AliasRoute>& routes) {
    return std::ranges::all_of(routes, [&](const AliasRoute& route) {
        return revision_of(machine, route.version).has_value();
    });
}

// --- tags

TagTable::TagTable(sqlite::Connection& c)
    : taggable_(c, sql::kTaggable),
      keys_(c, sql::kTagKeys),
      set_(c, sql::kSetTag),
      delete_(c, sql::kDeleteTag) {}

void TagTable::add(const std::string& arn, const Tags& tags) {
    int position = 0;
    for (const auto& [key, value] : tags) set_.execute(arn, key, position++, value);
}

Outcome TagTable::tag(const std::string& arn, const Tags& tags) {
    if (!taggable_.query(arn).next()) return Outcome::not_found;
    std::set<std::string> keys;
    std::int64_t position = 0;
    {
        sqlite::Rows rows = keys_.query(arn);
        while (rows.next()) {
            keys.insert(rows.text(0));
            position = std::max(position, rows.integer(1) + 1);
        }
    }
    for (const auto& tag : tags) keys.insert(tag.first);
    if (keys.size() > kMaxTags) return Outcome::limit_reached;
    for (const auto& [key, value] : tags) set_.execute(arn, key, position++, value);
    return Outcome::committed;
}

Outcome TagTable::untag(const std::string& arn, const std::vector<std::string>& keys) {
    if (!taggable_.query(arn).next()) return Outcome::not_found;
    for (const std::string& key : keys) delete_.execute(arn, key);
    return Outcome::committed;
}

}  // namespace stepwell::storage
