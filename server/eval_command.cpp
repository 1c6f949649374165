#include "server/eval_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <ostream>
#include <variant>

#include "engine/base/random.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/query/expression.hpp"
#include "engine/query/jsonata/expression.hpp"
#include "engine/query/variables.hpp"
#include "server/wall_clock.hpp"

namespace stepwell::server {
namespace {

using Bindings = std::vector<std::pair<std::string, Json>>;
using jsonata::Dialect;

constexpr std::size_t kMaxFileBytes = 256U << 20U;

struct Undefined {};
/// Why there is no value. `name` is an error of AWS's, such as States.Runtime.
struct NoValue {
    jsonata::Error error;
    std::string name;
    std::string cause;
};
using Outcome = std::variant<Json, Undefined, NoValue>;

/// One expression and what it sees.
struct Work {
    std::string_view expression;
    const Json* input = nullptr;
    const Bindings& bindings;
    jsonata::Limits limits = {};
};

/// What plain JSONata may use: only so much that a mistake ends.
jsonata::Limits generous_limits() {
    jsonata::Limits limits;
    limits.time = std::chrono::seconds(30);
    limits.depth = 1'000'000;
    limits.memory = 1U << 30U;
    return limits;
}

std::string trimmed_expression(std::string_view text) {
    // As it stands in a definition.
    if (text.starts_with("{%") && text.ends_with("%}") && text.size() >= 4)
        text = text.substr(2, text.size() - 4);
    return std::string(text);
}

// --- JSONata ---

std::string subject_of(std::string_view expression) {
    return "The JSONata expression '" + std::string(expression) + '\'';
}

std::string described(const jsonata::Error& error) {
    return error.code.empty() ? error.message : error.code + ": " + error.message;
}

NoValue query_error(jsonata::Error error, std::string_view expression) {
    std::string cause = subject_of(expression);
    if (error.code == jsonata::kUnsupportedResult) {
        cause += " returned an unsupported result type.";
    } else {
        cause += " threw an error during evaluation. " + described(error);
    }
    return {std::move(error), std::string(state_errors::kQueryEvaluationError), std::move(cause)};
}

/// `$states` of a binding, with the input that a file gave.
const Json* states_member(const Json* states, const Json* input, std::string_view member) {
    if (states != nullptr && states->is_object()) {
        const auto found = states->find(std::string(member));
        if (found != states->end()) return &*found;
    }
    return member == "input" ? input : nullptr;
}

Outcome evaluate_jsonata(const Work& work, Dialect dialect) {
    const std::string text = trimmed_expression(work.expression);
    auto compiled = jsonata::Expression::compile(text, dialect);
    if (!compiled) {
        std::string cause = described(compiled.error());
        return NoValue{std::move(compiled).error(), "INVALID_JSONATA_EXPRESSION", std::move(cause)};
    }
    const bool aws = dialect == Dialect::aws;
    std::vector<jsonata::Binding> bindings;
    const Json* states = nullptr;
    for (const auto& [name, value] : work.bindings) {
        if (aws && name == "states") {
            states = &value;
        } else {
            bindings.push_back({name, &value});
        }
    }
    RandomBits random(system_seed());
    jsonata::Environment environment;
    environment.bindings = bindings;
    environment.now = WallClock().now();
    environment.random = &random;
    environment.limits = work.limits;
    if (aws) {
        environment.states = [&](std::string_view member) {
            return states_member(states, work.input, member);
        };
    } else {
        environment.input = work.input;
    }
    auto value = compiled->evaluate(environment);
    if (!value) return query_error(std::move(value).error(), text);
    if (!*value) return Undefined{};
    return **std::move(value);
}

// --- JSONPath and intrinsic functions ---

Outcome evaluate_path(const Work& work, Expression::Accept accept) {
    const auto compiled = Expression::compile(work.expression, accept);
    if (!compiled) {
        jsonata::Error error("", compiled.error().message);
        return NoValue{std::move(error), "SCHEMA_VALIDATION_FAILED", compiled.error().message};
    }
    static const Json kNothing = Json::object();
    const Json* bound_context = &kNothing;
    VariableTable table;
    for (const auto& [name, value] : work.bindings) {
        if (name == "context") {
            bound_context = &value;
        } else {
            table.insert_or_assign(name, Payload(value));
        }
    }
    Variables variables;
    variables.add_scope(table);
    const LazyContext context([bound_context] { return *bound_context; });
    RandomBits random(system_seed());
    const Json& input = work.input == nullptr ? kNothing : *work.input;
    const Scope scope{input, context, random, &variables};
    auto value = compiled->evaluate(scope);
    if (value) return std::move(*value).take();
    StateError error = invalid_path(value.error());
    return NoValue{jsonata::Error(error.error, error.cause), error.error, error.cause};
}

Outcome evaluate_one(const Work& work, const Eval& command) {
    switch (command.language) {
        case Eval::Language::jsonata:
            return evaluate_jsonata(work, command.standard ? Dialect::standard : Dialect::aws);
        case Eval::Language::jsonpath:
            return evaluate_path(work, Expression::Accept::path);
        case Eval::Language::intrinsic:
            break;
    }
    return evaluate_path(work, Expression::Accept::path_or_intrinsic);
}

// --- one expression ---

std::optional<std::string> read_text(const std::string& file) {
    std::ifstream opened;
    if (file != "-") {
        opened.open(file, std::ios::binary);
        if (!opened) return std::nullopt;
    }
    std::istream& from = file == "-" ? std::cin : opened;
    return std::string(std::istreambuf_iterator<char>(from), {});
}

bool print(const Outcome& outcome, const Eval& command, std::ostream& out, std::ostream& errors) {
    if (const auto* value = std::get_if<Json>(&outcome)) {
        out << write_json(*value) << '\n';
        return true;
    }
    if (const auto* failure = std::get_if<NoValue>(&outcome)) {
        if (command.standard) {
            errors << described(failure->error) << '\n';
        } else {
            errors << failure->name << ": " << failure->cause << '\n';
        }
        return false;
    }
    if (command.standard) {
        out << "undefined\n";
        return true;
    }
    errors << state_errors::kQueryEvaluationError << ": "
           << subject_of(trimmed_expression(*command.expression))
           << " returned nothing (undefined).\n";
    return false;
}

// --- batches ---

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Whether `\uD800` to `\uDBFF` (`high`) or `\uDC00` to `\uDFFF` stands there.
bool surrogate_at(std::string_view line, std::size_t at, bool high) {
    if (line.size() < at + 6 || line.substr(at, 2) != "\\u" || (line[at + 2] | 0x20) != 'd' ||
        !is_hex(line[at + 3]))
        return false;
    const char digit = static_cast<char>(line[at + 3] | 0x20);
    return high ? digit == '8' || digit == '9' || digit == 'a' || digit == 'b'
                : digit >= 'c' && digit <= 'f';
}

/// Half a pair cannot stand in a JSON text that we read, but JSONata's own escapes can make one:
/// the escape is left to the expression.
std::string with_halves_escaped(std::string_view line) {
    std::string out;
    for (std::size_t at = 0; at < line.size();) {
        const bool high = surrogate_at(line, at, true);
        if (high && surrogate_at(line, at + 6, false)) {
            out += line.substr(at, 12);
            at += 12;
        } else if (high || surrogate_at(line, at, false)) {
            out += '\\';
            out += line.substr(at, 6);
            at += 6;
        } else {
            const std::size_t length = line[at] == '\\' ? 2 : 1;
            out += line.substr(at, length);
            at += length;
        }
    }
    return out;
}

Json error_json(const jsonata::Error& error) {
    Json members = Json::object();
    members["code"] = error.code;
    members["message"] = error.message;
    members["position"] = error.position;
    return members;
}

Json batch_answer(const Json& line, const Eval& command, const Json* input) {
    Json answer = Json::object();
    Bindings bindings = command.bindings;
    if (const auto own = line.find("bindings"); own != line.end() && own->is_object()) {
        for (const auto& [name, value] : own->items()) {
            std::erase_if(bindings, [&](const auto& binding) { return binding.first == name; });
            bindings.emplace_back(name, value);
        }
    }
    if (const auto data = line.find("data"); data != line.end()) input = &*data;
    const auto number = [&line](const char* name) -> std::optional<std::int64_t> {
        const auto member = line.find(name);
        if (member == line.end() || !member->is_number_integer()) return std::nullopt;
        return member->get<std::int64_t>();
    };
    const auto* text = line.at("expr").get_ptr<const Json::string_t*>();
    Work work{.expression = *text, .input = input, .bindings = bindings, .limits = {}};
    if (command.standard) work.limits = generous_limits();
    const auto time = number("timelimit");
    const auto depth = number("depth");
    if (time && depth && *time > 0 && *depth > 0) {
        work.limits.time = std::chrono::milliseconds(*time);
        work.limits.depth = static_cast<std::size_t>(*depth);
    }
    Outcome outcome = evaluate_one(work, command);
    if (auto* value = std::get_if<Json>(&outcome)) {
        answer["result"] = std::move(*value);
    } else if (const auto* failure = std::get_if<NoValue>(&outcome)) {
        answer["error"] = error_json(failure->error);
    } else {
        answer["undefined"] = true;
    }
    return answer;
}

bool evaluate_batch(std::istream& lines, const Eval& command, const Json* input, std::ostream& out,
                    std::ostream& errors) {
    bool all_read = true;
    std::string text;
    for (std::size_t number = 1; std::getline(lines, text); ++number) {
        if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
        auto line = parse_json(text, {.max_bytes = kMaxFileBytes});
        if (!line) line = parse_json(with_halves_escaped(text), {.max_bytes = kMaxFileBytes});
        if (line && line->is_object() && line->contains("expr") && line->at("expr").is_string()) {
            out << write_json(batch_answer(*line, command, input)) << '\n';
            continue;
        }
        all_read = false;
        const std::string problem = line ? "there is no text \"expr\"" : line.error().message;
        errors << "stepwell: line " << number << ": " << problem << '\n';
        Json answer = Json::object();
        answer["error"] = error_json(jsonata::Error("", problem));
        out << write_json(answer) << '\n';
    }
    return all_read;
}

}  // namespace

bool evaluate(const Eval& command, std::ostream& out, std::ostream& errors) {
    std::optional<Json> input;
    if (command.input_file) {
        const auto text = read_text(*command.input_file);
        if (!text) {
            errors << "stepwell: " << *command.input_file << " cannot be read\n";
            return false;
        }
        auto parsed = parse_json(*text, {.max_bytes = kMaxFileBytes});
        if (!parsed) {
            errors << "stepwell: " << *command.input_file << ": " << parsed.error().message << '\n';
            return false;
        }
        input = std::move(*parsed);
    }
    const Json* given = input ? &*input : nullptr;
    if (command.batch_file) {
        if (*command.batch_file == "-")
            return evaluate_batch(std::cin, command, given, out, errors);
        std::ifstream file(*command.batch_file, std::ios::binary);
        if (!file) {
            errors << "stepwell: " << *command.batch_file << " cannot be read\n";
            return false;
        }
        return evaluate_batch(file, command, given, out, errors);
    }
    Work work{.expression = *command.expression,
              .input = given,
              .bindings = command.bindings,
              .limits = command.standard ? generous_limits() : jsonata::Limits{}};
    return print(evaluate_one(work, command), command, out, errors);
}

}  // namespace stepwell::server
