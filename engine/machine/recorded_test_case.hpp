#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stepwell {

/// The test case of the mock configuration that an execution runs under. Children of Map Runs run
/// under their parent's; their records say which item they are: `Case#17`, `Case#` of a batch.
struct RecordedTestCase {
    std::string name;
    std::optional<std::uint32_t> item;
};
RecordedTestCase read_test_case(const std::string& recorded, bool of_child);

/// What the record of a child says: nothing where its parent runs under none.
std::string test_case_of_child(const std::string& parents, std::optional<std::int64_t> item);

}  // namespace stepwell
