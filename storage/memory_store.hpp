#pragma once

#include <memory>

#include "engine/keep_executions.hpp"
#include "engine/store.hpp"
#include "storage/group_writer.hpp"
#include "storage/measured_store.hpp"

namespace stepwell {

/// The store that keeps nothing beyond the process: for tests, and for `--data :memory:`.
///
/// It answers as SqliteStore does, in the same order and on a thread of its own, so what works with
/// one works with the other; only the disk cannot fail. After close() it can still be read.
class MemoryStore final : public MeasuredStore {
public:
    explicit MemoryStore(storage::GroupWriter::Options options = {}, KeepExecutions keep = {});
    ~MemoryStore() override;

    void create_state_machine(StateMachineRecord record, Tags tags,
                              std::optional<Publication> publish, Published done) override;
    void update_state_machine(StateMachineRecord record, std::string expected_revision_id,
                              std::optional<Publication> publish, Published done) override;
    void delete_state_machine(const std::string& arn, Committed done) override;
    std::shared_ptr<const StateMachineRecord> find_state_machine(
        const std::string& arn) const override;
    std::vector<StateMachineRecord> list_state_machines(const Owner& owner,
                                                        const std::string& after_name,
                                                        std::size_t limit) const override;

    void publish_version(const std::string& state_machine_arn, std::string expected_revision_id,
                         Publication publication, TimePoint now, Published done) override;
    void delete_version(const std::string& state_machine_arn, std::int64_t number,
                        Committed done) override;
    std::shared_ptr<const StateMachineRecord> find_version(const std::string& state_machine_arn,
                                                           std::int64_t number) const override;
    std::vector<VersionItem> list_versions(const std::string& state_machine_arn,
                                           std::int64_t before, std::size_t limit) const override;
    void create_alias(AliasRecord record, Committed done) override;
    void update_alias(const std::string& state_machine_arn, const std::string& name,
                      AliasChange change, Committed done) override;
    void delete_alias(const std::string& state_machine_arn, const std::string& name,
                      Committed done) override;
    std::optional<AliasRecord> find_alias(const std::string& state_machine_arn,
                                          const std::string& name) const override;
    std::vector<AliasRecord> list_aliases(const std::string& state_machine_arn,
                                          std::int64_t version, const std::string& after_name,
                                          std::size_t limit) const override;

    void tag_resource(const std::string& arn, Tags tags, Committed done) override;
    void untag_resource(const std::string& arn, std::vector<std::string> keys,
                        Committed done) override;
    std::optional<Tags> tags_of(const std::string& arn) const override;

    void create_activity(ActivityRecord record,
                         std::vector<std::pair<std::string, std::string>> tags,
                         Committed done) override;
    void delete_activity(const std::string& arn, Committed done) override;
    std::optional<ActivityRecord> find_activity(const std::string& arn) const override;
    std::vector<ActivityRecord> list_activities(const Owner& owner, const std::string& after_name,
                                                std::size_t limit) const override;
    bool has_activity(const std::string& arn) const override;

    void start_execution(ExecutionRecord record, JournalRow first_step,
                         std::function<void(StartOutcome)> done) override;
    void append(ExecutionKey key, Sequence after, JournalRow step, ExecutionUpdate update,
                Committed done) override;
    void forget_execution(ExecutionKey key, Committed done) override;

    std::optional<ExecutionRecord> find_execution(const std::string& arn) const override;
    std::optional<ExecutionRecord> find_execution(ExecutionKey key) const override;
    std::optional<RevisionRecord> revision_of(ExecutionKey key) const override;
    ExecutionPage list_executions(const std::string& state_machine_arn,
                                  const ExecutionFilter& filter, ExecutionKey before,
                                  std::size_t limit) const override;
    std::vector<JournalRow> read_journal(ExecutionKey key, Sequence from, std::size_t max_rows,
                                         std::size_t max_bytes) const override;
    std::vector<JournalRow> read_history(ExecutionKey key, EventId from, bool reverse,
                                         std::size_t max_rows,
                                         std::size_t max_bytes) const override;
    std::vector<Wake> wakes_after(std::optional<Wake> after, std::size_t limit) const override;
    std::vector<ExecutionKey> running_executions(const std::string& state_machine_arn,
                                                 ExecutionKey after,
                                                 std::size_t limit) const override;

    std::string token_key() const override;
    std::optional<TimePoint> latest_time() const override;
    void reset(Committed done) override;
    void close() override;

    WriteStatistics write_statistics() const override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell
