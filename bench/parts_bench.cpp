// The parts alone, without sockets or disk (Google Benchmark): what a JSON text, a definition, a
// path and a transition cost.
//
//   parts_bench [--benchmark_filter=…]

#include <benchmark/benchmark.h>

#include <string>

#include "engine/asl/parser.hpp"
#include "engine/machine/advance.hpp"

namespace {

using namespace stepwell;

constexpr std::string_view kLoop = R"({"StartAt": "More", "States": {
  "More": {"Type": "Choice", "Choices": [{"Variable": "$.on", "BooleanEquals": true, "Next": "Again"}]},
  "Again": {"Type": "Pass", "Next": "More"}}})";

/// An object of `count` members, about 100 bytes each.
std::string document(int count) {
    std::string text = "{\"on\":true";
    for (int i = 0; i < count; ++i) {
        text += ",\"key" + std::to_string(i) + R"(":{"id":)" + std::to_string(i) +
                R"(,"name":"a name of some length","tags":["one","two","three"],"price":12.5})";
    }
    return text + "}";
}

void parse_json_text(benchmark::State& state) {
    const std::string text = document(int(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(parse_json(text));
    state.SetBytesProcessed(std::int64_t(state.iterations() * text.size()));
}
BENCHMARK(parse_json_text)->Arg(1)->Arg(100)->Arg(2500);

void write_json_text(benchmark::State& state) {
    const Json value = json(document(int(state.range(0))));
    for (auto _ : state) benchmark::DoNotOptimize(write_json(value));
    state.SetBytesProcessed(std::int64_t(state.iterations() * write_json(value).size()));
}
BENCHMARK(write_json_text)->Arg(1)->Arg(100)->Arg(2500);

void parse_definition(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(asl::parse(kLoop, asl::WorkflowType::standard));
}
BENCHMARK(parse_definition);

void select_path(benchmark::State& state) {
    const Json value = json(document(2500));
    const auto path = JsonPath::compile("$.key2000.tags[1]");
    for (auto _ : state) benchmark::DoNotOptimize(path->select(value));
}
BENCHMARK(select_path);

ExecutionInfo loop_info() {
    ExecutionInfo info;
    info.key = 1;
    info.arn = "arn:aws:states:us-east-1:123456789012:express:m:e:1";
    info.name = "e";
    info.state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    info.state_machine_name = "m";
    info.account = "123456789012";
    info.region = "us-east-1";
    info.type = asl::WorkflowType::express;
    info.start_time = TimePoint{Seconds{1'700'000'000}};
    info.input = Payload::from_text(R"({"on":true})");
    info.definition = asl::parse(kLoop, info.type).machine;
    info.tokens = std::make_shared<TokenMint>(std::string(32, 'k'));
    return info;
}

/// The interpreter alone: a turn of up to 256 transitions, and the same with its journal written.
void transitions(benchmark::State& state) {
    const bool encode = state.range(0) != 0;
    Execution execution(loop_info());
    const TimePoint now = execution.info.start_time;
    std::int64_t made = advance(execution, {.now = now, .body = Begin{}}).transitions;
    for (auto _ : state) {
        const Step step = advance(execution, {.now = now, .body = GoOn{}});
        if (encode) benchmark::DoNotOptimize(encode_entries(step.entries));
        made += step.transitions;
    }
    state.SetItemsProcessed(made);
}
BENCHMARK(transitions)->Arg(0)->Arg(1)->ArgName("encoded");

}  // namespace
