#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/expression.hpp"

/// Plays `../shared/jsonata`: `jsonata_suite DIR`. The reference implementation's own cases and the
/// recorded ones in the standard dialect, what was recorded from Step Functions in AWS's. Values
/// compare as JSON; of an error what the case gives, but for its JavaScript values.
namespace {

using namespace stepwell;

/// When extra.jsonl was recorded: a case has a time of that day.
constexpr TimePoint kRecorded = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

struct Tally {
    int passed = 0;
    int failed = 0;
    int skipped = 0;
};

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

const Json* find(const Json& object, const char* name) {
    const auto& members = object.get_ref<const Json::object_t&>();
    const auto found = members.find(std::string_view(name));
    return found == members.end() ? nullptr : &found->second;
}

std::string text_of(const Json& object, const char* name) {
    const Json* member = find(object, name);
    return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

/// As the suite compares: numbers as doubles, -0 apart from 0.
bool same(const Json& a, const Json& b) {
    if (a.is_number() && b.is_number()) {
        const double x = a.get<double>();
        const double y = b.get<double>();
        return x == y && std::signbit(x) == std::signbit(y);
    }
    if (a.is_array() && b.is_array()) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
    }
    if (a.is_object() && b.is_object()) {
        if (a.size() != b.size()) return false;
        for (const auto& [key, value] : a.get_ref<const Json::object_t&>()) {
            const Json* other = find(b, key.c_str());
            if (other == nullptr || !same(value, *other)) return false;
        }
        return true;
    }
    return a == b;
}

bool same_members(const Json& a, const Json& b) {
    if (!a.is_array() || !b.is_array() || a.size() != b.size()) return same(a, b);
    std::vector<bool> used(b.size());
    for (const Json& element : a) {
        std::size_t at = 0;
        while (at < b.size() && (used[at] || !same(element, b[at]))) ++at;
        if (at == b.size()) return false;
        used[at] = true;
    }
    return true;
}

std::string show(const Result<std::optional<Json>, jsonata::Error>& outcome) {
    if (!outcome) {
        const jsonata::Error& error = outcome.error();
        return "error " + error.code + " at " + std::to_string(error.position) + " token '" +
               error.token + "': " + error.message;
    }
    return *outcome ? write_json(**outcome) : "undefined";
}

class Suite {
public:
    explicit Suite(std::string folder) : folder_(std::move(folder)) {}

    void play(const std::string& file, jsonata::Dialect dialect) {
        std::ifstream cases(folder_ + "/" + file);
        if (!cases) throw std::runtime_error("cannot read " + folder_ + "/" + file);
        for (std::string line; std::getline(cases, line);) {
            if (line.empty()) continue;
            // nlohmann refuses a lone surrogate: in an expression its escape is let in, as the
            // expression's own; other members that hold one are not compared.
            const bool has_surrogate = file == "surrogates.jsonl";
            if (has_surrogate) line = with_expression_escapes(line);
            play_case(json(line), dialect);
        }
    }
    const Tally& tally() const { return tally_; }

private:
    /// `"\ud800"` in the line becomes `"\\ud800"`: an escape for JSONata instead of one for JSON.
    static std::string with_expression_escapes(const std::string& line) {
        std::string out;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line.compare(i, 3, "\\ud") == 0) out += '\\';
            out += line[i];
        }
        return out;
    }

    const Json& dataset(const std::string& name) {
        auto found = datasets_.find(name);
        if (found == datasets_.end()) {
            found =
                datasets_.emplace(name, json(read_file(folder_ + "/datasets/" + name + ".json")))
                    .first;
        }
        return found->second;
    }

    void play_case(const Json& test, jsonata::Dialect dialect) {
        const Json* input = find(test, "data");
        if (const std::string name = text_of(test, "dataset"); !name.empty()) {
            input = &dataset(name);
        }
        std::vector<jsonata::Binding> bindings;
        if (const Json* bound = find(test, "bindings")) {
            for (const auto& [name, value] : bound->get_ref<const Json::object_t&>()) {
                bindings.push_back({name, &value});
            }
        }
        RandomBits random(1);
        jsonata::Environment environment;
        environment.input = input;
        environment.bindings = bindings;
        environment.random = &random;
        environment.now = kRecorded;
        environment.limits.time = std::chrono::milliseconds(20'000);
        environment.limits.depth = 100'000;
        environment.limits.memory = std::size_t{1} << 30U;
        if (const Json* depth = find(test, "depth")) {
            environment.limits.depth = depth->get<std::size_t>();
            environment.limits.time =
                std::chrono::milliseconds(find(test, "timelimit")->get<int>());
        }
        const std::string expression_text = text_of(test, "expr");
        auto outcome = [&]() -> Result<std::optional<Json>, jsonata::Error> {
            auto expression = jsonata::Expression::compile(expression_text, dialect);
            if (!expression) return std::move(expression).error();
            return expression->evaluate(environment);
        }();
        const std::string difference = compare(test, outcome);
        if (difference.empty()) {
            ++tally_.passed;
            return;
        }
        ++tally_.failed;
        std::printf("FAIL %s/%s: %s\n  expected %s\n       got %s\n",
                    text_of(test, "group").c_str(), text_of(test, "case").c_str(),
                    expression_text.c_str(), difference.c_str(), show(outcome).c_str());
    }

    /// Empty, or what was expected.
    static std::string compare(const Json& test,
                               const Result<std::optional<Json>, jsonata::Error>& outcome) {
        if (const Json* error = find(test, "error")) {
            if (outcome || differs(*error, outcome.error())) return "error " + write_json(*error);
            return {};
        }
        if (const Json* result = find(test, "result")) {
            const bool unordered = find(test, "unordered") != nullptr;
            if (outcome && *outcome &&
                (unordered ? same_members(*result, **outcome) : same(*result, **outcome))) {
                return {};
            }
            return write_json(*result);
        }
        return outcome && !*outcome ? std::string() : "undefined";
    }

    static bool differs(const Json& expected, const jsonata::Error& error) {
        if (const std::string code = text_of(expected, "code"); code != error.code) return true;
        const std::string token = text_of(expected, "token");
        if (!token.empty() && token != error.token) return true;
        const Json* position = find(expected, "position");
        return position != nullptr && position->is_number() &&
               position->get<std::size_t>() != error.position;
    }

    std::string folder_;
    std::map<std::string, Json> datasets_;
    Tally tally_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: jsonata_suite DIR\n");
        return 2;
    }
    try {
        Suite suite(argv[1]);
        suite.play("cases.jsonl", jsonata::Dialect::standard);
        suite.play("surrogates.jsonl", jsonata::Dialect::standard);
        suite.play("extra.jsonl", jsonata::Dialect::standard);
        suite.play("aws.jsonl", jsonata::Dialect::aws);
        const Tally& tally = suite.tally();
        std::printf("%d passed, %d failed, %d skipped\n", tally.passed, tally.failed,
                    tally.skipped);
        return tally.failed == 0 ? 0 : 1;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "jsonata_suite: %s\n", failure.what());
        return 2;
    }
}
