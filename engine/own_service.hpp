#pragma once

#include <functional>
#include <string>

#include "engine/base/arn.hpp"

/// What Task states need of the server they run in: its own API. Implemented in server/.
namespace stepwell {

struct OwnCall {
    std::string operation;  ///< `StartExecution`
    std::string body;       ///< the request's JSON, as a client would send it
    Owner caller;           ///< whose call it is
    std::string request_id;
};

struct OwnAnswer {
    int status = 200;
    std::string body;        ///< JSON; of an error `{"__type":…,"message":…}`
    std::string error_type;  ///< empty on success
};

/// Calls this server's own API in process, through the same table of operations as clients do.
/// Thread-safe; answers come on any thread, perhaps before the call returns.
class OwnService {
public:
    virtual ~OwnService() = default;

    /// What is called when the caller does not want the answer any more; may be empty.
    using GiveUp = std::function<void()>;
    virtual GiveUp call(OwnCall call, std::function<void(OwnAnswer)> done) = 0;

    /// Calls `closed` once, soon after the execution has closed (or earlier, without cause: look),
    /// unless it is given up before. One that is closed already is not told of.
    virtual GiveUp when_closed(const std::string& execution_arn, std::function<void()> closed) = 0;
};

}  // namespace stepwell
