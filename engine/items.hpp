#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arn.hpp"
#include "engine/base/json.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/machine/execution.hpp"

/// What a Map Run needs from integrations/: items out of S3 and the results of its children into
/// it. Developer Guide, "ItemReader" and "ResultWriter".
namespace stepwell {

/// A page of a data set. What has been read stands in the run's row, so a restart reads on from
/// there.
struct ItemRead {
    /// The evaluated ItemReader in the form of a JSONPath state, whatever its language: `Resource`,
    /// `Parameters` and, where given, `ReaderConfig`. `MaxItems` is not in it: the run counts.
    Json reader;
    Owner owner;
    /// Where the page begins: empty for the first one, then what the one before it said.
    std::string cursor;
    /// At most so many items, and about so many bytes of them (but at least one item). The same for
    /// every page of a run.
    std::size_t max_items = 1000;
    std::size_t max_bytes = std::size_t{1} << 20U;
};
struct ItemPage {
    std::vector<Payload> items;  ///< may be empty
    /// Of itself, with what tells whether the data set has been written anew; empty: the one that
    /// it was read from.
    std::string begin;
    std::string cursor;  ///< of the next page; at most 4 KiB; says nothing at the end
    bool end = false;    ///< no page follows
    std::string source;  ///< of all its items, as $$.Map.Item.Source: `S3://bucket/key`
};

/// Reads data sets for Map Runs. Implemented in integrations/, and by fakes in tests.
///
/// Thread-safe. `read` returns at once; `done` is called once, on any thread (possibly before
/// `read` returns), unless the read was given up: then at most once, and it is ignored. A page from
/// a cursor has the same items whenever it is read, as long as the data set is the same. Errors are
/// States.ItemReaderFailed with a cause in AWS's words.
class ItemReader {
public:
    virtual ~ItemReader() = default;
    using GiveUp = std::function<void()>;
    virtual GiveUp read(ItemRead read, std::function<void(Evaluated<ItemPage>)> done) = 0;
};

/// A child of a Map Run that is over, as ResultWriter and the Map's output show it.
struct ChildResult {
    ExecutionKey key = 0;
    ExecutionStatus status = ExecutionStatus::succeeded;
    std::string execution_arn;
    std::string name;
    std::string state_machine_arn;  ///< `…:stateMachine:NAME/LABEL`
    std::string input;
    std::optional<std::string> output;
    std::optional<std::string> error;
    std::optional<std::string> cause;
    TimePoint start_date;
    std::optional<TimePoint> stop_date;
    std::int64_t redrive_count = 0;
};

/// WriterConfig's Transformation. Developer Guide, "ResultWriter": of a child that has not
/// succeeded the whole record is shown under each.
enum class Transformation { none, compact, flatten };
/// nullopt for another word.
std::optional<Transformation> transformation_of(std::string_view name);

/// What a child contributes to the results: its record, its output, or the elements of its output.
std::vector<Json> transformed(const ChildResult& child, Transformation transformation);

/// The results of a Map Run to be exported.
struct ResultWrite {
    /// The evaluated ResultWriter in the form of a JSONPath state: `Resource`, `Parameters` and,
    /// where given, `WriterConfig`.
    Json writer;
    Owner owner;
    std::string map_run_arn;  ///< its last part, a UUID, is the folder under the prefix
    /// Children that have succeeded, or those that failed, timed out or were aborted: in the order
    /// of their start, after key `after` (0: from the first), at most `limit`. Blocks, so to be
    /// called on a thread that may; thread-safe. Throws StorageError where the store cannot be
    /// read.
    enum class Which { succeeded, failed };
    std::function<std::vector<ChildResult>(Which, ExecutionKey after, std::size_t limit)> children;
    /// Reads a page as ItemReader does, and waits for it.
    using ReadPage = std::function<Evaluated<ItemPage>(ItemRead)>;
    using Pending = Evaluated<std::vector<std::string>>(const ReadPage& read_page);
    /// Of a run that failed or was stopped: the inputs of the children that it has not started,
    /// some at a time and none at the end. Blocks, and is called by one thread at a time. The
    /// errors are those of the reader and of ItemSelector. Empty: none can be pending.
    std::function<Pending> pending;
};

/// What is written of a child that was not started.
Json pending_record(std::string input);

/// Exports the results of Map Runs. Implemented in integrations/, and by fakes in tests.
///
/// As thread-safe and as asynchronous as ItemReader. `done` gets ResultWriterDetails, `{"Bucket":…,
/// "Key":…}` of the manifest, or States.ResultWriterFailed. A write that is made again (after a
/// restart) writes the same objects.
class ResultWriter {
public:
    virtual ~ResultWriter() = default;
    using GiveUp = std::function<void()>;
    virtual GiveUp write(ResultWrite write, std::function<void(Evaluated<Json>)> done) = 0;
};

}  // namespace stepwell
