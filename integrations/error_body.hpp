#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"

/// How AWS's services say in JSON what is wrong: the code in a header or in `__type`, the text in
/// `message`; each in several spellings.
namespace stepwell {

/// The code alone, of `ResourceNotFoundException:http://internal.amazon.com/coral/…/` and
/// `com.amazonaws…#ServiceException`.
std::string bare_error_code(std::string_view code);

/// The first member of these names that is a text or a number, as text; empty where there is none.
std::string first_text(const Json& object, std::initializer_list<const char*> names);

/// What `body` says of code and text; empty where it says nothing.
std::string error_code_in(const Json& body);
std::string error_message_in(const Json& body);

}  // namespace stepwell
