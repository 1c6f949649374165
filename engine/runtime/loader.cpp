#include "engine/runtime/loader.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "engine/base/arn.hpp"
#include "engine/machine/journal.hpp"
#include "engine/runtime/records.hpp"

namespace stepwell {
namespace {

// How much of a journal is in memory beside what it is folded into.
constexpr std::size_t kRowsPerRead = 256;
constexpr std::size_t kBytesPerRead = 1U << 20U;

void fold_journal(const Store& store, Execution& execution, Sequence last_sequence) {
    while (execution.last_sequence < last_sequence) {
        const Sequence from = execution.last_sequence + 1;
        const auto rows = store.read_journal(execution.info.key, from, kRowsPerRead, kBytesPerRead);
        if (rows.empty())
            throw std::runtime_error("the journal lacks entry " + std::to_string(from));
        for (const JournalRow& row : rows) {
            if (row.first_sequence != execution.last_sequence + 1) {
                throw std::runtime_error(
                    "the journal has entry " + std::to_string(row.first_sequence) +
                    " where it lacks entry " + std::to_string(execution.last_sequence + 1));
            }
            const std::vector<Entry> entries = decode_entries(row.bytes);
            if (entries.size() != row.entry_count) {
                throw std::runtime_error("a journal row has " + std::to_string(entries.size()) +
                                         " entries and says " + std::to_string(row.entry_count));
            }
            for (const Entry& entry : entries) apply(execution, entry);
        }
    }
}

/// Of a child: the Map that has the label in its ARN, `…:execution:MACHINE/LABEL:NAME`.
void find_processor(ExecutionInfo& info) {
    const Arn arn = Arn::parse(info.arn).value();
    const std::size_t slash = arn.resource.find('/');
    const std::size_t colon = arn.resource.find(':', slash);
    if (slash != std::string::npos && colon != std::string::npos)
        info.label = arn.resource.substr(slash + 1, colon - slash - 1);
    for (const asl::State& state : info.definition->states) {
        const auto* map = std::get_if<asl::MapState>(&state.body);
        if (map == nullptr || !map->distributed || map->distributed->label != info.label) continue;
        info.flow = map->processor;
        return;
    }
    throw std::runtime_error("its definition lacks the Map whose child it is");
}

/// What is told of its end where it cannot be folded.
std::shared_ptr<FailedExecution> failed_execution_of(const ExecutionRecord& record) {
    auto failed = std::make_shared<FailedExecution>();
    failed->arn = record.arn;
    failed->type = record.type;
    failed->start_date = record.start_date;
    failed->logged.execution_arn = record.arn;
    failed->logged.redrive_count = record.redrive_count;
    return failed;
}

Folded fold(const Store& store, DefinitionCache& definitions, ExecutionRecord record,
            const RevisionRecord& revision, std::shared_ptr<const TokenMint> tokens,
            double wait_time_scale) {
    const Sequence last_sequence = record.last_sequence;

    Folded folded;
    // A machine goes when its last execution has ended, so one that is not there is no longer
    // ACTIVE either.
    const auto machine = store.find_state_machine(record.state_machine_arn);
    folded.machine_deleted = !machine || machine->status != MachineStatus::active;

    folded.logging = parse_event_logging(revision.logging_configuration);
    // A child is of its Map's type, its machine is Standard.
    const bool child = record.map_run != 0;
    auto definition = definitions.get(revision, child ? WorkflowType::standard : record.type);
    ExecutionInfo info = info_of(std::move(record), std::move(definition));
    if (child) {
        find_processor(info);
        folded.unwanted = store.map_run_unwanted(info.map_run);
    }
    info.tokens = std::move(tokens);
    info.wait_time_scale = wait_time_scale;
    const bool express = info.type == asl::WorkflowType::express;
    folded.execution = std::make_unique<Execution>(std::move(info));
    if (!express) fold_journal(store, *folded.execution, last_sequence);
    return folded;
}

}  // namespace

LoadResult load_execution(const Store& store, DefinitionCache& definitions, ExecutionKey key,
                          std::shared_ptr<const TokenMint> tokens, double wait_time_scale,
                          IfClosed if_closed) {
    Broken broken;
    try {
        auto record = store.find_execution(key);
        if (!record) return NotThere{};
        if (record->status != ExecutionStatus::running) {
            broken.stop_date = record->stop_date.value_or(record->start_date);
            if (if_closed == IfClosed::say_so) return AlreadyClosed{*broken.stop_date};
        }
        broken.last_sequence = record->last_sequence;
        broken.last_event = record->last_event;
        broken.failed = failed_execution_of(*record);
        const auto revision = store.revision_of(key);
        if (!revision) throw std::runtime_error("its definition is not stored");
        broken.failed->logged.logging = parse_event_logging(revision->logging_configuration);
        Folded folded = fold(store, definitions, *std::move(record), *revision, std::move(tokens),
                             wait_time_scale);
        // A write whose outcome was open may have been committed between the two reads.
        if (folded.execution->closed() && if_closed == IfClosed::say_so)
            return AlreadyClosed{*folded.execution->stop_time};
        return folded;
    } catch (const StorageError& error) {
        return Unreadable{error.what()};
    } catch (...) {
        broken.why = std::current_exception();  // thrown again on the shard, where all bugs end
        return broken;
    }
}

}  // namespace stepwell
