#include "engine/asl/model.hpp"

namespace stepwell::asl {

std::string_view type_name(StateType type) {
    switch (type) {
        case StateType::task:
            return "Task";
        case StateType::pass:
            return "Pass";
        case StateType::choice:
            return "Choice";
        case StateType::wait:
            return "Wait";
        case StateType::succeed:
            return "Succeed";
        case StateType::fail:
            return "Fail";
        case StateType::parallel:
            return "Parallel";
        case StateType::map:
            return "Map";
    }
    return "";
}

}  // namespace stepwell::asl
