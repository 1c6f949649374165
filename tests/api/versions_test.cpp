// Versions, aliases and tags through the API.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kOther =
    R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":{"a":2},"End":true}}})";

std::string machine_arn(std::string_view rest) {
    return std::string(kArnPrefix) + "stateMachine:" + std::string(rest);
}
std::string arn_body(std::string_view arn) { return object({{"stateMachineArn", arn}}); }
/// An object with more members, as JSON text.
std::string with(std::string body, std::string_view more) {
    body.pop_back();
    return body + "," + std::string(more) + "}";
}
std::string route(std::string_view version_arn, int weight) {
    return R"({"stateMachineVersionArn":")" + std::string(version_arn) + R"(","weight":)" +
           std::to_string(weight) + "}";
}
std::string alias_body(std::string_view name, std::string_view routes,
                       std::string_view description = {}) {
    std::string body = R"({"name":")" + std::string(name) + R"(","routingConfiguration":[)" +
                       std::string(routes) + "]";
    if (!description.empty()) body += R"(,"description":")" + std::string(description) + "\"";
    return body + "}";
}

/// A service with machine `m`, which has versions 1 (result 1) and 2 (result 2).
class Versions : public testing::Test {
protected:
    Versions() {
        const std::string body = object({{"name", "m"}, {"definition", kPass}, {"roleArn", kRole}});
        service.ask("CreateStateMachine",
                    with(body, R"("publish":true,"versionDescription":"the first")"));
        revision = update(kOther, R"("publish":true)").value("revisionId", "");
    }
    Json update(std::string_view definition, std::string_view more) {
        const std::string body = object({{"stateMachineArn", m}, {"definition", definition}});
        return service.ask("UpdateStateMachine", with(body, more));
    }
    Json describe(const std::string& arn) {
        return service.ask("DescribeStateMachine", arn_body(arn));
    }
    /// What an execution that was started by this ARN gave.
    std::string result_of(const std::string& arn) {
        const Json started = service.ask("StartExecution", arn_body(arn));
        return service.await_end(started.value("executionArn", "")).value("output", "");
    }
    std::vector<std::string> listed(const std::string& arn) {
        std::vector<std::string> found;
        const Json page = service.ask("ListStateMachineVersions", arn_body(arn));
        for (const Json& item : page["stateMachineVersions"])
            found.push_back(item.value("stateMachineVersionArn", ""));
        return found;
    }

    Service service;
    const std::string m = machine_arn("m");
    const std::string v1 = m + ":1";
    const std::string v2 = m + ":2";
    const std::string prod = m + ":PROD";
    std::string revision;
};

TEST_F(Versions, AreAnsweredWhereTheyAreMade) {
    const std::string body = object({{"name", "n"}, {"definition", kPass}, {"roleArn", kRole}});
    const Json created = service.ask("CreateStateMachine", with(body, R"("publish":true)"));
    EXPECT_EQ(created.value("stateMachineVersionArn", ""), machine_arn("n:1"));
    const Json updated = update(kPass, R"("publish":true)");
    EXPECT_EQ(updated.value("stateMachineVersionArn", ""), m + ":3");
    const Json published = service.ask("PublishStateMachineVersion", arn_body(m));
    EXPECT_THAT(names_of(published), ElementsAre("creationDate", "stateMachineVersionArn"));
    EXPECT_EQ(published.value("stateMachineVersionArn", ""), m + ":3") << "nothing has changed";
    EXPECT_THAT(listed(m), ElementsAre(m + ":3", v2, v1));
}

TEST_F(Versions, OfAnUpdateThatChangesNothingIsTheOneThatIsThere) {
    EXPECT_EQ(update(kOther, R"("publish":true)").value("stateMachineVersionArn", ""), v2);
    EXPECT_FALSE(update(kOther, R"("publish":false)").contains("stateMachineVersionArn"));
}

TEST_F(Versions, AreDescribedAsTheyWere) {
    const Json first = describe(v1);
    EXPECT_EQ(first.value("stateMachineArn", ""), v1);
    EXPECT_EQ(first.value("name", ""), "m");
    EXPECT_EQ(first.value("definition", ""), kPass);
    EXPECT_EQ(first.value("description", ""), "the first");
    EXPECT_FALSE(first.contains("revisionId"));
    const Json second = describe(v2);
    EXPECT_EQ(second.value("definition", ""), kOther);
    EXPECT_EQ(second.value("revisionId", ""), revision);
    EXPECT_FALSE(second.contains("description"));
    EXPECT_FALSE(describe(m).contains("description"));
    EXPECT_EQ(service.refusal("DescribeStateMachine", arn_body(m + ":9")),
              "StateMachineDoesNotExist: State Machine Does Not Exist: '" + m + ":9'");
    EXPECT_EQ(service.refusal("DescribeStateMachine", arn_body(m + ":01")),
              "StateMachineDoesNotExist: State Machine Does Not Exist: '" + m + ":01'");
}

