#pragma once

#include <string_view>

#include "engine/machine/execution.hpp"

namespace stepwell {

/// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`. API Reference, DescribeExecution,
/// `status`.
constexpr std::string_view status_name(ExecutionStatus status) {
    switch (status) {
        case ExecutionStatus::running:
            return "RUNNING";
        case ExecutionStatus::succeeded:
            return "SUCCEEDED";
        case ExecutionStatus::failed:
            return "FAILED";
        case ExecutionStatus::timed_out:
            return "TIMED_OUT";
        case ExecutionStatus::aborted:
            return "ABORTED";
    }
    return "";
}

}  // namespace stepwell
