#include "storage/write.hpp"

#include "engine/base/overloaded.hpp"

namespace stepwell::storage {
namespace {

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

std::size_t size_of(const Tags& tags) {
    std::size_t bytes = 0;
    for (const auto& [key, value] : tags) bytes += key.size() + value.size();
    return bytes;
}

std::size_t size_of(const StateMachineRecord& record) {
    return record.definition.size() + record.logging_configuration.size() +
           record.tracing_configuration.size() + record.encryption_configuration.size() +
           record.description.size();
}

std::size_t size_of(const std::shared_ptr<const MapRunChanges>& changes) {
    std::size_t bytes = 0;
    if (!changes) return bytes;
    for (const MapRunRecord& run : changes->begun) bytes += sizeof(run) + run.plan.size();
    return bytes;
}

std::size_t size_of(const JournalRow& row) {
    std::size_t bytes = row.bytes.size() + size_of(row.map_runs);
    if (!row.job_stops) return bytes;
    for (const JobStop& stop : *row.job_stops) bytes += sizeof(stop) + stop.call.size();
    return bytes;
}

}  // namespace

std::size_t size_of(const Write& write) {
    const std::size_t texts = std::visit(
        Overloaded{
            [](const Refused&) { return std::size_t{0}; },
            [](const CreateStateMachine& w) { return size_of(w.record) + size_of(w.tags); },
            [](const UpdateStateMachine& w) { return size_of(w.record); },
            [](const DeleteStateMachine& w) { return w.arn.size(); },
            [](const CreateActivity& w) {
                return 2 * w.record.arn.size() + w.record.encryption_configuration.size();
            },
            [](const DeleteActivity& w) { return w.arn.size(); },
            [](const PublishVersion& w) {
                return w.state_machine_arn.size() + w.publication.description.size();
            },
            [](const DeleteVersion& w) { return w.state_machine_arn.size(); },
            [](const CreateAlias& w) {
                return w.record.state_machine_arn.size() + w.record.description.size();
            },
            [](const UpdateAlias& w) {
                return w.state_machine_arn.size() + size_of(w.change.description);
            },
            [](const DeleteAlias& w) { return w.state_machine_arn.size(); },
            [](const TagResource& w) { return w.arn.size() + size_of(w.tags); },
            [](const UntagResource& w) { return w.arn.size(); },
            [](const StartExecution& w) {
                return w.record.arn.size() + w.record.input.size() + size_of(w.record.output) +
                       size_of(w.record.cause) + size_of(w.first_step);
            },
            [](const AppendStep& w) {
                return size_of(w.step) + size_of(w.update.output) + size_of(w.update.cause);
            },
            [](const ForgetExecution&) { return std::size_t{0}; },
            [](const StartChildren& w) {
                std::size_t bytes = w.start.cursor.size();
                for (const ExecutionRecord& child : w.start.children)
                    bytes += sizeof(child) + child.arn.size() + child.input.size();
                return bytes;
            },
            [](const RedriveChild&) { return std::size_t{0}; },
            [](const UpdateMapRun& w) { return w.arn.size(); },
            [](const FailMapRun& w) { return w.error.size() + w.cause.size(); },
            [](const EndMapRun& w) { return size_of(w.end.output) + size_of(w.end.cause); },
            [](const SettleMapRun& w) { return w.arn.size(); },
            [](const JobStopped&) { return std::size_t{0}; },
            [](const PutDocument& w) { return w.document.key.size() + w.document.body.size(); },
            [](const DeleteDocument& w) { return w.key.size(); },
            [](const Reset&) { return std::size_t{0}; },
        },
        write);
    return sizeof(QueuedWrite) + texts;
}

}  // namespace stepwell::storage