TEST_F(Versions, ArePublishedOnlyOfTheRevisionThatIsMeant) {
    EXPECT_EQ(service.refusal("PublishStateMachineVersion",
                              object({{"stateMachineArn", m}, {"revisionId", "INITIAL"}})),
              "ConflictException: Failed to publish the State Machine version for revision "
              "INITIAL. The current State Machine revision is " +
                  revision + ".");
    service.ask("PublishStateMachineVersion",
                object({{"stateMachineArn", m}, {"revisionId", revision}}));
    const std::string fresh = service.create("fresh", kPass);
    const Json published =
        service.ask("PublishStateMachineVersion", object({{"stateMachineArn", fresh},
                                                          {"revisionId", "INITIAL"},
                                                          {"description", "of the first"}}));
    EXPECT_EQ(published.value("stateMachineVersionArn", ""), fresh + ":1");
    EXPECT_EQ(describe(fresh + ":1").value("description", ""), "of the first");
}

TEST_F(Versions, AreNotThereForWhatChangesAMachine) {
    const std::string missing =
        "StateMachineDoesNotExist: State Machine Does Not Exist: '" + v2 + "'";
    EXPECT_EQ(service.refusal("UpdateStateMachine",
                              object({{"stateMachineArn", v2}, {"definition", kPass}})),
              missing);
    EXPECT_EQ(service.refusal("PublishStateMachineVersion", arn_body(v2)), missing);
}

TEST_F(Versions, CountAmongWhatACreateAsksFor) {
    const std::string body = object({{"name", "n"}, {"definition", kPass}, {"roleArn", kRole}});
    const std::string publishing = with(body, R"("publish":true,"versionDescription":"d")");
    const Json first = service.ask("CreateStateMachine", publishing);
    EXPECT_EQ(service.ask("CreateStateMachine", publishing), first);
    const std::string refused =
        "StateMachineAlreadyExists: State Machine Already Exists: '" + machine_arn("n") + "'";
    EXPECT_EQ(service.refusal("CreateStateMachine", body), refused);
    EXPECT_EQ(service.refusal("CreateStateMachine", with(body, R"("publish":true)")), refused);
}

TEST_F(Versions, AreNoPartOfTheCreateThatTheyFollowAtOnce) {
    // Where one is published within the millisecond of the create: many, so that some are.
    for (int i = 0; i < 200; ++i) {
        const std::string name = "n" + std::to_string(i);
        const std::string body =
            object({{"name", name}, {"definition", kPass}, {"roleArn", kRole}});
        const Json first = service.ask("CreateStateMachine", body);
        service.ask("PublishStateMachineVersion", arn_body(machine_arn(name)));
        ASSERT_EQ(service.ask("CreateStateMachine", body), first);
    }
}

TEST_F(Versions, RunAsTheyWerePublished) {
    EXPECT_EQ(result_of(m), R"({"a":2})");
    EXPECT_EQ(result_of(v1), R"({"a":1})");
    EXPECT_EQ(result_of(v2), R"({"a":2})");
    EXPECT_EQ(service.refusal("StartExecution", arn_body(m + ":3")),
              "StateMachineDoesNotExist: State Machine Does Not Exist: '" + m + ":3'");
}

TEST_F(Versions, AreRememberedByTheirExecutions) {
    const Json started = service.ask("StartExecution", arn_body(v1));
    const std::string arn = started.value("executionArn", "");
    const Json described = service.await_end(arn);
    EXPECT_EQ(described.value("stateMachineArn", ""), m);
    EXPECT_EQ(described.value("stateMachineVersionArn", ""), v1);
    EXPECT_FALSE(described.contains("stateMachineAliasArn"));
    const Json machine =
        service.ask("DescribeStateMachineForExecution", object({{"executionArn", arn}}));
    EXPECT_EQ(machine.value("stateMachineArn", ""), m);
    EXPECT_EQ(machine.value("definition", ""), kPass);
    EXPECT_FALSE(machine.contains("revisionId"));
    const Json history = service.ask("GetExecutionHistory", object({{"executionArn", arn}}));
    EXPECT_EQ(
        history["events"][0]["executionStartedEventDetails"].value("stateMachineVersionArn", ""),
        v1);
    const Json all = service.ask("ListExecutions", arn_body(v1));
    ASSERT_EQ(all["executions"].size(), 1U);
    EXPECT_EQ(all["executions"][0].value("stateMachineVersionArn", ""), v1);
    EXPECT_THAT(service.ask("ListExecutions", arn_body(v2))["executions"], IsEmpty());
}

