// Plays the shared JSONPath suite: jsonpath_suite DIR [--verbose], DIR holding cases.jsonl and
// docs.json. Cases of confidence "low" (the versions of the reference library differ) are counted
// apart and fail nothing.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "engine/query/expression.hpp"

namespace {

using namespace stepwell;

struct Tally {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
};

/// Empty if the case holds, else what differs.
using Difference = std::string;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

bool has(const Json& test, const char* member) { return test.contains(member); }
const std::string& text_of(const Json& test, const char* member) {
    return test.at(member).get_ref<const std::string&>();
}

Difference differs(std::string_view what, std::string_view expected, std::string_view actual) {
    return std::string(what) + ": expected " + std::string(expected) + "\n      got " +
           std::string(actual);
}

std::string_view kind_name(EvaluationFailure::Kind kind) {
    switch (kind) {
        case EvaluationFailure::Kind::not_found:
            return "not_found";
        case EvaluationFailure::Kind::path:
            return "runtime";
        case EvaluationFailure::Kind::intrinsic:
            return "intrinsic";
    }
    return "?";
}

/// The service's words, of which "'...'" stands for an input that was not written down.
Difference check_aws_message(const std::string& expected, const EvaluationFailure& failure,
                             const Json& document) {
    std::string actual = invalid_path(failure).cause;
    static constexpr std::string_view kField = "specified for the field '";
    if (const std::size_t at = expected.find(kField); at != std::string::npos) {
        const std::size_t start = at + kField.size();
        const std::string field = expected.substr(start, expected.find('\'', start) - start);
        actual = not_found_in_field(failure, field, document).cause;
    }
    static constexpr std::string_view kAnyInput = "'...'";
    std::string_view wanted = expected;
    std::string_view got = actual;
    if (wanted.ends_with(kAnyInput)) {
        wanted.remove_suffix(kAnyInput.size());
        got = got.substr(0, wanted.size());
    }
    return wanted == got ? Difference() : differs("awsMessage", expected, actual);
}

Difference check_failure(const Json& test, const EvaluationFailure& failure, const Json& document) {
    if (!has(test, "error"))
        return differs("value", write_json(test.at("expect")), failure.message);
    if (text_of(test, "error") != kind_name(failure.kind)) {
        return differs("error", text_of(test, "error"), kind_name(failure.kind));
    }
    if (has(test, "message") && text_of(test, "message") != failure.message) {
        return differs("message", text_of(test, "message"), failure.message);
    }
    return has(test, "awsMessage")
               ? check_aws_message(text_of(test, "awsMessage"), failure, document)
               : Difference();
}

VariableTable variables_of(const Json& test) {
    VariableTable table;
    if (!has(test, "variables")) return table;
    for (const auto& [name, value] : test.at("variables").get_ref<const Json::object_t&>())
        table.emplace(name, Payload(value));
    return table;
}

Difference check_path(const Json& test, const Json& document) {
    const std::string& path = text_of(test, "path");
    const bool must_be_invalid = has(test, "error") && text_of(test, "error") == "invalid";
    const auto expression = Expression::compile(path, Expression::Accept::path);
    if (!expression)
        return must_be_invalid ? Difference()
                               : differs("path", "accepted", expression.error().message);
    if (must_be_invalid) return differs("path", "invalid", "accepted");
    if (has(test, "normalized")) {
        const std::string normalized = JsonPath::compile(path)->normalized();
        if (normalized != text_of(test, "normalized")) {
            return differs("normalized", text_of(test, "normalized"), normalized);
        }
    }
    const LazyContext context([&test] { return test.value("context", Json::object()); });
    RandomBits random(1);
    const VariableTable table = variables_of(test);
    Variables variables;
    variables.add_scope(table);
    const auto selected = expression->evaluate(
        {.input = document, .context = context, .random = random, .variables = &variables});
    if (!selected) return check_failure(test, selected.error(), document);
    if (has(test, "error"))
        return differs("error", text_of(test, "error"), write_json(selected->value()));
    if (selected->value() == test.at("expect")) return {};
    return differs("value", write_json(test.at("expect")), write_json(selected->value()));
}

Difference check_reference_path(const Json& test) {
    const auto expression =
        Expression::compile(text_of(test, "path"), Expression::Accept::reference_path);
    const bool valid = test.at("valid").get<bool>();
    if (expression.has_value() == valid) return {};
    return differs("reference path", valid ? "valid" : "invalid",
                   valid ? expression.error().message : "valid");
}

Difference check_result_path(const Json& test, const Json& document) {
    if (test.at("path").is_null()) {  // The result is discarded: nothing to evaluate.
        return document == test.at("expect") ? Difference()
                                             : differs("value", write_json(test.at("expect")), "");
    }
    const auto path = JsonPath::compile(text_of(test, "path"));
    if (!path) return differs("path", "accepted", path.error().message);
    const auto written = path->write(document, test.at("result"));
    if (!written) {
        if (!has(test, "error"))
            return differs("value", write_json(test.at("expect")), written.error().cause);
        const bool same = text_of(test, "error") == written.error().error;
        return same ? Difference()
                    : differs("error", text_of(test, "error"), written.error().error);
    }
    if (has(test, "error")) return differs("error", text_of(test, "error"), write_json(*written));
    if (*written == test.at("expect")) return {};
    return differs("value", write_json(test.at("expect")), write_json(*written));
}

Difference check(const Json& test, const Json& documents) {
    const Json document =
        has(test, "docName") ? documents.at(text_of(test, "docName")) : test.value("doc", Json());
    const std::string& kind = text_of(test, "kind");
    if (kind == "path") return check_path(test, document);
    if (kind == "reference_path") return check_reference_path(test);
    if (kind == "result_path") return check_result_path(test, document);
    return "unknown kind " + kind;
}

int play(const std::string& folder, bool verbose) {
    const Json documents = json(read_file(folder + "/docs.json"));
    std::ifstream cases(folder + "/cases.jsonl");
    if (!cases) throw std::runtime_error("cannot read " + folder + "/cases.jsonl");
    Tally counted;
    Tally low;
    for (std::string line; std::getline(cases, line);) {
        const Json test = json(line);
        const bool is_low = text_of(test, "confidence") == "low";
        Tally& tally = is_low ? low : counted;
        const Difference difference = check(test, documents);
        ++(difference.empty() ? tally.passed : tally.failed);
        if (difference.empty() && !verbose) continue;
        if (is_low && !verbose) continue;
        std::cout << (difference.empty() ? "ok   " : "FAIL ") << text_of(test, "id") << " ["
                  << text_of(test, "confidence") << "] " << write_json(test.at("path")) << "\n";
        if (!difference.empty()) std::cout << "      " << difference << "\n";
    }
    std::cout << "low confidence, apart: " << low.passed << " passed, " << low.failed << " failed, "
              << low.skipped << " skipped\n";
    std::cout << counted.passed << " passed, " << counted.failed << " failed, " << counted.skipped
              << " skipped\n";
    return counted.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const bool verbose = argc == 3 && std::string_view(argv[2]) == "--verbose";
    if (argc < 2 || argc > 3 || (argc == 3 && !verbose)) {
        std::cerr << "usage: jsonpath_suite DIR [--verbose]\n";
        return 2;
    }
    try {
        return play(argv[1], verbose);
    } catch (const std::exception& error) {
        std::cerr << "jsonpath_suite: " << error.what() << "\n";
        return 2;
    }
}
