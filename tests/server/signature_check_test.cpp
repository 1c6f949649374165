#include "server/signature_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "engine/base/sigv4.hpp"

namespace stepwell::server {
namespace {

using testing::HasSubstr;

// The example of AWS's signature test suite, "get-vanilla".
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr const char* kAuthorization =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
    "SignedHeaders=host;x-amz-date, "
    "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
const TimePoint kSigned{Seconds{1'440'938'160}};  // 2015-08-30T12:36:00Z

class Signature : public testing::Test {
protected:
    /// The type of the refusal; "" where it is good.
    std::string check() {
        const auto refusal = check_signature({method, target, headers, body}, keys, now, account);
        message = refusal ? refusal->message : "";
        return refusal ? refusal->type : "";
    }
    void set(const std::string& name, const std::string& value) {
        std::erase_if(headers, [&](const auto& header) { return header.first == name; });
        headers.emplace_back(name, value);
    }
    /// As a client signs it.
    void sign(const std::vector<std::string>& names) {
        sigv4::CanonicalRequest request;
        request.method = method;
        request.path = target.substr(0, target.find('?'));
        if (target.find('?') != std::string::npos)
            request.query = target.substr(target.find('?') + 1);
        for (const std::string& name : names) {
            for (const auto& [given, value] : headers) {
                if (given == name) request.headers.emplace_back(name, value);
            }
        }
        request.body_hash = sigv4::sha256_hex(body);
        const sigv4::Scope scope{"20150830T123600Z", "us-east-1", "states"};
        set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + scope.text() +
                                 ", SignedHeaders=" + sigv4::signed_headers(request) +
                                 ", Signature=" + sigv4::signature(request, scope, kSecret));
    }

    std::string method = "GET";
    std::string target = "/";
    std::string body;
    HeaderFields headers = {{"Host", "example.amazonaws.com"},
                            {"X-Amz-Date", "20150830T123600Z"},
                            {"Authorization", kAuthorization}};
    AccessKeys keys = {{"AKIDEXAMPLE", {kSecret, "222233334444"}}};
    TimePoint now = kSigned;
    std::string account;
    std::string message;
};

TEST_F(Signature, OfAwssOwnExampleIsGood) {
    EXPECT_EQ(check(), "") << message;
    EXPECT_EQ(account, "222233334444");
}

TEST_F(Signature, StandsForMethodPathQueryBodyAndHeaders) {
    method = "POST";
    target = "/a%20b?y=2&x=1";
    body = "{}";
    headers = {{"host", "h"}, {"x-amz-date", "20150830T123600Z"}, {"x-amz-target", "T"}};
    sign({"host", "x-amz-date", "x-amz-target"});
    ASSERT_EQ(check(), "") << message;
    const auto refused = [&](auto change) {
        const auto before = std::tuple(method, target, body, headers);
        change();
        const std::string type = check();
        std::tie(method, target, body, headers) = before;
        return type;
    };
    EXPECT_EQ(refused([&] { method = "PUT"; }), "InvalidSignatureException");
    EXPECT_EQ(refused([&] { target = "/b?y=2&x=1"; }), "InvalidSignatureException");
    EXPECT_EQ(refused([&] { target = "/a%20b?y=2&x=2"; }), "InvalidSignatureException");
    EXPECT_EQ(refused([&] { body = "{ }"; }), "InvalidSignatureException");
    EXPECT_EQ(refused([&] { set("x-amz-target", "U"); }), "InvalidSignatureException");
    EXPECT_EQ(refused([&] { target = "/a%20b?x=1&y=2"; }), "");
}

TEST_F(Signature, ThatIsMissingIsAskedFor) {
    headers.pop_back();
    EXPECT_EQ(check(), "MissingAuthenticationTokenException");
}

TEST_F(Signature, OfAnUnknownKeyIsRefused) {
    keys = {{"OTHER", {kSecret, ""}}};
    EXPECT_EQ(check(), "UnrecognizedClientException");
}

TEST_F(Signature, WithAnotherSecretIsRefused) {
    keys["AKIDEXAMPLE"].secret = "other";
    EXPECT_EQ(check(), "InvalidSignatureException");
    EXPECT_THAT(message, HasSubstr("does not match the signature you provided"));
}

TEST_F(Signature, HoldsAQuarterOfAnHour) {
    now = kSigned + Seconds{900};
    EXPECT_EQ(check(), "");
    now = kSigned + Seconds{901};
    EXPECT_EQ(check(), "InvalidSignatureException");
    EXPECT_EQ(message,
              "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
              "(20150830T125101Z - 15 min.)");
    now = kSigned - Seconds{901};
    EXPECT_EQ(check(), "InvalidSignatureException");
    EXPECT_THAT(message, HasSubstr("Signature not yet current"));
}

TEST_F(Signature, ThatIsIncompleteSaysWhatItLacks) {
    set("Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s/aws4_request");
    EXPECT_EQ(check(), "IncompleteSignatureException");
    EXPECT_THAT(message, HasSubstr("requires 'Signature' parameter"));
    set("Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host, Signature=0");
    EXPECT_EQ(check(), "IncompleteSignatureException");
    set("Authorization", "Basic x");
    EXPECT_EQ(check(), "IncompleteSignatureException");
    set("Authorization", kAuthorization);
    set("X-Amz-Date", "yesterday");
    EXPECT_EQ(check(), "IncompleteSignatureException");
}

TEST_F(Signature, MustStandForTheHostAndAwssHeaders) {
    headers.emplace_back("X-Amz-Target", "AWSStepFunctions.StopExecution");
    EXPECT_EQ(check(), "InvalidSignatureException");
    EXPECT_EQ(message, "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
}

}  // namespace
}  // namespace stepwell::server
