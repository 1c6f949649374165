#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/store.hpp"

namespace stepwell::testing {

/// A store that hands everything on to another: what a test's store overrides where it wants to
/// step in.
class ForwardingStore : public Store {
public:
    /// `store` must outlive it.
    explicit ForwardingStore(Store& store) : store_(store) {}

    void create_state_machine(StateMachineRecord record, Tags tags,
                              std::optional<Publication> publish, Published done) override {
        store_.create_state_machine(std::move(record), std::move(tags), std::move(publish),
                                    std::move(done));
    }
    void update_state_machine(StateMachineRecord record, std::string expected_revision_id,
                              std::optional<Publication> publish, Published done) override {
        store_.update_state_machine(std::move(record), std::move(expected_revision_id),
                                    std::move(publish), std::move(done));
    }
    void delete_state_machine(const std::string& arn, Committed done) override {
        store_.delete_state_machine(arn, std::move(done));
    }
    std::shared_ptr<const StateMachineRecord> find_state_machine(
        const std::string& arn) const override {
        return store_.find_state_machine(arn);
    }
    std::vector<StateMachineRecord> list_state_machines(const Owner& owner,
                                                        const std::string& after_name,
                                                        std::size_t limit) const override {
        return store_.list_state_machines(owner, after_name, limit);
    }
    void publish_version(const std::string& state_machine_arn, std::string expected_revision_id,
                         Publication publication, TimePoint now, Published done) override {
        store_.publish_version(state_machine_arn, std::move(expected_revision_id),
                               std::move(publication), now, std::move(done));
    }
    void delete_version(const std::string& state_machine_arn, std::int64_t number,
                        Committed done) override {
        store_.delete_version(state_machine_arn, number, std::move(done));
    }
    std::shared_ptr<const StateMachineRecord> find_version(const std::string& state_machine_arn,
                                                           std::int64_t number) const override {
        return store_.find_version(state_machine_arn, number);
    }
    std::vector<VersionItem> list_versions(const std::string& state_machine_arn,
                                           std::int64_t before, std::size_t limit) const override {
        return store_.list_versions(state_machine_arn, before, limit);
    }
    void create_alias(AliasRecord record, Committed done) override {
        store_.create_alias(std::move(record), std::move(done));
    }
    void update_alias(const std::string& state_machine_arn, const std::string& name,
                      AliasChange change, Committed done) override {
        store_.update_alias(state_machine_arn, name, std::move(change), std::move(done));
    }
    void delete_alias(const std::string& state_machine_arn, const std::string& name,
                      Committed done) override {
        store_.delete_alias(state_machine_arn, name, std::move(done));
    }
    std::optional<AliasRecord> find_alias(const std::string& state_machine_arn,
                                          const std::string& name) const override {
        return store_.find_alias(state_machine_arn, name);
    }
    std::vector<AliasRecord> list_aliases(const std::string& state_machine_arn,
                                          std::int64_t version, const std::string& after_name,
                                          std::size_t limit) const override {
        return store_.list_aliases(state_machine_arn, version, after_name, limit);
    }
    void tag_resource(const std::string& arn, Tags tags, Committed done) override {
        store_.tag_resource(arn, std::move(tags), std::move(done));
    }
    void untag_resource(const std::string& arn, std::vector<std::string> keys,
                        Committed done) override {
        store_.untag_resource(arn, std::move(keys), std::move(done));
    }
    std::optional<Tags> tags_of(const std::string& arn) const override {
        return store_.tags_of(arn);
    }
    void create_activity(ActivityRecord record,
                         std::vector<std::pair<std::string, std::string>> tags,
                         Committed done) override {
        store_.create_activity(std::move(record), std::move(tags), std::move(done));
    }
    void delete_activity(const std::string& arn, Committed done) override {
        store_.delete_activity(arn, std::move(done));
    }
    std::optional<ActivityRecord> find_activity(const std::string& arn) const override {
        return store_.find_activity(arn);
    }
    std::vector<ActivityRecord> list_activities(const Owner& owner, const std::string& after_name,
                                                std::size_t limit) const override {
        return store_.list_activities(owner, after_name, limit);
    }
    bool has_activity(const std::string& arn) const override { return store_.has_activity(arn); }
    void put_document(Document document, Committed done) override {
        store_.put_document(std::move(document), std::move(done));
    }
    void delete_document(const std::string& collection, const std::string& key,
                         Committed done) override {
        store_.delete_document(collection, key, std::move(done));
    }
    std::vector<Document> documents(const std::string& collection) const override {
        return store_.documents(collection);
    }
    void start_execution(ExecutionRecord record, JournalRow first_step,
                         std::function<void(StartOutcome)> done) override {
        store_.start_execution(std::move(record), std::move(first_step), std::move(done));
    }
    void append(ExecutionKey key, Sequence after, JournalRow step, ExecutionUpdate update,
                Committed done) override {
        store_.append(key, after, std::move(step), std::move(update), std::move(done));
    }
    void forget_execution(ExecutionKey key, Committed done) override {
        store_.forget_execution(key, std::move(done));
    }
    std::optional<ExecutionRecord> find_execution(const std::string& arn) const override {
        return store_.find_execution(arn);
    }
    std::optional<ExecutionRecord> find_execution(ExecutionKey key) const override {
        return store_.find_execution(key);
    }
    std::optional<RevisionRecord> revision_of(ExecutionKey key) const override {
        return store_.revision_of(key);
    }
    ExecutionPage list_executions(const std::string& state_machine_arn,
                                  const ExecutionFilter& filter, ExecutionKey before,
                                  std::size_t limit) const override {
        return store_.list_executions(state_machine_arn, filter, before, limit);
    }
    std::vector<JournalRow> read_journal(ExecutionKey key, Sequence from, std::size_t max_rows,
                                         std::size_t max_bytes) const override {
        return store_.read_journal(key, from, max_rows, max_bytes);
    }
    std::vector<JournalRow> read_history(ExecutionKey key, EventId from, bool reverse,
                                         std::size_t max_rows,
                                         std::size_t max_bytes) const override {
        return store_.read_history(key, from, reverse, max_rows, max_bytes);
    }
    std::vector<Wake> wakes_after(std::optional<Wake> after, std::size_t limit) const override {
        return store_.wakes_after(after, limit);
    }
    std::vector<ExecutionKey> running_executions(const std::string& state_machine_arn,
                                                 ExecutionKey after,
                                                 std::size_t limit) const override {
        return store_.running_executions(state_machine_arn, after, limit);
    }
    void start_children(ChildrenStart start, Committed done) override {
        store_.start_children(std::move(start), std::move(done));
    }
    void redrive_child(MapRunKey run, ExecutionKey child, ChildRedrive how,
                       Committed done) override {
        store_.redrive_child(run, child, how, std::move(done));
    }
    std::vector<ExecutionRecord> pending_redrives(MapRunKey run, ExecutionKey after,
                                                  std::size_t limit) const override {
        return store_.pending_redrives(run, after, limit);
    }
    void update_map_run(const std::string& arn, MapRunLimits limits, Committed done) override {
        store_.update_map_run(arn, limits, std::move(done));
    }
    void fail_map_run(MapRunKey key, const std::string& error, const std::string& cause,
                      Committed done) override {
        store_.fail_map_run(key, error, cause, std::move(done));
    }
    void end_map_run(MapRunKey key, MapRunEnd end, Committed done) override {
        store_.end_map_run(key, std::move(end), std::move(done));
    }
    void settle_map_run(const std::string& arn, Committed done) override {
        store_.settle_map_run(arn, std::move(done));
    }
    void job_stopped(JobStopKey key, Committed done) override {
        store_.job_stopped(key, std::move(done));
    }
    std::vector<JobStop> jobs_to_stop(JobStopKey after, std::size_t limit) const override {
        return store_.jobs_to_stop(after, limit);
    }
    std::optional<MapRunRecord> find_map_run(const std::string& arn) const override {
        return store_.find_map_run(arn);
    }
    std::optional<MapRunRecord> find_map_run(MapRunKey key) const override {
        return store_.find_map_run(key);
    }
    std::optional<MapRunProgress> map_run_progress(MapRunKey key) const override {
        return store_.map_run_progress(key);
    }
    bool map_run_unwanted(MapRunKey key) const override { return store_.map_run_unwanted(key); }
    std::vector<MapRunRecord> list_map_runs(ExecutionKey execution, MapRunKey before,
                                            std::size_t limit) const override {
        return store_.list_map_runs(execution, before, limit);
    }
    std::vector<MapRunKey> open_map_runs(MapRunKey after, std::size_t limit) const override {
        return store_.open_map_runs(after, limit);
    }
    ExecutionPage list_children(MapRunKey run, const ChildFilter& filter, ExecutionKey before,
                                std::size_t limit) const override {
        return store_.list_children(run, filter, before, limit);
    }
    std::vector<ExecutionRecord> read_children(MapRunKey run,
                                               const std::vector<ExecutionStatus>& statuses,
                                               ExecutionKey after, std::size_t limit,
                                               std::size_t max_bytes) const override {
        return store_.read_children(run, statuses, after, limit, max_bytes);
    }
    std::string token_key() const override { return store_.token_key(); }
    std::optional<TimePoint> latest_time() const override { return store_.latest_time(); }
    void reset(Committed done) override { store_.reset(std::move(done)); }
    void close() override { store_.close(); }

protected:
    Store& store_;
};

}  // namespace stepwell::testing
