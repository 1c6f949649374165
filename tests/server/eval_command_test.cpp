#include "server/eval_command.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/command_line.hpp"

namespace stepwell::server {
namespace {

struct Printed {
    bool ok;
    std::string out;
    std::string errors;
    bool operator==(const Printed&) const = default;
};
std::ostream& operator<<(std::ostream& to, const Printed& printed) {
    return to << (printed.ok ? "ok " : "failed ") << printed.out << printed.errors;
}

/// A file that lives as long as this.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        std::string folder = (std::filesystem::temp_directory_path() / "stepwell-XXXXXX").string();
        folder_ = mkdtemp(folder.data());
        std::ofstream(path(), std::ios::binary) << content;
    }
    ~TemporaryFile() { std::filesystem::remove_all(folder_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    std::string path() const { return (folder_ / "file.json").string(); }

private:
    std::filesystem::path folder_;
};

/// What `stepwell eval ARGUMENTS` prints; a usage error as the errors.
Printed eval(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "eval");
    const Command command =
        parse_command_line(arguments, [](const std::string&) { return std::nullopt; });
    if (const auto* error = std::get_if<UsageError>(&command)) return {false, "", error->message};
    std::ostringstream out;
    std::ostringstream errors;
    const bool ok = evaluate(std::get<Eval>(command), out, errors);
    return {ok, out.str(), errors.str()};
}

TEST(Eval, PrintsTheValueOfAJsonataExpression) {
    EXPECT_EQ(eval({"$sum([1..4]) * $factor", "--bind", "factor=2"}), (Printed{true, "20\n", ""}));
    EXPECT_EQ(eval({"{% {'a': $states.input.b} %}", "--bind", R"(states={"input":{"b":"x"}})"}),
              (Printed{true, "{\"a\":\"x\"}\n", ""}));
}

TEST(Eval, TakesTheInputFromAFile) {
    const TemporaryFile input(R"({"order":{"total":7}})");
    EXPECT_EQ(eval({"$states.input.order.total", "--input", input.path()}),
              (Printed{true, "7\n", ""}));
    EXPECT_EQ(eval({"order.total", "--standard", "--input", input.path()}),
              (Printed{true, "7\n", ""}));
    EXPECT_EQ(eval({"--language", "jsonpath", "$.order", "--input", input.path()}),
              (Printed{true, "{\"total\":7}\n", ""}));
    EXPECT_EQ(
        eval({"--language=intrinsic", "States.MathAdd($.order.total, 1)", "--input", input.path()}),
        (Printed{true, "8\n", ""}));
    EXPECT_EQ(eval({"--language", "jsonpath", "$x[1]", "--bind", "x=[1,2]"}),
              (Printed{true, "2\n", ""}));
    EXPECT_EQ(eval({"--language", "jsonpath", "$$.Id", "--bind", R"(context={"Id":"e"})"}),
              (Printed{true, "\"e\"\n", ""}));
    EXPECT_EQ(eval({"1", "--input", "/nowhere"}),
              (Printed{false, "", "stepwell: /nowhere cannot be read\n"}));
}

TEST(Eval, WordsErrorsAsAwsDoes) {
    EXPECT_EQ(
        eval({"$nobody()"}).errors,
        "States.QueryEvaluationError: The JSONata expression '$nobody()' threw an error during "
        "evaluation. T1006: Attempted to invoke a non-function\n");
    EXPECT_EQ(eval({"$nothing"}).errors,
              "States.QueryEvaluationError: The JSONata expression '$nothing' returned nothing "
              "(undefined).\n");
    EXPECT_EQ(eval({"$sum"}).errors,
              "States.QueryEvaluationError: The JSONata expression '$sum' returned an unsupported "
              "result type.\n");
    EXPECT_EQ(eval({"--language", "jsonpath", "$.a", "--bind", "context={}"}).errors,
              "States.Runtime: Invalid path '$.a' : No results for path: $['a']\n");
    EXPECT_FALSE(eval({"--language", "intrinsic", "States.Nobody()"}).ok);
    EXPECT_FALSE(eval({"1 ?: 2"}).ok);
}

TEST(Eval, KnowsPlainJsonata) {
    EXPECT_EQ(eval({"--standard", "$eval('1 + 1') ?: 3"}), (Printed{true, "2\n", ""}));
    EXPECT_EQ(eval({"--standard", "$nothing"}), (Printed{true, "undefined\n", ""}));
    EXPECT_EQ(eval({"--standard", "$nobody()"}),
              (Printed{false, "", "T1006: Attempted to invoke a non-function\n"}));
}

TEST(Eval, TakesAnArrayForOneExpression) {
    EXPECT_EQ(eval({"[1, 2]"}), (Printed{true, "[1,2]\n", ""}));
}

TEST(Eval, AnswersABatchLineByLine) {
    const TemporaryFile batch(R"~({"expr":"a + $b","data":{"a":1},"bindings":{"b":2}}
{"expr":"$nothing"}

{"expr":"$encodeUrl('\ud800')"}
{"expr":"$f := function() { $f() + 1 }; ","data":null}
oops
)~");
    const Printed printed = eval({"--standard", "--batch", batch.path()});
    EXPECT_FALSE(printed.ok);
    std::istringstream lines(printed.out);
    std::vector<std::string> answers;
    for (std::string line; std::getline(lines, line);) answers.push_back(line);
    ASSERT_EQ(answers.size(), 5U);
    EXPECT_EQ(answers[0], R"({"result":3})");
    EXPECT_EQ(answers[1], R"({"undefined":true})");
    EXPECT_EQ(json(answers[2]).at("error").at("code"), "D3140");
    EXPECT_EQ(json(answers[3]).at("error").at("code"), "S0201");
    EXPECT_TRUE(json(answers[4]).contains("error"));
    EXPECT_TRUE(printed.errors.starts_with("stepwell: line 6: Unrecognized token 'oops'"))
        << printed.errors;
}

TEST(Eval, RefusesWhatItCannotUnderstand) {
    EXPECT_TRUE(eval({}).errors.starts_with("eval needs one expression, or --batch"));
    EXPECT_TRUE(eval({"1", "2"})
                    .errors.starts_with("The following argument was not expected: 2; stepwell"));
    EXPECT_EQ(eval({"1", "--language", "lisp"}).errors,
              "--language \"lisp\" is none of jsonata, jsonpath, intrinsic");
    EXPECT_TRUE(eval({"1", "--bind", "x"}).errors.starts_with("--bind \"x\" is not NAME=JSON"));
    EXPECT_TRUE(eval({"1", "--bind", "x={"}).errors.starts_with("--bind x: the value is not JSON"));
    EXPECT_TRUE(eval({"$.a", "--standard", "--language", "jsonpath"})
                    .errors.starts_with("--standard is for --language jsonata"));
}

}  // namespace
}  // namespace stepwell::server
