#include "integrations/mocks/mock_config.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

namespace stepwell::mocks {
namespace {

constexpr std::uint32_t kEndless = std::numeric_limits<std::uint32_t>::max();
constexpr double kMostDelaySeconds = 3'600;
/// API Reference, SendTaskFailure: the most that error and cause may have.
constexpr std::size_t kMostErrorBytes = 256;

ConfigError mistake(const std::string& place, const std::string& what) {
    return {(place.empty() ? "the mock configuration" : place) + " " + what};
}

std::string below(const std::string& place, std::string_view name) {
    return place.empty() ? std::string(name) : place + "/" + std::string(name);
}

std::optional<ConfigError> not_an_object(const Json& value, const std::string& place) {
    if (value.is_object()) return std::nullopt;
    return mistake(place, "must be a JSON object");
}

/// Whether all of `part` is in `whole`.
bool contains(const Json& whole, const Json& part) {
    if (!part.is_object()) return whole == part;
    if (!whole.is_object()) return false;
    const auto& members = part.get_ref<const Json::object_t&>();
    return std::all_of(members.begin(), members.end(), [&](const auto& member) {
        const auto found = whole.find(member.first);
        return found != whole.end() && contains(*found, member.second);
    });
}

bool fits(const When& when, const MockedCall& call, const Json& input) {
    if (!when.map_indexes.empty() &&
        (!call.map_index ||
         std::ranges::find(when.map_indexes, *call.map_index) == when.map_indexes.end())) {
        return false;
    }
    return !when.input || contains(input, *when.input);
}

const Answer* first_that_fits(const std::vector<Answer>& answers, const MockedCall& call,
                              const Json& input) {
    const auto found = std::ranges::find_if(
        answers, [&](const Answer& answer) { return fits(answer.when, call, input); });
    return found == answers.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || number == kEndless)
        return std::nullopt;
    return number;
}

/// `0`, `1-3`.
std::optional<std::pair<std::uint32_t, std::uint32_t>> range_of(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = number_of(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_of(text.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return std::pair(*first, *last);
}

Result<std::vector<std::uint32_t>, ConfigError> map_indexes(const Json& value,
                                                            const std::string& place) {
    std::vector<std::uint32_t> indexes;
    const auto add = [&](const Json& index) {
        if (!index.is_number_integer() || index.get<std::int64_t>() < 0 ||
            index.get<std::int64_t>() >= kEndless)
            return false;
        indexes.push_back(index.get<std::uint32_t>());
        return true;
    };
    const bool good = value.is_array()
                          ? !value.empty() && std::all_of(value.begin(), value.end(), add)
                          : add(value);
    if (!good) return mistake(place, "must be the index of an item, from 0, or a list of them");
    return indexes;
}

Result<When, ConfigError> parse_when(const Json& value, const std::string& place) {
    if (auto wrong = not_an_object(value, place)) return *std::move(wrong);
    When when;
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        if (name == "Input") {
            when.input = member;
        } else if (name == "MapIndex") {
            when.map_indexes = TRY(map_indexes(member, below(place, name)));
        } else {
            return mistake(below(place, name), "is not known: there are Input and MapIndex");
        }
    }
    return when;
}

Result<StateError, ConfigError> parse_throw(const Json& value, const std::string& place) {
    if (auto wrong = not_an_object(value, place)) return *std::move(wrong);
    StateError error;
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        if (name != "Error" && name != "Cause")
            return mistake(below(place, name), "is not known: Throw has Error and Cause");
        if (!member.is_string()) return mistake(below(place, name), "must be a string");
        (name == "Error" ? error.error : error.cause) = member.get<std::string>();
    }
    if (error.error.empty()) return mistake(place, "needs an Error");
    if (error.error.size() > kMostErrorBytes)
        return mistake(below(place, "Error"), "must have at most 256 characters");
    return error;
}

Result<Milliseconds, ConfigError> parse_delay(const Json& value, const std::string& place) {
    const double seconds = value.is_number() ? value.get<double>() : -1.0;
    if (!(seconds >= 0 && seconds <= kMostDelaySeconds))
        return mistake(place, "must be a number of seconds from 0 to 3600");
    return Milliseconds{std::llround(seconds * 1000)};
}

Result<Answer, ConfigError> parse_answer(const Json& value, const std::string& place) {
    if (auto wrong = not_an_object(value, place)) return *std::move(wrong);
    Answer answer;
    bool thrown = false;
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        if (name == "Return") {
            answer.result = Payload(member);
        } else if (name == "Throw") {
            answer.error = TRY(parse_throw(member, below(place, name)));
            thrown = true;
        } else if (name == "When") {
            answer.when = TRY(parse_when(member, below(place, name)));
        } else if (name == "DelaySeconds") {
            answer.delay = TRY(parse_delay(member, below(place, name)));
        } else {
            return mistake(below(place, name),
                           "is not known: there are Return, Throw, When and DelaySeconds");
        }
    }
    if (thrown == answer.result.has_value()) return mistake(place, "needs either Return or Throw");
    return answer;
}

/// One answer, or a list of them.
Result<std::vector<Answer>, ConfigError> parse_answers(const Json& value,
                                                       const std::string& place) {
    std::vector<Answer> answers;
    if (!value.is_array()) {
        answers.push_back(TRY(parse_answer(value, place)));
        return answers;
    }
    if (value.empty()) return mistake(place, "is empty: give an answer");
    for (const Json& item : value)
        answers.push_back(TRY(parse_answer(item, below(place, std::to_string(answers.size())))));
    return answers;
}

