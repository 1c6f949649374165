// The sections of stepwell.yaml that are mappings, and the options that go with mocks, events and
// signatures.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "server/command_line.hpp"

namespace stepwell::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Command parse(const std::vector<std::string>& arguments,
              const std::optional<std::pair<std::string, std::string>>& variable = {}) {
    return parse_command_line(arguments, [variable](const std::string& name) {
        if (name == "HOME") return std::optional<std::string>("/home/ada");
        if (variable && variable->first == name) return std::optional(variable->second);
        return std::optional<std::string>();
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

/// A configuration file that goes with the test.
class ConfigFileOf {
public:
    explicit ConfigFileOf(const std::string& text) {
        std::string name = (std::filesystem::temp_directory_path() / "stepwell-XXXXXX").string();
        folder_ = mkdtemp(name.data());
        std::ofstream(folder_ / "s.yaml") << text;
    }
    ~ConfigFileOf() { std::filesystem::remove_all(folder_); }
    ConfigFileOf(const ConfigFileOf&) = delete;
    ConfigFileOf& operator=(const ConfigFileOf&) = delete;
    std::string path() const { return (folder_ / "s.yaml").string(); }
    Command parsed() const { return parse({"--config", path()}); }

private:
    std::filesystem::path folder_;
};

TEST(Connections, AreReadWithTheirAuthorization) {
    const ConfigFileOf file(
        "connections:\n"
        "  stripe:\n"
        "    basic: {username: me, password: p}\n"
        "    headers: {X-Team: billing}\n"
        "    query: {a: 1}\n"
        "    body: {b: two}\n"
        "  search:\n"
        "    api-key: {name: X-Api-Key, value: k}\n"
        "  arn:aws:events:us-east-1:1:connection/crm/u:\n"
        "    oauth: {endpoint: 'https://login.example.com/token', client-id: id, client-secret: "
        "s,\n"
        "            method: PUT, body: {scope: read}}\n"
        "  local:\n");
    const auto connections = settings_of(file.parsed()).connections;
    ASSERT_EQ(connections.size(), 4U);
    const auto& stripe = connections.at("stripe");
    EXPECT_EQ(std::get<http_task::BasicAuth>(stripe.auth).password, "p");
    EXPECT_EQ(stripe.headers, (http_task::NamedValues{{"X-Team", "billing"}}));
    EXPECT_EQ(stripe.query, (http_task::NamedValues{{"a", "1"}}));
    EXPECT_EQ(stripe.body, (http_task::NamedValues{{"b", "two"}}));
    EXPECT_EQ(std::get<http_task::ApiKeyAuth>(connections.at("search").auth).value, "k");
    const auto& oauth = std::get<http_task::OAuthAuth>(
        connections.at("arn:aws:events:us-east-1:1:connection/crm/u").auth);
    EXPECT_EQ(oauth.endpoint.authority(), "login.example.com");
    EXPECT_EQ(oauth.method, "PUT");
    EXPECT_EQ(oauth.body, (http_task::NamedValues{{"scope", "read"}}));
}

TEST(RequiredKeys, AreReadFromFileOptionAndEnvironment) {
    const ConfigFileOf file(
        "require-signature:\n  A: secret\n  B: {secret: other, account: \"222233334444\"}\n");
    const AccessKeys keys = settings_of(file.parsed()).required_keys;
    EXPECT_EQ(keys.at("A").secret, "secret");
    EXPECT_EQ(keys.at("B").account, "222233334444");
    EXPECT_EQ(settings_of(parse({"--require-signature", "A:s,B:t:u"})).required_keys.at("B").secret,
              "t:u");
    EXPECT_EQ(
        settings_of(parse({}, std::pair("STEPWELL_REQUIRE_SIGNATURE", "A:s"))).required_keys.size(),
        1U);
    EXPECT_THAT(error_of(parse({"--require-signature", "A"})), HasSubstr("is no list of keys"));
}

TEST(Mocks, AreNamedAsAwssLocalToolDoes) {
    EXPECT_EQ(settings_of(parse({}, std::pair("SFN_MOCK_CONFIG", "m.json"))).mock_config, "m.json");
    EXPECT_EQ(settings_of(parse({"--mock-config", "n.json"})).mock_config, "n.json");
}

TEST(MockCommand, TakesADefinition) {
    const Command command = parse({"mock", "init", "--test-case", "T", "order.asl.json"});
    const auto* init = std::get_if<MockInit>(&command);
    ASSERT_NE(init, nullptr) << error_of(command);
    EXPECT_EQ(init->definition, "order.asl.json");
    EXPECT_EQ(init->test_case, "T");
    EXPECT_THAT(error_of(parse({"mock"})), HasSubstr("mock needs: mock init DEFINITION"));
    EXPECT_THAT(error_of(parse({"mock", "make", "x"})), HasSubstr("mock needs"));
}

TEST(StatusEvents, GoToAUrlOrAFile) {
    EXPECT_EQ(settings_of(parse({"--status-events", "http://h/x"})).status_events, "http://h/x");
    EXPECT_EQ(settings_of(parse({"--status-events", "e.jsonl"})).status_events, "e.jsonl");
    EXPECT_THAT(error_of(parse({"--status-events", "http://"})), HasSubstr("is not a URL"));
}

struct SectionCase {
    const char* name;
    const char* text;
    const char* says;  ///< what follows the file's name
};
class BadSection : public testing::TestWithParam<SectionCase> {};

TEST_P(BadSection, IsRefusedWithFileAndLine) {
    const ConfigFileOf file(GetParam().text);
    const std::string error = error_of(file.parsed());
    EXPECT_THAT(error, StartsWith(file.path() + GetParam().says));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    , BadSection,
    testing::Values(
        SectionCase{
            "TwoAuths",
            "connections:\n  c:\n    basic: {username: u}\n    api-key: {name: n, value: v}\n",
            ":4: connection c has two of basic, api-key and oauth"},
        SectionCase{"UnknownAuth", "connections:\n  c:\n    digest: {}\n",
                    ":3: unknown key \"digest\"; a connection has basic, api-key or oauth"},
        SectionCase{"NoUser", "connections:\n  c:\n    basic: {password: p}\n",
                    ":3: basic needs a username"},
        SectionCase{"NoValue", "connections:\n  c:\n    api-key: {name: n}\n",
                    ":3: api-key needs a name and a value"},
        SectionCase{"OAuthUrl", "connections:\n  c:\n    oauth: {endpoint: nowhere}\n",
                    ":3: endpoint \"nowhere\" is not a URL"},
        SectionCase{"OAuthSecret",
                    "connections:\n  c:\n    oauth: {endpoint: 'https://h', client-id: i}\n",
                    ":3: oauth needs endpoint, client-id and client-secret"},
        SectionCase{"HeaderBreak", "connections:\n  c:\n    headers: {A: \"x\\r\\nB: y\"}\n",
                    ":3: header \"A\" has a line break"},
        SectionCase{"KeyAccount", "require-signature:\n  A: {secret: s, account: 12}\n",
                    ":2: account must be 12 digits"},
        SectionCase{"KeySecret", "require-signature:\n  A: {account: \"123456789012\"}\n",
                    ":2: key A needs a secret"},
        SectionCase{"KeyUnknown", "require-signature:\n  A: {secret: s, role: r}\n",
                    ":2: unknown key \"role\"; a key has secret and account"}),
    [](const testing::TestParamInfo<SectionCase>& tested) { return tested.param.name; });

}  // namespace
}  // namespace stepwell::server
