#pragma once

#include <cstdint>
#include <optional>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Versions and aliases of state machines in the data file. A machine is its row's id; that it is
/// there and ACTIVE is the caller's to know. All calls are inside a write transaction of the
/// connection.
class Versions {
public:
    explicit Versions(sqlite::Connection& connection);

    /// As Store::publish_version.
    PublishOutcome publish(std::int64_t machine, std::int64_t revision,
                           const Publication& publication, TimePoint now);
    /// Whether another version would be one too many.
    bool full(std::int64_t machine);
    /// Id of the revision that a version is made of; nullopt where there is no such version.
    std::optional<std::int64_t> revision_of(std::int64_t machine, std::int64_t number);
    /// As Store::delete_version. The revision stays.
    Outcome remove(std::int64_t machine, std::int64_t number);

    // As those of Store.
    Outcome create_alias(std::int64_t machine, const AliasRecord& record);
    Outcome update_alias(std::int64_t machine, const std::string& name, const AliasChange& change);
    Outcome delete_alias(std::int64_t machine, const std::string& name);

private:
    bool has_all(std::int64_t machine, const std::vector<AliasRoute>& routes);

    sqlite::Statement of_revision_;
    sqlite::Statement revision_of_;
    sqlite::Statement count_;
    sqlite::Statement take_number_;
    sqlite::Statement insert_;
    sqlite::Statement delete_;
    sqlite::Statement in_use_;
    sqlite::Statement alias_exists_;
    sqlite::Statement count_aliases_;
    sqlite::Statement insert_alias_;
    sqlite::Statement describe_alias_;
    sqlite::Statement route_alias_;
    sqlite::Statement delete_alias_;
};

/// Tags of resources in the data file, under the same conditions.
class TagTable {
public:
    explicit TagTable(sqlite::Connection& connection);

    /// The tags of a new resource.
    void add(const std::string& arn, const Tags& tags);
    // As those of Store.
    Outcome tag(const std::string& arn, const Tags& tags);
    Outcome untag(const std::string& arn, const std::vector<std::string>& keys);

private:
    sqlite::Statement taggable_;
    sqlite::Statement keys_;
    sqlite::Statement set_;
    sqlite::Statement delete_;
};

}  // namespace stepwell::storage
