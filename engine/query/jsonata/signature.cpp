#include "engine/query/jsonata/signature.hpp"

#include <algorithm>
#include <utility>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/text.hpp"

namespace stepwell::jsonata {

namespace {

enum Type : std::uint16_t {
    kBoolean = 1,
    kNumber = 2,
    kString = 4,
    kNull = 8,
    kArray = 16,
    kObject = 32,
    kFunction = 64,
    kUndefined = 128,
};
constexpr std::uint16_t kJson = kBoolean | kNumber | kString | kNull | kArray | kObject;

std::uint16_t type_of(const Value& value) {
    if (value.is_text()) return kString;
    if (value.is_number()) return kNumber;
    if (value.is_boolean()) return kBoolean;
    if (value.is_null()) return kNull;
    if (value.is_array()) return kArray;
    if (value.is_function()) return kFunction;
    return value.is_undefined() ? kUndefined : kObject;
}

/// The types that a letter stands for; 0 where it is none.
std::uint16_t types_of(char letter) {
    switch (letter) {
        case 'b':
            return kBoolean;
        case 'n':
            return kNumber;
        case 's':
            return kString;
        case 'l':
            return kNull;
        case 'a':
            return kArray;
        case 'o':
            return kObject;
        case 'f':
            return kFunction;
        case 'j':
            return kJson;
        case 'x':
            return kJson | kFunction;
        default:
            return 0;
    }
}

std::string_view plural_of(char letter) {
    switch (letter) {
        case 'a':
            return "arrays";
        case 'b':
            return "booleans";
        case 'f':
            return "functions";
        case 'n':
            return "numbers";
        case 'o':
            return "objects";
        default:
            return "strings";
    }
}

/// The bracket that closes the one at `open`, or npos.
std::size_t closing(std::string_view text, std::size_t open, char opener, char closer) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        if (text[i] == opener) ++depth;
        if (text[i] == closer && --depth == 0) return i;
    }
    return text.npos;
}

}  // namespace

Signature Signature::parse(std::string_view text, std::size_t position) {
    Signature signature;
    signature.text_ = text;
    for (std::size_t i = 1; i < text.size() && text[i] != ':' && text[i] != '>'; ++i) {
        const char c = text[i];
        if (c == '(') {
            const std::size_t close = closing(text, i, '(', ')');
            const std::string_view choice =
                text.substr(i + 1, close == text.npos ? text.npos : close - i - 1);
            if (choice.find('<') != choice.npos) {
                fail("S0402",
                     {.position = position + i, .value = write_json(Json(std::string(choice)))});
            }
            Parameter parameter;
            for (const char letter : choice) parameter.types |= types_of(letter);
            parameter.types |= kUndefined;
            signature.parameters_.push_back(parameter);
            i = close == text.npos ? text.size() : close;
        } else if (const std::uint16_t types = types_of(c); types != 0) {
            Parameter parameter;
            parameter.array = c == 'a';
            // Nothing is welcome anywhere but for a function; a single value where an array is.
            parameter.types = c == 'a' ? kJson | kFunction : types;
            if (c != 'f') parameter.types |= kUndefined;
            signature.parameters_.push_back(parameter);
        } else if (signature.parameters_.empty()) {
            continue;
        } else if (Parameter& last = signature.parameters_.back(); c == '-') {
            last.context = true;
            last.context_types = last.types;
            last.optional = true;
        } else if (c == '?') {
            last.optional = true;
        } else if (c == '+') {
            last.repeated = true;
        } else if (c == '<') {
            const char previous = text[i - 1];
            if (previous != 'a' && previous != 'f') {
                fail("S0401", {.position = position + i,
                               .value = write_json(Json(std::string(1, previous)))});
            }
            if (previous == 'a') last.element = text[i + 1];
            const std::size_t close = closing(text, i, '<', '>');
            i = close == text.npos ? text.size() : close;
        }
    }
    return signature;
}

