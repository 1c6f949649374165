#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/histogram.hpp"
#include "engine/runtime/runtime.hpp"
#include "engine/write_statistics.hpp"

/// `GET /metrics`: what the server counts, in Prometheus' text format.
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
namespace stepwell::server {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

/// Requests by operation and result. Network thread only.
class RequestMetrics {
public:
    /// `operation` as the API knows it, or "Unknown"; `result` is an error's type, empty for
    /// success.
    void answered(std::string_view operation, std::string_view result,
                  std::chrono::nanoseconds latency);
    void write(std::string& out) const;

private:
    struct PerOperation {
        Histogram latency;
        std::map<std::string, std::uint64_t, std::less<>> results;
    };
    std::map<std::string, PerOperation, std::less<>> operations_;
};

void write_metrics(std::string& out, const Runtime::Statistics& runtime);
void write_metrics(std::string& out, const WriteStatistics& store);

}  // namespace stepwell::server
