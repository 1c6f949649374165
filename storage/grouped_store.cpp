#include "storage/grouped_store.hpp"

#include "storage/write.hpp"

namespace stepwell {

using namespace storage;

void GroupedStore::create_state_machine(StateMachineRecord record, Tags tags,
                                        std::optional<Publication> publish, Published done) {
    writer().submit_publishing(
        CreateStateMachine{std::move(record), std::move(tags), std::move(publish)},
        std::move(done));
}

void GroupedStore::update_state_machine(StateMachineRecord record, std::string expected_revision_id,
                                        std::optional<Publication> publish, Published done) {
    writer().submit_publishing(
        UpdateStateMachine{std::move(record), std::move(expected_revision_id), std::move(publish)},
        std::move(done));
}

void GroupedStore::delete_state_machine(const std::string& arn, Committed done) {
    writer().submit(DeleteStateMachine{arn}, std::move(done));
}

void GroupedStore::create_activity(ActivityRecord record,
                                   std::vector<std::pair<std::string, std::string>> tags,
                                   Committed done) {
    writer().submit(CreateActivity{std::move(record), std::move(tags)}, std::move(done));
}

void GroupedStore::delete_activity(const std::string& arn, Committed done) {
    writer().submit(DeleteActivity{arn}, std::move(done));
}

void GroupedStore::publish_version(const std::string& state_machine_arn,
                                   std::string expected_revision_id, Publication publication,
                                   TimePoint now, Published done) {
    writer().submit_publishing(PublishVersion{state_machine_arn, std::move(expected_revision_id),
                                              std::move(publication), now},
                               std::move(done));
}

void GroupedStore::delete_version(const std::string& state_machine_arn, std::int64_t number,
                                  Committed done) {
    writer().submit(DeleteVersion{state_machine_arn, number}, std::move(done));
}

void GroupedStore::create_alias(AliasRecord record, Committed done) {
    writer().submit(CreateAlias{std::move(record)}, std::move(done));
}

void GroupedStore::update_alias(const std::string& state_machine_arn, const std::string& name,
                                AliasChange change, Committed done) {
    writer().submit(UpdateAlias{state_machine_arn, name, std::move(change)}, std::move(done));
}

void GroupedStore::delete_alias(const std::string& state_machine_arn, const std::string& name,
                                Committed done) {
    writer().submit(DeleteAlias{state_machine_arn, name}, std::move(done));
}

void GroupedStore::tag_resource(const std::string& arn, Tags tags, Committed done) {
    writer().submit(TagResource{arn, std::move(tags)}, std::move(done));
}

void GroupedStore::untag_resource(const std::string& arn, std::vector<std::string> keys,
                                  Committed done) {
    writer().submit(UntagResource{arn, std::move(keys)}, std::move(done));
}

void GroupedStore::start_execution(ExecutionRecord record, JournalRow first_step,
                                   std::function<void(StartOutcome)> done) {
    writer().submit_start({std::move(record), std::move(first_step)}, std::move(done));
}

void GroupedStore::append(ExecutionKey key, Sequence after, JournalRow step, ExecutionUpdate update,
                          Committed done) {
    writer().submit(AppendStep{key, after, std::move(step), std::move(update)}, std::move(done));
}

void GroupedStore::forget_execution(ExecutionKey key, Committed done) {
    writer().submit(ForgetExecution{key}, std::move(done));
}

void GroupedStore::start_children(ChildrenStart start, Committed done) {
    writer().submit(StartChildren{std::move(start)}, std::move(done));
}

void GroupedStore::redrive_child(MapRunKey run, ExecutionKey child, ChildRedrive how,
                                 Committed done) {
    writer().submit(RedriveChild{run, child, how}, std::move(done));
}

void GroupedStore::update_map_run(const std::string& arn, MapRunLimits limits, Committed done) {
    writer().submit(UpdateMapRun{arn, limits}, std::move(done));
}

void GroupedStore::fail_map_run(MapRunKey key, const std::string& error, const std::string& cause,
                                Committed done) {
    writer().submit(FailMapRun{key, error, cause}, std::move(done));
}

void GroupedStore::end_map_run(MapRunKey key, MapRunEnd end, Committed done) {
    writer().submit(EndMapRun{key, std::move(end)}, std::move(done));
}

void GroupedStore::settle_map_run(const std::string& arn, Committed done) {
    writer().submit(SettleMapRun{arn}, std::move(done));
}

void GroupedStore::job_stopped(JobStopKey key, Committed done) {
    writer().submit(JobStopped{key}, std::move(done));
}

void GroupedStore::put_document(Document document, Committed done) {
    writer().submit(PutDocument{std::move(document)}, std::move(done));
}

void GroupedStore::delete_document(const std::string& collection, const std::string& key,
                                   Committed done) {
    writer().submit(DeleteDocument{collection, key}, std::move(done));
}

void GroupedStore::reset(Committed done) { writer().submit(Reset{}, std::move(done)); }

}  // namespace stepwell
