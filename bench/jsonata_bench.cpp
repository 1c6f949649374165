#include <malloc.h>

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
/// both and compares. `jsonata_bench DIR memory` prints `name added result`: the MiB of resident
/// memory that one evaluation adds at most to the document as it is held, and what of that is its
/// result.
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

struct Case {
    jsonata::Expression expression;
    jsonata::Environment environment;
};

Case prepare(const Json& test, const Json& input, RandomBits& random) {
    auto expression = jsonata::Expression::compile(test.at("expr").get<std::string>(),
                                                   jsonata::Dialect::standard);
    if (!expression) throw std::runtime_error(expression.error().message);
    jsonata::Environment environment;
    environment.input = &input;
    environment.random = &random;
    environment.limits.time = std::chrono::milliseconds(60'000);
    environment.limits.depth = 10'000;
    environment.limits.memory = std::size_t{1} << 30U;
    return {*std::move(expression), environment};
}

void time_case(const Json& test, const Json& input, std::chrono::milliseconds budget) {
    RandomBits random(1);
    const auto [expression, environment] = prepare(test, input, random);
    std::vector<double> times;
    for (const auto start = Clock::now(); Clock::now() - start < budget || times.size() < 3;) {
        const auto before = Clock::now();
        const auto value = expression.evaluate(environment);
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
        if (!value) throw std::runtime_error(value.error().message);
        if (!*value) throw std::runtime_error("no value");
    }
    std::sort(times.begin(), times.end());
    std::printf("%s %.1f\n", test.at("name").get<std::string>().c_str(), times[times.size() / 2]);
}

/// A line of /proc/self/status, in KiB.
double status_kib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1));
    }
    throw std::runtime_error("/proc/self/status has no " + name);
}

void weigh_case(const Json& test, const Json& input) {
    RandomBits random(1);
    const auto [expression, environment] = prepare(test, input, random);
    ::malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak is what is resident now
    const double before = status_kib("VmRSS");
    const auto value = expression.evaluate(environment);
    const double peak = status_kib("VmHWM");
    if (!value) throw std::runtime_error(value.error().message);
    ::malloc_trim(0);
    const double after = status_kib("VmRSS");
    std::printf("%s %.1f %.1f\n", test.at("name").get<std::string>().c_str(),
                (peak - before) / 1024, (after - before) / 1024);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: jsonata_bench DIR [MS|memory]\n");
        return 2;
    }
    try {
        const std::string folder = argv[1];
        const std::string how = argc > 2 ? argv[2] : "500";
        std::map<std::string, Json> inputs;
        const Json cases = read_json(folder + "/cases.json");
        for (const Json& test : cases) {
            const std::string name = test.at("data").get<std::string>();
            if (!inputs.contains(name)) inputs[name] = read_json(folder + "/" + name + ".json");
            if (how == "memory") {
                weigh_case(test, inputs[name]);
            } else {
                time_case(test, inputs[name], std::chrono::milliseconds(std::stoi(how)));
            }
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "jsonata_bench: %s\n", failure.what());
        return 1;
    }
    return 0;
}
