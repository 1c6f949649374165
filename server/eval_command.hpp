#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/json.hpp"

namespace stepwell::server {

/// `stepwell eval`: one expression, or a file of them, outside of any state machine.
struct Eval {
    enum class Language { jsonata, jsonpath, intrinsic };
    Language language = Language::jsonata;
    /// JSONata as the reference implementation has it: the input is `$`, nothing of AWS's.
    bool standard = false;
    /// One of these two.
    std::optional<std::string> expression;
    std::optional<std::string> batch_file;
    /// A file with the input as JSON, `-` for standard input; none: no input.
    std::optional<std::string> input_file;
    /// Variables by name. `states` is AWS's `$states`; to JSONPath, `context` is the Context
    /// Object.
    std::vector<std::pair<std::string, Json>> bindings;
};

/// Prints the value of the expression on `out` as JSON, or on `errors` why there is none, worded as
/// AWS does. Whether there is a value; `undefined` is one to standard JSONata.
///
/// Of a batch, which has `{"expr", "data", "bindings"}` on each line, prints a line for each:
/// `{"result": …}`, `{"undefined": true}` or `{"error": {"code", "message", "position"}}`. Where a
/// line has both `timelimit` (ms) and `depth`, these are its limits. Whether every line could be
/// read.
bool evaluate(const Eval& command, std::ostream& out, std::ostream& errors);

}  // namespace stepwell::server
