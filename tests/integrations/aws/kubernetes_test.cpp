#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "integrations/aws/eks_token.hpp"
#include "integrations/aws/kubernetes_request.hpp"
#include "integrations/base64.hpp"
#include "tests/integrations/aws/optimized_fixture.hpp"
#include "tests/integrations/test_server.hpp"
#include "tests/integrations/tls_server.hpp"
#include "tests/integrations/waiting.hpp"

namespace stepwell::aws {
namespace {

using stepwell::testing::Awaited;
using stepwell::testing::eventually;
using stepwell::testing::ServedConnection;
using stepwell::testing::ServedRequest;
using stepwell::testing::TestAuthority;
using stepwell::testing::TestServer;
using stepwell::testing::TlsServer;
using stepwell::testing::unused_port;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kAtAws = "https://444455556666.yl4.us-east-1.eks.amazonaws.com";
constexpr const char* kJobs = "/apis/batch/v1/namespaces/default/jobs";
constexpr const char* kPods = "/api/v1/namespaces/default/pods";

/// A cluster's API: each method and path gets its answers in turn, the last one for ever.
class KubernetesTest : public OptimizedTest {
protected:
    /// Parameters with the cluster's, at this endpoint.
    static std::string at(const std::string& endpoint, const std::string& more,
                          const std::string& authority = "ANPAJ2UCCR6DPCEXAMPLE") {
        return R"({"ClusterName":"c","CertificateAuthority":")" + authority + R"(","Endpoint":")" +
               endpoint + R"(",)" + more + "}";
    }
    TaskCall call_of(const std::string& more) { return call("eks", "call", at(url(), more)); }
    TaskCall job_of(const std::string& more = R"("Job":{"metadata":{"name":"j"}})",
                    asl::Pattern pattern = asl::Pattern::sync) {
        return call("eks", "runJob", at(url(), more), pattern);
    }
    std::string url() const { return service_.url(); }
    /// The job as the API describes it.
    static std::string job(const std::string& status, const std::string& request_id = "") {
        return R"({"kind":"Job","metadata":{"name":"j","annotations":{"stepwell/request-id":")" +
               request_id + R"("}},"status":)" + status + "}";
    }
    static constexpr const char* kSubmitted =
        R"({"ResponseBody":{"metadata":{"name":"j"}},"StatusCode":201,"StatusText":"Created"})";
    static constexpr const char* kRunning = R"({"active":1})";
    static constexpr const char* kComplete =
        R"({"succeeded":1,"conditions":[{"type":"SuccessCriteriaMet","status":"True"},)"
        R"({"type":"Complete","status":"True"}]})";
    static constexpr const char* kFailed =
        R"({"failed":1,"conditions":[{"type":"Complete","status":"False"},)"
        R"({"type":"Failed","status":"True","reason":"BackoffLimitExceeded"}]})";
};

// --- eks:call

TEST_F(KubernetesTest, ACallIsMadeAndAnswered) {
    Awaited<ServedRequest> seen;
    const TestServer server([&](ServedConnection& c) {
        seen.give(*c.read_request());
        c.send("HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n{\"kind\":\"X\"}");
    });
    const TaskResult result =
        run(call("eks", "call",
                 at(server.url() + "/clusters/c/",
                    R"("Method":"POST","Path":"/api/v1/namespaces/default/pods",)"
                    R"("QueryParameters":{"labelSelector":["job-name=a b"],"x":["1","2"]},)"
                    R"("RequestBody":{"k":1})")));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(),
              R"({"ResponseBody":{"kind":"X"},"StatusCode":201,"StatusText":"Created"})");
    const ServedRequest sent = seen.get();
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.target,
              "/clusters/c/api/v1/namespaces/default/pods?labelSelector=job-name%3Da%20b&x=1&x=2");
    EXPECT_EQ(sent.body, R"({"k":1})");
    EXPECT_EQ(sent.headers.at("content-type"), "application/json");
    EXPECT_EQ(sent.headers.at("accept"), "application/json");
    EXPECT_FALSE(sent.headers.contains("authorization"));
}

