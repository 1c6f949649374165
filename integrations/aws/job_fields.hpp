#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/base/json.hpp"
#include "integrations/aws/optimized_table.hpp"

/// What the table of optimized integrations says about jobs, filled with values.
namespace stepwell::aws {

/// What a JobField can take values from.
struct JobSources {
    const Json& in;   ///< the Task's parameters
    const Json& out;  ///< the answer that started the job
    const Json& it;   ///< one that was found
};

/// The value at `Tasks.0.TaskArn`; null where there is none. The empty path is the whole.
const Json* value_at(const Json& value, std::string_view path);
inline Json* value_at(Json& value, std::string_view path) {
    return const_cast<Json*>(value_at(std::as_const(value), path));
}

/// The parameters of a call about a job; fields without a value are left out.
Json fill_fields(const JobFields& fields, const JobSources& sources);

/// Whether a state is among `SUCCEEDED|FAILED`.
bool is_among(std::string_view states, std::string_view state);

/// Whether a moment that a service gives (milliseconds since 1970) is no earlier than `since`. Some
/// know whole seconds only.
bool is_since(const Json* moment, std::int64_t since);

/// One of the answer of a search that began no earlier than `since` (milliseconds since 1970), or
/// null.
const Json* find_job(const JobSearch& search, const Json& answer, const Json& in,
                     std::int64_t since);

}  // namespace stepwell::aws
