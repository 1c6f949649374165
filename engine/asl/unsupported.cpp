#include "engine/asl/unsupported.hpp"

#include <string>

namespace stepwell::asl::unsupported {
namespace {

void refuse(Problems& problems, std::string_view feature, const Location& where) {
    problems.unsupported("Stepwell does not support " + std::string(feature) + " yet", where);
}

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// `$` and a name, outside of quotes. `$.a` and `$$.a` are the input and the Context Object.
bool reads_variable(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '\'') {
            quoted = !quoted;
        } else if (!quoted && text[i] == '$') {
            if (starts_name(text[i + 1]) && (i == 0 || text[i - 1] != '$')) return true;
        }
    }
    return false;
}

void neutralise(Json& value, bool& found) {
    if (value.is_object()) {
        for (auto& [key, member] : value.get_ref<Json::object_t&>()) {
            if (!member.is_string()) {
                neutralise(member, found);
            } else if (key.ends_with(".$") &&
                       reads_variable(member.get_ref<const std::string&>())) {
                member = "$";
                found = true;
            }
        }
    } else if (value.is_array()) {
        for (auto& item : value.get_ref<Json::array_t&>()) neutralise(item, found);
    }
}

}  // namespace

void jsonata(Problems& problems, const Location& where) {
    refuse(problems, "the JSONata query language", where);
}
void assign(Problems& problems, const Location& where) {
    refuse(problems, "variables (Assign)", where);
}
void distributed_map(Problems& problems, const Location& where) {
    if (problems.expects_trial()) return;
    refuse(problems, "Map states in DISTRIBUTED mode", where);
}

bool variable(Problems& problems, std::string_view expression, const Location& where) {
    if (!reads_variable(expression)) return false;
    refuse(problems, "variables", where);
    return true;
}

Json without_variables(Problems& problems, const Json& source, const Location& where) {
    Json copy = source;
    bool found = false;
    neutralise(copy, found);
    if (found) refuse(problems, "variables", where);
    return copy;
}

}  // namespace stepwell::asl::unsupported
