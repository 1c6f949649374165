#include "integrations/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/scratch.hpp"

namespace stepwell {
namespace {

using ::testing::HasSubstr;
using testing::ScratchFolder;

class LocalFunctionOption : public ::testing::Test {
protected:
    std::string problem(const std::string& text) {
        const auto parsed = parse_local_function(text);
        return parsed ? "none" : parsed.error().message;
    }
    ScratchFolder folder_;
};

TEST_F(LocalFunctionOption, NamesAPythonHandler) {
    folder_.write("app.py", "");
    const auto function = parse_local_function("hello=" + folder_.path().string() + "/app.handler");
    ASSERT_TRUE(function) << function.error().message;
    EXPECT_EQ(function->name, "hello");
    EXPECT_EQ(function->runtime, LambdaRuntime::python);
    EXPECT_EQ(function->folder, folder_.path());
    EXPECT_EQ(function->file, "app");
    EXPECT_EQ(function->handler, "handler");
    EXPECT_EQ(function->timeout, Milliseconds(3'000));
}

TEST_F(LocalFunctionOption, NamesANodeHandler) {
    for (const char* file : {"a.js", "b.mjs", "c.cjs"}) {
        folder_.write(file, "");
        const auto function =
            parse_local_function("f=" + folder_.path().string() + "/" + file[0] + ".handler");
        ASSERT_TRUE(function) << function.error().message;
        EXPECT_EQ(function->runtime, LambdaRuntime::node) << file;
    }
}

TEST_F(LocalFunctionOption, NamesAnExecutable) {
    folder_.write_executable("tool", "#!/bin/sh\n");
    const auto function = parse_local_function("f=" + folder_.path().string() + "/tool.any");
    ASSERT_TRUE(function) << function.error().message;
    EXPECT_EQ(function->runtime, LambdaRuntime::provided);
}

TEST_F(LocalFunctionOption, FindsBootstrapAsLambdaDoes) {
    folder_.write_executable("bootstrap", "#!/bin/sh\n");
    const auto function = parse_local_function("f=" + folder_.path().string() + "/main.handle");
    ASSERT_TRUE(function) << function.error().message;
    EXPECT_EQ(function->runtime, LambdaRuntime::provided);
    EXPECT_EQ(function->file, "main");
}

TEST_F(LocalFunctionOption, SaysWhatIsWrongInOneLine) {
    const std::string folder = folder_.path().string();
    EXPECT_EQ(problem("hello"), "--function hello: expected NAME=FOLDER/FILE.HANDLER");
    EXPECT_THAT(problem("=x/app.handler"),
                HasSubstr("a function's name has 1 to 64 letters, digits, - and _"));
    EXPECT_THAT(problem("a b=x/app.handler"), HasSubstr("a function's name has"));
    EXPECT_THAT(problem("f=" + folder + "/app"),
                HasSubstr("expected FILE.HANDLER after the folder"));
    EXPECT_THAT(problem("f=" + folder + "/.handler"), HasSubstr("expected FILE.HANDLER"));
    EXPECT_THAT(problem("f=" + folder + "/app."), HasSubstr("expected FILE.HANDLER"));
    EXPECT_EQ(problem("f=/no/such/folder/app.handler"),
              "function f: there is no folder /no/such/folder");
    EXPECT_EQ(problem("f=" + folder + "/app.handler"),
              "function f: there is no app.py, .js, .mjs or .cjs, nor an executable app or "
              "bootstrap, in " +
                  folder);
}

TEST(LambdaRuntimeName, IsAwsOrOurs) {
    EXPECT_EQ(parse_lambda_runtime("python3.12"), LambdaRuntime::python);
    EXPECT_EQ(parse_lambda_runtime("nodejs20.x"), LambdaRuntime::node);
    EXPECT_EQ(parse_lambda_runtime("node"), LambdaRuntime::node);
    EXPECT_EQ(parse_lambda_runtime("provided.al2023"), LambdaRuntime::provided);
    EXPECT_EQ(parse_lambda_runtime("java21"), std::nullopt);
}

LocalFunction named(const char* name) {
    LocalFunction function;
    function.name = name;
    return function;
}

TEST(LambdaOptions, AreCheckedBeforeAnythingStarts) {
    LambdaOptions good;
    good.endpoint = "http://127.0.0.1:3001";
    good.functions.push_back(named("a"));
    good.functions.push_back(named("a:PROD"));
    EXPECT_EQ(check_lambda_options(good), std::nullopt);

    const auto refuses = [&](auto change, const char* why) {
        LambdaOptions options = good;
        change(options);
        const auto problem = check_lambda_options(options);
        ASSERT_TRUE(problem) << why;
        EXPECT_THAT(problem->message, HasSubstr(why));
    };
    refuses([](auto& o) { o.endpoint = "localhost:3001"; },
            "the Lambda endpoint localhost:3001 is no URL: it must begin with http:// or https://");
    refuses([](auto& o) { o.functions.push_back(named("a")); }, "function a: is given twice");
    refuses([](auto& o) { o.functions[0].timeout = Milliseconds(0); },
            "the time-out must be more than 0");
    refuses([](auto& o) { o.functions[0].timeout = Milliseconds(900'001); }, "at most 900 seconds");
    refuses([](auto& o) { o.functions[0].max_concurrency = 0; },
            "max_concurrency must be 1 to 1000");
    refuses([](auto& o) { o.functions[0].name = "a/b"; }, "a function's name has");
    refuses([](auto& o) { o.functions[0].environment["A=B"] = ""; },
            "the environment variable \"A=B\" cannot be set");
}

}  // namespace
}  // namespace stepwell
