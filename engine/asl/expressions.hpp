#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/fields.hpp"
#include "engine/asl/model.hpp"

/// Fields whose value is a path, an intrinsic call or a payload template: compiled here, once, with
/// AWS's words for what does not compile. Each answers nothing in a JSONata state, where such
/// fields are refused by name.
namespace stepwell::asl {

/// InputPath, OutputPath: a path, or null for `{}`.
PathField whole_or_path(const Fields& fields, std::string_view name);
/// SecondsPath and its like: a Reference Path into the input or the Context Object.
std::optional<Expression> reference_path(const Fields& fields, std::string_view name);
/// Variable and the `…Path` operators of a Choice rule, where AWS says more about a wrong one.
std::optional<Expression> choice_path(const Fields& fields, std::string_view name);
/// ErrorPath, CausePath: a path, or an intrinsic call that gives a string.
std::optional<Expression> text_expression(const Fields& fields, std::string_view name);
/// ResultPath of a state or of a catcher.
ResultPath result_path(const Fields& fields);
/// Parameters, ResultSelector, ItemSelector, Credentials.
std::optional<Template> payload_template(const Fields& fields, std::string_view name);
/// The same in either language: Assign, ItemSelector, Credentials. `path` and `members` are those
/// of JsonataValue::compile.
std::optional<Computed> computed(const Fields& fields, std::string_view name, std::string path,
                                 StatesMembers members);

/// A field of a JSONata state whose value may be computed, whole or in part: Output, Arguments,
/// Items. Compiled, with AWS's words for what does not compile; nothing in a JSONPath state, where
/// it is refused by name.
std::optional<JsonataValue> jsonata_value(const Fields& fields, std::string_view name,
                                          std::string path,
                                          StatesMembers members = StatesMembers::plain);
/// The same of a field that is a literal otherwise (Seconds, MaxConcurrency): only where it is
/// `{% … %}`.
std::optional<JsonataValue> jsonata_expression(const Fields& fields, std::string_view name);

/// Warns of a literal that reads like a path, in a field whose path goes into `<name>Path`:
/// NO_PATH.
void warn_of_path(const Fields& fields, std::string_view name);
/// Warns of a Pass state's Result with a path in it: PASS_RESULT_IS_STATIC.
void warn_of_static_result(const Fields& fields);

/// Every string of a JSONata state that opens like an expression must close like one, and the
/// reverse.
void check_jsonata_strings(const Fields& fields, std::string_view name);

}  // namespace stepwell::asl
