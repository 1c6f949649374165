#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/expression.hpp"

/// Times the expressions that `jsonata_ref.mjs --emit DIR` has written, as that script times npm's
/// jsonata: `jsonata_bench DIR [MS]` prints `name microseconds` a line, medians. bench/jsonata runs
/// both and compares.
namespace {

using namespace stepwell;
using Clock = std::chrono::steady_clock;

Json read_json(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    auto value = parse_json(text);
    if (!value) throw std::runtime_error(path + " is not JSON");
    return std::move(*value);
}

void time_case(const Json& test, const Json& input, std::chrono::milliseconds budget) {
    const auto expression = jsonata::Expression::compile(test.at("expr").get<std::string>(),
                                                         jsonata::Dialect::standard);
    if (!expression) throw std::runtime_error(expression.error().message);
    RandomBits random(1);
    jsonata::Environment environment;
    environment.input = &input;
    environment.random = &random;
    environment.limits.time = std::chrono::milliseconds(60'000);
    environment.limits.depth = 10'000;
    environment.limits.memory = std::size_t{1} << 30U;
    std::vector<double> times;
    for (const auto start = Clock::now(); Clock::now() - start < budget || times.size() < 3;) {
        const auto before = Clock::now();
        const auto value = expression->evaluate(environment);
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
        if (!value) throw std::runtime_error(value.error().message);
        if (!*value) throw std::runtime_error("no value");
    }
    std::sort(times.begin(), times.end());
    std::printf("%s %.1f\n", test.at("name").get<std::string>().c_str(), times[times.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: jsonata_bench DIR [MS]\n");
        return 2;
    }
    try {
        const std::string folder = argv[1];
        const std::chrono::milliseconds budget(argc > 2 ? std::stoi(argv[2]) : 500);
        std::map<std::string, Json> inputs;
        const Json cases = read_json(folder + "/cases.json");
        for (const Json& test : cases) {
            const std::string name = test.at("data").get<std::string>();
            if (!inputs.contains(name)) inputs[name] = read_json(folder + "/" + name + ".json");
            time_case(test, inputs[name], budget);
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "jsonata_bench: %s\n", failure.what());
        return 1;
    }
    return 0;
}
