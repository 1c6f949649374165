#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/parser.hpp"
#include "engine/base/json.hpp"

/// Plays the definitions of `../shared/asl/definitions`: `definitions_suite DIR`. What AWS or its
/// samples say must hold, word for word where AWS's own diagnostics are known; a disputed entry is
/// a hint. What is skipped is named, with the reason.
namespace {

using namespace stepwell;

enum class Outcome { passed, failed, skipped };
struct Verdict {
    Outcome outcome = Outcome::passed;
    std::string reason;
};

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string text_of(const Json& entry, const char* member) {
    return entry.contains(member) ? entry.at(member).get<std::string>() : std::string();
}

std::string show(const std::vector<asl::Diagnostic>& diagnostics) {
    std::string out;
    for (const auto& d : diagnostics) {
        out += out.empty() ? "" : " | ";
        out += (d.severity == asl::Severity::error ? "" : "(warning) ") + d.code + ": " +
               d.message + " at " + d.location;
    }
    return out.empty() ? "accepted" : out;
}

std::vector<asl::Diagnostic> errors_of(const asl::Parsed& parsed) {
    std::vector<asl::Diagnostic> out;
    std::copy_if(parsed.diagnostics.begin(), parsed.diagnostics.end(), std::back_inserter(out),
                 [](const asl::Diagnostic& d) { return d.severity == asl::Severity::error; });
    return out;
}

std::vector<asl::Diagnostic> recorded(const Json& entry) {
    std::vector<asl::Diagnostic> out;
    for (const Json& d : entry.at("diagnostics")) {
        const bool warning = text_of(d, "severity") == "WARNING";
        out.push_back({warning ? asl::Severity::warning : asl::Severity::error, text_of(d, "code"),
                       text_of(d, "message"), text_of(d, "location")});
    }
    return out;
}

/// Linters take any text for a Resource (`foo:bar`), and placeholders of samples were replaced by
/// ARNs that do not fit there (`arn:arn:aws:lambda:…`). An integration of a service is never one of
/// these.
bool only_odd_resources(const std::vector<asl::Diagnostic>& errors) {
    return std::all_of(errors.begin(), errors.end(), [](const asl::Diagnostic& d) {
        return d.location.ends_with("/Resource") &&
               !d.message.starts_with("The resource provided arn:aws:states:::");
    });
}

struct Exception {
    std::string_view file;
    std::string_view reason;
};
/// Entries that call valid what AWS refuses, each with the evidence.
constexpr Exception kExceptions[] = {
    {"valid/aslvalidator-valid-assign.asl.json",
     "AWS: INVALID_VARIABLE_NAME for 'top-level' (Developer Guide, variables: Unicode "
     "identifiers)"},
    {"valid/aslvalidator-valid-map-noconfig.asl.json",
     "ItemReader, ResultWriter and Label need DISTRIBUTED mode"},
    {"valid/aslvalidator-valid-map-with-item-batcher-jsonata.asl.json",
     "JSONPath in a JSONata machine: refused as in invalid/aws-downgrade-query-language"},
    {"valid/aslvalidator-valid-task-credentials.asl.json",
     "Credentials without RoleArn: refused as in invalid/aws-credentials-empty"},
    {"valid/languageservice-stateLevelJsonataDocument.asl.json",
     "AWS: lambda:invoke needs FunctionName"},
    {"valid/statelint-succeed-with-comment-in-catcher.asl.json",
     "AWS: lambda:invoke needs Parameters"},
    {"valid/localstack-scenarios-map_state_label_invalid_char_fail.asl.json",
     "its test expects the refusal"},
    {"valid/localstack-services-lambda_list_functions.asl.json",
     "AWS has no integration lambda:listFunctions"},
};

Verdict judge(const Json& entry, const asl::Parsed& parsed) {
    const bool valid = entry.at("valid").get<bool>();
    const std::string oracle = text_of(entry, "oracle");
    const bool hint =
        oracle != "aws" && entry.contains("disputed") && entry.at("disputed").get<bool>();
    const auto errors = errors_of(parsed);
    if (valid == errors.empty() && !(oracle == "aws" && !valid)) return {};
    if (oracle == "aws" && !valid) {
        if (parsed.diagnostics == recorded(entry)) return {};
        return {Outcome::failed,
                "got " + show(parsed.diagnostics) + ", AWS says " + show(recorded(entry))};
    }
    if (hint) return {Outcome::skipped, "tools differ: " + show(errors)};
    if (valid && only_odd_resources(errors))
        return {Outcome::skipped, "a Resource that AWS refuses: " + show(errors)};
    for (const Exception& exception : kExceptions) {
        if (exception.file == text_of(entry, "file"))
            return {Outcome::skipped, std::string(exception.reason)};
    }
    return {Outcome::failed, (valid ? "refused: " : "") + show(errors)};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: definitions_suite DIR\n", stderr);
        return 2;
    }
    const std::string dir = argv[1];
    const auto text = read_file(dir + "/index.json");
    const auto index =
        text ? parse_json(*text) : JsonSyntaxError{"cannot read " + dir + "/index.json", ""};
    if (!index) {
        std::fprintf(stderr, "%s\n", index.error().message.c_str());
        return 2;
    }
    int passed = 0;
    int failed = 0;
    int skipped = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const Json& entry : *index) {
        const auto file = entry.at("file").get<std::string>();
        const auto definition = read_file(dir + "/" + file);
        if (!definition) {
            std::printf("FAIL %s: cannot be read\n", file.c_str());
            ++failed;
            continue;
        }
        const auto type = text_of(entry, "type") == "EXPRESS" ? asl::WorkflowType::express
                                                              : asl::WorkflowType::standard;
        const Verdict verdict = judge(entry, asl::parse(*definition, type));
        if (verdict.outcome == Outcome::passed) {
            ++passed;
        } else {
            const bool bad = verdict.outcome == Outcome::failed;
            ++(bad ? failed : skipped);
            std::printf("%s %s: %s\n", bad ? "FAIL" : "skip", file.c_str(), verdict.reason.c_str());
        }
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    std::printf("%zu definitions in %lld ms\n", index->size(),
                static_cast<long long>(took.count()));
    std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed == 0 ? 0 : 1;
}
