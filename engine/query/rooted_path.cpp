#include "engine/query/rooted_path.hpp"

#include "engine/base/json_syntax.hpp"

namespace stepwell {
namespace {

constexpr std::size_t kMaxVariableName = 80;

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9') || c == '_'; }

/// The name at the beginning of `text`; empty if there is none.
std::string_view leading_name(std::string_view text) {
    if (text.empty() || !starts_name(text.front())) return {};
    std::size_t end = 1;
    while (end < text.size() && continues_name(text[end])) ++end;
    return text.substr(0, end);
}

}  // namespace

bool begins_with_variable(std::string_view text) {
    return text.starts_with('$') && !leading_name(text.substr(1)).empty();
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && leading_name(name).size() == name.size() &&
           utf16_length(name) <= kMaxVariableName;
}

Result<RootedPath, CompileError> RootedPath::compile(std::string_view text) {
    if (text.starts_with("$$")) {
        JsonPath path = TRY(JsonPath::compile(text.substr(1)));
        return RootedPath(Root::context, {}, std::move(path), std::string(text));
    }
    if (!begins_with_variable(text)) {
        JsonPath path = TRY(JsonPath::compile(text));
        return RootedPath(Root::input, {}, std::move(path), std::string(text));
    }
    const std::string_view name = leading_name(text.substr(1));
    JsonPath path = TRY(JsonPath::compile("$" + std::string(text.substr(1 + name.size()))));
    return RootedPath(Root::variable, std::string(name), std::move(path), std::string(text));
}

const Json* RootedPath::document(const Scope& scope) const {
    switch (root_) {
        case Root::input:
            return &scope.input;
        case Root::context:
            return &scope.context.get();
        case Root::variable:
            break;
    }
    const Payload* value = scope.variables != nullptr ? scope.variables->find(variable_) : nullptr;
    return value != nullptr ? &value->value() : nullptr;
}

Result<Selection, EvaluationFailure> RootedPath::select(const Scope& scope) const {
    const Json* looked_into = document(scope);
    if (looked_into == nullptr) {
        return EvaluationFailure{.kind = EvaluationFailure::Kind::not_found,
                                 .message = "No results for path: $['" + variable_ + "']",
                                 .path = text_};
    }
    auto selected = path_.select(*looked_into);
    if (selected) return selected;
    EvaluationFailure failure = std::move(selected).error();
    failure.path = text_;
    if (root_ != Root::input) failure.document = write_json(*looked_into);
    return failure;
}

}  // namespace stepwell
