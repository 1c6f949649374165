#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

const std::string kFlow = R"("StartAt":"B","States":{"B":{"Type":"Succeed"}})";

std::string parallel(const std::string& branches) {
    return R"({"Type":"Parallel","End":true,"Branches":)" + branches + "}";
}
std::string map(const std::string& fields, const std::string& config = "") {
    return R"({"Type":"Map","End":true,"ItemProcessor":{)" + config + kFlow + "}" + fields + "}";
}
std::string distributed(const std::string& fields) {
    return map(fields, R"("ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},)");
}
const std::string kConfig = "/ItemProcessor/ProcessorConfig";

INSTANTIATE_TEST_SUITE_P(
    Parallel, StateIs,
    testing::Values(
        StateCase{"NoBranches",
                  R"({"Type":"Parallel","End":true})",
                  {schema("These fields are required: [Branches]")}},
        // Recorded: test_parallel_state_empty_branches.
        StateCase{"EmptyBranches", parallel("[]"), {schema("Value cannot be empty", "/Branches")}},
        StateCase{"BranchesOfObject",
                  parallel("{}"),
                  {schema("Expected value of type Array", "/Branches")}},
        StateCase{"BranchOfText",
                  parallel(R"(["B"])"),
                  {schema("Expected value of type Object", "/Branches[0]")}},
        StateCase{"EmptyBranch",
                  parallel("[{}]"),
                  {schema("These fields are required: [States, StartAt]", "/Branches[0]")}},
        StateCase{"BranchWithComment", parallel(R"([{"Comment":"c",)" + kFlow + "}]"), {}},
        StateCase{"BranchWithMore",
                  parallel(R"([{"TimeoutSeconds":1,)" + kFlow + "}]"),
                  {schema("Field 'TimeoutSeconds' is not supported", "/Branches[0]")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Map, StateIs,
    testing::Values(
        StateCase{"NoProcessor",
                  R"({"Type":"Map","End":true})",
                  {schema("This object should have only one of the following fields: "
                          "[ItemProcessor, Iterator]")}},
        StateCase{
            "TwoProcessors",
            map(R"(,"Iterator":{"StartAt":"C","States":{"C":{"Type":"Succeed"}}})"),
            {schema(
                "There should only be one of the following fields: [ItemProcessor, Iterator]")}},
        StateCase{"Iterator", R"({"Type":"Map","End":true,"Iterator":{)" + kFlow + "}}", {}},
        StateCase{"ProcessorOfText",
                  R"({"Type":"Map","End":true,"ItemProcessor":"B"})",
                  {schema("Expected value of type Object", "/ItemProcessor")}},
        StateCase{"EmptyProcessor",
                  R"({"Type":"Map","End":true,"ItemProcessor":{}})",
                  {schema("These fields are required: [States, StartAt]", "/ItemProcessor")}},
        StateCase{
            "Everything",
            map(R"(,"ItemsPath":"$.a","ItemSelector":{"i.$":"$$.Map.Item.Index"},"MaxConcurrency":0,
                         "ToleratedFailureCount":1,"ToleratedFailurePercentage":0.5,"ResultSelector":{},"ResultPath":null)",
                R"("Comment":"c","ProcessorConfig":{"Mode":"INLINE"},)"),
            {}},
        StateCase{
            "Paths",
            map(R"(,"MaxConcurrencyPath":"$.m","ToleratedFailureCountPath":"$.c","ToleratedFailurePercentagePath":"$.p")"),
            {}},
        StateCase{"NegativeConcurrency",
                  map(R"(,"MaxConcurrency":-1)"),
                  {schema("Minimum value is 0", "/MaxConcurrency")}},
        StateCase{"ConcurrencyAsText",
                  map(R"(,"MaxConcurrency":"1")"),
                  {schema("Expected value of type Integer", "/MaxConcurrency")}},
        StateCase{"TwoConcurrencies",
                  map(R"(,"MaxConcurrency":1,"MaxConcurrencyPath":"$.m")"),
                  {schema("There should only be one of the following fields: [MaxConcurrency, "
                          "MaxConcurrencyPath]")}},
        StateCase{
            "TwoTolerances",
            map(R"(,"ToleratedFailureCount":0,"ToleratedFailureCountPath":"$.c")"),
            {schema("There should only be one of the following fields: [ToleratedFailureCount, "
                    "ToleratedFailureCountPath]")}},
        StateCase{"PercentageOver100",
                  map(R"(,"ToleratedFailurePercentage":100.5)"),
                  {schema("Maximum value is 100.0", "/ToleratedFailurePercentage")}},
        StateCase{"NegativeCount",
                  map(R"(,"ToleratedFailureCount":-1)"),
                  {schema("Minimum value is 0", "/ToleratedFailureCount")}},
        StateCase{
            "SelectorTwice",
            map(R"(,"ItemSelector":{},"Parameters":{})"),
            {schema(
                "There should only be one of the following fields: [ItemSelector, Parameters]")}},
        StateCase{"ItemsPathOfNull",
                  map(R"(,"ItemsPath":null)"),
                  {schema("Expected value of type String", "/ItemsPath")}},
        StateCase{"ItemsPathOfMany",
                  map(R"(,"ItemsPath":"$.a[*]")"),
                  {schema("Value is not a Reference Path", "/ItemsPath")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Mode, StateIs,
    testing::Values(
        StateCase{"Unknown",
                  map("", R"("ProcessorConfig":{"Mode":"FAST"},)"),
                  {schema("Value should be one of the following: [INLINE, DISTRIBUTED]",
                          kConfig + "/Mode")}},
        StateCase{"InlineWithExecutionType",
                  map("", R"("ProcessorConfig":{"Mode":"INLINE","ExecutionType":"STANDARD"},)"),
                  {schema("Field 'ExecutionType' is not supported", kConfig)}},
        StateCase{"ExecutionTypeWithoutMode",
                  map("", R"("ProcessorConfig":{"ExecutionType":"STANDARD"},)"),
                  {schema("Field 'ExecutionType' is not supported", kConfig)}},
        StateCase{"DistributedWithoutExecutionType",
                  map("", R"("ProcessorConfig":{"Mode":"DISTRIBUTED"},)"),
                  {schema("These fields are required: [ExecutionType]", kConfig)}},
        StateCase{"UnknownExecutionType",
                  map("", R"("ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"FAST"},)"),
                  {schema("Value should be one of the following: [STANDARD, EXPRESS]",
                          kConfig + "/ExecutionType")}},
        StateCase{"UnknownField",
                  map("", R"("ProcessorConfig":{"Speed":1},)"),
                  {schema("Field 'Speed' is not supported", kConfig)}},
        StateCase{"DistributedInExpress",
                  distributed(""),
                  {schema("The field 'Mode' with value 'DISTRIBUTED' is not supported inside "
                          "'EXPRESS' state machines",
                          kConfig + "/Mode")},
                  WorkflowType::express},
        StateCase{"DistributedFieldsInline",
                  map(R"(,"ItemReader":{},"ItemBatcher":{},"ResultWriter":{},"Label":"l")"),
                  {schema("Field 'ItemReader' is not supported"),
                   schema("Field 'ItemBatcher' is not supported"),
                   schema("Field 'ResultWriter' is not supported"),
                   schema("Field 'Label' is not supported")}}),
    case_name);

const std::string kS3 =
    R"("Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"})";

INSTANTIATE_TEST_SUITE_P(
    Distributed, StateIs,
    testing::Values(
        StateCase{"ReaderOfAnother",
                  distributed(R"(,"ItemReader":{"Resource":"arn:aws:states:::s3:putObject"})"),
                  {schema("The field 'Resource' does not match any of the allowed values",
                          "/ItemReader/Resource")}},
        StateCase{"ReaderWithoutResource",
                  distributed(R"(,"ItemReader":{})"),
                  {schema("These fields are required: [Resource]", "/ItemReader")}},
        StateCase{
            "UnknownInputType",
            distributed(R"(,"ItemReader":{"ReaderConfig":{"InputType":"XML"},)" + kS3 + "}"),
            {schema("Value should be one of the following: [CSV, JSON, JSONL, MANIFEST, PARQUET]",
                    "/ItemReader/ReaderConfig/InputType")}},
        StateCase{
            "CsvWithoutHeaders",
            distributed(R"(,"ItemReader":{"ReaderConfig":{"InputType":"CSV"},)" + kS3 + "}"),
            {schema("The field 'CSVHeaderLocation' is required", "/ItemReader/ReaderConfig")}},
        StateCase{
            "GivenHeadersMissing",
            distributed(
                R"(,"ItemReader":{"ReaderConfig":{"InputType":"CSV","CSVHeaderLocation":"GIVEN"},)" +
                kS3 + "}"),
            {schema("These fields are required: [CSVHeaders]", "/ItemReader/ReaderConfig")}},
        StateCase{
            "HeadersOfJson",
            distributed(
                R"(,"ItemReader":{"ReaderConfig":{"InputType":"JSON","CSVHeaderLocation":"FIRST_ROW"},)" +
                kS3 + "}"),
            {schema("Field 'CSVHeaderLocation' is not supported", "/ItemReader/ReaderConfig")}},
        StateCase{
            "MaxItemsTwice",
            distributed(R"(,"ItemReader":{"ReaderConfig":{"MaxItems":1,"MaxItemsPath":"$.m"},)" +
                        kS3 + "}"),
            {schema("There should only be one of the following fields: [MaxItems, MaxItemsPath]",
                    "/ItemReader/ReaderConfig")}},
        StateCase{"BatchOfTooManyBytes",
                  distributed(R"(,"ItemBatcher":{"MaxInputBytesPerBatch":262145})"),
                  {schema("Maximum value is 262144", "/ItemBatcher/MaxInputBytesPerBatch")}},
        StateCase{
            "BatchItemsTwice",
            distributed(R"(,"ItemBatcher":{"MaxItemsPerBatch":1,"MaxItemsPerBatchPath":"$.m"})"),
            {schema("There should only be one of the following fields: [MaxItemsPerBatch, "
                    "MaxItemsPerBatchPath]",
                    "/ItemBatcher")}},
        StateCase{"WriterWithoutParameters",
                  distributed(R"(,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject"})"),
                  {schema("These fields are required: [Parameters]", "/ResultWriter")}},
        StateCase{
            "WriterWithHalfAConfig",
            distributed(R"(,"ResultWriter":{"WriterConfig":{"Transformation":"NONE"}})"),
            {schema("These fields are required: [OutputType]", "/ResultWriter/WriterConfig")}},
        StateCase{"LongLabel",
                  distributed(R"(,"Label":")" + std::string(41, 'l') + "\""),
                  {"INVALID_LABEL_NAME: Invalid Label name: Label '" + std::string(41, 'l') +
                   "' exceeds the 40-character limit allowed by the service at /States/S/Label"}},
        StateCase{"EmptyLabel",
                  distributed(R"(,"Label":"")"),
                  {"INVALID_LABEL_NAME: Label cannot be empty at /States/S/Label"}},
        StateCase{
            "LabelWithBlank",
            distributed(R"(,"Label":"a b")"),
            {"INVALID_LABEL_NAME: Label contains invalid character: ' ' at /States/S/Label"}}),
    case_name);

TEST(MapLabel, IsUniqueInTheMachine) {
    const std::string config =
        R"("ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},)";
    const auto labelled = [&](const std::string& inner, const std::string& then) {
        return R"({"Type":"Map","Label":"l","ItemProcessor":{)" + config + R"("StartAt":")" +
               inner + R"(","States":{")" + inner + R"(":{"Type":"Succeed"}}},)" + then + "}";
    };
    EXPECT_THAT(findings(R"({"StartAt":"A","States":{"A":)" + labelled("X", R"("Next":"B")") +
                         R"(,"B":)" + labelled("Y", R"("End":true)") + "}}"),
                ElementsAre("DUPLICATE_LABEL_NAME: Duplicate Label name: l at /States/B/Label"));
}

