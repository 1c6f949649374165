#pragma once

#include <cstdint>

#include "storage/sqlite.hpp"

/// The tables, and how older data files become today's.
namespace stepwell::storage {

/// "STPW", in the header of every data file.
/// https://www.sqlite.org/pragma.html#pragma_application_id
inline constexpr std::int64_t kApplicationId = 0x53545057;

/// Of the tables that this program knows; `PRAGMA user_version` has that of the file.
std::int64_t schema_version();

/// Creates the tables in an empty file, or brings an older file up to date, each step in one
/// transaction. Throws StorageError where the file is another application's or a newer Stepwell's,
/// and leaves it untouched. `to` is for tests: what an older program made.
void migrate(sqlite::Connection& connection, std::int64_t to = schema_version());

}  // namespace stepwell::storage
