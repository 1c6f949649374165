#pragma once

#include "engine/store.hpp"
#include "storage/group_writer.hpp"

namespace stepwell {

/// A store that says what its writer has done, for /metrics. Thread-safe.
class MeasuredStore : public Store {
public:
    virtual WriteStatistics write_statistics() const = 0;
};

}  // namespace stepwell