TEST(MapState, KeepsWhatItWasGiven) {
    const auto machine =
        accepted(machine_of(map(R"(,"ItemsPath":"$.a","ItemSelector":{"x":1},"MaxConcurrency":3,
        "ToleratedFailureCountPath":"$.c","ToleratedFailurePercentage":12.5,"ResultPath":null)")));
    const auto& state = body_of<MapState>(*machine);
    EXPECT_EQ(state.processor, 1U);
    EXPECT_EQ(state.items_path->text(), "$.a");
    EXPECT_TRUE(state.item_selector);
    EXPECT_EQ(std::get<std::int64_t>(state.max_concurrency), 3);
    EXPECT_EQ(std::get<Expression>(state.tolerated_failure_count).text(), "$.c");
    EXPECT_EQ(std::get<double>(state.tolerated_failure_percentage), 12.5);
    EXPECT_TRUE(std::holds_alternative<DiscardResult>(state.result_path));
}

TEST(MapState, MayHaveAnObjectForItsItemsWhereItIsDistributed) {
    const std::string items = R"(,"QueryLanguage":"JSONata","Items":{"a":1})";
    EXPECT_THAT(findings(machine_of(distributed(items))), IsEmpty());
    EXPECT_THAT(findings(machine_of(map(items))),
                ElementsAre(schema("Expected value of type Array", "/Items")));
}

}  // namespace
}  // namespace stepwell::asl