TEST_F(KubernetesTest, ARefusalIsNamedAfterItsStatus) {
    // Developer Guide, "Permissions".
    const std::string body =
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
        R"("message":"Unauthorized","reason":"Unauthorized","code":401})";
    const TestServer server([&](ServedConnection& c) {
        c.read_request();
        c.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body);
    });
    EXPECT_EQ(run(call("eks", "call", at(server.url(), R"("Method":"GET","Path":"/api")"))).error(),
              (StateError{"EKS.401", R"({"ResponseBody":)" + body +
                                         R"(,"StatusCode":401,"StatusText":"Unauthorized"})"}));
}

TEST_F(KubernetesTest, ABodyThatIsNoJsonIsText) {
    service_.answers("GET /healthz", {"ok"});
    const TaskResult result = run(call_of(R"("Method":"GET","Path":"healthz")"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["ResponseBody"], "ok");
}

TEST_F(KubernetesTest, ABodyThatIsTextIsSentAsItIs) {
    service_.answers("POST /x", {"{}"});
    ASSERT_TRUE(run(call_of(R"("Method":"POST","Path":"/x","RequestBody":"{\"a\": 1}")")));
    EXPECT_EQ(service_.last_body("POST /x"), R"({"a": 1})");
}

TEST_F(KubernetesTest, APatchSaysWhichKindItIs) {
    const auto type_of = [](const char* body) {
        const auto read = kubernetes::read_call(json(
            at("http://h", R"("Method":"PATCH","Path":"/x","RequestBody":)" + std::string(body))));
        return read ? read->request.content_type : std::string();
    };
    EXPECT_EQ(type_of(R"({"a":1})"), "application/merge-patch+json");
    EXPECT_EQ(type_of(R"([{"op":"remove","path":"/a"}])"), "application/json-patch+json");
}

struct Wrong {
    const char* name;
    const char* parameters;
    const char* why;
};
class WrongCall : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongCall, IsRefused) {
    const auto read = kubernetes::read_call(json(GetParam().parameters));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().why, GetParam().why);
}
INSTANTIATE_TEST_SUITE_P(
    , WrongCall,
    ::testing::Values(
        Wrong{"Nothing", R"([])", "The parameters must be an object"},
        Wrong{"UnknownField", R"({"Cluster":"c"})",
              "The field 'Cluster' is not supported by Step Functions"},
        Wrong{
            "NoPath",
            R"({"ClusterName":"c","CertificateAuthority":"x","Endpoint":"http://h","Method":"GET"})",
            "The field 'Path' is required but was missing"},
        Wrong{
            "Method",
            R"({"ClusterName":"c","CertificateAuthority":"x","Endpoint":"http://h","Method":"OPTIONS","Path":"/"})",
            "The value of the field 'Method' has an invalid format"},
        Wrong{
            "Endpoint",
            R"({"ClusterName":"c","CertificateAuthority":"x","Endpoint":"h","Method":"GET","Path":"/"})",
            "The value of the field 'Endpoint' has an invalid format"},
        Wrong{
            "QueryParameters",
            R"({"ClusterName":"c","CertificateAuthority":"x","Endpoint":"http://h","Method":"GET","Path":"/","QueryParameters":{"a":"b"}})",
            "The value of the field 'QueryParameters' has an invalid format"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST_F(KubernetesTest, WrongParametersFailTheTask) {
    EXPECT_THAT(run(call_of(R"("Method":"TRACE","Path":"/x")")).error().cause,
                HasSubstr("[The value of the field 'Method' has an invalid format]"));
    EXPECT_THAT(run(job_of(R"("Job":"no json")")).error().cause,
                HasSubstr("[The value of the field 'Job' has an invalid format]"));
    EXPECT_THAT(run(job_of(R"("Job":{},"LogOptions":{"RetrieveLogs":"yes"})")).error().cause,
                HasSubstr("[The value of the field 'RetrieveLogs' has an invalid format]"));
    EXPECT_THAT(run(job_of(R"("Job":{},"LogOptions":{"Tail":1})")).error().cause,
                HasSubstr("[The field 'Tail' is not supported by Step Functions]"));
}

// --- where the cluster is

TEST_F(KubernetesTest, AClusterAtAwsIsNotCalledUnasked) {
    use({});
    EXPECT_EQ(run(call("eks", "call", at(kAtAws, R"("Method":"GET","Path":"/api")"))).error(),
              (StateError{"States.Runtime",
                          "Stepwell cannot reach what the state 'Call' calls "
                          "(arn:aws:states:::eks:call): there is no endpoint for the Kubernetes "
                          "API of '444455556666.yl4.us-east-1.eks.amazonaws.com': say where it is "
                          "with --endpoint kubernetes=URL"}));
    // The endpoint for all of AWS's services is none for Kubernetes.
    AwsOptions options;
    options.endpoint_all = url();
    use(options);
    EXPECT_THAT(run(call("eks", "runJob", at(kAtAws, R"("Job":{})"))).error().cause,
                HasSubstr("--endpoint kubernetes=URL"));
}

TEST_F(KubernetesTest, AClusterAtAwsIsCalledAtTheEndpointOfKubernetes) {
    service_.answers("GET /proxy/api", {"{}"});
    AwsOptions options;
    options.endpoints["kubernetes"] = url() + "/proxy";
    use(options);
    EXPECT_TRUE(run(call("eks", "call", at(kAtAws, R"("Method":"GET","Path":"/api")"))));
}

TEST_F(KubernetesTest, ARefusedConnectionIsReported) {
    const std::string nowhere = "http://127.0.0.1:" + std::to_string(unused_port());
    const StateError error =
        run(call("eks", "call", at(nowhere, R"("Method":"GET","Path":"/api")"))).error();
    EXPECT_EQ(error.error, "EKS.SdkClientException");
    EXPECT_THAT(error.cause, StartsWith("Unable to execute HTTP request: Connect to 127.0.0.1:"));
}

class KubernetesOverTls : public KubernetesTest {
protected:
    static void SetUpTestSuite() {
        authority = std::make_unique<TestAuthority>();
        authority->issue("here", "IP:127.0.0.1");
    }
    static void TearDownTestSuite() { authority.reset(); }
    static std::string pem(const TestAuthority& of) {
        std::ifstream file(of.file());
        return {std::istreambuf_iterator<char>(file), {}};
    }
    TaskResult call_with(const std::string& authority_field, const TlsServer& server) {
        return run(call("eks", "call",
                        at(server.url(), R"("Method":"GET","Path":"/healthz")", authority_field)));
    }
    static std::unique_ptr<TestAuthority> authority;
};
std::unique_ptr<TestAuthority> KubernetesOverTls::authority;

TEST_F(KubernetesOverTls, TheTasksAuthorityIsTrusted) {
    const TlsServer server(*authority, "here", {});
    const std::string own = base64::encode(pem(*authority));
    for (int i = 0; i < 2; ++i) {
        const TaskResult result = call_with(own, server);
        ASSERT_TRUE(result) << result.error().cause;
        EXPECT_EQ(result->value()["ResponseBody"], "ok");
    }
}

TEST_F(KubernetesOverTls, NoOtherAuthorityIsTrusted) {
    const TlsServer server(*authority, "here", {});
    const TestAuthority other;
    // Even where the server's own is trusted for everything else, and a connection is open.
    AwsOptions options;
    options.ca_bundle = authority->file();
    use(options);
    ASSERT_TRUE(call_with(base64::encode(pem(*authority)), server));
    const TaskResult result = call_with(base64::encode(pem(other)), server);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "EKS.SdkClientException");
    EXPECT_THAT(result.error().cause, HasSubstr("TLS with 127.0.0.1:"));
}

TEST_F(KubernetesOverTls, WhatIsNoCertificateIsRefused) {
    const TlsServer server(*authority, "here", {});
    EXPECT_THAT(call_with("ANPAJ2UCCR6DPCEXAMPLE", server).error().cause,
                HasSubstr("[The value of the field 'CertificateAuthority' has an invalid format]"));
    const std::string broken =
        base64::encode("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    EXPECT_THAT(call_with(broken, server).error().cause,
                HasSubstr("the certificates to trust are not PEM"));
}

TEST(EksToken, IsThatOfTheAwsCli) {
    // Computed with botocore's SigV4QueryAuth as `aws eks get-token` uses it.
    const Credentials own{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
    const std::string prefix = "k8s-aws-v1.";
    const auto url_in = [&](std::string token) {
        EXPECT_THAT(token, StartsWith(prefix));
        token.erase(0, prefix.size());
        std::ranges::replace(token, '-', '+');
        std::ranges::replace(token, '_', '/');
        token.append((4 - token.size() % 4) % 4, '=');
        return base64::decode(token).value_or("not base64");
    };
    EXPECT_EQ(url_in(eks_token(own, "eu-west-1", "my cluster", "20261122T122542Z")),
              "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
              "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2F"
              "eu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261122T122542Z&X-Amz-Expires=60"
              "&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature="
              "5d0d3ac1ff50dae481c135321920d92033ee29e359ef86caf5f18dd66af3259d");
    Credentials session = own;
    session.session_token = "SESSION/TOKEN=";
    EXPECT_THAT(url_in(eks_token(session, "eu-west-1", "my cluster", "20261122T122542Z")),
                HasSubstr("&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"
                          "&X-Amz-Security-Token=SESSION%2FTOKEN%3D&X-Amz-Signature="
                          "d0c25b455e11ee1a5c9750450594ffc45bfca41e96cef9bb8f6b72716263e403"));
}

// --- eks:runJob

TEST_F(KubernetesTest, AJobIsCreatedAndAwaited) {
    service_.answers(std::string("POST ") + kJobs, {job("{}")});
    service_.answers(std::string("GET ") + kJobs + "/j",
                     {job("{}"), job(kRunning), job(kComplete)});
    const TaskResult submitted = run(job_of());
    ASSERT_TRUE(submitted);
    EXPECT_EQ(submitted->value()["ResponseBody"]["metadata"]["name"], "j");
    EXPECT_EQ(json(service_.last_body(std::string("POST ") + kJobs)),
              json(R"({"metadata":{"name":"j","annotations":{"stepwell/request-id":)"
                   R"("11111111-2222-4333-8444-555555555555"}}})"));
    const TaskResult result = watch(job_of(), submitted->text())->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["status"]["succeeded"], 1);
    EXPECT_FALSE(result->value().contains("logs"));
}

TEST_F(KubernetesTest, AJobMayBeTextAndInANamespaceOfItsOwn) {
    const std::string path = "/apis/batch/v1/namespaces/team%20a/jobs";
    service_.answers("POST " + path, {job("{}")});
    ASSERT_TRUE(run(job_of(R"("Namespace":"team a","Job":"{\"spec\": {\"a\": 1}}")")));
    EXPECT_EQ(json(service_.last_body("POST " + path))["spec"]["a"], 1);
}

TEST_F(KubernetesTest, AFailedJobFailsTheTaskWithItsDescription) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kFailed)});
    const TaskResult result = watch(job_of(), kSubmitted)->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.TaskFailed");
    EXPECT_THAT(result.error().cause, HasSubstr(R"("reason":"BackoffLimitExceeded")"));
}

TEST_F(KubernetesTest, ALookThatFailsForAMomentIsRepeated) {
    std::atomic<int> looks = 0;
    const TestServer server([&](ServedConnection& c) {
        while (c.read_request()) {
            const int look = ++looks;
            if (look == 1) c.answer(503, "{}");
            if (look == 2) c.answer(429, "{}");
            if (look == 3) return;  // closes the connection, and the look is sent again
            if (look >= 4) c.answer(200, job(kComplete));
        }
    });
    const TaskResult result =
        watch(call("eks", "runJob", at(server.url(), R"("Job":{})"), asl::Pattern::sync),
              kSubmitted)
            ->get();
    EXPECT_TRUE(result);
    EXPECT_EQ(looks, 4);
}

TEST_F(KubernetesTest, AJobThatWasDeletedFailsTheTask) {
    const TaskResult result = watch(job_of(), kSubmitted)->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "EKS.404");
}

TEST_F(KubernetesTest, AJobWhoseStartWasLostIsFoundAgain) {
    service_.answers(std::string("POST ") + kJobs, {R"({"reason":"AlreadyExists"})"}, 409);
    service_.answers(std::string("GET ") + kJobs + "/j",
                     {job(kRunning, "11111111-2222-4333-8444-555555555555")});
    TaskCall task = job_of();
    task.repeated = true;
    const TaskResult found = run(task);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value()["ResponseBody"]["metadata"]["name"], "j");
}

TEST_F(KubernetesTest, AJobThatIsNotNamedCannotBeAwaited) {
    service_.answers(std::string("POST ") + kJobs, {"<html>"});
    EXPECT_EQ(run(job_of()).error(),
              (StateError{"EKS.SdkClientException",
                          "Unable to unmarshall response: it does not name the job"}));
    EXPECT_TRUE(run(job_of(R"("Job":{})", asl::Pattern::request_response)));
}

TEST_F(KubernetesTest, AJobOfAnotherOfTheSameNameIsAConflict) {
    service_.answers(std::string("POST ") + kJobs, {R"({"reason":"AlreadyExists"})"}, 409);
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kRunning, "another")});
    const TaskResult result = run(job_of());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "EKS.409");
    EXPECT_THAT(result.error().cause, HasSubstr("AlreadyExists"));
}

