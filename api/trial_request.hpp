#pragma once

#include <memory>

#include "api/request.hpp"
#include "api/tested_state.hpp"
#include "engine/machine/trial.hpp"
#include "engine/result_schemas.hpp"

namespace stepwell::api {

/// What TestState's `mock`, `stateConfiguration`, `context`, `revealSecrets` and `roleArn` ask for,
/// checked against the state and each other; ValidationException or InvalidDefinition in AWS's
/// words. `schemas` may be null: then no mocked result is held against a model.
Checked<std::shared_ptr<Trial>> read_trial(const Input& input, const TestedState& state,
                                           const ResultSchemas* schemas);

/// TestState's `context`, the Context Object in place of the real one. `takes_token`: the state is
/// a Task that waits for a token or a job.
Checked<Json> parse_trial_context(const std::string& text, bool takes_token);

/// The items in the data that an ItemReader with this ReaderConfig (null where there is none) has
/// read: an array. ValidationException where the data are not of its format. Developer Guide,
/// "ItemReader".
Checked<Payload> parse_item_reader_data(const std::string& data, const Json* reader_config);

}  // namespace stepwell::api
