#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

/// Rows as records, and the few encodings that readers and the writer share.
namespace stepwell::storage {

/// Of the columns of sql::kFindMachine, or as many as sql::kListMachines has.
StateMachineRecord machine_record(const sqlite::Rows& rows);
StateMachineRecord machine_head_record(const sqlite::Rows& rows);
/// Of the columns of sql::kFindVersion.
StateMachineRecord version_record(const sqlite::Rows& rows);
/// Of the columns of sql::kFindAlias.
AliasRecord alias_record(const std::string& state_machine_arn, const sqlite::Rows& rows);

/// Of the columns of sql::kFindActivity.
ActivityRecord activity_record(const sqlite::Rows& rows);

/// Of the columns of sql::kListExecutions (head), or of sql::kFindExecutionByKey (all).
ExecutionRecord execution_head_record(const sqlite::Rows& rows);
ExecutionRecord execution_record(const sqlite::Rows& rows);

/// The ARN of a Standard execution, which is not stored: it can be made of these. Empty where the
/// first is not a state machine's.
std::string standard_arn(std::string_view machine_arn, std::string_view name);

/// Stored with every execution: never to be changed without a migration. FNV-1a, 64 bits.
std::int64_t arn_hash(std::string_view arn);

// A place in the journal of an execution, as one number.

inline constexpr int kSequenceBits = 28;
inline constexpr Sequence kMaxSequence = (Sequence{1} << kSequenceBits) - 1;
/// So many rows apart are the anchors of a journal.
inline constexpr std::int64_t kAnchorDistance = 16;

constexpr std::int64_t journal_place(std::int64_t number, Sequence sequence) {
    return number << kSequenceBits | sequence;
}

/// Throws StorageError: what the file holds makes no sense.
[[noreturn]] void damaged(std::string_view what);

template <class Enum>
Enum enumerator(std::int64_t number, Enum last, std::string_view what) {
    if (number < 0 || number > static_cast<std::int64_t>(last)) damaged(what);
    return static_cast<Enum>(number);
}

}  // namespace stepwell::storage
