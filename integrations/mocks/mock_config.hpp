#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/tasks.hpp"
#include "integrations/config.hpp"

/// The mock configuration of AWS's Step Functions Local, and what Stepwell adds to it:
/// docs/mocks.md. Developer Guide, "Configuration file for mocked service integrations".
namespace stepwell::mocks {

/// Which calls an answer is for, where it says so: all that is given must fit.
struct When {
    /// Every member that stands here is in the call's input, with a value that contains it, too;
    /// arrays and plain values are equal.
    std::optional<Json> input;
    std::vector<std::uint32_t> map_indexes;  ///< empty: any, and outside of a Map
};

/// `Return` or `Throw`.
struct Answer {
    When when;
    std::optional<Payload> result;  ///< of Return
    StateError error;               ///< of Throw, where there is no result
    Milliseconds delay{0};
};

/// The answers of one state: by invocation, then the first that fits.
class Response {
public:
    /// Null where there is none for this call.
    const Answer* find(const MockedCall& call, const Json& input) const;
    /// `0, 1-3, *`.
    std::string invocations() const;

    struct Invocations {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::vector<Answer> answers;
    };
    std::vector<Invocations> by_invocation;          ///< ascending, no two overlap
    std::optional<std::vector<Answer>> all_further;  ///< `*`
};

/// By the name of the state.
using TestCase = std::map<std::string, std::shared_ptr<const Response>, std::less<>>;
/// By their names.
using TestCases = std::map<std::string, std::shared_ptr<const TestCase>, std::less<>>;
using Responses = std::map<std::string, std::shared_ptr<const Response>, std::less<>>;

struct Config {
    std::map<std::string, TestCases, std::less<>> state_machines;
    Responses responses;
    /// What is allowed and yet cannot be meant: a response that no test case names.
    std::vector<std::string> warnings;
};

/// A whole file's text. The error is one line that begins with the place:
/// `MockedResponses/Sent/1-2 needs either Return or Throw`.
Result<Config, ConfigError> parse_config(std::string_view text);

/// One test case: `{"State": "name in `responses`" or {"0": {"Return": …}}}`. `place` begins the
/// error's message.
Result<TestCase, ConfigError> parse_test_case(const Json& value, const Responses& responses,
                                              const std::string& place);

}  // namespace stepwell::mocks