TEST_F(KubernetesTest, AGeneratedNameIsTheSameEachTime) {
    const std::string path = std::string("POST ") + kJobs;
    service_.answers(path, {job("{}")});
    const std::string more =
        R"("Job":{"metadata":{"generateName":")" + std::string(70, 'a') + R"("}})";
    ASSERT_TRUE(run(job_of(more)));
    const std::string first = service_.last_body(path);
    EXPECT_EQ(json(first)["metadata"]["name"], std::string(55, 'a') + "11111111");
    TaskCall again = job_of(more);
    again.repeated = true;
    ASSERT_TRUE(run(again));
    EXPECT_EQ(service_.last_body(path), first);
}

TEST_F(KubernetesTest, LogsAreReadWhenAJobHasEnded) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kComplete)});
    service_.answers(std::string("GET ") + kPods + "?labelSelector=job-name%3Dj",
                     {R"({"items":[{"metadata":{"name":"p1"},"spec":{"containers":)"
                      R"([{"name":"a"},{"name":"b"}]}},)"
                      R"({"metadata":{"name":"p2"},"spec":{"containers":[{"name":"a"}]}}]})"});
    const auto log = [](const std::string& pod, const std::string& container) {
        return std::string("GET ") + kPods + "/" + pod + "/log?container=" + container +
               "&tailLines=6";
    };
    service_.answers(log("p1", "a"), {R"({ "pi": 3.14 })"});
    service_.answers(log("p1", "b"), {"two\nlines\n"});
    const std::string more =
        R"("Job":{},"LogOptions":{"RetrieveLogs":true,"LogParameters":{"tailLines":["6"]})";
    const TaskResult result = watch(job_of(more + "}"), kSubmitted)->get();
    ASSERT_TRUE(result) << result.error().cause;
    const Json& pods = result->value()["logs"]["pods"];
    EXPECT_EQ(write_json(pods["p1"]["containers"]["a"]), R"({"log":{"pi":3.14}})");
    EXPECT_EQ(write_json(pods["p1"]["containers"]["b"]), R"({"log":"two\nlines\n"})");
    EXPECT_EQ(pods["p2"]["containers"]["a"]["error"], "EKS.404");
    EXPECT_THAT(pods["p2"]["containers"]["a"]["cause"].get<std::string>(),
                HasSubstr(R"("StatusCode":404)"));
    const TaskResult raw = watch(job_of(more + R"(,"RawLogs":true})"), kSubmitted)->get();
    ASSERT_TRUE(raw);
    EXPECT_EQ(raw->value()["logs"]["pods"]["p1"]["containers"]["a"]["log"], R"({ "pi": 3.14 })");
}

