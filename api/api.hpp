#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/asl/sdk_actions.hpp"
#include "engine/base/arn.hpp"
#include "engine/base/time.hpp"
#include "engine/machine/mock_directory.hpp"
#include "engine/result_schemas.hpp"
#include "engine/runtime/runtime.hpp"
#include "engine/store.hpp"

/// The AWS protocol: what an HTTP session of server/ hands over and gets back.
namespace stepwell::api {

/// One `POST /` of AWS JSON 1.0, cut out of its HTTP message.
struct Request {
    std::string target;         ///< X-Amz-Target: `AWSStepFunctions.StartExecution`
    std::string content_type;   ///< `application/x-amz-json-1.0`
    std::string authorization;  ///< as sent; empty where absent. Its credential scope names region
                                ///< and access key id.
    std::string body;
    std::string request_id;  ///< made by the session, sent back as x-amzn-RequestId
    /// Whose call it is, where that is known; else `authorization` says it.
    std::optional<Owner> caller = {};
    std::string trace_id = {};  ///< X-Amzn-Trace-Id; empty where absent
};

struct Response {
    int status = 200;
    std::string body;        ///< JSON text; for an error `{"__type":"…","message":"…"}`
    std::string error_type;  ///< `__type` without namespace, for logs and metrics; empty on success
};

struct Options {
    /// Account and region of calls whose credentials name none.
    Owner owner{"123456789012", "us-east-1"};
    /// What TestState holds mocked results against; null: nothing. Must outlive the Api.
    const ResultSchemas* result_schemas = nullptr;
    /// The actions of AWS's services that definitions may name; null: any. Must outlive the Api.
    const asl::SdkActions* sdk_actions = nullptr;
    /// The test cases that a start may name (`stateMachineArn#TestCase`); null: none, and such an
    /// ARN is one of a machine that does not exist. Must outlive the Api.
    const MockDirectory* mocks = nullptr;
};

/// Runs work that blocks (store reads, parsing a definition) on a few threads, never more than
/// `threads` at once.
class ReaderPool {
public:
    explicit ReaderPool(unsigned threads);
    ~ReaderPool();
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;
    void post(std::function<void()> work);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Answers every operation of the API. Thread-safe.
class Api {
public:
    /// All must outlive the Api.
    Api(Store& store, Runtime& runtime, ReaderPool& readers, const Clock& clock, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// What the session calls when its client has gone: gives up a long poll or a synchronous
    /// execution.
    using Cancel = std::function<void()>;

    /// `respond` is called exactly once, on any thread, possibly before `handle` returns.
    /// An exception that escapes an operation is answered as 500 InternalFailure here and logged.
    Cancel handle(Request request, std::function<void(Response)> respond);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::api
