#include "server/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, OfADurationCountItInEveryLongerRange) {
    RequestMetrics requests;
    requests.answered("StartExecution", "", 300us);
    requests.answered("StartExecution", "", 20s);
    std::string text;
    requests.write(text);
    const std::string bucket = "stepwell_request_seconds_bucket{operation=\"StartExecution\",le=";
    EXPECT_THAT(text, HasSubstr("# TYPE stepwell_request_seconds histogram\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.00025\"} 0\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.0005\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"10\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 2\n"));
    EXPECT_THAT(text,
                HasSubstr("stepwell_request_seconds_sum{operation=\"StartExecution\"} 20.0003\n"));
}

TEST(Metrics, OfTheRuntimeNameTypesAndStatuses) {
    Runtime::Statistics statistics;
    statistics.started = {3, 1};
    statistics.ended[0][static_cast<std::size_t>(ExecutionStatus::timed_out)] = 2;
    std::string text;
    write_metrics(text, statistics);
    EXPECT_THAT(text, HasSubstr("stepwell_executions_started_total{type=\"EXPRESS\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("stepwell_executions_ended_total{type=\"STANDARD\","
                                "status=\"TIMED_OUT\"} 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("RUNNING")));
}

TEST(Metrics, OfTheStoreSayWhatIsOpen) {
    WriteStatistics statistics;
    statistics.running_executions = 7;
    statistics.open_tokens = 5;
    std::string text;
    write_metrics(text, statistics);
    EXPECT_THAT(text, HasSubstr("\nstepwell_executions_running 7\n"));
    EXPECT_THAT(text, HasSubstr("\nstepwell_open_task_tokens 5\n"));
}

}  // namespace
}  // namespace stepwell::server