TEST_F(KubernetesTest, AFailedJobHasItsLogsToo) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kFailed)});
    const TaskResult result =
        watch(job_of(R"("Job":{},"LogOptions":{"RetrieveLogs":true})"), kSubmitted)->get();
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().cause, HasSubstr(R"("logs":{"error":"EKS.404")"));
}

TEST_F(KubernetesTest, LogsThatAreTooLongForAStateFailIt) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kComplete)});
    service_.answers(std::string("GET ") + kPods + "?labelSelector=job-name%3Dj",
                     {R"({"items":[{"metadata":{"name":"p"},"spec":{"containers":)"
                      R"([{"name":"a"},{"name":"b"}]}}]})"});
    service_.answers(std::string("GET ") + kPods + "/p/log?container=a",
                     {std::string(300'000, 'x')});
    const TaskResult result =
        watch(job_of(R"("Job":{},"LogOptions":{"RetrieveLogs":true})"), kSubmitted)->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.DataLimitExceeded");
    const auto asked = service_.asked();
    EXPECT_TRUE(std::ranges::none_of(asked, [](const std::string& one) {
        return one.find("container=b") != std::string::npos;
    }));
}

TEST_F(KubernetesTest, AStoppedTaskDeletesItsJob) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kRunning)});
    const std::string deleted = std::string("DELETE ") + kJobs + "/j?propagationPolicy=Background";
    TaskCall task = job_of();
    watch(task, kSubmitted);
    ASSERT_TRUE(eventually([&] { return !service_.asked().empty(); }));
    task.submitted = Payload::from_text(kSubmitted);
    stop(task);
    EXPECT_EQ(service_.asked().back(), deleted);
}

