#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/model.hpp"
#include "engine/machine/journal.hpp"
#include "engine/query/variables.hpp"

namespace stepwell {

/// Everything that a Map Run needs of the state that begins it: what its fields came to, and what
/// ItemSelector sees. A value: it outlives the state's frame in memory, and stands in the run's
/// row.
struct MapRunPlan {
    std::string arn;
    asl::StateIndex state = 0;
    EventId entered_event = 0;
    std::string label;
    asl::WorkflowType child_type = asl::WorkflowType::standard;
    std::int64_t max_concurrency = 0;  ///< 0: no limit
    std::int64_t tolerated_failure_count = 0;
    double tolerated_failure_percentage = 0;
    /// The state's effective input (JSONata: its input): `$` in ItemSelector.
    Payload input;
    std::optional<Payload> items;   ///< the array; none where a reader gives them
    std::optional<Payload> reader;  ///< see ItemRead::reader
    std::int64_t max_items = 0;     ///< of the reader's; 0: all; below: AWS refuses it
    std::int64_t batch_items = 0;   ///< MaxItemsPerBatch; 0: no limit
    std::int64_t batch_bytes = 0;   ///< MaxInputBytesPerBatch; 0: no limit
    bool batched = false;
    std::optional<Payload> batch_input;
    std::optional<Payload> writer;  ///< see ResultWrite::writer
    Payload context;                ///< the Context Object, without Map.Item
    VariableTable variables;        ///< those that ItemSelector reads
};

/// As JSON text, and back. `decode_plan` throws std::runtime_error where the text is not what
/// encode_plan wrote. What the run's row has in columns of its own (arn, label, the limits, the
/// type) is not in the text.
std::string encode_plan(const MapRunPlan& plan);
MapRunPlan decode_plan(std::string_view text);

}  // namespace stepwell
