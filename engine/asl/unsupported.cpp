#include "engine/asl/unsupported.hpp"

#include <string>

namespace stepwell::asl::unsupported {
namespace {

void refuse(Problems& problems, std::string_view feature, const Location& where) {
    problems.unsupported("Stepwell does not support " + std::string(feature) + " yet", where);
}

}  // namespace

void distributed_map(Problems& problems, const Location& where) {
    if (problems.expects_trial()) return;
    refuse(problems, "Map states in DISTRIBUTED mode", where);
}

}  // namespace stepwell::asl::unsupported
