#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

/// The arguments of one call.
using Arguments = boost::container::small_vector<Value, 4>;

/// A function's signature: `<s-nn?:s>`. https://docs.jsonata.org/programming#function-signatures
///
/// The arguments' types are matched against the parameters as a regular expression would be:
/// parameters may be optional, repeat, or be filled in with the context.
class Signature {
public:
    /// Throws Failure: S0401, S0402. `position` is that of the `<` in the expression.
    static Signature parse(std::string_view text, std::size_t position);

    /// The arguments as the function gets them: context filled in, single values wrapped where an
    /// array is asked for. Throws Failure: T0410, T0411, T0412, without position and token.
    void validate(Arguments& arguments, const Value& context) const;

    std::string_view text() const { return text_; }

private:
    struct Parameter {
        /// Which types are welcome, as a set of bits (kBoolean…).
        std::uint16_t types = 0;
        bool array = false;
        bool context = false;
        bool optional = false;
        bool repeated = false;
        /// Type letter of an array's elements, 0: any.
        char element = 0;
        /// Types that the context value may have.
        std::uint16_t context_types = 0;
    };
    /// How many arguments each parameter takes.
    using Counts = boost::container::small_vector<std::uint32_t, 8>;

    bool match(std::span<const std::uint16_t> types, Counts& counts) const;
    [[noreturn]] void refuse(std::span<const std::uint16_t> types) const;
    void take_array(const Parameter& parameter, Value argument, std::size_t index,
                    Arguments& out) const;

    std::string text_;
    std::vector<Parameter> parameters_;
};

}  // namespace stepwell::jsonata
