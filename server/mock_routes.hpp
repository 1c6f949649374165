#pragma once

#include <functional>
#include <string>

#include "engine/base/arn.hpp"
#include "engine/store.hpp"
#include "integrations/mocks/mock_book.hpp"
#include "integrations/mocks/request_log.hpp"
#include "server/own_request.hpp"

namespace stepwell::server {

/// Mocks over HTTP, for tests:
///   PUT, GET, DELETE /_stepwell/mocks/MACHINE/CASE      one test case, kept in the store
///   GET              /_stepwell/executions/ARN/requests  what its mocked tasks were asked
/// Thread-safe.
class MockRoutes {
public:
    /// All must outlive it. `owner`: whose state machines the mocks are held against.
    MockRoutes(mocks::MockBook& book, mocks::RequestLog& requests, Store& store, Owner owner);

    /// Brings back what was set before the server was started, and says what the mocks name that
    /// does not exist.
    void load();
    /// After a reset of the store.
    void clear();

    using Respond = std::function<void(api::Response)>;
    /// False where nothing is served under this path; else answers once, on any thread.
    bool handle(const OwnRequest& request, const Respond& respond);

private:
    struct Place {
        std::string state_machine;
        std::string test_case;
    };
    void put(const Place& place, const std::string& body, const Respond& respond);
    void get(const Place& place, const Respond& respond) const;
    void remove(const Place& place, const Respond& respond);
    std::vector<std::string> problems(const std::string& state_machine) const;

    mocks::MockBook& book_;
    mocks::RequestLog& requests_;
    Store& store_;
    const Owner owner_;
};

}  // namespace stepwell::server