TEST_F(Versions, AreGoneOnceDeleted) {
    const std::string body = object({{"stateMachineVersionArn", v1}});
    EXPECT_EQ(service.ask("DeleteStateMachineVersion", body), Json::object());
    EXPECT_EQ(service.ask("DeleteStateMachineVersion", body), Json::object());
    EXPECT_THAT(listed(m), ElementsAre(v2));
    EXPECT_THAT(
        service.refusal("DeleteStateMachineVersion", object({{"stateMachineVersionArn", m}})),
        HasSubstr("InvalidArn"));
}

TEST_F(Versions, AreListedPageByPage) {
    const Json page =
        service.ask("ListStateMachineVersions", with(arn_body(m), R"("maxResults":1)"));
    ASSERT_EQ(page["stateMachineVersions"].size(), 1U);
    const std::string token = page.value("nextToken", "");
    const Json rest = service.ask("ListStateMachineVersions",
                                  object({{"stateMachineArn", m}, {"nextToken", token}}));
    ASSERT_EQ(rest["stateMachineVersions"].size(), 1U);
    EXPECT_EQ(rest["stateMachineVersions"][0].value("stateMachineVersionArn", ""), v1);
    EXPECT_FALSE(rest.contains("nextToken"));
    // A token is good for its own question.
    const std::string other = service.create("other", kPass);
    EXPECT_EQ(service.refusal("ListStateMachineVersions",
                              object({{"stateMachineArn", other}, {"nextToken", token}})),
              "InvalidToken: Invalid Token: 'Invalid token'");
    EXPECT_EQ(service.refusal("ListStateMachineAliases",
                              object({{"stateMachineArn", m}, {"nextToken", token}})),
              "InvalidToken: Invalid Token: 'Invalid token'");
}

// --- aliases

class Aliases : public Versions {
protected:
    Json create(std::string_view name, std::string_view routes, std::string_view about = {}) {
        return service.ask("CreateStateMachineAlias", alias_body(name, routes, about));
    }
    std::string refused(std::string_view routes) {
        return service.refusal("CreateStateMachineAlias", alias_body("A", routes));
    }
    Json describe_alias(const std::string& arn) {
        return service.ask("DescribeStateMachineAlias", object({{"stateMachineAliasArn", arn}}));
    }
    Json change(std::string_view more) {
        return service.ask("UpdateStateMachineAlias",
                           with(object({{"stateMachineAliasArn", prod}}), more));
    }
    std::vector<std::string> aliases_of(const std::string& arn) {
        std::vector<std::string> found;
        const Json page = service.ask("ListStateMachineAliases", arn_body(arn));
        for (const Json& item : page["stateMachineAliases"])
            found.push_back(item.value("stateMachineAliasArn", ""));
        return found;
    }
};

TEST_F(Aliases, AreDescribedAsTheyWereMade) {
    const Json created = create("PROD", route(v1, 30) + "," + route(v2, 70), "about it");
    EXPECT_EQ(created.value("stateMachineAliasArn", ""), prod);
    const Json described = describe_alias(prod);
    EXPECT_THAT(names_of(described),
                ElementsAre("creationDate", "description", "name", "routingConfiguration",
                            "stateMachineAliasArn", "updateDate"));
    EXPECT_EQ(described.value("description", ""), "about it");
    EXPECT_EQ(described["creationDate"], created["creationDate"]);
    EXPECT_EQ(described["updateDate"], created["creationDate"]);
    EXPECT_EQ(described["routingConfiguration"][1].value("stateMachineVersionArn", ""), v2);
    EXPECT_EQ(described["routingConfiguration"][1].value("weight", 0), 70);
}

TEST_F(Aliases, MadeTwiceTheSameAreOne) {
    const Json first = create("PROD", route(v1, 100), "d");
    EXPECT_EQ(create("PROD", route(v1, 100), "d"), first);
    EXPECT_THAT(service.refusal("CreateStateMachineAlias", alias_body("PROD", route(v2, 100), "d")),
                HasSubstr("ConflictException: "));
    EXPECT_THAT(service.refusal("CreateStateMachineAlias", alias_body("PROD", route(v1, 100), "e")),
                HasSubstr("ConflictException: "));
}

