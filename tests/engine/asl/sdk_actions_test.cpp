#include "engine/asl/sdk_actions.hpp"

#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

/// Knows `s3:getObject` and that `s3:getobject` is none.
class FewActions final : public SdkActions {
public:
    SdkAction look_up(std::string_view service, std::string_view action) const override {
        if (service != "s3") return SdkAction::unknown_service;
        if (action == "getObject") return SdkAction::known;
        return action == "getobject" ? SdkAction::wrong : SdkAction::unknown_action;
    }
};

std::vector<Diagnostic> look_at(const std::string& action) {
    static const FewActions actions;
    return parse(machine_of(R"({"Type":"Task","Resource":"arn:aws:states:::aws-sdk:)" + action +
                            R"(","Parameters":{},"End":true})"),
                 WorkflowType::standard, &actions)
        .diagnostics;
}

TEST(SdkActions, OnesThatAreKnownAreTaken) {
    EXPECT_THAT(look_at("s3:getObject"), IsEmpty());
    EXPECT_THAT(look_at("s3:getObject.waitForTaskToken"), IsEmpty());
    EXPECT_THAT(look_at("sfn:listExecutions"), IsEmpty());
}

TEST(SdkActions, OnesThatAwsWritesOtherwiseAreRefusedAsAwsRefusesThem) {
    EXPECT_THAT(
        look_at("s3:getobject"),
        ElementsAre(Diagnostic{
            Severity::error, "SCHEMA_VALIDATION_FAILED",
            "The resource provided arn:aws:states:::aws-sdk:s3:getobject is not recognized. The "
            "value is not a valid resource ARN, or the resource is not available in this region.",
            "/States/S/Resource"}));
}

TEST(SdkActions, OnesThatNoModelHasEarnAWarning) {
    EXPECT_THAT(look_at("s3:getObjekt"),
                ElementsAre(Diagnostic{Severity::warning, "INVALID_RESOURCE",
                                       "Stepwell's API model of the service 's3' has no action "
                                       "'getObjekt': it cannot be called without --service-models",
                                       "/States/S/Resource"}));
    EXPECT_THAT(look_at("s4:getObject"),
                ElementsAre(Diagnostic{Severity::warning, "INVALID_RESOURCE",
                                       "Stepwell has no API model of the service 's4': it cannot "
                                       "be called without --service-models",
                                       "/States/S/Resource"}));
}

TEST(SdkActions, AreNotAskedAboutWhatWasTakenBefore) {
    EXPECT_TRUE(parse_stored(machine_of(R"({"Type":"Task","Parameters":{},"End":true,
        "Resource":"arn:aws:states:::aws-sdk:s3:getobject"})"),
                             WorkflowType::standard)
                    .machine);
}

}  // namespace
}  // namespace stepwell::asl
