#pragma once

#include <string>

#include "engine/machine/execution.hpp"

namespace stepwell {

/// Is told when Standard executions begin, end or are redriven, once that is durable. Thread-safe;
/// must be quick, and must not throw: it is called on shards and on the store's writer thread.
class StatusObserver {
public:
    virtual ~StatusObserver() = default;
    virtual void status_changed(const std::string& execution_arn, ExecutionStatus status) = 0;
};

}  // namespace stepwell