TEST_F(KubernetesTest, AJobThatMayHaveBeenCreatedIsLookedForAndDeleted) {
    const TaskCall task = job_of();
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kRunning, task.request_id)});
    stop(task);
    EXPECT_THAT(service_.asked(),
                ElementsAre(std::string("GET ") + kJobs + "/j",
                            std::string("DELETE ") + kJobs + "/j?propagationPolicy=Background"));
}

TEST_F(KubernetesTest, AJobOfSomebodyElseIsNotDeleted) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kRunning, "another")});
    stop(job_of());
    EXPECT_THAT(service_.asked(), ElementsAre(std::string("GET ") + kJobs + "/j"));
}

TEST_F(KubernetesTest, ATaskThatIsStoppedWhileItsJobIsCreatedDeletesItThen) {
    Awaited<bool> received;
    Awaited<bool> stopped;
    Awaited<std::string> next;
    const TestServer server([&](ServedConnection& c) {
        if (!c.read_request()) return;
        received.give(true);
        stopped.get();
        c.answer(201, R"({"metadata":{"name":"j"}})");
        if (const auto request = c.read_request()) {
            next.give(request->method + ' ' + request->target);
            c.answer(200, "{}");
        }
    });
    const TaskCall task =
        call("eks", "runJob", at(server.url(), R"("Job":{"metadata":{"name":"j"}})"),
             asl::Pattern::sync);
    start(task);
    ASSERT_TRUE(received.get());
    registry_->stop_job(task, [] {});
    stopped.give(true);
    EXPECT_EQ(next.get(), std::string("DELETE ") + kJobs + "/j?propagationPolicy=Background");
}

TEST_F(KubernetesTest, AnAbandonedWatchLeavesTheJob) {
    service_.answers(std::string("GET ") + kJobs + "/j", {job(kRunning)});
    const TaskCall task = job_of();
    watch(task, kSubmitted);
    ASSERT_TRUE(eventually([&] { return !service_.asked().empty(); }));
    registry_->cancel(task.id);
    const TaskResult other = run(call_of(R"("Method":"GET","Path":"/x")"));
    EXPECT_FALSE(other);
    for (const std::string& asked : service_.asked()) EXPECT_THAT(asked, StartsWith("GET "));
}

}  // namespace
}  // namespace stepwell::aws
