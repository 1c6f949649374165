#include "storage/statements.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "storage/schema.hpp"
#include "storage/sqlite.hpp"
#include "tests/storage/records.hpp"

namespace stepwell::storage_test {
namespace {

using namespace storage;

struct StatementCase {
    const char* name;
    const char* sql;
};

/// Every statement that SQLite is asked to plan; INSERTs look nothing up.
class StatementPlan : public testing::TestWithParam<StatementCase> {
protected:
    static sqlite::Connection& connection() {
        static const Folder folder;
        static sqlite::Connection made = [] {
            const std::string path = (folder / "plan.db").string();
            { const std::ofstream create(path); }
            sqlite::Connection opened(path, {});
            migrate(opened);
            return opened;
        }();
        return made;
    }
};

#define CASE(name) \
    StatementCase { #name, sql::name }
INSTANTIATE_TEST_SUITE_P(
    , StatementPlan,
    testing::Values(
        CASE(kFindMachine), CASE(kListMachines), CASE(kMachineHead), CASE(kSetMachineRevision),
        CASE(kSetMachineDeleting), CASE(kDeletingMachines), CASE(kMachineArn), CASE(kDeleteMachine),
        CASE(kIsRevisionHeld), CASE(kDeleteRevision), CASE(kOneRevisionOf), CASE(kRevisionUses),
        CASE(kDeleteRevisionUses), CASE(kFindVersion), CASE(kListVersions),
        CASE(kVersionOfRevision), CASE(kRevisionOfVersion), CASE(kCountVersions),
        CASE(kTakeVersionNumber), CASE(kDeleteVersion), CASE(kDeleteVersionsOf), CASE(kFindAlias),
        CASE(kListAliases), CASE(kCountAliases), CASE(kAliasExists), CASE(kVersionInUse),
        CASE(kDescribeAlias), CASE(kRouteAlias), CASE(kDeleteAlias), CASE(kDeleteAliasesOf),
        CASE(kTaggable), CASE(kTagKeys), CASE(kDeleteTag), CASE(kTagsOf), CASE(kDeleteTags),
        CASE(kFindActivity), CASE(kListActivities), CASE(kDeleteActivity), CASE(kFindKeysByArn),
        CASE(kFindExecutionByKey), CASE(kFindExecutionsByArn), CASE(kListExecutions),
        CASE(kListExecutionsOfStatus), CASE(kListExecutionsOfVersion),
        CASE(kListExecutionsOfVersionAndStatus), CASE(kListExecutionsByAlias),
        CASE(kListExecutionsByAliasAndStatus), CASE(kRevisionOf), CASE(kWakesFirst),
        CASE(kWakesAfter), CASE(kRunningExecutions), CASE(kExecutionHead), CASE(kStepExecution),
        CASE(kWakeExecution), CASE(kTurnExecution), CASE(kDeleteExecution), CASE(kOneExecutionOf),
        CASE(kOneRunningOf), CASE(kMapRunsBelow), CASE(kOneMapRunOf), CASE(kOneChildOf),
        CASE(kListChildren), CASE(kListChildrenOfStatus), CASE(kChildKeys), CASE(kFindMapRun),
        CASE(kFindMapRunByArn), CASE(kMapRunProgress), CASE(kMapRunUnwanted), CASE(kListMapRuns),
        CASE(kOpenMapRuns), CASE(kStopMapRun), CASE(kSettleMapRun), CASE(kMapRunHead),
        CASE(kStartChildren), CASE(kTallyMapRun), CASE(kMapRunStatusByArn), CASE(kLimitMapRun),
        CASE(kEndMapRun), CASE(kRedriveMapRun), CASE(kWantRedrive), CASE(kWantedRedrive),
        CASE(kHasPending), CASE(kPendingOfStatus), CASE(kSeeToChild), CASE(kChildRedrive),
        CASE(kBeginChildAnew), CASE(kPendingChildren), CASE(kCountMachines), CASE(kCountActivities),
        CASE(kDeleteMapRun), CASE(kDeleteMapRunPlan), CASE(kDeleteMapRunResult),
        CASE(kForgetMapRunResult), CASE(kDeleteInput), CASE(kDeleteResult), CASE(kLastJournalId),
        CASE(kJournalEnd), CASE(kJournalHead), CASE(kJournalBytes), CASE(kAnchorFloor),
        CASE(kAnchorsUp), CASE(kDeleteJournal), CASE(kDeleteAnchors), CASE(kAnyLeftover),
        CASE(kDeleteLeftover), CASE(kMeta), CASE(kArnsAfter), CASE(kDeleteArn), CASE(kExecutionEnd),
        CASE(kCountRunning), CASE(kDocuments), CASE(kDeleteDocument), CASE(kJobStopsAfter),
        CASE(kDeleteJobStop), CASE(kCountOpenOf)),
    [](const testing::TestParamInfo<StatementCase>& tested) {
        return std::string(tested.param.name);
    });
#undef CASE

/// Whether a step of a plan costs more the more rows there are. https://www.sqlite.org/eqp.html
bool grows_with_the_table(const std::string& step) {
    if (step.find("USE TEMP B-TREE") != std::string::npos) return true;
    // A walk along an index is bounded by its LIMIT; `k` and subqueries are the page that an inner
    // query has made.
    return step.starts_with("SCAN ") && !step.starts_with("SCAN k") &&
           !step.starts_with("SCAN (") && step.find("INDEX") == std::string::npos;
}

TEST_P(StatementPlan, WalksAlongAnIndex) {
    const std::string explain = std::string("EXPLAIN QUERY PLAN ") + GetParam().sql;
    sqlite::Statement statement(connection(), explain.c_str());
    sqlite::Rows rows = statement.query();
    std::string plan;
    bool grows = false;
    while (rows.next()) {
        plan += rows.text(3) + "\n";
        const std::string step = rows.text(3);
        // Sorted is what a page, or a machine's tags, amounts to.
        const bool sorts_little = GetParam().sql == sql::kTagsOf ||
                                  GetParam().sql == sql::kListExecutions ||
                                  GetParam().sql == sql::kListChildren ||
                                  GetParam().sql == sql::kListExecutionsOfVersion ||
                                  GetParam().sql == sql::kListExecutionsByAlias;
        if (sorts_little && step == "USE TEMP B-TREE FOR ORDER BY") continue;
        grows = grows || grows_with_the_table(step);
    }
    EXPECT_FALSE(grows) << plan;
}

}  // namespace
}  // namespace stepwell::storage_test
