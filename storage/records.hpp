#pragma once

#include <cstdint>
#include <string_view>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

/// Rows as records, and the few encodings that readers and the writer share.
namespace stepwell::storage {

/// Of the columns of sql::kFindMachine, or as many as sql::kListMachines has.
StateMachineRecord machine_record(const sqlite::Rows& rows);
StateMachineRecord machine_head_record(const sqlite::Rows& rows);

/// Of the columns of sql::kListExecutions (head), or of sql::kFindExecutionByKey (all).
ExecutionRecord execution_head_record(const sqlite::Rows& rows);
ExecutionRecord execution_record(const sqlite::Rows& rows);

/// Of the columns of sql::kJournalUp.
JournalRow journal_row(const sqlite::Rows& rows);

/// What stands behind the last colon: in the ARN of a Standard execution its name, which then is
/// not stored again.
std::string_view last_part(std::string_view arn);

/// Stored with every execution: never to be changed without a migration. FNV-1a, 64 bits.
std::int64_t arn_hash(std::string_view arn);

// The id of a journal row: the execution's number, then the sequence of the row's first entry.

inline constexpr int kSequenceBits = 28;
inline constexpr Sequence kMaxSequence = (Sequence{1} << kSequenceBits) - 1;

constexpr std::int64_t journal_id(std::int64_t number, Sequence sequence) {
    return number << kSequenceBits | sequence;
}
constexpr Sequence sequence_of(std::int64_t journal_id) { return journal_id & kMaxSequence; }

/// Throws StorageError: what the file holds makes no sense.
[[noreturn]] void damaged(std::string_view what);

template <class Enum>
Enum enumerator(std::int64_t number, Enum last, std::string_view what) {
    if (number < 0 || number > static_cast<std::int64_t>(last)) damaged(what);
    return static_cast<Enum>(number);
}

}  // namespace stepwell::storage
