#include "integrations/error_body.hpp"

namespace stepwell {

std::string bare_error_code(std::string_view code) {
    code = code.substr(0, code.find(':'));
    if (const auto hash = code.rfind('#'); hash != std::string_view::npos)
        code.remove_prefix(hash + 1);
    return std::string(code);
}

std::string first_text(const Json& object, std::initializer_list<const char*> names) {
    if (!object.is_object()) return {};
    for (const char* name : names) {
        const auto found = object.find(name);
        if (found == object.end()) continue;
        if (found->is_string()) return found->get<std::string>();
        if (found->is_number()) return write_json(*found);
    }
    return {};
}

std::string error_code_in(const Json& body) {
    return bare_error_code(first_text(body, {"__type", "code", "Code"}));
}

std::string error_message_in(const Json& body) {
    return first_text(body, {"message", "Message", "errorMessage"});
}

}  // namespace stepwell