Result<std::shared_ptr<const Response>, ConfigError> parse_response(const Json& value,
                                                                    const std::string& place) {
    if (auto wrong = not_an_object(value, place)) return *std::move(wrong);
    auto response = std::make_shared<Response>();
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        const std::string here = below(place, name);
        if (name == "*") {
            response->all_further = TRY(parse_answers(member, here));
            continue;
        }
        const auto range = range_of(name);
        if (!range) {
            return mistake(here,
                           "is no invocation: write \"0\", a range as \"1-3\", or \"*\" for all "
                           "further ones");
        }
        auto answers = TRY(parse_answers(member, here));
        response->by_invocation.push_back({range->first, range->second, std::move(answers)});
    }
    if (response->by_invocation.empty() && !response->all_further)
        return mistake(place, "has no answer: give one for the invocation \"0\"");
    auto& all = response->by_invocation;
    std::ranges::sort(all, {}, &Response::Invocations::first);
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].first <= all[i - 1].last) {
            return mistake(place,
                           "answers the invocation " + std::to_string(all[i].first) + " twice");
        }
    }
    return std::shared_ptr<const Response>(std::move(response));
}

Result<TestCases, ConfigError> parse_test_cases(const Json& value, const Responses& responses,
                                                const std::string& place) {
    if (auto wrong = not_an_object(value, place)) return *std::move(wrong);
    const auto cases = value.find("TestCases");
    if (cases == value.end()) return mistake(place, "needs TestCases");
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        if (name != "TestCases")
            return mistake(below(place, name), "is not known: a state machine has TestCases");
    }
    const std::string here = below(place, "TestCases");
    if (auto wrong = not_an_object(*cases, here)) return *std::move(wrong);
    TestCases parsed;
    for (const auto& [name, member] : cases->get_ref<const Json::object_t&>()) {
        if (name.empty()) return mistake(here, "has a test case without a name");
        auto test_case = TRY(parse_test_case(member, responses, below(here, name)));
        parsed[name] = std::make_shared<const TestCase>(std::move(test_case));
    }
    return parsed;
}

/// `12:5: ` of `[Source: …; line: 12, column: 5]`.
std::string position_of(const std::string& location) {
    const std::size_t line = location.rfind("line: ");
    const std::size_t column = location.rfind(", column: ");
    if (line == std::string::npos || column == std::string::npos) return {};
    return "line " + location.substr(line + 6, column - line - 6) + ", column " +
           location.substr(column + 10, location.find_last_of("0123456789") + 1 - column - 10) +
           ": ";
}

std::vector<std::string> unused(const Config& config) {
    std::set<const Response*> used;
    for (const auto& [machine, cases] : config.state_machines) {
        for (const auto& [name, states] : cases) {
            for (const auto& [state, response] : *states) used.insert(response.get());
        }
    }
    std::vector<std::string> warnings;
    for (const auto& [name, response] : config.responses) {
        if (!used.contains(response.get()))
            warnings.push_back("MockedResponses/" + name + " is used by no test case");
    }
    return warnings;
}

}  // namespace

const Answer* Response::find(const MockedCall& call, const Json& input) const {
    for (const Invocations& some : by_invocation) {
        if (call.invocation < some.first || call.invocation > some.last) continue;
        if (const Answer* answer = first_that_fits(some.answers, call, input)) return answer;
    }
    return all_further ? first_that_fits(*all_further, call, input) : nullptr;
}

std::string Response::invocations() const {
    std::string text;
    for (const Invocations& some : by_invocation) {
        text += (text.empty() ? "" : ", ") + std::to_string(some.first);
        if (some.last != some.first) text += "-" + std::to_string(some.last);
    }
    if (all_further) text += text.empty() ? "*" : ", *";
    return text;
}

Result<TestCase, ConfigError> parse_test_case(const Json& value, const Responses& responses,
                                              const std::string& place) {
    if (auto wrong = not_an_object(value, place)) return *std::move(wrong);
    TestCase states;
    for (const auto& [state, given] : value.get_ref<const Json::object_t&>()) {
        const std::string here = below(place, state);
        if (!given.is_string()) {
            states[state] = TRY(parse_response(given, here));
            continue;
        }
        const auto found = responses.find(given.get_ref<const std::string&>());
        if (found == responses.end()) {
            return mistake(here, "names the response \"" + given.get<std::string>() +
                                     "\", which MockedResponses does not have");
        }
        states[state] = found->second;
    }
    return states;
}

Result<Config, ConfigError> parse_config(std::string_view text) {
    auto root = parse_json(text);
    if (!root) {
        return ConfigError{position_of(root.error().location) +
                           "not JSON: " + root.error().message};
    }
    if (auto wrong = not_an_object(*root, "")) return *std::move(wrong);
    Config config;
    for (const auto& [name, member] : root->get_ref<const Json::object_t&>()) {
        if (name != "StateMachines" && name != "MockedResponses") {
            return mistake(name, "is not known: there are StateMachines and MockedResponses");
        }
        if (auto wrong = not_an_object(member, name)) return *std::move(wrong);
    }
    if (const auto responses = root->find("MockedResponses"); responses != root->end()) {
        for (const auto& [name, member] : responses->get_ref<const Json::object_t&>())
            config.responses[name] = TRY(parse_response(member, below("MockedResponses", name)));
    }
    if (const auto machines = root->find("StateMachines"); machines != root->end()) {
        for (const auto& [name, member] : machines->get_ref<const Json::object_t&>()) {
            config.state_machines[name] =
                TRY(parse_test_cases(member, config.responses, below("StateMachines", name)));
        }
    }
    config.warnings = unused(config);
    return config;
}

}  // namespace stepwell::mocks
