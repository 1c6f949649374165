// A definition, as CreateStateMachine checks it.

#include "engine/asl/parser.hpp"
#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace stepwell;
    const std::string_view text = fuzz::text_of(data, size);
    asl::parse(text, asl::WorkflowType::standard);
    asl::parse(text, asl::WorkflowType::express);
    return 0;
}
