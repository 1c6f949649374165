#include "engine/asl/state_fields.hpp"

/// Which fields each state type has, in which query language. OBSERVED: 8 types by 50 fields, tried
/// with ValidateStateMachineDefinition (badmintoncryer/cdk-preflight, 2026-09-05); ASL
/// specification, "State Types".
namespace stepwell::asl {
namespace {

constexpr auto kBoth = FieldRule::In::both;
constexpr auto kPath = FieldRule::In::json_path;
constexpr auto kJsonata = FieldRule::In::jsonata;

constexpr FieldRule kTask[] = {{"Type", kBoth},
                               {"Comment", kBoth},
                               {"QueryLanguage", kBoth},
                               {"Next", kBoth},
                               {"End", kBoth},
                               {"InputPath", kPath},
                               {"OutputPath", kPath},
                               {"Parameters", kPath},
                               {"ResultSelector", kPath},
                               {"ResultPath", kPath},
                               {"Arguments", kJsonata},
                               {"Output", kJsonata},
                               {"Assign", kBoth},
                               {"Retry", kBoth},
                               {"Catch", kBoth},
                               {"Resource", kBoth},
                               {"Credentials", kBoth},
                               {"TimeoutSeconds", kBoth},
                               {"TimeoutSecondsPath", kPath},
                               {"HeartbeatSeconds", kBoth},
                               {"HeartbeatSecondsPath", kPath}};
constexpr FieldRule kPass[] = {
    {"Type", kBoth},       {"Comment", kBoth},   {"QueryLanguage", kBoth}, {"Next", kBoth},
    {"End", kBoth},        {"InputPath", kPath}, {"OutputPath", kPath},    {"Parameters", kPath},
    {"ResultPath", kPath}, {"Output", kJsonata}, {"Assign", kBoth},        {"Result", kPath}};
constexpr FieldRule kChoice[] = {
    {"Type", kBoth},      {"Comment", kBoth},    {"QueryLanguage", kBoth},
    {"InputPath", kPath}, {"OutputPath", kPath}, {"Output", kJsonata},
    {"Assign", kBoth},    {"Choices", kBoth},    {"Default", kBoth}};
constexpr FieldRule kWait[] = {
    {"Type", kBoth},         {"Comment", kBoth},   {"QueryLanguage", kBoth}, {"Next", kBoth},
    {"End", kBoth},          {"InputPath", kPath}, {"OutputPath", kPath},    {"Output", kJsonata},
    {"Assign", kBoth},       {"Seconds", kBoth},   {"Timestamp", kBoth},     {"SecondsPath", kPath},
    {"TimestampPath", kPath}};
constexpr FieldRule kSucceed[] = {{"Type", kBoth},          {"Comment", kBoth},
                                  {"QueryLanguage", kBoth}, {"InputPath", kPath},
                                  {"OutputPath", kPath},    {"Output", kJsonata}};
constexpr FieldRule kFail[] = {{"Type", kBoth},     {"Comment", kBoth}, {"QueryLanguage", kBoth},
                               {"Error", kBoth},    {"Cause", kBoth},   {"ErrorPath", kPath},
                               {"CausePath", kPath}};
constexpr FieldRule kParallel[] = {
    {"Type", kBoth},           {"Comment", kBoth},      {"QueryLanguage", kBoth},
    {"Next", kBoth},           {"End", kBoth},          {"InputPath", kPath},
    {"OutputPath", kPath},     {"Parameters", kPath},   {"ResultPath", kPath},
    {"ResultSelector", kPath}, {"Arguments", kJsonata}, {"Output", kJsonata},
    {"Assign", kBoth},         {"Retry", kBoth},        {"Catch", kBoth},
    {"Branches", kBoth}};
constexpr FieldRule kMap[] = {{"Type", kBoth},
                              {"Comment", kBoth},
                              {"QueryLanguage", kBoth},
                              {"Next", kBoth},
                              {"End", kBoth},
                              {"InputPath", kPath},
                              {"OutputPath", kPath},
                              {"Parameters", kPath},
                              {"ResultPath", kPath},
                              {"ResultSelector", kPath},
                              {"Output", kJsonata},
                              {"Assign", kBoth},
                              {"Retry", kBoth},
                              {"Catch", kBoth},
                              {"ItemProcessor", kBoth},
                              {"Iterator", kBoth},
                              {"ItemsPath", kPath},
                              {"Items", kJsonata},
                              {"ItemSelector", kBoth},
                              {"ItemReader", kBoth},
                              {"ItemBatcher", kBoth},
                              {"ResultWriter", kBoth},
                              {"MaxConcurrency", kBoth},
                              {"MaxConcurrencyPath", kPath},
                              {"ToleratedFailureCount", kBoth},
                              {"ToleratedFailureCountPath", kPath},
                              {"ToleratedFailurePercentage", kBoth},
                              {"ToleratedFailurePercentagePath", kPath},
                              {"Label", kBoth}};

}  // namespace

void allow_only_fields_of(StateType type, const Fields& fields) {
    switch (type) {
        case StateType::task:
            return fields.allow_only(kTask);
        case StateType::pass:
            return fields.allow_only(kPass);
        case StateType::choice:
            return fields.allow_only(kChoice);
        case StateType::wait:
            return fields.allow_only(kWait);
        case StateType::succeed:
            return fields.allow_only(kSucceed);
        case StateType::fail:
            return fields.allow_only(kFail);
        case StateType::parallel:
            return fields.allow_only(kParallel);
        case StateType::map:
            return fields.allow_only(kMap);
    }
}

}  // namespace stepwell::asl
