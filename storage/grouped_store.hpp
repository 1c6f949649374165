#pragma once

#include "engine/store.hpp"
#include "storage/group_writer.hpp"

namespace stepwell {

/// A store whose writes are committed in groups by one writer: the half of Store that is the same
/// whatever they are written to. It says what its writer has done, for /metrics. Thread-safe.
class GroupedStore : public Store {
public:
    void create_state_machine(StateMachineRecord record, Tags tags,
                              std::optional<Publication> publish, Published done) override;
    void update_state_machine(StateMachineRecord record, std::string expected_revision_id,
                              std::optional<Publication> publish, Published done) override;
    void delete_state_machine(const std::string& arn, Committed done) override;
    void create_activity(ActivityRecord record,
                         std::vector<std::pair<std::string, std::string>> tags,
                         Committed done) override;
    void delete_activity(const std::string& arn, Committed done) override;
    void publish_version(const std::string& state_machine_arn, std::string expected_revision_id,
                         Publication publication, TimePoint now, Published done) override;
    void delete_version(const std::string& state_machine_arn, std::int64_t number,
                        Committed done) override;
    void create_alias(AliasRecord record, Committed done) override;
    void update_alias(const std::string& state_machine_arn, const std::string& name,
                      AliasChange change, Committed done) override;
    void delete_alias(const std::string& state_machine_arn, const std::string& name,
                      Committed done) override;
    void tag_resource(const std::string& arn, Tags tags, Committed done) override;
    void untag_resource(const std::string& arn, std::vector<std::string> keys,
                        Committed done) override;
    void start_execution(ExecutionRecord record, JournalRow first_step,
                         std::function<void(StartOutcome)> done) override;
    void append(ExecutionKey key, Sequence after, JournalRow step, ExecutionUpdate update,
                Committed done) override;
    void forget_execution(ExecutionKey key, Committed done) override;
    void start_children(ChildrenStart start, Committed done) override;
    void redrive_child(MapRunKey run, ExecutionKey child, ChildRedrive how,
                       Committed done) override;
    void update_map_run(const std::string& arn, MapRunLimits limits, Committed done) override;
    void fail_map_run(MapRunKey key, const std::string& error, const std::string& cause,
                      Committed done) override;
    void end_map_run(MapRunKey key, MapRunEnd end, Committed done) override;
    void settle_map_run(const std::string& arn, Committed done) override;
    void job_stopped(JobStopKey key, Committed done) override;
    void put_document(Document document, Committed done) override;
    void delete_document(const std::string& collection, const std::string& key,
                         Committed done) override;
    void reset(Committed done) override;

    virtual WriteStatistics write_statistics() const = 0;

private:
    /// Lives as long as the store.
    virtual storage::GroupWriter& writer() = 0;
};

}  // namespace stepwell
