#include "server/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace stepwell::server {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Variables = std::map<std::string, std::string>;

/// What the arguments and variables ask for, with a home folder.
Command parse(const std::vector<std::string>& arguments, Variables variables = {}) {
    variables.try_emplace("HOME", "/home/ada");
    return parse_command_line(arguments, [variables](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

Settings settings_of(const Command& command) {
    if (const auto* error = std::get_if<UsageError>(&command)) {
        ADD_FAILURE() << error->message;
        return {};
    }
    return std::get<Serve>(command).settings;
}

std::string error_of(const Command& command) {
    const auto* error = std::get_if<UsageError>(&command);
    return error == nullptr ? "no error" : error->message;
}

/// A folder of its own for one test, with files in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "stepwell-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        return file.string();
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

TEST(CommandLine, NothingMeansTheDefaults) {
    const Settings settings = settings_of(parse({}));
    EXPECT_EQ(settings.address, "127.0.0.1");
    EXPECT_EQ(settings.port, 8083);
    EXPECT_EQ(settings.data, "/home/ada/.local/share/stepwell/stepwell.db");
    EXPECT_EQ(settings.durability, Durability::normal);
    EXPECT_TRUE(settings.keep_executions.for_ever());
    EXPECT_EQ(settings.max_open_executions, 1'000'000);
    EXPECT_EQ(settings.owner, (Owner{"123456789012", "us-east-1"}));
    EXPECT_EQ(settings.wait_time_scale, 1.0);
    EXPECT_EQ(settings.log_level, LogLevel::info);
    EXPECT_FALSE(settings.lambda.endpoint);
}

TEST(CommandLine, ServeTakesEveryOption) {
    const Settings settings = settings_of(parse({"serve",
                                                 "--port",
                                                 "0",
                                                 "--address=0.0.0.0",
                                                 "--data",
                                                 ":memory:",
                                                 "--durability",
                                                 "full",
                                                 "--max-open-executions",
                                                 "10",
                                                 "--region",
                                                 "eu-west-1",
                                                 "--account",
                                                 "000000000001",
                                                 "--wait-time-scale",
                                                 "0.5",
                                                 "--lambda-endpoint",
                                                 "http://127.0.0.1:3001",
                                                 "--log-level",
                                                 "debug"}));
    EXPECT_EQ(settings.port, 0);
    EXPECT_EQ(settings.address, "0.0.0.0");
    EXPECT_EQ(settings.data, ":memory:");
    EXPECT_EQ(settings.durability, Durability::full);
    EXPECT_EQ(settings.max_open_executions, 10);
    EXPECT_EQ(settings.owner, (Owner{"000000000001", "eu-west-1"}));
    EXPECT_EQ(settings.wait_time_scale, 0.5);
    EXPECT_EQ(settings.lambda.endpoint, "http://127.0.0.1:3001");
    EXPECT_EQ(settings.lambda.region, "eu-west-1");
    EXPECT_EQ(settings.lambda.account, "000000000001");
    EXPECT_EQ(settings.log_level, LogLevel::debug);
}

TEST(CommandLine, KeepsExecutionsByAgeOrByNumber) {
    const auto kept = [](const char* value) {
        return settings_of(parse({"--keep-executions", value})).keep_executions;
    };
    EXPECT_EQ(kept("90d").age, Seconds{90 * 86'400});
    EXPECT_FALSE(kept("90d").newest);
    EXPECT_EQ(kept("12h").age, Seconds{12 * 3'600});
    EXPECT_EQ(kept("0m").age, Seconds{0});
    EXPECT_EQ(kept("10000").newest, 10'000U);
    EXPECT_FALSE(kept("10000").age);
    EXPECT_EQ(kept("0").newest, 0U);
}

TEST(CommandLine, AwsLocalToolsOptionsMeanTheSame) {
    const Settings java =
        settings_of(parse({"-account", "000000000001", "-region", "eu-west-1", "-lambdaEndpoint",
                           "http://h:3001", "-waitTimeScale", "0"}));
    EXPECT_EQ(java.owner, (Owner{"000000000001", "eu-west-1"}));
    EXPECT_EQ(java.lambda.endpoint, "http://h:3001");
    EXPECT_EQ(java.wait_time_scale, 0.0);
    const Settings dashes =
        settings_of(parse({"--aws-account", "000000000001", "--aws-region", "eu-west-1"}));
    EXPECT_EQ(dashes.owner, java.owner);
    const Settings guide = settings_of(
        parse({"--aws-account=000000000001", "--aws-region", "eu-west-1", "-dynamoDBEndpoint",
               "http://h:8000", "--sagemaker-endpoint=http://h:8001"}));
    EXPECT_EQ(guide.owner, java.owner);
    EXPECT_EQ(guide.aws.endpoints.at("dynamodb"), "http://h:8000");
    EXPECT_EQ(guide.aws.endpoints.at("sagemaker"), "http://h:8001");
}

TEST(CommandLine, AwsLocalToolsVariablesMeanTheSame) {
    const Settings settings = settings_of(parse({}, {{"AWS_ACCOUNT_ID", "000000000001"},
                                                     {"AWS_DEFAULT_REGION", "eu-west-1"},
                                                     {"LAMBDA_ENDPOINT", "http://h:3001"},
                                                     {"WAIT_TIME_SCALE", "0.25"}}));
    EXPECT_EQ(settings.owner, (Owner{"000000000001", "eu-west-1"}));
    EXPECT_EQ(settings.lambda.endpoint, "http://h:3001");
    EXPECT_EQ(settings.wait_time_scale, 0.25);
}

TEST(CommandLine, OptionGoesBeforeOurVariableBeforeAwssBeforeTheFile) {
    const TemporaryFolder folder;
    const std::string file = folder.write("stepwell.yaml", "region: file-1\n");
    Variables variables{{"STEPWELL_CONFIG", file}};
    EXPECT_EQ(settings_of(parse({}, variables)).owner.region, "file-1");
    variables["AWS_DEFAULT_REGION"] = "aws-1";
    EXPECT_EQ(settings_of(parse({}, variables)).owner.region, "aws-1");
    variables["STEPWELL_REGION"] = "ours-1";
    EXPECT_EQ(settings_of(parse({}, variables)).owner.region, "ours-1");
    EXPECT_EQ(settings_of(parse({"--region", "option-1"}, variables)).owner.region, "option-1");
}

TEST(CommandLine, AnEmptyVariableIsNotSet) {
    EXPECT_EQ(settings_of(parse({}, {{"STEPWELL_PORT", ""}, {"LAMBDA_ENDPOINT", ""}})).port, 8083);
}

TEST(CommandLine, DataGoesWhereTheUserKeepsData) {
    EXPECT_EQ(settings_of(parse({}, {{"XDG_DATA_HOME", "/data"}})).data,
              "/data/stepwell/stepwell.db");
    EXPECT_EQ(settings_of(parse({}, {{"XDG_DATA_HOME", "relative"}})).data,
              "/home/ada/.local/share/stepwell/stepwell.db");
    EXPECT_THAT(error_of(parse({}, {{"HOME", ""}})), HasSubstr("--data"));
}

TEST(CommandLine, EndpointsComeFromAllPlacesAndTheFirstCounts) {
    const Settings settings =
        settings_of(parse({"--endpoint", "events=http://c:1", "--endpoint=Cognito-IDP=http://c:2"},
                          {{"SQS_ENDPOINT", "http://e:1"},
                           {"DYNAMODB_ENDPOINT", "http://e:2"},
                           {"AWS_ENDPOINT_URL_DYNAMODB", "http://e:3"},
                           {"AWS_ENDPOINT_URL_EVENTBRIDGE", "http://e:4"},
                           {"AWS_ENDPOINT_URL_COGNITO_IDENTITY", "http://e:5"},
                           {"AWS_ENDPOINT_URL", "http://e:6"}}));
    EXPECT_EQ(settings.aws.endpoint_all, "http://e:6");
    EXPECT_EQ(settings.aws.endpoints, (std::map<std::string, std::string, std::less<>>{
                                          {"cognitoidentity", "http://e:5"},
                                          {"cognitoidentityprovider", "http://c:2"},
                                          {"dynamodb", "http://e:3"},
                                          {"eventbridge", "http://c:1"},
                                          {"sqs", "http://e:1"}}));
}

TEST(CommandLine, OneEndpointForAllStandsBeforeThoseOfLaterPlaces) {
    const Settings settings =
        settings_of(parse({"--endpoint-all", "http://c:1", "--endpoint", "s3=http://c:2"},
                          {{"SQS_ENDPOINT", "http://e:1"}, {"AWS_ENDPOINT_URL", "http://e:2"}}));
    EXPECT_EQ(settings.aws.endpoint_all, "http://c:1");
    EXPECT_EQ(settings.aws.endpoints,
              (std::map<std::string, std::string, std::less<>>{{"s3", "http://c:2"}}));
}

TEST(CommandLine, EndpointsAreReadFromTheFile) {
    const TemporaryFolder folder;
    const std::string file = folder.write(
        "stepwell.yaml", "endpoint-all: http://f:1\nendpoints:\n  aws-sdk:sqs: http://f:2\n");
    const Settings settings = settings_of(parse({"--config", file}));
    EXPECT_EQ(settings.aws.endpoint_all, "http://f:1");
    EXPECT_EQ(settings.aws.endpoints.at("sqs"), "http://f:2");
    EXPECT_THAT(
        error_of(parse({"--config", folder.write("bad.yaml", "endpoints:\n  sqs: nowhere\n")})),
        HasSubstr("bad.yaml:2: endpoint sqs \"nowhere\" cannot be used"));
}

TEST(CommandLine, TakesTheOptionsOfAwssLocalTool) {
    const Settings settings =
        settings_of(parse({"-sqsEndpoint", "http://h:1", "--sage-maker-endpoint=http://h:2",
                           "--step-functions-endpoint", "http://localhost:8083"}));
    EXPECT_EQ(settings.aws.endpoints, (std::map<std::string, std::string, std::less<>>{
                                          {"sagemaker", "http://h:2"}, {"sqs", "http://h:1"}}))
        << "this server is no endpoint";
    EXPECT_EQ(settings_of(parse({"--step-functions-endpoint", "http://localhost:8084"}))
                  .aws.endpoints.at("sfn"),
              "http://localhost:8084");
}

TEST(CommandLine, WhatHasNoModelMayHaveAnEndpoint) {
    const Settings settings = settings_of(
        parse({"--endpoint", "execute-api=http://h:1", "--endpoint", "kubernetes=http://h:2"}));
    EXPECT_EQ(settings.aws.endpoints.at("executeapi"), "http://h:1");
    EXPECT_EQ(settings.aws.endpoints.at("kubernetes"), "http://h:2");
}

TEST(CommandLine, LambdaHasOneEndpointHoweverItIsSaid) {
    EXPECT_EQ(settings_of(parse({"--endpoint-all", "http://h:1"})).lambda.endpoint, "http://h:1");
    EXPECT_EQ(settings_of(parse({"--endpoint", "lambda=http://h:2"})).lambda.endpoint,
              "http://h:2");
    const Settings both =
        settings_of(parse({"--endpoint-all", "http://h:1", "--lambda-endpoint", "http://h:3"}));
    EXPECT_EQ(both.lambda.endpoint, "http://h:3");
    EXPECT_EQ(both.aws.endpoints.at("lambda"), "http://h:3");
}

TEST(CommandLine, RefusesEndpointsThatCannotBe) {
    EXPECT_THAT(error_of(parse({"--endpoint", "dynamodb"})),
                HasSubstr("--endpoint \"dynamodb\" is not SERVICE=URL"));
    EXPECT_THAT(error_of(parse({"--endpoint", "dynamodb=ftp://h"})), HasSubstr("cannot be used"));
    EXPECT_THAT(error_of(parse({"--endpoint", "dynamo=http://h"})),
                HasSubstr("there is no service \"dynamo\""));
    EXPECT_THAT(error_of(parse({}, {{"AWS_ENDPOINT_URL_SQS", "h"}})),
                StartsWith("AWS_ENDPOINT_URL_SQS \"h\" cannot be used"));
    EXPECT_THAT(error_of(parse({"--service-models", "/nowhere"})), HasSubstr("/nowhere"));
    EXPECT_THAT(error_of(parse({}, {{"AWS_CA_BUNDLE", "/nowhere"}})), HasSubstr("is not a file"));
}

TEST(CommandLine, AwsItselfNeedsCredentials) {
    EXPECT_THAT(error_of(parse({"--allow-real-aws"})), HasSubstr("AWS_ACCESS_KEY_ID"));
    const Settings settings = settings_of(
        parse({"--allow-real-aws"}, {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}}));
    EXPECT_TRUE(settings.aws.allow_real_aws);
    EXPECT_EQ(settings.aws.credentials->access_key_id, "A");
    EXPECT_FALSE(settings_of(parse({})).aws.allow_real_aws);
}

TEST(CommandLine, HelpNamesEveryOptionAndWhatHelpsSyncHosts) {
    const std::string help = std::get<Print>(parse({"serve", "--help"})).text;
    for (const SettingRow& row : setting_rows())
        EXPECT_THAT(help, HasSubstr("--" + std::string(row.key)));
    for (const char* text : {"--config", "--function", "--version", "sync-127.0.0.1",
                             "HTTP_PROXY=", "AWS_DISABLE_HOST_PREFIX_INJECTION=true",
                             "disableHostPrefix: true", "/etc/hosts"}) {
        EXPECT_THAT(help, HasSubstr(text));
    }
}

TEST(CommandLine, ValidateTakesFilesAndAType) {
    const auto both = std::get<Validate>(parse({"validate", "a.json", "--type", "EXPRESS", "-"}));
    EXPECT_THAT(both.files, ElementsAre("a.json", "-"));
    EXPECT_EQ(both.type, asl::WorkflowType::express);
    EXPECT_EQ(std::get<Validate>(parse({"validate", "a"})).type, asl::WorkflowType::standard);
    EXPECT_THAT(std::get<Print>(parse({"validate", "--help"})).text, HasSubstr("FILE:LINE"));
}

TEST(CommandLine, HealthAsksWhereServeWouldListenAndNeedsNoData) {
    const auto asked = std::get<Health>(
        parse({"health"}, {{"STEPWELL_PORT", "9"}, {"STEPWELL_ADDRESS", "::1"}, {"HOME", ""}}));
    EXPECT_EQ(asked.address, "::1");
    EXPECT_EQ(asked.port, 9);
}

TEST(CommandLine, VersionIsOneLine) {
    EXPECT_THAT(std::get<Print>(parse({"--version"})).text,
                testing::MatchesRegex("stepwell [0-9.]+\n"));
}

struct NonsenseCase {
    const char* name;
    std::vector<std::string> arguments;
    Variables variables;
    const char* says;  ///< part of the line
};

class Nonsense : public testing::TestWithParam<NonsenseCase> {};

TEST_P(Nonsense, IsRefusedInOneLine) {
    const NonsenseCase& c = GetParam();
    const std::string error = error_of(parse(c.arguments, c.variables));
    EXPECT_THAT(error, HasSubstr(c.says));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    Arguments, Nonsense,
    testing::Values(
        NonsenseCase{"Command", {"server"}, {}, "there is no command \"server\""},
        NonsenseCase{"ValidateNothing", {"validate"}, {}, "at least one file"},
        NonsenseCase{"ValidateType", {"validate", "--type", "FAST", "a"}, {}, "--type \"FAST\""},
        NonsenseCase{"ValidateOption", {"validate", "--prot", "a"}, {}, "validate --help"},
        NonsenseCase{"Option", {"--prot", "1"}, {}, "there is no option \"--prot\""},
        NonsenseCase{"OptionSaysWhereToLook", {"--prot", "1"}, {}, "stepwell --help"},
        NonsenseCase{"Argument", {"serve", "8083"}, {}, "\"8083\" belongs to no option"},
        NonsenseCase{"MissingValue", {"--port"}, {}, "--port needs one value"},
        NonsenseCase{"Twice",
                     {"--port", "1", "--port", "2"},
                     {},
                     "--port needs one value, and is given once"},
        NonsenseCase{"PortWord",
                     {"--port", "http"},
                     {},
                     "--port \"http\" is not a port: give a whole number"},
        NonsenseCase{"PortTooHigh", {"--port", "65536"}, {}, "from 0 (a free one) to 65535"},
        NonsenseCase{"PortNegative", {"--port=-1"}, {}, "--port \"-1\" is not a port"},
        NonsenseCase{"PortTail", {"--port", "80x"}, {}, "is not a port"},
        NonsenseCase{"PortEmpty", {"--port="}, {}, "--port"},
        NonsenseCase{"AddressName", {"--address", "example.org"}, {}, "is not an IP address"},
        NonsenseCase{"DataEmpty", {"--data", ""}, {}, "--data"},
        NonsenseCase{"Durability", {"--durability", "high"}, {}, "give normal, or full"},
        NonsenseCase{
            "KeepWord", {"--keep-executions", "few"}, {}, "give 90d, 12h, 30m, or how many"},
        NonsenseCase{
            "KeepUnit", {"--keep-executions", "90y"}, {}, "is neither an age nor a number"},
        NonsenseCase{
            "KeepNothing", {"--keep-executions", "d"}, {}, "is neither an age nor a number"},
        NonsenseCase{
            "KeepNegative", {"--keep-executions=-1"}, {}, "is neither an age nor a number"},
        NonsenseCase{"KeepTooLong", {"--keep-executions", "9999999999d"}, {}, "is neither an age"},
        NonsenseCase{"NoOpenExecutions", {"--max-open-executions", "0"}, {}, "from 1 to"},
        NonsenseCase{"OpenExecutionsWord", {"--max-open-executions", "many"}, {}, "is no number"},
        NonsenseCase{"Region", {"--region", "US East"}, {}, "such as us-east-1"},
        NonsenseCase{"Account", {"--account", "123"}, {}, "give 12 digits"},
        NonsenseCase{"AccountLetters", {"--account", "12345678901x"}, {}, "give 12 digits"},
        NonsenseCase{"ScaleNegative", {"--wait-time-scale=-1"}, {}, "is not a scale"},
        NonsenseCase{"ScaleNan", {"--wait-time-scale", "nan"}, {}, "is not a scale"},
        NonsenseCase{"ScaleInfinite", {"--wait-time-scale", "inf"}, {}, "is not a scale"},
        NonsenseCase{"LogLevel", {"--log-level", "loud"}, {}, "give trace, debug, info"},
        NonsenseCase{
            "LambdaEndpoint", {"--lambda-endpoint", "127.0.0.1:3001"}, {}, "--lambda-endpoint"},
        NonsenseCase{"Function", {"--function", "hello"}, {}, "--function \"hello\""},
        NonsenseCase{
            "FunctionNotThere", {"--function", "hello=/nowhere/app.handler"}, {}, "/nowhere"},
        NonsenseCase{"ConfigNotThere",
                     {"--config", "/nowhere/s.yaml"},
                     {},
                     "/nowhere/s.yaml cannot be read"},
        NonsenseCase{
            "OurVariable", {}, {{"STEPWELL_PORT", "http"}}, "STEPWELL_PORT \"http\" is not a port"},
        NonsenseCase{"AwsVariable",
                     {},
                     {{"AWS_ACCOUNT_ID", "me"}},
                     "AWS_ACCOUNT_ID \"me\" is not an account"},
        NonsenseCase{"AwsScale",
                     {},
                     {{"WAIT_TIME_SCALE", "fast"}},
                     "WAIT_TIME_SCALE \"fast\" is not a scale"},
        NonsenseCase{"NonsenseEvenIfOverridden",
                     {"--port", "1"},
                     {{"STEPWELL_PORT", "x"}},
                     "STEPWELL_PORT"}),
    [](const testing::TestParamInfo<NonsenseCase>& tested) { return tested.param.name; });

// --- stepwell.yaml

TEST(ConfigFile, SetsEverySetting) {
    const TemporaryFolder folder;
    const std::string file =
        folder.write("s.yaml",
                     "port: 9000\naddress: 0.0.0.0\ndata: ':memory:'\ndurability: full\n"
                     "region: eu-west-1\naccount: '000000000001'\nwait-time-scale: 0.1\n"
                     "log-level: warn\nlambda-endpoint: http://h:1\n");
    const Settings settings = settings_of(parse({"--config", file}));
    EXPECT_EQ(settings.port, 9000);
    EXPECT_EQ(settings.address, "0.0.0.0");
    EXPECT_EQ(settings.data, ":memory:");
    EXPECT_EQ(settings.durability, Durability::full);
    EXPECT_EQ(settings.owner, (Owner{"000000000001", "eu-west-1"}));
    EXPECT_EQ(settings.wait_time_scale, 0.1);
    EXPECT_EQ(settings.log_level, LogLevel::warn);
    EXPECT_EQ(settings.lambda.endpoint, "http://h:1");
}

TEST(CommandLine, TakesAFolderForS3) {
    const TemporaryFolder folder;
    const std::string helper = folder.write("parquet/parquet_lines.mjs", "");
    const Settings settings =
        settings_of(parse({"--s3-folder", folder.path().string(), "--parquet-helper", helper}));
    EXPECT_EQ(settings.items.s3_folder, folder.path().string());
    EXPECT_EQ(settings.items.parquet_helper, helper);
    EXPECT_THAT(error_of(parse({"--s3-folder", "/nowhere"})),
                StartsWith("--s3-folder \"/nowhere\" is not a folder"));
    EXPECT_THAT(error_of(parse({"--parquet-helper", folder.path().string()})),
                HasSubstr("is not a file"));
}

TEST(ConfigFile, TakesPathsRelativeToIt) {
    const TemporaryFolder folder;
    folder.write("s3/bucket/key", "");
    const std::string file = folder.write("stepwell.yaml", "s3-folder: s3\n");
    EXPECT_EQ(settings_of(parse({"--config", file})).items.s3_folder,
              (folder.path() / "s3").string());
    const std::string bad = folder.write("bad.yaml", "s3-folder: none\n");
    EXPECT_THAT(error_of(parse({"--config", bad})), HasSubstr("is not a folder"));
}

TEST(ConfigFile, MayBeEmpty) {
    const TemporaryFolder folder;
    EXPECT_EQ(settings_of(parse({"--config", folder.write("s.yaml", "# nothing yet\n")})).port,
              8083);
}

TEST(ConfigFile, MayHaveAllItsFunctionsCommentedOut) {
    const TemporaryFolder folder;
    const std::string file = folder.write("s.yaml", "functions:\n#  f: code/app.handler\n");
    EXPECT_TRUE(settings_of(parse({"--config", file})).lambda.functions.empty());
}

TEST(ConfigFile, NamesLocalFunctions) {
    const TemporaryFolder folder;
    folder.write("code/app.py", "def handler(event, context): return event\n");
    const std::string file = folder.write("s.yaml",
                                          "functions:\n"
                                          "  short: code/app.handler\n"
                                          "  long:\n"
                                          "    folder: code\n"
                                          "    handler: app.handler\n"
                                          "    runtime: python3.12\n"
                                          "    timeout: 2.5\n"
                                          "    memory: 512\n"
                                          "    concurrency: 2\n"
                                          "    environment:\n"
                                          "      TABLE: orders\n"
                                          "      NUMBER: 5\n"
                                          "      NOTHING:\n");
    const Settings settings = settings_of(parse({"--config", file}));
    ASSERT_EQ(settings.lambda.functions.size(), 2U);
    const LocalFunction& brief = settings.lambda.functions[0];
    EXPECT_EQ(brief.name, "short");
    EXPECT_EQ(brief.file, "app");
    EXPECT_EQ(brief.handler, "handler");
    const LocalFunction& full = settings.lambda.functions[1];
    EXPECT_EQ(full.folder, folder.path() / "code");
    EXPECT_EQ(full.file, "app");
    EXPECT_EQ(full.handler, "handler");
    EXPECT_EQ(full.runtime, LambdaRuntime::python);
    EXPECT_EQ(full.timeout, Milliseconds(2500));
    EXPECT_EQ(full.memory_mb, 512);
    EXPECT_EQ(full.max_concurrency, 2U);
    EXPECT_EQ(full.environment, (std::map<std::string, std::string>{
                                    {"TABLE", "orders"}, {"NUMBER", "5"}, {"NOTHING", ""}}));
}

TEST(ConfigFile, AFunctionOnTheCommandLineStandsForTheOneInTheFile) {
    const TemporaryFolder folder;
    folder.write("old/app.py", "");
    folder.write("new/app.py", "");
    const std::string file = folder.write("s.yaml", "functions:\n  hello: old/app.handler\n");
    const Settings settings =
        settings_of(parse({"--config", file, "--function",
                           "hello=" + (folder.path() / "new").string() + "/app.handler"}));
    ASSERT_EQ(settings.lambda.functions.size(), 1U);
    EXPECT_EQ(settings.lambda.functions[0].folder.filename(), "new");
}

struct ConfigCase {
    const char* name;
    const char* text;
    const char* says;  ///< what follows the file's name
};

class BadConfig : public testing::TestWithParam<ConfigCase> {};

TEST_P(BadConfig, IsRefusedWithFileAndLine) {
    const ConfigCase& c = GetParam();
    const TemporaryFolder folder;
    folder.write("code/app.py", "");
    const std::string file = folder.write("s.yaml", c.text);
    const std::string error = error_of(parse({"--config", file}));
    EXPECT_THAT(error, StartsWith(file + c.says));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadConfig,
    testing::Values(
        ConfigCase{"UnknownKey", "port: 1\nprot: 2\n",
                   ":2: unknown key \"prot\"; there are address, port, data"},
        ConfigCase{"Value", "region: us-east-1\nport: http\n", ":2: port \"http\" is not a port"},
        ConfigCase{"Twice", "port: 1\nport: 2\n", ":2: \"port\" stands there twice"},
        ConfigCase{"NotYaml", "port: [1\n", ":2: not YAML"},
        ConfigCase{"Tab", "functions:\n\tx: y\n", ":2: not YAML"},
        ConfigCase{"List", "- port\n", ":1: the file needs lines of the form `key: value`"},
        ConfigCase{"Text", "port\n", ":1: the file needs"},
        ConfigCase{"NoValue", "port:\n", ":1: port needs a value"},
        ConfigCase{"FunctionEmpty", "functions:\n  f:\n\n", ":2: function f needs a value"},
        ConfigCase{"ListValue", "port: [1, 2]\n", ":1: port needs one value"},
        ConfigCase{"FunctionsList", "functions:\n  - x\n", ":2: functions needs lines of the form"},
        ConfigCase{"FunctionKey", "functions:\n  f:\n    folder: code\n    hander: app.h\n",
                   ":4: unknown key \"hander\"; a function has folder, handler"},
        ConfigCase{"FunctionWithoutFolder", "functions:\n  f:\n    handler: app.h\n",
                   ":3: function f needs a folder"},
        ConfigCase{"FunctionWithoutHandler", "functions:\n  f:\n    folder: code\n",
                   ":3: function f needs a handler, as FILE.HANDLER"},
        ConfigCase{"FunctionNotThere",
                   "functions:\n  f:\n    folder: nowhere\n    handler: app.h\n", ":3: "},
        ConfigCase{"Runtime",
                   "functions:\n  f:\n    folder: code\n    handler: app.h\n    runtime: cobol\n",
                   ":5: runtime \"cobol\" is not one that runs here"},
        ConfigCase{"Timeout",
                   "functions:\n  f:\n    folder: code\n    handler: app.h\n    timeout: 901\n",
                   ":5: timeout \"901\" is not a number from 0 to 900"},
        ConfigCase{"TimeoutZero",
                   "functions:\n  f:\n    folder: code\n    handler: app.h\n    timeout: 0\n",
                   ":5: timeout must be above 0"},
        ConfigCase{"Environment",
                   "functions:\n  f:\n    folder: code\n    handler: app.h\n    environment: x\n",
                   ":5: environment needs lines"}),
    [](const testing::TestParamInfo<ConfigCase>& tested) { return tested.param.name; });

}  // namespace
}  // namespace stepwell::server
