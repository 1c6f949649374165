#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/asl/integration_table.hpp"
#include "integrations/aws/optimized_table.hpp"

namespace stepwell::aws {
namespace {

constexpr std::string_view kBegin = "<!-- table -->\n";
constexpr std::string_view kEnd = "<!-- end of table -->\n";

std::string code(std::string_view text) {
    return text.empty() ? std::string() : '`' + std::string(text) + '`';
}

std::string patterns_of(const asl::Integration& known) {
    std::string out;
    const auto add = [&](asl::Ways way, std::string_view suffix) {
        if ((known.ways & way) == 0) return;
        if (!out.empty()) out += ", ";
        out += code(suffix);
    };
    add(asl::kSync, ".sync");
    add(asl::kSync2, ".sync:2");
    add(asl::kToken, ".waitForTaskToken");
    return out;
}

std::string made_table() {
    std::string out =
        "| Resource | beside request and response | the job is looked at with | stopped with |\n"
        "| --- | --- | --- | --- |\n";
    for (const asl::Integration& known : asl::integrations()) {
        const OptimizedAction* action = find_optimized(known.service, known.action);
        const JobKind* job = action == nullptr ? nullptr : action->job;
        out += "| " + code(std::string(known.service) + ':' + std::string(known.action)) + " | " +
               patterns_of(known) + " | " + code(job == nullptr ? "" : job->look) + " | " +
               code(job == nullptr ? "" : job->stop) + " |\n";
    }
    return out;
}

TEST(Documentation, TheTableOfIntegrationsIsTheCodesOwn) {
    const std::string file = STEPWELL_SOURCE_DIR "/docs/integrations.md";
    std::ifstream in(file);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::size_t begin = text.find(kBegin);
    const std::size_t end = text.find(kEnd);
    ASSERT_NE(begin, std::string::npos);
    ASSERT_NE(end, std::string::npos);
    const std::size_t from = begin + kBegin.size();
    if (std::getenv("STEPWELL_WRITE_DOCS") != nullptr) {
        text.replace(from, end - from, made_table());
        std::ofstream(file) << text;
        return;
    }
    EXPECT_EQ(text.substr(from, end - from), made_table());
}

}  // namespace
}  // namespace stepwell::aws