TEST_F(Aliases, MustRouteToOneOrTwoVersionsOfOneMachine) {
    const std::string v3 = update(kPass, R"("publish":true)").value("stateMachineVersionArn", "");
    const std::string prefix = "ValidationException: Routing configuration must contain ";
    EXPECT_EQ(refused(route(v1, 50) + "," + route(v1, 50)),
              prefix + "distinct state machine version ARNs. Received: [" + v1 + ", " + v1 + "]");
    EXPECT_EQ(refused(route(m, 100)), prefix + "state machine version ARNs. Received: [" + m + "]");
    EXPECT_EQ(refused(route(v1, 70) + "," + route(v2, 29)),
              "ValidationException: Sum of routing configuration weights must equal 100. Received: "
              "[70, 29]");
    EXPECT_EQ(refused(""),
              "ValidationException: 1 validation error detected: Value '[]' at "
              "'routingConfiguration' failed to satisfy constraint: Member must have length "
              "greater than or equal to 1");
    EXPECT_EQ(
        refused(route(v1, 50) + "," + route(v2, 30) + "," + route(v3, 20)),
        "ValidationException: 1 validation error detected: Value '[RoutingConfigurationListItem("
        "stateMachineVersionArn=" +
            v1 +
            ", weight=50), RoutingConfigurationListItem("
            "stateMachineVersionArn=" +
            v2 +
            ", weight=30), RoutingConfigurationListItem("
            "stateMachineVersionArn=" +
            v3 +
            ", weight=20)]' at 'routingConfiguration' failed to "
            "satisfy constraint: Member must have length less than or equal to 2");
    EXPECT_EQ(refused(route(v1, 101)),
              "ValidationException: 1 validation error detected: Value '101' at "
              "'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must "
              "have value less than or equal to 100");
    service.ask("CreateStateMachine",
                with(object({{"name", "n"}, {"definition", kPass}, {"roleArn", kRole}}),
                     R"("publish":true)"));
    EXPECT_THAT(refused(route(v1, 50) + "," + route(machine_arn("n:1"), 50)),
                HasSubstr("versions of one state machine"));
    EXPECT_EQ(refused(route("x", 100)), "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
    const std::string not_found =
        "ResourceNotFound: Request references a resource that does not exist.";
    EXPECT_EQ(refused(route(m + ":9", 100)), not_found);
    EXPECT_EQ(refused(route(machine_arn("none:1"), 100)), not_found);
}

TEST_F(Aliases, HaveNamesThatAreNoNumbers) {
    EXPECT_EQ(service.refusal("CreateStateMachineAlias", alias_body("12", route(v1, 100))),
              "ValidationException: 1 validation error detected: Value '12' at 'name' failed to "
              "satisfy constraint: Member must satisfy regular expression pattern: "
              "^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$");
    for (const char* name : {"1-2", "1.0", "_", "Live"}) create(name, route(v1, 100));
}

TEST_F(Aliases, AreChangedInPart) {
    create("PROD", route(v1, 100), "old");
    service.clock.set_forward(Milliseconds(5000));
    EXPECT_THAT(names_of(change(R"("description":"new")")), ElementsAre("updateDate"));
    Json described = describe_alias(prod);
    EXPECT_EQ(described.value("description", ""), "new");
    EXPECT_EQ(described["routingConfiguration"].size(), 1U);
    EXPECT_GT(described.value("updateDate", 0.0), described.value("creationDate", 0.0));
    change(R"("routingConfiguration":[)" + route(v1, 1) + "," + route(v2, 99) + "]");
    described = describe_alias(prod);
    EXPECT_EQ(described.value("description", ""), "new");
    EXPECT_EQ(described["routingConfiguration"].size(), 2U);
}

TEST_F(Aliases, RefuseAChangeOfNothingOrOfWhatIsNotThere) {
    create("PROD", route(v1, 100));
    const std::string body = object({{"stateMachineAliasArn", prod}});
    const Response response = service.call("UpdateStateMachineAlias", body);
    EXPECT_EQ(response.error_type, "ValidationException");
    EXPECT_THAT(response.body, HasSubstr(R"("reason":"MISSING_REQUIRED_PARAMETER")"));
    const std::string not_found =
        "ResourceNotFound: Request references a resource that does not exist.";
    EXPECT_EQ(
        service.refusal("UpdateStateMachineAlias",
                        object({{"stateMachineAliasArn", m + ":NONE"}, {"description", "d"}})),
        not_found);
    EXPECT_EQ(service.refusal("DescribeStateMachineAlias",
                              object({{"stateMachineAliasArn", m + ":NONE"}})),
              not_found);
    EXPECT_EQ(
        service.refusal("DeleteStateMachineAlias", object({{"stateMachineAliasArn", m + ":NONE"}})),
        not_found);
    EXPECT_THAT(
        service.refusal("DescribeStateMachineAlias", object({{"stateMachineAliasArn", v1}})),
        HasSubstr("InvalidArn"));
}

TEST_F(Aliases, AreListedOfAMachineAndOfAVersion) {
    create("b", route(v1, 50) + "," + route(v2, 50));
    create("a", route(v1, 100));
    EXPECT_THAT(aliases_of(m), ElementsAre(m + ":a", m + ":b"));
    EXPECT_THAT(aliases_of(v2), ElementsAre(m + ":b"));
    const Json page =
        service.ask("ListStateMachineAliases", with(arn_body(m), R"("maxResults":1)"));
    const Json rest =
        service.ask("ListStateMachineAliases",
                    object({{"stateMachineArn", m}, {"nextToken", page.value("nextToken", "")}}));
    EXPECT_EQ(rest["stateMachineAliases"][0].value("stateMachineAliasArn", ""), m + ":b");
    EXPECT_EQ(
        service.refusal("ListStateMachineAliases", arn_body(machine_arn("none"))),
        "StateMachineDoesNotExist: State Machine Does Not Exist: '" + machine_arn("none") + "'");
}

TEST_F(Aliases, KeepTheirVersionsFromBeingDeleted) {
    create("b", route(v1, 100));
    create("a", route(v1, 50) + "," + route(v2, 50));
    EXPECT_EQ(
        service.refusal("DeleteStateMachineVersion", object({{"stateMachineVersionArn", v1}})),
        "ConflictException: Version to be deleted must not be referenced by an alias. "
        "Current list of aliases referencing this version: [a, b]");
    service.ask("DeleteStateMachineAlias", object({{"stateMachineAliasArn", m + ":a"}}));
    service.ask("DeleteStateMachineAlias", object({{"stateMachineAliasArn", m + ":b"}}));
    service.ask("DeleteStateMachineVersion", object({{"stateMachineVersionArn", v1}}));
}

TEST_F(Aliases, StartTheVersionsTheyRouteTo) {
    create("PROD", route(v1, 100));
    const Json started = service.ask("StartExecution", arn_body(prod));
    const Json described = service.await_end(started.value("executionArn", ""));
    EXPECT_EQ(described.value("output", ""), R"({"a":1})");
    EXPECT_EQ(described.value("stateMachineArn", ""), m);
    EXPECT_EQ(described.value("stateMachineVersionArn", ""), v1);
    EXPECT_EQ(described.value("stateMachineAliasArn", ""), prod);
    const Json listed_by = service.ask("ListExecutions", arn_body(prod));
    ASSERT_EQ(listed_by["executions"].size(), 1U);
    EXPECT_EQ(listed_by["executions"][0].value("stateMachineAliasArn", ""), prod);
    EXPECT_EQ(service.refusal("StartExecution", arn_body(m + ":TEST")),
              "StateMachineDoesNotExist: State Machine Does Not Exist: '" + m + ":TEST'");
    change(R"("routingConfiguration":[)" + route(v2, 100) + "]");
    EXPECT_EQ(result_of(prod), R"({"a":2})");
}

TEST_F(Aliases, ShareStartsByWeight) {
    create("PROD", route(v1, 0) + "," + route(v2, 100));
    std::map<std::string, int> results;
    for (int i = 0; i < 50; ++i) ++results[result_of(prod)];
    EXPECT_EQ(results[R"({"a":1})"], 0) << "a weight of 0 is never chosen";
    change(R"("routingConfiguration":[)" + route(v1, 50) + "," + route(v2, 50) + "]");
    results.clear();
    for (int i = 0; i < 400; ++i) ++results[result_of(prod)];
    // Ten standard deviations.
    EXPECT_GT(results[R"({"a":1})"], 100);
    EXPECT_GT(results[R"({"a":2})"], 100);
}

TEST_F(Aliases, StartExpressMachinesToo) {
    const std::string body =
        object({{"name", "x"}, {"definition", kPass}, {"roleArn", kRole}, {"type", "EXPRESS"}});
    service.ask("CreateStateMachine", with(body, R"("publish":true)"));
    create("LIVE", route(machine_arn("x:1"), 100));
    const Json ended = service.ask("StartSyncExecution", arn_body(machine_arn("x:LIVE")));
    EXPECT_EQ(ended.value("output", ""), R"({"a":1})");
    EXPECT_EQ(ended.value("stateMachineArn", ""), machine_arn("x"));
    EXPECT_THAT(ended.value("executionArn", ""), HasSubstr(":express:x:"));
}

TEST_F(Aliases, AreDescribedAsTheVersionTheyNameFirst) {
    create("PROD", route(v2, 1) + "," + route(v1, 99));
    const Json described = describe(prod);
    EXPECT_EQ(described.value("stateMachineArn", ""), prod);
    EXPECT_EQ(described.value("definition", ""), kOther);
}

TEST_F(Aliases, OfAMachineThatIsBeingDeletedStartNothing) {
    create("PROD", route(v1, 100));
    const std::string waiting = service.create("w", kWait);
    service.ask("PublishStateMachineVersion", arn_body(waiting));
    create("LIVE", route(waiting + ":1", 100));
    service.start(waiting);
    service.ask("DeleteStateMachine", arn_body(waiting));
    // Its execution has ended meanwhile, or not yet.
    const std::string refusal = service.refusal("StartExecution", arn_body(waiting + ":LIVE"));
    EXPECT_TRUE(refusal.starts_with("StateMachineDeleting") ||
                refusal.starts_with("StateMachineDoesNotExist"))
        << refusal;
    service.ask("DeleteStateMachine", arn_body(m));
    EXPECT_EQ(service.refusal("StartExecution", arn_body(prod)),
              "StateMachineDoesNotExist: State Machine Does Not Exist: '" + prod + "'");
}

TEST_F(Aliases, StartsThatFindTheirVersionGoneLookAgain) {
    create("PROD", route(v1, 100));
    service.store.conflicts = 3;
    EXPECT_EQ(result_of(prod), R"({"a":1})");
}

// --- tags

class Tagging : public testing::Test {
protected:
    Service service;
    const std::string m = service.create("m", kPass);

    Json tags(const std::string& arn) {
        return service.ask("ListTagsForResource", object({{"resourceArn", arn}}))["tags"];
    }
    std::string body(std::string_view arn, std::string_view more) {
        return with(object({{"resourceArn", arn}}), more);
    }
};

TEST_F(Tagging, AddsReplacesAndRemoves) {
    EXPECT_EQ(tags(m), Json::array());
    service.ask("TagResource",
                body(m, R"("tags":[{"key":"a","value":"1"},{"key":"b"},{"key":"a","value":"2"}])"));
    EXPECT_EQ(write_json(tags(m)), R"([{"key":"a","value":"2"},{"key":"b","value":""}])");
    service.ask("UntagResource", body(m, R"("tagKeys":["a","none"])"));
    EXPECT_EQ(write_json(tags(m)), R"([{"key":"b","value":""}])");
}

TEST_F(Tagging, NeedsAResource) {
    const std::string none = machine_arn("none");
    const std::string missing = "ResourceNotFound: Resource not found: '" + none + "'";
    EXPECT_EQ(service.refusal("TagResource", body(none, R"("tags":[])")), missing);
    EXPECT_EQ(service.refusal("UntagResource", body(none, R"("tagKeys":[])")), missing);
    EXPECT_EQ(service.refusal("ListTagsForResource", object({{"resourceArn", none}})), missing);
    EXPECT_EQ(service.refusal("ListTagsForResource", object({{"resourceArn", m + ":1"}})),
              "ResourceNotFound: Resource not found: '" + m + ":1'");
    EXPECT_EQ(service.refusal("TagResource", body("x", R"("tags":[])")),
              "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
    EXPECT_EQ(service.refusal("TagResource",
                              body(std::string(kArnPrefix) + "execution:m:e", R"("tags":[])")),
              "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'");
}

TEST_F(Tagging, StopsAtFifty) {
    std::string many;
    for (int i = 0; i < 50; ++i)
        many += (many.empty() ? "" : ",") + (R"({"key":")" + std::to_string(i) + "\"}");
    service.ask("TagResource", body(m, R"("tags":[)" + many + "]"));
    EXPECT_THAT(service.refusal("TagResource", body(m, R"("tags":[{"key":"more"}])")),
                HasSubstr("TooManyTags: "));
}

}  // namespace
}  // namespace stepwell::api
