#pragma once

#include <memory>

#include "engine/asl/fields.hpp"
#include "engine/asl/model.hpp"
#include "engine/asl/states.hpp"

/// What AWS checks of a Map in DISTRIBUTED mode when a machine is created.
/// Developer Guide, "Using Map state in Distributed mode".
namespace stepwell::asl {

enum class MapMode { in_line, distributed };

struct ProcessorConfig {
    MapMode mode = MapMode::in_line;
    WorkflowType execution_type = WorkflowType::standard;
};

/// `ProcessorConfig` of an ItemProcessor or Iterator. `type` is that of the machine the Map runs
/// in.
ProcessorConfig read_processor_config(const Fields& processor, WorkflowType type);

/// ItemReader, ItemBatcher, ResultWriter and Label: refused in an inline Map, for which this is
/// null; read in a distributed one.
std::shared_ptr<const DistributedMap> read_distributed_fields(const StateReader& state,
                                                              const ProcessorConfig& config);

}  // namespace stepwell::asl