bool Signature::match(std::span<const std::uint16_t> types, Counts& counts) const {
    // Backtracks as a regular expression does: each parameter takes as many as it can, first.
    std::size_t taken = 0;
    counts.clear();
    for (;;) {
        bool stuck = false;
        while (counts.size() < parameters_.size()) {
            const Parameter& parameter = parameters_[counts.size()];
            std::uint32_t count = 0;
            const std::uint32_t most = parameter.repeated ? ~0U : 1U;
            while (count < most && taken + count < types.size() &&
                   (types[taken + count] & parameter.types) != 0) {
                ++count;
            }
            if (count == 0 && !parameter.optional) {
                stuck = true;
                break;
            }
            counts.push_back(count);
            taken += count;
        }
        if (!stuck && taken == types.size()) return true;
        // Takes one back from the last parameter that can do with less.
        while (!counts.empty()) {
            const Parameter& parameter = parameters_[counts.size() - 1];
            const std::uint32_t least = parameter.optional ? 0 : 1;
            if (counts.back() > least) break;
            taken -= counts.back();
            counts.pop_back();
        }
        if (counts.empty()) return false;
        --counts.back();
        --taken;
    }
}

void Signature::refuse(std::span<const std::uint16_t> types) const {
    // The first argument behind the longest beginning of the signature that fits.
    std::size_t matched = 0;
    for (std::size_t count = 1; count <= parameters_.size(); ++count) {
        std::size_t at = 0;
        bool fits = true;
        for (std::size_t i = 0; i < count && fits; ++i) {
            std::size_t taken = 0;
            while (at < types.size() && (types[at] & parameters_[i].types) != 0 &&
                   (taken == 0 || parameters_[i].repeated)) {
                ++at;
                ++taken;
            }
            fits = taken > 0 || parameters_[i].optional;
        }
        if (!fits) break;
        matched = at;
    }
    fail("T0410", {.index = std::to_string(matched + 1)});
}

void Signature::take_array(const Parameter& parameter, Value argument, std::size_t index,
                           Arguments& out) const {
    if (argument.is_undefined()) {
        out.push_back(std::move(argument));
        return;
    }
    const std::uint16_t element = types_of(parameter.element);
    const auto refuse_element = [&] {
        fail("T0412", {.value = json_text(argument),
                       .index = std::to_string(index + 1),
                       .type = std::string(plural_of(parameter.element))});
    };
    if (!argument.is_array()) {
        if (parameter.element != 0 && (type_of(argument) & element) == 0) refuse_element();
        Value wrapped = make_sequence(std::move(argument));
        wrapped.array()->sequence = false;
        out.push_back(std::move(wrapped));
        return;
    }
    const Items items(argument);
    if (parameter.element != 0 && items.size() > 0) {
        const std::uint16_t first = type_of(items[0]);
        if ((first & element) == 0) refuse_element();
        for (std::size_t i = 1; i < items.size(); ++i) {
            if (type_of(items[i]) != first) refuse_element();
        }
    }
    out.push_back(std::move(argument));
}

void Signature::validate(Arguments& arguments, const Value& context) const {
    boost::container::small_vector<std::uint16_t, 8> types;
    for (const Value& argument : arguments) types.push_back(type_of(argument));
    Counts counts;
    const std::span<const std::uint16_t> all(types.data(), types.size());
    if (!match(all, counts)) refuse(all);
    Arguments out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const Parameter& parameter = parameters_[i];
        if (counts[i] == 0) {
            if (!parameter.context) {
                // Places count, not types: an argument that only fits further on stays here, too.
                out.push_back(at < arguments.size() ? arguments[at] : Value());
                ++at;
            } else if ((type_of(context) & parameter.context_types) != 0) {
                out.push_back(context);
            } else {
                fail("T0411", {.value = json_text(context), .index = std::to_string(at + 1)});
            }
            continue;
        }
        for (std::uint32_t n = 0; n < counts[i]; ++n, ++at) {
            if (parameter.array) {
                take_array(parameter, at < arguments.size() ? arguments[at] : Value(), at, out);
            } else {
                out.push_back(at < arguments.size() ? arguments[at] : Value());
            }
        }
    }
    arguments = std::move(out);
}

}  // namespace stepwell::jsonata
